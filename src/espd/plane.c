/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wires the rooms of the data plane together and keeps its clock: lifetimes once a second and
 * whenever a packet reached a limit, kept packets shortly after an SA came.
 */
#include "espd/plane.h"

#include "base/fd.h"
#include "base/instant.h"
#include "base/loop.h"
#include "base/secret.h"
#include "espd/crypto_pick.h"
#include "espd/device.h"
#include "espd/esp.h"
#include "espd/pump.h"
#include "espd/relay.h"
#include "espd/worker.h"

#include <arpa/inet.h>
#include <errno.h>

#define TICK_MS 1000
/*
 * Kept packets wait a little behind a new outbound SA: an IKEv1 responder installs its inbound SA
 * only when charon's last message of quick mode, sent after ours was installed, has reached it.
 */
#define KEPT_DELAY_MS 100

struct plane {
	struct loop *loop;
	struct plane_events events;
	struct epochs epochs;
	struct tunnels tunnels;
	struct wires wires;
	struct sadb sadb;
	struct relay *relay;
	struct worker *worker;
	struct loop_timer *tick, *kept, *settle;
	bool super_packets;
	bool kept_pending, expiry_pending, early_pending;
};

static int64_t now_ms(void)
{
	return mono_now().ns / 1000000;
}

static void on_wake(void *arg, struct tunnel *tunnel)
{
	struct plane *plane = arg;

	plane->events.wake(plane->events.arg, tunnel->config.if_id);
}

static void on_mapping(void *arg, const struct sa *sa, uint32_t address, uint16_t port)
{
	struct plane *plane = arg;

	if (!sa->orphaned)
		plane->events.mapping(plane->events.arg, sa, address, port);
}

static void on_ike(void *arg, const struct wire *wire, const struct datagram *datagram)
{
	struct plane *plane = arg;
	struct global_counters *counters = &plane->worker->counters;

	if (!relay_accept(plane->relay, wire, datagram, plane->worker->now_ms, counters))
		return;
	if (plane->events.ike(plane->events.arg, wire, datagram))
		counters->ike_in++;
	else
		counters->drop_ike_queue++;
}

static void on_settle(void *arg)
{
	struct plane *plane = arg;
	int64_t now = now_ms(), next = sadb_settle(&plane->sadb, now);

	if (next != INT64_MAX)
		loop_timer_set(plane->settle, (uint64_t)(next - now));
}

static void run_expiry(void *arg)
{
	struct plane *plane = arg;

	plane->expiry_pending = false;
	sadb_expire(&plane->sadb, now_ms());
	on_settle(plane);
}

static void on_limit(void *arg)
{
	struct plane *plane = arg;

	if (plane->expiry_pending)
		return;
	plane->expiry_pending = true;
	loop_defer(plane->loop, run_expiry, plane);
}

static void on_sas_changed(void *arg, struct tunnel *tunnel, uint32_t inbound, uint32_t outbound)
{
	struct plane *plane = arg;

	plane->events.sas_changed(plane->events.arg, tunnel->config.if_id, inbound, outbound);
}

static void on_expired(void *arg, const struct sa *sa, bool hard)
{
	struct plane *plane = arg;

	plane->events.expired(plane->events.arg, sa, hard);
}

static void on_tick(void *arg)
{
	struct plane *plane = arg;
	int64_t now = now_ms();

	sadb_expire(&plane->sadb, now);
	for (size_t i = 0; i < plane->tunnels.len; i++) {
		struct tunnel *tunnel = plane->tunnels.items[i];

		tunnel->counters[0].drop_no_sa += kept_expire(&tunnel->kept, now);
	}
	plane->worker->counters.drop_unknown_spi += early_expire(&plane->worker->early, now);
	epoch_reclaim(&plane->epochs);
	loop_timer_set(plane->tick, TICK_MS);
}

static void on_kept(void *arg)
{
	struct plane *plane = arg;
	int64_t now = now_ms(), next = INT64_MAX;

	for (size_t i = 0; i < plane->tunnels.len; i++) {
		struct tunnel *tunnel = plane->tunnels.items[i];

		if (now >= tunnel->kept_after_ms)
			pump_kept(plane->worker, tunnel);
		else if (tunnel->kept_after_ms < next)
			next = tunnel->kept_after_ms;
	}
	plane->kept_pending = next != INT64_MAX;
	if (plane->kept_pending)
		loop_timer_set(plane->kept, (uint64_t)(next - now));
}

static void send_kept_soon(struct plane *plane, struct tunnel *tunnel)
{
	if (!tunnel->kept.len)
		return;
	tunnel->kept_after_ms = now_ms() + KEPT_DELAY_MS;
	if (plane->kept_pending)
		return;
	plane->kept_pending = true;
	loop_timer_set(plane->kept, KEPT_DELAY_MS);
}

