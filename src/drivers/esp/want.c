/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three sockets per gateway, one tunnel per connection. Pure.
 */
#include "drivers/esp/endpoint.h"

#include "reconcile/mtu.h"

void endpoint_add(struct items *items, const struct endpoint *endpoint, const char *owner)
{
	char address[ADDR_TEXT_SIZE];
	char *key;

	if (endpoint->is_tunnel) {
		key = xasprintf("tunnel/%u", endpoint->tunnel.if_id);
	} else {
		addr_format((struct addr){ endpoint->socket.local_address }, address);
		key = xasprintf("socket/%s/%u", address, endpoint->socket.kind);
	}
	items_add_take(items, (struct item){ .key = key,
				      .owner = xstrdup(owner),
				      .rank = endpoint->is_tunnel,
				      .data = xmemdup(endpoint, sizeof(*endpoint)),
				      .free_data = free });
}

static void want_gateway(const struct vpn_gateway *gateway, struct items *ret)
{
	static const uint32_t kinds[] = { ESPD_SOCKET_IKE, ESPD_SOCKET_IKE_NATT, ESPD_SOCKET_ESP };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		endpoint_add(ret,
			&(struct endpoint){ .socket = { .kind = kinds[i],
						    .local_address = gateway->local_ip.v4 } },
			gateway->meta.id);
}

static void want_connection(
	const struct world *world, const struct vpn_connection *connection, struct items *ret)
{
	const struct vpn_gateway *gateway = world_gateway_of(world, connection);

	if (gateway)
		endpoint_add(ret,
			&(struct endpoint){ .is_tunnel = true,
				.tunnel = { .if_id = connection->number,
					.mtu = tunnel_mtu(connection),
					.local_address = gateway->local_ip.v4 } },
			connection->meta.id);
}

static void want_all(const struct world *world, struct items *ret)
{
	size_t gateways_len, connections_len;
	const void *const *gateways = world_list(world, KIND_VPN_GATEWAY, &gateways_len);
	const void *const *connections = world_list(world, KIND_VPN_CONNECTION, &connections_len);

	for (size_t i = 0; i < gateways_len; i++)
		want_gateway(gateways[i], ret);
	for (size_t i = 0; i < connections_len; i++)
		want_connection(world, connections[i], ret);
}

int endpoint_want(const struct world *world, const struct scope *scope, struct items *ret)
{
	const void *one;

	if (!scope->id) {
		want_all(world, ret);
		return 0;
	}
	one = world_get(world, scope->kind, scope->id);
	if (one && scope->kind == KIND_VPN_GATEWAY)
		want_gateway(one, ret);
	if (one && scope->kind == KIND_VPN_CONNECTION)
		want_connection(world, one, ret);
	return 0;
}

bool endpoint_same(const struct item *want, const struct item *seen)
{
	const struct endpoint *a = want->data, *b = seen->data;

	if (!a->is_tunnel)
		return true; /* all of it is in the key */
	return !b->is_stale && a->tunnel.mtu == b->tunnel.mtu &&
	       a->tunnel.local_address == b->tunnel.local_address;
}
