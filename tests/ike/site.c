/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wires an agent with the IKE driver alone. Looks at charon through a client of its own.
 */
#include "ike/site.h"

#include "base/loop.h"
#include "drivers/ike/fingerprint.h"
#include "drivers/ike/service.h"
#include "drivers/ike/vici_client.h"
#include "reconcile/reconciler.h"
#include "resource/vault.h"

#include <stdio.h>
#include <string.h>

struct site {
	struct loop *loop;
	struct clock clock;
	enum side side;
	struct store *store;
	struct vault *vault;
	struct secret *fingerprint_key;
	struct vpn_connection *connections[SITE_CONNECTIONS];
	uint64_t revisions[SITE_CONNECTIONS];
	int which; /* waited for */
	/* the agent */
	struct world *world;
	struct ike_service *service;
	struct reconciler *reconciler;
	struct driver_use driver;
	/* a look at charon */
	struct vici_client *client;
	struct site_view view;
	bool is_answered;
};

static void set_text(char **to, const char *text)
{
	free(*to);
	*to = xstrdup(text);
}

static void init_meta(enum kind kind, struct resource *meta, const char *id)
{
	resource_set_defaults(kind, meta);
	set_text(&meta->id, id);
	set_text(&meta->region_id, "local-1");
}

static void put(struct site *site, enum kind kind, const void *resource, uint64_t *ret_revision)
{
	AUTO_FREE char *key = xasprintf(
		"desired/%s/%s", kind_info(kind)->name, ((const struct resource *)resource)->id);
	json_t *document = resource_encode(kind, resource, site->vault);
	AUTO_FREE char *text = json_dumps(document, 0);
	struct store_op op = { key, text, strlen(text), STORE_ANY, false };

	json_decref(document);
	if (store_commit(site->store, &op, 1, ret_revision, NULL) < 0)
		abort();
}

static struct addr address_of(enum side side)
{
	struct addr addr;

	if (addr_parse(side == LEFT ? "10.9.0.1" : "10.9.0.2", &addr) < 0)
		abort();
	return addr;
}

static void set_subnet(struct prefixes *prefixes, enum side side)
{
	free(prefixes->items);
	prefixes->items = xcalloc(1, sizeof(*prefixes->items));
	prefixes->len = 1;
	if (prefix_parse(side == LEFT ? "10.1.0.0/16" : "10.2.0.0/16", &prefixes->items[0]) < 0)
		abort();
}

static void put_gateways(struct site *site)
{
	struct vpn_gateway *gateway = resource_new(KIND_VPN_GATEWAY);
	struct customer_gateway *customer = resource_new(KIND_CUSTOMER_GATEWAY);

	init_meta(KIND_VPN_GATEWAY, &gateway->meta, "vpn-0123456789abcdefg");
	set_text(&gateway->vpc_id, "vpc-0123456789abcdefg");
	gateway->bandwidth = 5;
	gateway->number = 1;
	gateway->internet_ip = gateway->local_ip = address_of(site->side);
	put(site, KIND_VPN_GATEWAY, gateway, NULL);
	init_meta(KIND_CUSTOMER_GATEWAY, &customer->meta, "cgw-0123456789abcdefg");
	customer->ip_address = address_of(!site->side);
	put(site, KIND_CUSTOMER_GATEWAY, customer, NULL);
	resource_free(KIND_VPN_GATEWAY, gateway);
	resource_free(KIND_CUSTOMER_GATEWAY, customer);
}

static void make_id(int which, char ret[static RESOURCE_ID_SIZE])
{
	(void)snprintf(ret, RESOURCE_ID_SIZE, "%s", SITE_ID);
	ret[strlen(ret) - 1] = (char)('g' + which);
}

static struct vpn_connection *make_connection(enum side side, int which)
{
	struct vpn_connection *connection = resource_new(KIND_VPN_CONNECTION);
	char text[ADDR_TEXT_SIZE], id[RESOURCE_ID_SIZE];

	make_id(which, id);
	init_meta(KIND_VPN_CONNECTION, &connection->meta, id);
	set_text(&connection->vpn_gateway_id, "vpn-0123456789abcdefg");
	set_text(&connection->customer_gateway_id, "cgw-0123456789abcdefg");
	addr_format(address_of(side), text);
	set_text(&connection->ike_config.local_id, text);
	addr_format(address_of(!side), text);
	set_text(&connection->ike_config.remote_id, text);
	connection->ike_config.psk = secret_new("~`!@#$%^&*()_-+={}[]\\|;:',.<>/?", 31);
	set_subnet(&connection->local_subnet, side);
	set_subnet(&connection->remote_subnet, !side);
	connection->number = 7 + (uint32_t)which;
	return connection;
}