static void run_early(void *arg)
{
	struct plane *plane = arg;

	plane->early_pending = false;
	pump_early(plane->worker);
}

/* Not inside plane_add_sa(): what the packets report must not overtake charon's ACK. */
static void admit_early(struct plane *plane, const struct sa *sa)
{
	if (!early_admit(&plane->worker->early, sa->spi) || plane->early_pending)
		return;
	plane->early_pending = true;
	loop_defer(plane->loop, run_early, plane);
}

struct plane *plane_new(struct loop *loop, struct plane_events events, bool super_packets)
{
	struct plane *plane = xcalloc(1, sizeof(*plane));
	struct worker_hooks hooks = { .arg = plane,
		.wake = on_wake,
		.limit_reached = on_limit,
		.mapping = on_mapping,
		.ike = on_ike };
	struct sadb_events sadb_events = {
		.arg = plane, .sas_changed = on_sas_changed, .expired = on_expired
	};

	plane->loop = loop;
	plane->events = events;
	plane->super_packets = super_packets;
	epochs_init(&plane->epochs);
	sadb_init(&plane->sadb, &plane->epochs, sadb_events);
	plane->relay = relay_new(now_ms());
	plane->worker = worker_new(
		0, &crypto_pick, &plane->wires, &plane->epochs, &plane->sadb.table, hooks);
	plane->tick = loop_timer_new(loop, on_tick, plane);
	plane->kept = loop_timer_new(loop, on_kept, plane);
	plane->settle = loop_timer_new(loop, on_settle, plane);
	loop_timer_set(plane->tick, TICK_MS);
	return plane;
}

void plane_free(struct plane *plane)
{
	if (!plane)
		return;
	loop_timer_free(plane->tick);
	loop_timer_free(plane->kept);
	loop_timer_free(plane->settle);
	wires_done(&plane->wires);
	epochs_done(&plane->epochs);
	sadb_done(&plane->sadb);
	tunnels_done(&plane->tunnels);
	worker_free(plane->worker);
	relay_free(plane->relay);
	free(plane);
}

int plane_add_socket(struct plane *plane, const struct espd_socket *config, int fd)
{
	struct wire *wire;
	int err = wires_get(&plane->wires, config->kind, config->local_address) ? -EEXIST : 0;

	if (!err)
		err = wire_prepare(config, fd);
	if (!err)
		err = wires_add(&plane->wires, config, fd, &wire);
	if (err)
		return err;
	wire_join(wire, plane->super_packets);
	pump_watch_wire(plane->loop, plane->worker, wire);
	return 0;
}

int plane_remove_socket(struct plane *plane, const struct espd_socket *config)
{
	return wires_remove(&plane->wires, config->kind, config->local_address);
}

int plane_add_tunnel(struct plane *plane, const struct espd_tunnel *config, int fd)
{
	struct device device;
	struct tunnel *tunnel;
	int err = tunnel_check(config);

	if (!err && tunnels_get(&plane->tunnels, config->if_id))
		err = -EEXIST;
	if (!err && plane->tunnels.len == TUNNELS_MAX)
		err = -ENOSPC;
	if (!err)
		err = device_check(fd, &device);
	if (!err)
		err = fd_set_nonblocking(fd);
	if (err)
		return err;
	tunnel = tunnel_new(config, &device);
	err = tunnels_add(&plane->tunnels, tunnel);
	if (err)
		abort(); /* both refusals were checked above */
	pump_watch_tunnel(plane->loop, plane->worker, tunnel);
	return 0;
}

int plane_set_tunnel(struct plane *plane, const struct espd_tunnel *config)
{
	struct tunnel *tunnel = tunnels_get(&plane->tunnels, config->if_id);
	int err = tunnel_check(config);

	if (err)
		return err;
	if (!tunnel)
		return -ENOENT;
	tunnel_set(tunnel, config);
	return 0;
}

static void retire_tunnel(void *object)
{
	tunnel_free(object);
}

int plane_remove_tunnel(struct plane *plane, uint32_t if_id)
{
	struct tunnel *tunnel = tunnels_take(&plane->tunnels, if_id);

	if (!tunnel)
		return -ENOENT;
	loop_io_free(TAKE_PTR(tunnel->io));
	sadb_remove_tunnel(&plane->sadb, tunnel);
	epoch_retire(&plane->epochs, retire_tunnel, tunnel);
	return 0;
}

void plane_wake_again(struct plane *plane)
{
	for (size_t i = 0; i < plane->tunnels.len; i++)
		if (plane->tunnels.items[i]->kept.len)
			plane->events.wake(
				plane->events.arg, plane->tunnels.items[i]->config.if_id);
}

