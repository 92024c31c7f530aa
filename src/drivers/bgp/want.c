/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session needs the file of its gateway and that of its VPC, which are there as long as one
 * session needs them: whoever asks for the first asks for all three, and what hangs on vSwitches
 * and routes is the gateway's.
 */
#include "drivers/bgp/want.h"

#include "base/secret.h"
#include "drivers/bgp/text.h"

#include <string.h>

static bool has_session(const struct vpn_connection *connection)
{
	return connection->bgp_config.enable_bgp;
}

static const struct vpn_connection *session_of_gateway(
	const struct world *world, const char *gateway_id)
{
	size_t len;
	const void *const *all = world_list(world, KIND_VPN_CONNECTION, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_connection *connection = all[i];

		if (has_session(connection) && strcmp(connection->vpn_gateway_id, gateway_id) == 0)
			return connection;
	}
	return NULL;
}

static bool vpc_has_session(const struct world *world, const char *vpc_id)
{
	size_t len;
	const void *const *all = world_list(world, KIND_VPN_CONNECTION, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_connection *connection = all[i];
		const struct vpn_gateway *gateway =
			has_session(connection) ? world_gateway_of(world, connection) : NULL;

		if (gateway && strcmp(gateway->vpc_id, vpc_id) == 0)
			return true;
	}
	return false;
}

char *file_wanted(const struct world *world, const struct bgp_file *file, uint32_t *ret_number)
{
	const struct vpc *vpc = world_get(world, KIND_VPC, file->vpc_id);
	const struct vpn_gateway *gateway;
	const struct vpn_connection *connection;

	*ret_number = 0;
	switch (file->type) {
	case BGP_MAIN:
		return vpc && vpc_has_session(world, file->vpc_id) ? text_main(vpc) : NULL;
	case BGP_GATEWAY:
		gateway = world_get(world, KIND_VPN_GATEWAY, file->id);
		return gateway && session_of_gateway(world, file->id) ? text_gateway(world, gateway)
								      : NULL;
	case BGP_SESSION:
		connection = world_get(world, KIND_VPN_CONNECTION, file->id);
		if (!connection || !has_session(connection))
			return NULL;
		*ret_number = connection->number;
		return text_session(world, connection);
	}
	return NULL;
}

static void free_part(void *data)
{
	struct bgp_part *part = data;

	bgp_file_clear(&part->file);
	free_wiped(part->text);
	free(part);
}

void part_add_take(struct items *items, const struct bgp_file *file, char *text, uint32_t number,
	const char *owner)
{
	struct bgp_part *part = xcalloc(1, sizeof(*part));

	part->file = (struct bgp_file){ file->type, xstrdup(file->vpc_id), xstrdup(file->id) };
	part->text = text;
	part->number = number;
	items_add_take(items, (struct item){ .key = bgp_file_name(file),
				      .owner = xstrdup(owner),
				      .rank = file->type,
				      .data = part,
				      .free_data = free_part });
}

struct each {
	void (*call)(void *arg, const struct bgp_file *file);
	void *arg;
};

static void tell(
	const struct each *each, enum bgp_file_type type, const char *vpc_id, const char *id)
{
	each->call(each->arg,
		&(struct bgp_file){ type, (char *)(uintptr_t)vpc_id, (char *)(uintptr_t)id });
}

static void each_of_gateway(
	const struct world *world, const char *gateway_id, const struct each *each)
{
	const struct vpn_gateway *gateway = world_get(world, KIND_VPN_GATEWAY, gateway_id);

	if (!gateway)
		return;
	tell(each, BGP_MAIN, gateway->vpc_id, gateway->vpc_id);
	tell(each, BGP_GATEWAY, gateway->vpc_id, gateway_id);
}

/* vpc_id NULL: of all. */
static void each_of_vpc(const struct world *world, const char *vpc_id, const struct each *each)
{
	size_t len;
	const void *const *all = world_list(world, KIND_VPN_GATEWAY, &len);

	if (vpc_id)
		tell(each, BGP_MAIN, vpc_id, vpc_id);
	for (size_t i = 0; i < len; i++) {
		const struct vpn_gateway *gateway = all[i];

		if (!vpc_id || strcmp(gateway->vpc_id, vpc_id) == 0)
			tell(each, BGP_GATEWAY, gateway->vpc_id, gateway->meta.id);
	}
}

static void each_of_connection(const struct world *world, const char *id, const struct each *each)
{
	const struct vpn_connection *connection = world_get(world, KIND_VPN_CONNECTION, id);
	const struct vpn_gateway *gateway = connection ? world_gateway_of(world, connection) : NULL;

	if (!gateway || !has_session(connection))
		return;
	each_of_gateway(world, gateway->meta.id, each);
	tell(each, BGP_SESSION, gateway->vpc_id, id);
}

static void each_of_vswitch(const struct world *world, const char *id, const struct each *each)
{
	const struct vswitch *vswitch = world_get(world, KIND_VSWITCH, id);

	each_of_vpc(world, vswitch ? vswitch->vpc_id : NULL, each);
}

/* The id of a route begins with its gateway's, and outlives the route. */
static void each_of_route(const struct world *world, const char *id, const struct each *each)
{
	AUTO_FREE char *gateway_id = xstrndup(id, strcspn(id, "."));

	each_of_gateway(world, gateway_id, each);
}

void scope_each(const struct world *world, const struct scope *scope,
	void (*call)(void *arg, const struct bgp_file *file), void *arg)
{
	const struct each each = { call, arg };

	switch (scope->kind) {
	case KIND_VPC:
		each_of_vpc(world, scope->id, &each);
		break;
	case KIND_VPN_GATEWAY:
		each_of_gateway(world, scope->id, &each);
		break;
	case KIND_VPN_CONNECTION:
		each_of_connection(world, scope->id, &each);
		break;
	case KIND_VSWITCH:
		each_of_vswitch(world, scope->id, &each);
		break;
	case KIND_VPN_ROUTE_ENTRY:
	case KIND_VPN_PBR_ROUTE_ENTRY:
		each_of_route(world, scope->id, &each);
		break;
	case KIND_CUSTOMER_GATEWAY:
	case KIND_ACCESS_KEY:
	case KIND_COUNT:
		break;
	}
}

struct asking {
	const struct world *world;
	const char *owner; /* NULL: each file's own resource */
	struct items *items;
};

static void want_file(void *arg, const struct bgp_file *file)
{
	const struct asking *asking = arg;
	uint32_t number;
	char *text = file_wanted(asking->world, file, &number);

	if (text)
		part_add_take(asking->items, file, text, number,
			asking->owner ? asking->owner : file->id);
}

static void want_all(const struct asking *asking)
{
	const struct world *world = asking->world;
	const struct each each = { want_file, (void *)(uintptr_t)asking };
	size_t len;
	const void *const *all = world_list(world, KIND_VPC, &len);

	for (size_t i = 0; i < len; i++)
		each_of_vpc(world, ((const struct vpc *)all[i])->meta.id, &each);
	all = world_list(world, KIND_VPN_CONNECTION, &len);
	for (size_t i = 0; i < len; i++) {
		const struct vpn_connection *connection = all[i];
		const struct vpn_gateway *gateway = world_gateway_of(world, connection);

		if (gateway && has_session(connection))
			tell(&each, BGP_SESSION, gateway->vpc_id, connection->meta.id);
	}
}

int bgp_want(const struct world *world, const struct scope *scope, struct items *ret)
{
	struct asking asking = { world, scope->id, ret };

	if (scope->id)
		scope_each(world, scope, want_file, &asking);
	else
		want_all(&asking);
	return 0;
}
