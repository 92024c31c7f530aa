/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of all actions: the families side by side. Knows no action by name.
 */
#include "api/table.h"

#include <string.h>

static const struct action *const families[] = { region_actions, vpc_actions, vswitch_actions,
	vpn_gateway_actions, vpn_gateway_encapsulation_actions, customer_gateway_actions,
	vpn_connection_actions, vpn_connection_log_actions, vpn_connection_switch_actions,
	vpn_route_actions, vpn_pbr_route_actions, tag_actions, resource_group_actions,
	peer_view_actions, peer_config_actions, absent_actions, extension_actions,
	access_key_actions };

void action_each(void (*visit)(void *arg, const struct action *action), void *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (const struct action *action = families[i]; action->name; action++)
			visit(arg, action);
}

const struct action *action_find(const char *version, const char *name, enum reason *ret_reason)
{
	bool is_version = false;

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (const struct action *action = families[i]; action->name; action++) {
			if (strcmp(action->version, version))
				continue;
			is_version = true;
			if (!strcmp(action->name, name))
				return action;
		}
	*ret_reason = is_version ? REASON_ACTION_UNKNOWN : REASON_VERSION_UNKNOWN;
	return NULL;
}
