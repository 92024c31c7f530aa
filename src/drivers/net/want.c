/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What VPCs, gateways, connections and route entries ask of the network. Pure.
 */
#include "drivers/net/net_private.h"

#include <linux/rtnetlink.h>
#include <stdio.h>

static void want_vpc(const struct vpc *vpc, struct items *ret)
{
	struct part domain = { .type = PART_DOMAIN, .vpc_id = vpc->meta.id };
	struct part lan = { .type = PART_LAN,
		.vpc_id = vpc->meta.id,
		.address = { vpc->lan_address, (uint8_t)vpc->lan_prefix_len } };
	struct part rule = { .type = PART_RULE,
		.vpc_id = vpc->meta.id,
		.rule = { .preference = PART_PREFERENCE_CONNECTED,
			.table = RT_TABLE_MAIN,
			.without_default = true } };
	struct part beyond = { .type = PART_RULE,
		.vpc_id = vpc->meta.id,
		.rule = { .preference = PART_PREFERENCE_BEYOND, .is_unreachable = true } };

	part_add(ret, &domain, vpc->meta.id);
	part_add(ret, &rule, vpc->meta.id);
	part_add(ret, &beyond, vpc->meta.id);
	if (!vpc->lan_interface || !*vpc->lan_interface)
		return;
	snprintf(lan.interface, sizeof(lan.interface), "%s", vpc->lan_interface);
	part_add(ret, &lan, vpc->meta.id);
}

static void want_gateway(const struct vpn_gateway *gateway, struct items *ret)
{
	struct part rule = { .type = PART_RULE,
		.vpc_id = gateway->vpc_id,
		.rule = { .preference = PART_PREFERENCE_PUBLISHED,
			.table = part_published_table(gateway->number) } };
	struct part last = { .type = PART_ROUTE,
		.vpc_id = gateway->vpc_id,
		.route = { .table = part_all_table(gateway->number) } };

	part_add(ret, &rule, gateway->meta.id);
	part_add(ret, &last, gateway->meta.id);
}

static void want_connection(
	const struct world *world, const struct vpn_connection *connection, struct items *ret)
{
	const struct vpn_gateway *gateway = world_gateway_of(world, connection);
	struct part link = {
		.type = PART_LINK, .number = connection->number, .mtu = world_tunnel_mtu(connection)
	};
	struct part rule = { .type = PART_RULE, .rule = { .preference = PART_PREFERENCE_TUNNEL } };

	if (!gateway)
		return;
	link.vpc_id = rule.vpc_id = gateway->vpc_id;
	part_link_name(connection->number, link.interface);
	part_link_name(connection->number, rule.rule.in_interface);
	rule.rule.table = part_all_table(gateway->number);
	snprintf(link.alias, sizeof(link.alias), "%s", connection->meta.id);
	part_add(ret, &link, connection->meta.id);
	part_add(ret, &rule, connection->meta.id);
}

static void want_route(
	const struct world *world, const struct vpn_route_entry *entry, struct items *ret)
{
	const struct vpn_gateway *gateway =
		world_get(world, KIND_VPN_GATEWAY, entry->vpn_gateway_id);
	const struct vpn_connection *connection =
		world_get(world, KIND_VPN_CONNECTION, entry->next_hop);
	struct part route = { .type = PART_ROUTE,
		.route = { .destination = entry->route_dest },
		.weight = entry->weight };

	if (!gateway || !connection)
		return;
	route.vpc_id = gateway->vpc_id;
	route.route_number = connection->number;
	route.route.table = part_all_table(gateway->number);
	part_add(ret, &route, entry->meta.id);
	if (!entry->publish_vpc)
		return;
	route.route.table = part_published_table(gateway->number);
	part_add(ret, &route, entry->meta.id);
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
	case KIND_VSWITCH:
	case KIND_CUSTOMER_GATEWAY:
	case KIND_VPN_PBR_ROUTE_ENTRY:
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
	case PART_RULE:
		return a->rule.without_default == b->rule.without_default &&
		       a->rule.is_unreachable == b->rule.is_unreachable;
	case PART_ROUTE:
		return b->route.priority == part_route_priority(a, b->carrying, b->route.priority);
	}
	return false;
}
