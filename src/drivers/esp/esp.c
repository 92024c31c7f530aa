/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver contract over the table of what espd holds. Everything is asked for with a dump; a
 * single resource is answered from the table, which only this process changes.
 */
#include "drivers/esp/esp_private.h"

#include "base/instant.h"
#include "base/log.h"
#include "base/loop.h"

#include <errno.h>
#include <string.h>

struct observation {
	struct esp *esp;
	char *id; /* NULL: everything */
	void (*done)(void *arg, int err, struct items *seen);
	void *arg;
	int err;
};

static void answer_observation(struct observation *observation)
{
	struct esp *esp = observation->esp;
	struct items seen = { 0 };

	for (struct held *held = esp->held; held; held = held->hh.next) {
		struct endpoint endpoint = held->endpoint;

		if (!held->is_there ||
			(observation->id && strcmp(held->owner, observation->id) != 0))
			continue;
		if (endpoint.is_tunnel)
			endpoint.is_stale = esp->parts.tunnels.generation(esp->parts.tunnels.ctx,
						    endpoint.tunnel.if_id) != held->generation;
		endpoint_add(&seen, &endpoint, held->owner);
	}
	items_sort(&seen);
	observation->done(observation->arg, observation->err, &seen);
	items_clear(&seen);
	free(observation->id);
	free(observation);
}

static void answer_later(void *arg)
{
	answer_observation(arg);
}

/* Tells whether a tunnel's SAs have come or gone since this was told last. */
static bool has_turned(struct held *held)
{
	bool is_carrying = held_is_carrying(held);

	if (held->was_carrying == is_carrying)
		return false;
	held->was_carrying = is_carrying;
	return true;
}

/* A dump may turn thousands of tunnels at once, or none: then one look at everything is cheaper. */
static void tell_turned(struct esp *esp)
{
	bool is_first = !esp->is_dumped, have_turned = is_first;

	esp->is_dumped = true;
	for (struct held *held = esp->held; held; held = held->hh.next)
		if (held->endpoint.is_tunnel && has_turned(held))
			have_turned = true;
	if (!have_turned)
		return;
	esp->parts.mark(esp->parts.mark_arg, KIND_VPC, NULL);
	if (esp->parts.all_changed)
		esp->parts.all_changed(esp->parts.carrying_arg);
}

/* What espd lost and no resource asks for any more: kept, its socket would hold the port for ever.
 */
static void drop_leftovers(struct esp *esp)
{
	struct held *held, *next;

	HASH_ITER (hh, esp->held, held, next)
		if (!held->is_there && !*esp_owner(esp, &held->endpoint))
			held_remove(&esp->held, held);
}

static void dumped(void *arg, int error, uint32_t value)
{
	struct observation *observation = arg;
	struct esp *esp = observation->esp;

	(void)value;
	observation->err = error;
	esp->is_dumping = false;
	if (!error) {
		drop_leftovers(esp);
		esp->parts.tunnels.all_adopted(esp->parts.tunnels.ctx);
		tell_turned(esp);
	}
	answer_observation(observation);
}

int esp_carries(const struct esp *esp, uint32_t number)
{
	const struct held *held = held_find_tunnel(esp->held, number);

	if (!esp->is_dumped)
		return -EAGAIN;
	if (esp->is_dumping) /* what was told last stands until all is known */
		return held && held->was_carrying;
	return held && held_is_carrying(held);
}

bool esp_was_lost_within(const struct esp *esp, int64_t ms)
{
	return !esp->is_dumped || (esp->turned.ns && mono_diff_ms(mono_now(), esp->turned) <= ms);
}

static void held_socket(struct esp *esp, const struct espd_socket *socket, int fd)
{
	struct endpoint endpoint = { .socket = *socket };
	struct held *held = held_get(&esp->held, &endpoint, esp_owner(esp, &endpoint));

	held->is_there = true;
	if (held->fd >= 0)
		close(fd);
	else
		held->fd = fd;
}

static void held_tunnel(struct esp *esp, const struct espd_tunnel *tunnel, int fd)
{
	struct endpoint endpoint = { .is_tunnel = true, .tunnel = *tunnel };
	struct held *held = held_get(&esp->held, &endpoint, esp_owner(esp, &endpoint));
	struct tunnel_port *port = &esp->parts.tunnels;

	held->is_there = true;
	if (port->generation(port->ctx, tunnel->if_id)) {
		close(fd);
		return;
	}
	port->adopt_take(port->ctx, tunnel->if_id, fd);
	held->generation = port->generation(port->ctx, tunnel->if_id);
}

static void held_sa(struct esp *esp, const struct espd_sa_held *sa)
{
	struct held *held = held_find_tunnel(esp->held, sa->if_id);

	if (!held)
		return;
	if (sa->key.direction == ESPD_IN)
		held->inbound_sas++;
	else
		held->outbound_sas++;
}

static void dump_item(void *arg, uint16_t type, const void *body, size_t size, int fd)
{
	struct observation *observation = arg;

	if (type == ESPD_SOCKET_HELD && size == sizeof(struct espd_socket) && fd >= 0)
		held_socket(observation->esp, body, fd);
	else if (type == ESPD_TUNNEL_HELD && size == sizeof(struct espd_tunnel) && fd >= 0)
		held_tunnel(observation->esp, body, fd);
	else if (type == ESPD_SA_HELD && size == sizeof(struct espd_sa_held))
		held_sa(observation->esp, body);
	else if (fd >= 0)
		close(fd);
}

