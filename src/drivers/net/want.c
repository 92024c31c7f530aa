/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What VPCs, gateways, connections and route entries ask of the network. Pure.
 */
#include "drivers/net/net_private.h"
#include "reconcile/mtu.h"

#include <linux/rtnetlink.h>
#include <stdio.h>

static void want_rule(
	const char *vpc_id, const struct rt_rule *rule, const char *owner, struct items *ret)
{
	struct part part = {
		.type = PART_RULE, .vpc_id = (char *)(uintptr_t)vpc_id, .rule = *rule
	};

	part_add(ret, &part, owner);
}

/* What every section has: where it is entered, the destination routes after the policy routes, and
 * an end. */
static void want_section(
	const char *vpc_id, uint32_t section, uint32_t table, const char *owner, struct items *ret)
{
	const struct rt_rule rules[] = {
		{ .preference = section, .action = RT_NOP },
		{ .preference = section + SECTION_DESTINATION, .table = table },
		{ .preference = section + SECTION_END, .action = RT_UNREACHABLE },
	};

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		want_rule(vpc_id, &rules[i], owner, ret);
}

static void want_vpc(const struct vpc *vpc, struct items *ret)
{
	struct part domain = { .type = PART_DOMAIN, .vpc_id = vpc->meta.id };
	struct part lan = { .type = PART_LAN,
		.vpc_id = vpc->meta.id,
		.address = { vpc->lan_address, (uint8_t)vpc->lan_prefix_len } };
	const struct rt_rule rules[] = {
		{ .preference = PREFERENCE_CONNECTED,
			.table = RT_TABLE_MAIN,
			.without_default = true },
		{ .preference = PREFERENCE_OTHERS, .action = RT_GOTO, .target = SECTION_PUBLISHED },
		{ .preference = PREFERENCE_BEYOND, .action = RT_UNREACHABLE },
	};

	part_add(ret, &domain, vpc->meta.id);
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		want_rule(vpc->meta.id, &rules[i], vpc->meta.id, ret);
	want_section(vpc->meta.id, SECTION_PUBLISHED, TABLE_PUBLISHED, vpc->meta.id, ret);
	if (!vpc->lan_interface || !*vpc->lan_interface)
		return;
	snprintf(lan.interface, sizeof(lan.interface), "%s", vpc->lan_interface);
	part_add(ret, &lan, vpc->meta.id);
}

static void want_gateway(const struct vpn_gateway *gateway, struct items *ret)
{
	uint32_t section = section_of_gateway(gateway->number);
	struct rt_rule bgp = { .preference = section + SECTION_BGP,
		.table = table_bgp(gateway->number) };

	want_section(gateway->vpc_id, section, table_all(gateway->number), gateway->meta.id, ret);
	want_rule(gateway->vpc_id, &bgp, gateway->meta.id, ret);
	if (!gateway->auto_propagate)
		return;
	bgp.preference = section_published_bgp(gateway->number);
	want_rule(gateway->vpc_id, &bgp, gateway->meta.id, ret);
}

/* The tables that policy routes lead to. While the connection does not carry, the first one says
 * "go on" to the next of equal policy routes; the second one ends the search. */
static void want_tables(
	const char *vpc_id, const struct vpn_connection *connection, struct items *ret)
{
	struct part into = { .type = PART_ROUTE,
		.vpc_id = (char *)(uintptr_t)vpc_id,
		.route_number = connection->number,
		.weight = 100 };
	struct part no = { .type = PART_ROUTE, .vpc_id = into.vpc_id };

	into.route.table = no.route.table = table_ready(connection->number);
	no.route.is_throw = true;
	part_add(ret, &into, connection->meta.id);
	part_add(ret, &no, connection->meta.id);
	into.route.table = no.route.table = table_last(connection->number);
	no.route.is_throw = false;
	part_add(ret, &into, connection->meta.id);
	part_add(ret, &no, connection->meta.id);
}

/* The TCP connection of a BGP session runs between the two addresses of TunnelCidr. */
static void want_address(
	const char *vpc_id, const struct vpn_connection *connection, struct items *ret)
{
	const struct bgp_config *bgp = &connection->bgp_config;
	struct part address = { .type = PART_ADDRESS,
		.vpc_id = (char *)(uintptr_t)vpc_id,
		.number = connection->number,
		.address = { bgp->local_bgp_ip, bgp->tunnel_cidr.len } };

	if (!bgp->enable_bgp)
		return;
	part_link_name(connection->number, address.interface);
	part_add(ret, &address, connection->meta.id);
}

static void want_connection(
	const struct world *world, const struct vpn_connection *connection, struct items *ret)
{
	const struct vpn_gateway *gateway = world_gateway_of(world, connection);
	struct part link = {
		.type = PART_LINK, .number = connection->number, .mtu = tunnel_mtu(connection)
	};
	struct rt_rule rule = { .preference = PREFERENCE_TUNNEL, .action = RT_GOTO };

	if (!gateway)
		return;
	link.vpc_id = gateway->vpc_id;
	part_link_name(connection->number, link.interface);
	snprintf(link.alias, sizeof(link.alias), "%s", connection->meta.id);
	part_add(ret, &link, connection->meta.id);
	want_address(gateway->vpc_id, connection, ret);
	part_link_name(connection->number, rule.in_interface);
	rule.target = section_of_gateway(gateway->number);
	want_rule(gateway->vpc_id, &rule, connection->meta.id, ret);
	want_tables(gateway->vpc_id, connection, ret);
}