struct site *site_new(struct loop *loop, enum side side)
{
	struct site *site = xcalloc(1, sizeof(*site));
	AUTO_FREE char *vault = xasprintf("%s/vault.%d", charons_folder(), (int)side);
	AUTO_FREE char *key = xasprintf("%s/fingerprint.%d", charons_folder(), (int)side);

	site->loop = loop;
	site->clock = clock_of_loop(loop);
	site->side = side;
	if (store_open_memory(loop, &site->store) < 0 ||
		vault_open(vault, true, &site->vault) < 0 ||
		fingerprint_key_open(key, &site->fingerprint_key) < 0)
		abort();
	put_gateways(site);
	for (int i = 0; i < SITE_CONNECTIONS; i++)
		site->connections[i] = make_connection(side, i);
	return site;
}

void site_free(struct site *site)
{
	site_stop_agent(site);
	for (int i = 0; i < SITE_CONNECTIONS; i++)
		resource_free(KIND_VPN_CONNECTION, site->connections[i]);
	secret_free(site->fingerprint_key);
	store_free(site->store);
	vault_free(site->vault);
	free(site);
}

static void mark(void *arg, enum kind kind, const char *id)
{
	struct site *site = arg;

	reconciler_mark(site->reconciler, kind, id);
}

void site_start_agent(struct site *site)
{
	struct reconciler_settings settings = {
		.store = site->store,
		.clock = &site->clock,
		.drivers = &site->driver,
		.drivers_len = 1,
	};
	struct ike_service_settings service = {
		.loop = site->loop,
		.clock = &site->clock,
		.vici_path = charons_vici_path(site->side),
		.fingerprint_key = site->fingerprint_key,
		.mark = mark,
		.mark_arg = site,
	};

	site->world = world_new(site->vault);
	settings.world = site->world;
	service.world = site->world;
	site->service = ike_service_new(&service);
	site->driver = (struct driver_use){ &ike_driver, ike_service_driver_ctx(site->service) };
	site->reconciler = reconciler_new(&settings);
	reconciler_start(site->reconciler);
}

void site_stop_agent(struct site *site)
{
	ike_service_free(TAKE_PTR(site->service));
	reconciler_free(TAKE_PTR(site->reconciler));
	world_free(TAKE_PTR(site->world));
}

struct vpn_connection *site_connection_at(struct site *site, int which)
{
	return site->connections[which];
}

struct vpn_connection *site_connection(struct site *site)
{
	return site_connection_at(site, 0);
}

void site_put_at(struct site *site, int which)
{
	put(site, KIND_VPN_CONNECTION, site->connections[which], &site->revisions[which]);
}

void site_put(struct site *site)
{
	site_put_at(site, 0);
}

void site_delete_at(struct site *site, int which)
{
	AUTO_FREE char *key = NULL;
	struct store_op op = { .expected = STORE_ANY };
	char id[RESOURCE_ID_SIZE];

	make_id(which, id);
	key = xasprintf("desired/vpn-connection/%s", id);
	op.key = key;
	if (store_commit(site->store, &op, 1, NULL, NULL) < 0)
		abort();
}

void site_delete(struct site *site)
{
	site_delete_at(site, 0);
}

bool site_status_at(struct site *site, int which, struct status *ret)
{
	AUTO_FREE char *key = NULL;
	struct store_entry entry;
	char id[RESOURCE_ID_SIZE];
	json_t *document;
	int err;

	make_id(which, id);
	key = xasprintf("status/vpn-connection/%s", id);
	err = store_get(site->store, key, &entry);
	if (err < 0)
		return false;
	document = json_loads(entry.value, 0, NULL);
	store_entry_clear(&entry);
	err = status_decode(document, ret);
	json_decref(document);
	return err == 0;
}

bool site_status(struct site *site, struct status *ret)
{
	return site_status_at(site, 0, ret);
}

static bool wait_until(struct site *site, uint32_t limit_ms, bool (*is_so)(struct site *site))
{
	struct mono end = mono_add_ms(mono_now(), limit_ms);

	while (!is_so(site)) {
		if (mono_now().ns > end.ns)
			return false;
		loop_run_once(site->loop, 50);
	}
	return true;
}

static bool is_up(struct site *site)
{
	struct status status;
	bool is_so;

	if (!site_status_at(site, site->which, &status))
		return false;
	is_so = status.conditions[CONDITION_IPSEC].is_true;
	status_clear(&status);
	return is_so;
}

static bool is_down(struct site *site)
{
	return !is_up(site);
}

static bool is_applied(struct site *site)
{
	struct status status;
	bool is_so;

	if (!site_status_at(site, site->which, &status))
		return false;
	is_so = strcmp(status_state(&status, site->revisions[site->which]), "active") == 0;
	status_clear(&status);
	return is_so;
}

