/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the resources ask of charon: one item per connection that is enabled. Pure. One whose
 * gateway is not known is still wanted, so that nothing of it is removed, but left as it is.
 */
#include "drivers/ike/ike_private.h"

static void add(
	const struct world *world, const struct vpn_connection *connection, struct items *ret)
{
	struct ike_want *want;

	if (connection->disabled)
		return;
	want = xcalloc(1, sizeof(*want));
	ike_settings_of(world, connection, &want->settings);
	items_add_take(ret, (struct item){ .key = xstrdup(connection->meta.id),
				    .owner = xstrdup(connection->meta.id),
				    .data = want,
				    .free_data = free });
}

int ike_want(const struct world *world, const struct scope *scope, struct items *ret)
{
	size_t len;
	const void *const *list;

	if (scope->id) {
		const struct vpn_connection *connection =
			world_get(world, KIND_VPN_CONNECTION, scope->id);

		if (scope->kind == KIND_VPN_CONNECTION && connection)
			add(world, connection, ret);
		return 0;
	}
	list = world_list(world, KIND_VPN_CONNECTION, &len);
	for (size_t i = 0; i < len; i++)
		add(world, list[i], ret);
	return 0;
}

bool ike_is_called_for(const struct vpn_connection *connection, bool is_demanded)
{
	return connection->effect_immediately || is_demanded;
}

bool ike_same(const struct item *want_item, const struct item *seen_item)
{
	const struct ike_want *want = want_item->data;
	const struct ike_seen *seen = seen_item->data;
	struct ike_plan plan;
	bool is_settled;

	if (!ike_settings_are_complete(&want->settings))
		return true;
	if (seen->must_reset || !ike_seen_has_settings(seen, &want->settings))
		return false;
	ike_plan_of(seen, &plan);
	is_settled = ike_plan_is_settled(&plan);
	if (!ike_is_called_for(want->settings.connection, seen->is_demanded))
		is_settled = is_settled || ike_plan_is_quiet(&plan);
	ike_plan_clear(&plan);
	return is_settled;
}