/* Where a route leads: NULL while that is not known, or when it is another gateway's. */
static const struct vpn_connection *next_hop_of(
	const struct world *world, const char *vpn_gateway_id, const char *next_hop)
{
	const struct vpn_connection *connection = world_get(world, KIND_VPN_CONNECTION, next_hop);

	return connection && strcmp(connection->vpn_gateway_id, vpn_gateway_id) == 0 ? connection
										     : NULL;
}

static void want_route(
	const struct world *world, const struct vpn_route_entry *entry, struct items *ret)
{
	const struct vpn_gateway *gateway =
		world_get(world, KIND_VPN_GATEWAY, entry->vpn_gateway_id);
	const struct vpn_connection *connection =
		next_hop_of(world, entry->vpn_gateway_id, entry->next_hop);
	struct part route = { .type = PART_ROUTE,
		.route = { .destination = entry->route_dest },
		.weight = entry->weight };

	if (!gateway || !connection)
		return;
	route.vpc_id = gateway->vpc_id;
	route.route_number = connection->number;
	route.route.table = table_all(gateway->number);
	part_add(ret, &route, entry->meta.id);
	if (!entry->publish_vpc)
		return;
	route.route.table = TABLE_PUBLISHED;
	part_add(ret, &route, entry->meta.id);
}

static void want_policy(const struct vpn_pbr_route_entry *entry, const char *vpc_id,
	uint32_t section, uint32_t number, struct items *ret)
{
	struct policy_place place = { .priority = entry->priority,
		.source_len = entry->route_source.len,
		.destination_len = entry->route_dest.len,
		.is_standby = entry->weight == 0 };
	struct rt_rule rule = { .preference = section_policy(section, &place),
		.table = table_ready(number),
		.source = entry->route_source,
		.destination = entry->route_dest };

	want_rule(vpc_id, &rule, entry->meta.id, ret);
	place.is_last = true;
	rule.preference = section_policy(section, &place);
	rule.table = table_last(number);
	want_rule(vpc_id, &rule, entry->meta.id, ret);
}

static void want_policy_route(
	const struct world *world, const struct vpn_pbr_route_entry *entry, struct items *ret)
{
	const struct vpn_gateway *gateway =
		world_get(world, KIND_VPN_GATEWAY, entry->vpn_gateway_id);
	const struct vpn_connection *connection =
		next_hop_of(world, entry->vpn_gateway_id, entry->next_hop);

	if (!gateway || !connection)
		return;
	want_policy(entry, gateway->vpc_id, section_of_gateway(gateway->number), connection->number,
		ret);
	if (entry->publish_vpc)
		want_policy(entry, gateway->vpc_id, SECTION_PUBLISHED, connection->number, ret);
}

static void want_one(
	const struct world *world, enum kind kind, const void *resource, struct items *ret)
{
	switch (kind) {
	case KIND_VPC:
		want_vpc(resource, ret);
		break;
	case KIND_VPN_GATEWAY:
		want_gateway(resource, ret);
		break;
	case KIND_VPN_CONNECTION:
		want_connection(world, resource, ret);
		break;
	case KIND_VPN_ROUTE_ENTRY:
		want_route(world, resource, ret);
		break;
	case KIND_VPN_PBR_ROUTE_ENTRY:
		want_policy_route(world, resource, ret);
		break;
	case KIND_VSWITCH:
	case KIND_CUSTOMER_GATEWAY:
	case KIND_ACCESS_KEY:
	case KIND_COUNT:
		break;
	}
}

int net_want(const struct world *world, const struct scope *scope, struct items *ret)
{
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		size_t len;
		const void *const *all = world_list(world, (enum kind)kind, &len);

		if (scope->id && kind != (int)scope->kind)
			continue;
		if (scope->id) {
			const void *one = world_get(world, scope->kind, scope->id);

			if (one)
				want_one(world, scope->kind, one, ret);
			continue;
		}
		for (size_t i = 0; i < len; i++)
			want_one(world, (enum kind)kind, all[i], ret);
	}
	return 0;
}

bool net_same(const struct item *want, const struct item *seen)
{
	const struct part *a = want->data, *b = seen->data;

	switch (a->type) {
	case PART_DOMAIN:
		return b->is_ready;
	case PART_LAN:
		return b->is_ready && strcmp(a->interface, b->interface) == 0 &&
		       prefix_equal(a->address, b->address);
	case PART_LINK:
		return b->is_ready && a->mtu == b->mtu && strcmp(a->alias, b->alias) == 0;
	case PART_ADDRESS:
		return prefix_equal(a->address, b->address);
	case PART_RULE:
		return a->rule.preference == b->rule.preference &&
		       a->rule.action == b->rule.action && a->rule.target == b->rule.target &&
		       a->rule.without_default == b->rule.without_default &&
		       prefix_equal(a->rule.source, b->rule.source) &&
		       prefix_equal(a->rule.destination, b->rule.destination);
	case PART_ROUTE:
		return a->route.is_throw == b->route.is_throw &&
		       b->route.priority == part_route_priority(a, b->carrying, b->route.priority);
	}
	return false;
}