static bool is_gone(struct site *site)
{
	struct status status;

	if (!site_status_at(site, site->which, &status))
		return true;
	status_clear(&status);
	return false;
}

bool site_wait_up_at(struct site *site, int which, bool up, uint32_t limit_ms)
{
	site->which = which;
	return wait_until(site, limit_ms, up ? is_up : is_down);
}

bool site_wait_up(struct site *site, bool up, uint32_t limit_ms)
{
	return site_wait_up_at(site, 0, up, limit_ms);
}

bool site_wait_applied_at(struct site *site, int which, uint32_t limit_ms)
{
	site->which = which;
	return wait_until(site, limit_ms, is_applied);
}

bool site_wait_applied(struct site *site, uint32_t limit_ms)
{
	return site_wait_applied_at(site, 0, limit_ms);
}

bool site_wait_gone_at(struct site *site, int which, uint32_t limit_ms)
{
	site->which = which;
	return wait_until(site, limit_ms, is_gone);
}

bool site_wait_gone(struct site *site, uint32_t limit_ms)
{
	return site_wait_gone_at(site, 0, limit_ms);
}

static bool never(struct site *site)
{
	(void)site;
	return false;
}

void site_run(struct site *site, uint32_t duration_ms)
{
	(void)wait_until(site, duration_ms, never);
}

static void got_connection(void *arg, const struct vici_tree *message)
{
	(void)message;
	((struct site *)arg)->view.connections++;
}

static void got_child(
	struct site *site, const struct vici_tree *message, const struct vici_node *child)
{
	char id[RESOURCE_ID_SIZE];

	for (int i = 0; i < SITE_CONNECTIONS; i++) {
		make_id(i, id);
		if (vici_value_is(vici_find(message, child, "name"), id) &&
			vici_value_is(vici_find(message, child, "state"), "INSTALLED"))
			site->view.children[i] =
				(uint32_t)vici_number(message, child, "uniqueid", 0);
	}
}

static void got_sa(void *arg, const struct vici_tree *message)
{
	struct site *site = arg;
	const struct vici_node *sa = vici_first(message, vici_root(message));
	const struct vici_node *children = vici_find(message, sa, "child-sas");

	site->view.ike_sa = (uint32_t)vici_number(message, sa, "uniqueid", 0);
	site->view.ike_sas++;
	children = children ? vici_first(message, children) : NULL;
	for (; children; children = vici_next(message, children))
		got_child(site, message, children);
}

static void listed_sas(void *arg, int err, const struct vici_tree *answer)
{
	(void)answer;
	if (err < 0)
		abort();
	((struct site *)arg)->is_answered = true;
}

static void listed_keys(void *arg, int err, const struct vici_tree *answer)
{
	struct site *site = arg;
	const struct vici_node *key;

	if (err < 0)
		abort();
	key = vici_first(answer, vici_find(answer, vici_root(answer), "keys"));
	for (; key; key = vici_next(answer, key))
		site->view.keys++;
	vici_client_request(site->client, &(struct vici_request){ .command = "list-sas",
						  .streamed = got_sa,
						  .done = listed_sas,
						  .arg = site });
}

static void listed_connections(void *arg, int err, const struct vici_tree *answer)
{
	struct site *site = arg;

	(void)answer;
	if (err < 0)
		abort();
	vici_client_request(
		site->client, &(struct vici_request){
				      .command = "get-shared", .done = listed_keys, .arg = site });
}

static void client_ready(void *arg)
{
	struct site *site = arg;

	vici_client_request(site->client, &(struct vici_request){ .command = "list-conns",
						  .streamed = got_connection,
						  .done = listed_connections,
						  .arg = site });
}

static void client_lost(void *arg)
{
	(void)arg;
}

static void client_event(void *arg, const char *name, const struct vici_tree *message)
{
	(void)arg;
	(void)name;
	(void)message;
}

static bool is_answered(struct site *site)
{
	return site->is_answered;
}

void site_view(struct site *site, struct site_view *ret)
{
	static const char *const events[] = { "ike-updown", NULL };
	const struct vici_client_calls calls = {
		.ready = client_ready,
		.lost = client_lost,
		.event = client_event,
		.arg = site,
	};

	site->view = (struct site_view){ 0 };
	site->is_answered = false;
	site->client = vici_client_new(site->loop, charons_vici_path(site->side), events, &calls);
	if (!wait_until(site, 5000, is_answered))
		abort();
	vici_client_free(site->client);
	*ret = site->view;
}

void site_look(struct site *site, uint32_t *ret_connections, uint32_t *ret_keys, uint32_t *ret_sa)
{
	struct site_view view;

	site_view(site, &view);
	*ret_connections = view.connections;
	*ret_keys = view.keys;
	*ret_sa = view.ike_sa;
}