uint32_t plane_fresh_spi(struct plane *plane)
{
	struct espd_sa_key key = { .direction = ESPD_IN };

	do
		random_bytes(&key.spi, sizeof(key.spi));
	while (ntohl(key.spi) < ESP_SPI_MIN || sadb_find(&plane->sadb, &key));
	early_promise(&plane->worker->early, key.spi);
	return key.spi;
}

int plane_add_sa(
	struct plane *plane, const struct espd_sa *request, const struct espd_selector *selectors)
{
	struct tunnel *tunnel = tunnels_get(&plane->tunnels, request->if_id);
	CLEANUP(sa_freep) struct sa *sa = NULL;
	int err =
		tunnel ? sa_new(request, selectors, &crypto_pick, tunnel, now_ms(), &sa) : -ENOENT;

	if (!err)
		err = sadb_add(&plane->sadb, sa, now_ms());
	if (err)
		return err;
	if (sa->outbound)
		send_kept_soon(plane, tunnel);
	else
		admit_early(plane, sa);
	(void)TAKE_PTR(sa);
	on_settle(plane);
	return 0;
}

int plane_update_sa(struct plane *plane, const struct espd_sa_update *update)
{
	struct sa *sa = sadb_find(&plane->sadb, &update->key);

	return sa ? sadb_update(&plane->sadb, sa, update) : -ENOENT;
}

int plane_remove_sa(struct plane *plane, const struct espd_sa_key *key)
{
	struct sa *sa = sadb_find(&plane->sadb, key);

	if (!sa)
		return -ENOENT;
	sadb_remove(&plane->sadb, sa);
	return 0;
}

int plane_query_sa(struct plane *plane, const struct espd_sa_key *key, struct espd_sa_counters *ret)
{
	const struct sa *sa = sadb_find(&plane->sadb, key);

	if (!sa)
		return -ENOENT;
	*ret = (struct espd_sa_counters){ .key = *key,
		.packets = sa->packets,
		.bytes = sa->bytes,
		.idle_s = sa->last_ms ? (uint64_t)(now_ms() - sa->last_ms) / 1000 : UINT64_MAX };
	return 0;
}

void plane_flush_sas(struct plane *plane)
{
	sadb_flush(&plane->sadb);
}

void plane_orphan_sas(struct plane *plane)
{
	sadb_orphan(&plane->sadb, now_ms());
	plane->worker->counters.drop_unknown_spi += early_clear(&plane->worker->early);
}

int plane_orphans(const struct plane *plane, uint32_t if_id, uint32_t *ret_len)
{
	const struct tunnel *tunnel = tunnels_get(&plane->tunnels, if_id);

	if (!tunnel)
		return -ENOENT;
	for (uint32_t kind = ESPD_SOCKET_IKE; kind <= ESPD_SOCKET_ESP; kind++)
		if (!wires_get(&plane->wires, kind, tunnel->config.local_address))
			return -ENOENT;
	*ret_len = sadb_count_orphans(&plane->sadb, tunnel);
	return 0;
}

void plane_send_ike(
	struct plane *plane, const struct espd_ike *ike, const uint8_t *payload, size_t size)
{
	const struct wire *wire = wires_get(&plane->wires,
		ike->local_port == NATT_PORT ? ESPD_SOCKET_IKE_NATT : ESPD_SOCKET_IKE,
		ike->local_address);

	if (wire && wire_send_fragmentable(
			    wire, ike->remote_address, ike->remote_port, payload, size) == 0)
		plane->worker->counters.ike_out++;
	else
		plane->worker->counters.drop_ike_out++;
}

const struct wires *plane_wires(const struct plane *plane)
{
	return &plane->wires;
}

const struct tunnels *plane_tunnels(const struct plane *plane)
{
	return &plane->tunnels;
}

const struct sadb *plane_sadb(const struct plane *plane)
{
	return &plane->sadb;
}

int plane_tunnel_counters(
	const struct plane *plane, uint32_t if_id, struct espd_tunnel_counters *ret)
{
	const struct tunnel *tunnel = tunnels_get(&plane->tunnels, if_id);

	if (!tunnel)
		return -ENOENT;
	tunnel_counters_get(tunnel, ret);
	sadb_count(&plane->sadb, tunnel, &ret->inbound_sas, &ret->outbound_sas);
	return 0;
}

void plane_global_counters(const struct plane *plane, struct espd_global_counters *ret)
{
	const struct global_counters *c = &plane->worker->counters;

	*ret = (struct espd_global_counters){ .ike_in = c->ike_in,
		.ike_out = c->ike_out,
		.keepalives = c->keepalives,
		.drop_ike_limit = c->drop_ike_limit,
		.drop_ike_queue = c->drop_ike_queue,
		.drop_garbage = c->drop_garbage,
		.drop_unknown_spi = c->drop_unknown_spi,
		.drop_ike_out = c->drop_ike_out };
}
