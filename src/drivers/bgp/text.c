/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering. A published route leads into connections; their own sessions do not get it back, so it
 * carries their numbers in an attribute that never leaves BIRD.
 */
#include "drivers/bgp/text.h"

#include "base/secret.h"
#include "base/strbuf.h"
#include "reconcile/bgp_place.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HOLD_LINE "\tdisabled;\n"
#define GATEWAY_MAX (4 * 1024 * 1024)
/* Of the kernel's notices for BIRD: those of thousands of routes at once. What does not fit is only
 * noticed with the next scan. */
#define NOTICES_SIZE 8388608U
/* The attribute of a static route: numbers of the connections it leads into. */
#define VIA "vpngw_via"

/* Longer than that of peers that try as soon as we do: two connections that meet half way end both,
 * and the next two might meet again. */
#define CONNECT_DELAY_S 2U

/* A network to be advertised; number 0: of the VPC itself. */
struct net {
	struct prefix prefix;
	uint32_t number;
};

struct nets {
	struct net *items;
	size_t len, room;
};

char *text_main(const struct vpc *vpc)
{
	struct addr first = { vpc->cidr_block.addr.v4 | htonl(1) };
	char router_id[ADDR_TEXT_SIZE];

	addr_format(first, router_id);
	return xasprintf("# %s: written by vpngw-agent\n"
			 "log stderr { info, remote, warning, error, auth, fatal, bug };\n"
			 "router id %s;\n"
			 "timeformat protocol iso long ms;\n"
			 "attribute lclist " VIA ";\n"
			 "protocol device { scan time 10; }\n"
			 "include \"%s/*.conf\";\n",
		vpc->meta.id, router_id, vpc->meta.id);
}

static void nets_add(struct nets *nets, struct prefix prefix, uint32_t number)
{
	if (nets->len == nets->room) {
		nets->room = nets->room ? 2 * nets->room : 16;
		nets->items = xreallocarray(nets->items, nets->room, sizeof(*nets->items));
	}
	nets->items[nets->len++] = (struct net){ prefix, number };
}

static int compare_nets(const void *a, const void *b)
{
	const struct net *left = a, *right = b;
	int order = prefix_compare(left->prefix, right->prefix);

	return order ? order : (left->number > right->number) - (left->number < right->number);
}

static void add_vswitches(const struct world *world, const char *vpc_id, struct nets *nets)
{
	size_t len;
	const void *const *all = world_list(world, KIND_VSWITCH, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vswitch *vswitch = all[i];

		if (strcmp(vswitch->vpc_id, vpc_id) == 0)
			nets_add(nets, vswitch->cidr_block, 0);
	}
}

static void add_route(
	const struct world *world, const char *next_hop, struct prefix prefix, struct nets *nets)
{
	const struct vpn_connection *connection = world_get(world, KIND_VPN_CONNECTION, next_hop);

	if (connection && prefix.len)
		nets_add(nets, prefix, connection->number);
}

static void add_published(const struct world *world, const char *gateway_id, struct nets *nets)
{
	size_t len;
	const void *const *all = world_list(world, KIND_VPN_ROUTE_ENTRY, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_route_entry *entry = all[i];

		if (entry->publish_vpc && strcmp(entry->vpn_gateway_id, gateway_id) == 0)
			add_route(world, entry->next_hop, entry->route_dest, nets);
	}
	all = world_list(world, KIND_VPN_PBR_ROUTE_ENTRY, &len);
	for (size_t i = 0; i < len; i++) {
		const struct vpn_pbr_route_entry *entry = all[i];

		if (entry->publish_vpc && strcmp(entry->vpn_gateway_id, gateway_id) == 0)
			add_route(world, entry->next_hop, entry->route_dest, nets);
	}
}

/* All items of one prefix, from *at on; *at is behind them afterwards. */
static void render_net(const struct nets *nets, size_t *at, struct strbuf *buf)
{
	const struct net *first = &nets->items[*at];
	char prefix[PREFIX_TEXT_SIZE];
	uint32_t last = 0;

	prefix_format(first->prefix, prefix);
	strbuf_addf(buf, "\troute %s blackhole", prefix);
	if (first->number)
		strbuf_add(buf, " { " VIA " = ---empty---;");
	for (; *at < nets->len && prefix_equal(nets->items[*at].prefix, first->prefix); ++*at) {
		uint32_t number = nets->items[*at].number;

		/* a network of the VPC goes to everybody, whatever else is published */
		if (first->number && number != last)
			strbuf_addf(buf, " " VIA " = add(" VIA ", (0, 0, %u));", number);
		last = number;
	}
	strbuf_add(buf, first->number ? " };\n" : ";\n");
}

