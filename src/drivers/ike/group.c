/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names a group by a keyed hash over the phase 1 that charon would be told, and finds its members.
 */
#include "drivers/ike/group.h"

#include "base/encode.h"

#include <sodium.h>
#include <string.h>

#define HASH_SIZE 16 /* bytes; the first 17 digits are used */

void ike_settings_of(const struct world *world, const struct vpn_connection *connection,
	struct ike_settings *ret)
{
	*ret = (struct ike_settings){
		.connection = connection,
		.gateway = world_gateway_of(world, connection),
		.customer_gateway = world_customer_gateway_of(world, connection),
	};
}

bool ike_settings_are_complete(const struct ike_settings *settings)
{
	return settings->gateway && settings->customer_gateway;
}

bool ike_is_our_id(const char *name, size_t size)
{
	return size == IKE_ID_SIZE && memcmp(name, "vco-", 4) == 0;
}

bool ike_is_group_name(const char *name, size_t size)
{
	return size == IKE_ID_SIZE && memcmp(name, "vcg-", 4) == 0;
}

void ike_group_name(const struct ike_settings *settings, const struct secret *key,
	char ret[static IKE_NAME_SIZE])
{
	struct vici_message message = { 0 };
	uint8_t hash[HASH_SIZE];
	char text[2 * HASH_SIZE + 1];

	if (vpn_connection_is_destination_mode(settings->connection)) {
		(void)snprintf(ret, IKE_NAME_SIZE, "%s", settings->connection->meta.id);
		return;
	}
	vici_value(&message, "gateway", settings->gateway->meta.id);
	ike_load_conn("", settings, 0, &message);
	ike_load_shared(settings, "", &message);
	vici_value(&message, "nat", settings->connection->enable_nat_traversal ? "yes" : "no");
	crypto_generichash(hash, sizeof(hash), message.bytes, message.size, key->bytes, key->size);
	vici_message_clear(&message);
	hex_encode(hash, sizeof(hash), text);
	(void)snprintf(ret, IKE_NAME_SIZE, "vcg-%.17s", text);
}

static void add(struct ike_group *group, const struct ike_settings *settings)
{
	group->members = xreallocarray(group->members, group->len + 1, sizeof(*group->members));
	group->members[group->len++] = *settings;
}

/* Cheap: only those that pass are hashed. */
static bool may_be_together(const struct ike_settings *a, const struct vpn_connection *b)
{
	return !b->disabled && strcmp(a->connection->vpn_gateway_id, b->vpn_gateway_id) == 0 &&
	       !vpn_connection_is_destination_mode(b);
}

static bool is_member(const struct ike_group *group, const struct ike_settings *settings,
	const struct secret *key)
{
	char name[IKE_NAME_SIZE];

	if (!ike_settings_are_complete(settings))
		return false;
	ike_group_name(settings, key, name);
	return strcmp(name, group->name) == 0;
}

void ike_group_of(const struct world *world, const struct ike_settings *settings,
	const struct secret *key, struct ike_group *ret)
{
	size_t len;
	const void *const *list;

	*ret = (struct ike_group){ .len = 0 };
	ike_group_name(settings, key, ret->name);
	if (vpn_connection_is_destination_mode(settings->connection)) {
		add(ret, settings);
		return;
	}
	list = world_list(world, KIND_VPN_CONNECTION, &len);
	for (size_t i = 0; i < len; i++) {
		struct ike_settings other;

		if (!may_be_together(settings, list[i]))
			continue;
		ike_settings_of(world, list[i], &other);
		if (other.customer_gateway &&
			addr_equal(other.customer_gateway->ip_address,
				settings->customer_gateway->ip_address) &&
			is_member(ret, &other, key))
			add(ret, &other);
	}
}

void ike_group_add(struct ike_group *group, const struct world *world, const char *id,
	const struct secret *key)
{
	const struct vpn_connection *connection = world_get(world, KIND_VPN_CONNECTION, id);
	struct ike_settings settings;

	if (!connection || connection->disabled)
		return;
	ike_settings_of(world, connection, &settings);
	if (is_member(group, &settings, key))
		add(group, &settings);
}

void ike_group_clear(struct ike_group *group)
{
	free(group->members);
	*group = (struct ike_group){ .len = 0 };
}