static int observe(void *ctx, const struct scope *scope,
	void (*done)(void *arg, int err, struct items *seen), void *arg)
{
	struct esp *esp = ctx;
	struct observation *observation = xcalloc(1, sizeof(*observation));
	int err = 0;

	*observation = (struct observation){
		.esp = esp, .done = done, .arg = arg, .id = scope->id ? xstrdup(scope->id) : NULL
	};
	if (!client_is_connected(esp->client))
		observation->err = -ENOTCONN;
	if (observation->err || scope->id) {
		loop_defer(esp->parts.loop, answer_later, observation);
		return 0;
	}
	err = client_request(esp->client, ESPD_DUMP, NULL, 0, -1, dump_item, dumped, observation);
	if (err < 0) {
		free(observation);
		return err;
	}
	esp->is_dumping = true;
	held_forget(esp->held); /* answers come later; without any, what is known stays */
	return 0;
}

static void report(void *ctx, const struct world *world, const struct scope *scope,
	const struct items *seen, struct status *status)
{
	const struct vpn_connection *connection;
	const struct esp *esp = ctx;
	const struct held *held;

	(void)seen;
	if (scope->kind != KIND_VPN_CONNECTION || !status->conditions[CONDITION_IPSEC].is_true)
		return;
	connection = world_get(world, scope->kind, scope->id);
	held = connection ? held_find_tunnel(esp->held, connection->number) : NULL;
	if (!held || !held->is_there || !held->inbound_sas || !held->outbound_sas)
		status_set(status, CONDITION_IPSEC, false, REASON_DATA_PLANE_LOST, "",
			(uint64_t)wall_now_ms());
}

const struct driver esp_driver = {
	.name = "esp",
	.kinds = DRIVER_SERVES(KIND_VPN_GATEWAY) | DRIVER_SERVES(KIND_VPN_CONNECTION),
	.want = endpoint_want,
	.observe = observe,
	.same = endpoint_same,
	.apply = esp_apply,
	.report = report,
};

static void connected(void *arg)
{
	struct esp *esp = arg;

	log_notice("connected to vpngw-espd");
	if (esp->turned.ns)
		esp->turned = mono_now();
	esp->parts.mark(esp->parts.mark_arg, KIND_VPC, NULL);
}

static void lost(void *arg)
{
	struct esp *esp = arg;

	log_warn("vpngw-espd is gone");
	esp->turned = mono_now();
	esp->is_dumped = esp->is_dumping = false;
	held_forget(esp->held);
	esp->parts.mark(esp->parts.mark_arg, KIND_VPC, NULL);
}

static void sas_changed(struct esp *esp, const struct espd_tunnel_sas *sas)
{
	const struct vpn_connection *connection =
		world_connection_by_number(esp->parts.world, sas->if_id);
	struct held *held = held_find_tunnel(esp->held, sas->if_id);

	if (held) {
		held->inbound_sas = sas->inbound;
		held->outbound_sas = sas->outbound;
		if (esp->is_dumped && !esp->is_dumping && has_turned(held) &&
			esp->parts.carrying_changed)
			esp->parts.carrying_changed(esp->parts.carrying_arg, sas->if_id);
	}
	if (connection)
		esp->parts.mark(esp->parts.mark_arg, KIND_VPN_CONNECTION, connection->meta.id);
}

/* Once a connection: what the operator finds in one log, also when espd was started by another. */
static void tell_crypto(const struct espd_crypto *crypto)
{
	if (crypto->failed)
		log_warn("vpngw-espd's ipsec-mb computes wrongly, OpenSSL takes its place "
			 "ipsec_mb=\"%.*s\" failed_suites=%u",
			(int)sizeof(crypto->library), crypto->library, crypto->failed);
	else
		log_info("vpngw-espd's crypto ipsec_mb=\"%.*s\" suites=%u",
			(int)sizeof(crypto->library), crypto->library, crypto->suites);
}

static void event(void *arg, uint16_t type, const void *body, size_t size)
{
	struct esp *esp = arg;

	if (type == ESPD_TUNNEL_WAKE && size == sizeof(struct espd_tunnel_key))
		esp->parts.wake(esp->parts.wake_arg, ((const struct espd_tunnel_key *)body)->if_id);
	else if (type == ESPD_TUNNEL_SAS && size == sizeof(struct espd_tunnel_sas))
		sas_changed(esp, body);
	else if (type == ESPD_CRYPTO && size == sizeof(struct espd_crypto))
		tell_crypto(body);
}

const char *esp_owner(const struct esp *esp, const struct endpoint *endpoint)
{
	const struct vpn_connection *connection;
	const void *const *gateways;
	size_t len;

	if (endpoint->is_tunnel) {
		connection = world_connection_by_number(esp->parts.world, endpoint->tunnel.if_id);
		return connection ? connection->meta.id : "";
	}
	gateways = world_list(esp->parts.world, KIND_VPN_GATEWAY, &len);
	for (size_t i = 0; i < len; i++) {
		const struct vpn_gateway *gateway = gateways[i];

		if (gateway->local_ip.v4 == endpoint->socket.local_address)
			return gateway->meta.id;
	}
	return "";
}

struct esp *esp_new(const struct esp_parts *parts)
{
	struct esp *esp = xcalloc(1, sizeof(*esp));

	esp->parts = *parts;
	esp->client = client_new(parts->loop, parts->socket_path,
		&(struct client_handlers){ connected, lost, event, esp });
	esp->poll = loop_timer_new(parts->loop, esp_poll_counters, esp);
	loop_timer_set(esp->poll, ESP_POLL_MS);
	return esp;
}

void esp_free(struct esp *esp)
{
	if (!esp)
		return;
	loop_timer_free(esp->poll);
	client_free(esp->client);
	esp_drop_questions(esp);
	held_clear(&esp->held);
	esp_clear_moved(esp);
	free(esp);
}