char *text_gateway(const struct world *world, const struct vpn_gateway *gateway)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(GATEWAY_MAX);
	struct nets nets = { 0 };
	uint32_t number = gateway->number;

	strbuf_addf(&buf,
		"# %s\n"
		"ipv4 table " BGP_TABLE_PREFIX "%u;\n"
		"protocol kernel kernel_%u {\n"
		"\tkernel table %u;\n"
		"\tscan time 5; netlink rx buffer %u;\n"
		"\tipv4 { table " BGP_TABLE_PREFIX
		"%u; import none; export where source = RTS_BGP; };\n"
		"}\n"
		"protocol static static_%u {\n"
		"\tipv4 { table " BGP_TABLE_PREFIX "%u; };\n",
		gateway->meta.id, number, number, kernel_table_bgp(number), NOTICES_SIZE, number,
		number, number);
	add_vswitches(world, gateway->vpc_id, &nets);
	add_published(world, gateway->meta.id, &nets);
	if (nets.len)
		qsort(nets.items, nets.len, sizeof(*nets.items), compare_nets);
	for (size_t at = 0; at < nets.len;)
		render_net(&nets, &at, &buf);
	free(nets.items);
	strbuf_add(&buf, "}\n");
	return strbuf_take(&buf);
}

/* One allocation of the right size: a growing buffer would leave pieces of a key behind. */
static char *format(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *format, ...)
{
	va_list args, again;
	char *text = NULL;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, args);
	if (size >= 0) {
		text = xmalloc((size_t)size + 1);
		vsnprintf(text, (size_t)size + 1, format, again);
	}
	va_end(again);
	va_end(args);
	return text;
}

char *text_session(const struct world *world, const struct vpn_connection *connection)
{
	const struct bgp_config *bgp = &connection->bgp_config;
	const struct vpn_gateway *gateway = world_gateway_of(world, connection);
	const struct customer_gateway *peer = world_customer_gateway_of(world, connection);
	char router_id[ADDR_TEXT_SIZE], local[ADDR_TEXT_SIZE], remote[ADDR_TEXT_SIZE];
	uint32_t number = connection->number;
	const struct secret *key;

	if (!gateway || !peer || !peer->asn)
		return NULL;
	key = peer->auth_key && peer->auth_key->size ? peer->auth_key : NULL;
	addr_format(gateway->internet_ip, router_id);
	addr_format(bgp->local_bgp_ip, local);
	addr_format(vpn_connection_peer_bgp_ip(connection), remote);
	return format("protocol bgp " BGP_SESSION_PREFIX "%u {\n"
		      "\tdescription \"%s\";\n"
		      "\trouter id %s;\n"
		      "\tlocal %s as %u;\n"
		      "\tneighbor %s as %u;\n"
		      "\tinterface \"" TUNNEL_LINK_PREFIX "%u\";\n"
		      "\tstrict bind; direct;\n"
		      "%s%s%s"
		      "\thold time %u; keepalive time %u;\n"
		      "\tconnect delay time %u; connect retry time 2; error wait time 1, 5;\n"
		      "\tgraceful restart off;\n"
		      "\tipv4 {\n"
		      "\t\ttable " BGP_TABLE_PREFIX "%u;\n"
		      "\t\tnext hop self;\n"
		      "\t\timport limit %u action restart;\n"
		      "\t\timport where net !~ [ 127.0.0.0/8+, 169.254.0.0/16+, 224.0.0.0/4+ ];\n"
		      "\t\texport filter { if (0, 0, %u) ~ " VIA " then reject; accept; };\n"
		      "\t};\n"
		      "}\n",
		number, connection->meta.id, router_id, local, bgp->local_asn, remote, peer->asn,
		number, key ? "\tpassword \"" : "", key ? (const char *)key->bytes : "",
		key ? "\";\n" : "", BGP_HOLD_S, BGP_KEEPALIVE_S, CONNECT_DELAY_S, gateway->number,
		BGP_PREFIX_LIMIT, number);
}

char *text_hold(const char *session)
{
	size_t head = strcspn(session, "\n");

	return format("%.*s\n" HOLD_LINE "%s", (int)head, session,
		session + head + (session[head] ? 1 : 0));
}

bool text_release(char *session)
{
	char *body = strchr(session, '\n');
	size_t size = strlen(HOLD_LINE);

	if (!body || strncmp(body + 1, HOLD_LINE, size) != 0)
		return false;
	memmove(body + 1, body + 1 + size, strlen(body + 1 + size) + 1);
	return true;
}
