/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, changing and deleting routes of either table. Knows the fields all routes have by name,
 * those of one table only through it.
 */
#include "api/actions/vpn_route.h"

#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/guard.h"
#include "api/actions/quota.h"

#include <errno.h>
#include <string.h>

static const struct unsupported unsupported[] = {
	{ "OverlayMode", "Ipsec", "use Ipsec or leave it out" },
	{},
};

void route_clear(struct route *route)
{
	if (route->entry)
		resource_free(route->table->kind, route->entry);
	route->entry = NULL;
}

const struct field *route_field(const struct route_table *table, const char *name)
{
	return field_find(kind_info(table->kind)->fields, name);
}

const char *route_state(const struct route_table *table, const void *entry)
{
	AUTO_FREE char *publish = field_to_text(route_field(table, "PublishVpc"), entry);

	return strcmp(publish, "true") == 0 ? "published" : "normal";
}

void route_answer(const struct route_table *table, const void *entry, json_t *answer)
{
	answer_some(table->kind, entry, table->shown, answer);
	answer_text(answer, "State", route_state(table, entry));
}

static void take_place(struct route *route, const struct vpn_gateway *gateway)
{
	struct resource *meta = route->entry;

	free(meta->id);
	meta->id = route->table->make_id(route->entry);
	free(meta->region_id);
	meta->region_id = xstrdup(gateway->meta.region_id);
}

static void answer_created(const struct route *route, json_t *answer)
{
	const struct resource *meta = route->entry;

	route_answer(route->table, route->entry, answer);
	answer_text(answer, "Description", meta->description);
	answer_text(answer, "OverlayMode", "Ipsec");
}

int route_create(const struct api *api, const struct request *request,
	const struct route_table *table, struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_ROUTE struct route route = { table, NULL };
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *next_hop = NULL;
	int err = given_unsupported(request, unsupported, fault);

	if (!err)
		err = given_new(api, request, table->kind, &route.entry, fault);
	if (!err)
		err = find_resource(
			api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);
	if (!err)
		err = route_find_next_hop(api, request, gateway, &next_hop, fault);
	if (err)
		return err;
	take_place(&route, gateway);
	err = resource_check(table->kind, route.entry, fault);
	if (!err)
		err = guard_take(api, change, next_hop->meta.id);
	if (!err)
		err = guard_take(api, change, gateway->meta.id);
	if (!err)
		err = quota_check(api, table->quota, gateway->meta.id, 1, fault);
	if (!err)
		err = route_check_new(api, &route, fault);
	if (err)
		return err;
	change_check(change, KIND_VPN_CONNECTION, next_hop);
	change_put(change, api, table->kind, route.entry);
	change->resource_id = xstrdup(((struct resource *)route.entry)->id);
	answer_created(&route, answer);
	return 0;
}

/* The route a request means, with the values it states. */
static int find_stated(const struct api *api, const struct request *request,
	const struct route_table *table, struct change *change, struct route *ret,
	struct fault *fault)
{
	int err = given_unsupported(request, unsupported, fault);

	if (!err)
		err = route_find(api, request, table, ret, fault);
	if (!err)
		err = route_check_given(request, ret, fault);
	if (!err)
		change->resource_id = xstrdup(((struct resource *)ret->entry)->id);
	return err;
}

static bool is_new_value(const struct parameter *row)
{
	return strncmp(row->name, "New", strlen("New")) == 0;
}

static int take_new_values(
	const struct request *request, const struct route *route, struct fault *fault)
{
	const char *missing = NULL;
	bool is_any = false;
	int err = 0;

	for (const struct parameter *row = request->action->parameters; row->name && !err; row++) {
		const char *value = params_get(&request->params, row->name);
		struct field field;

		if (!is_new_value(row))
			continue;
		missing = row->name;
		if (!value || !*value)
			continue;
		field = *route_field(route->table, row->name + strlen("New"));
		field.name = row->name;
		err = field_set_text(&field, route->entry, value, fault);
		is_any = true;
	}
	if (err || is_any)
		return err;
	(void)fault_missing(fault, missing);
	return -EINVAL;
}

int route_modify(const struct api *api, const struct request *request,
	const struct route_table *table, struct change *change, struct fault *fault)
{
	AUTO_ROUTE struct route before = { table, NULL }, after = { table, NULL };
	int err = find_stated(api, request, table, change, &before, fault);

	if (err)
		return err;
	after.entry = resource_dup(table->kind, before.entry);
	err = take_new_values(request, &after, fault);
	if (!err)
		err = resource_check(table->kind, after.entry, fault);
	if (!err)
		change_replace(change, api, table->kind, before.entry, after.entry);
	return err;
}

int route_delete(const struct api *api, const struct request *request,
	const struct route_table *table, struct change *change, struct fault *fault)
{
	AUTO_ROUTE struct route route = { table, NULL };
	int err = find_stated(api, request, table, change, &route, fault);

	if (!err)
		change_delete(change, table->kind, route.entry);
	return err;
}
