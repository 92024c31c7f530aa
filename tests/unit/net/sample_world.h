/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small worlds for tests of drivers: VPC, gateways, connections and routes by their numbers.
 */
#pragma once

#include "support/unit.h"

#include "reconcile/world.h"

#include <arpa/inet.h>

static inline char *sample_id(enum kind kind, uint32_t number)
{
	return xasprintf("%s%u", kind_info(kind)->id_prefix, number);
}

static inline void sample_text(char **to, char *text)
{
	free(*to);
	*to = text;
}

static inline void *sample_new(enum kind kind, char *id)
{
	struct resource *resource = resource_new(kind);

	resource_set_defaults(kind, resource);
	sample_text(&resource->id, id);
	sample_text(&resource->region_id, xstrdup("local-1"));
	return resource;
}

static inline void sample_put(struct world *world, enum kind kind, void *resource)
{
	AUTO_FREE char *key =
		xasprintf("%s/%s", kind_info(kind)->name, ((struct resource *)resource)->id);
	json_t *document = resource_encode(kind, resource, NULL);
	struct fault fault = { 0 };
	int err = world_set(world, key, document, 1, &fault);

	json_decref(document);
	if (err < 0)
		fail_msg("%s: %s %s %s", key, fault.field, fault.value, fault.rule);
	resource_free(kind, resource);
}

static inline void sample_remove(struct world *world, enum kind kind, uint32_t number)
{
	AUTO_FREE char *id = sample_id(kind, number);
	AUTO_FREE char *key = xasprintf("%s/%s", kind_info(kind)->name, id);
	struct fault fault = { 0 };

	assert_int_equal(world_set(world, key, NULL, 2, &fault), 0);
}

static inline struct addr sample_addr(const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(text, &addr), 0);
	return addr;
}

static inline struct prefix sample_prefix(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

/* lan: link on the gateway machine; NULL: none. */
static inline void sample_vpc(struct world *world, uint32_t number, const char *lan)
{
	struct vpc *vpc = sample_new(KIND_VPC, sample_id(KIND_VPC, number));

	vpc->cidr_block = sample_prefix("10.0.0.0/16");
	vpc->number = number;
	if (lan) {
		sample_text(&vpc->lan_interface, xstrdup(lan));
		vpc->lan_address = sample_addr("10.0.0.1");
		vpc->lan_prefix_len = 24;
	}
	sample_put(world, KIND_VPC, vpc);
}

static inline void sample_gateway(struct world *world, uint32_t number, uint32_t vpc)
{
	struct vpn_gateway *gateway =
		sample_new(KIND_VPN_GATEWAY, sample_id(KIND_VPN_GATEWAY, number));

	gateway->number = number;
	gateway->bandwidth = 10;
	sample_text(&gateway->vpc_id, sample_id(KIND_VPC, vpc));
	gateway->internet_ip.v4 = htonl(0xcb007100U + number); /* 203.0.113.<number> */
	gateway->local_ip.v4 = htonl(0x0a090000U + number);
	sample_put(world, KIND_VPN_GATEWAY, gateway);
}

static inline void sample_all(struct prefixes *prefixes)
{
	prefixes->items = xcalloc(1, sizeof(*prefixes->items)); /* 0.0.0.0/0 */
	prefixes->len = 1;
}

static inline void sample_connection(struct world *world, uint32_t number, uint32_t gateway)
{
	struct vpn_connection *connection =
		sample_new(KIND_VPN_CONNECTION, sample_id(KIND_VPN_CONNECTION, number));

	connection->number = number;
	sample_text(&connection->vpn_gateway_id, sample_id(KIND_VPN_GATEWAY, gateway));
	sample_text(&connection->customer_gateway_id, xstrdup("cgw-1"));
	sample_text(&connection->ike_config.local_id, xstrdup("203.0.113.1"));
	sample_text(&connection->ike_config.remote_id, xstrdup("203.0.113.2"));
	sample_all(&connection->local_subnet);
	sample_all(&connection->remote_subnet);
	sample_put(world, KIND_VPN_CONNECTION, connection);
}

static inline char *sample_route_id(uint32_t gateway, uint32_t connection, const char *destination)
{
	AUTO_FREE char *gateway_id = sample_id(KIND_VPN_GATEWAY, gateway);
	AUTO_FREE char *connection_id = sample_id(KIND_VPN_CONNECTION, connection);

	return vpn_route_entry_id(gateway_id, connection_id, sample_prefix(destination));
}

static inline void sample_route(struct world *world, uint32_t gateway, uint32_t connection,
	const char *destination, uint32_t weight, bool publish)
{
	struct vpn_route_entry *entry =
		sample_new(KIND_VPN_ROUTE_ENTRY, sample_route_id(gateway, connection, destination));

	sample_text(&entry->vpn_gateway_id, sample_id(KIND_VPN_GATEWAY, gateway));
	sample_text(&entry->next_hop, sample_id(KIND_VPN_CONNECTION, connection));
	entry->route_dest = sample_prefix(destination);
	entry->weight = weight;
	entry->publish_vpc = publish;
	sample_put(world, KIND_VPN_ROUTE_ENTRY, entry);
}

static inline char *sample_policy_id(
	uint32_t gateway, uint32_t connection, const char *source, const char *destination)
{
	AUTO_FREE char *gateway_id = sample_id(KIND_VPN_GATEWAY, gateway);
	AUTO_FREE char *connection_id = sample_id(KIND_VPN_CONNECTION, connection);

	return vpn_pbr_route_entry_id(
		gateway_id, connection_id, sample_prefix(source), sample_prefix(destination));
}

struct sample_policy {
	uint32_t gateway, connection;
	const char *source, *destination;
	uint32_t priority, weight;
	bool publish;
};

static inline void sample_policy(struct world *world, const struct sample_policy *policy)
{
	struct vpn_pbr_route_entry *entry = sample_new(
		KIND_VPN_PBR_ROUTE_ENTRY, sample_policy_id(policy->gateway, policy->connection,
						  policy->source, policy->destination));

	sample_text(&entry->vpn_gateway_id, sample_id(KIND_VPN_GATEWAY, policy->gateway));
	sample_text(&entry->next_hop, sample_id(KIND_VPN_CONNECTION, policy->connection));
	entry->route_source = sample_prefix(policy->source);
	entry->route_dest = sample_prefix(policy->destination);
	entry->priority = policy->priority;
	entry->weight = policy->weight;
	entry->publish_vpc = policy->publish;
	sample_put(world, KIND_VPN_PBR_ROUTE_ENTRY, entry);
}
