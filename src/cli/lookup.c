/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking up, by the lists of the API. Knows which list has which id; asks only where something is
 * missing.
 */
#include "cli/lookup.h"

#include "base/strbuf.h"
#include "cli/rows.h"
#include "resource/resource.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Where a parameter's id can be found by a name. */
static const struct named {
	const char *parameter, *prefix, *action, *id, *name;
} named[] = {
	{ "VpcId", "vpc-", "DescribeVpcs", "VpcId", "VpcName" },
	{ "VSwitchId", "vsw-", "DescribeVSwitches", "VSwitchId", "VSwitchName" },
	{ "VpnGatewayId", "vpn-", "DescribeVpnGateways", "VpnGatewayId", "Name" },
	{ "CustomerGatewayId", "cgw-", "DescribeCustomerGateways", "CustomerGatewayId", "Name" },
	{ "VpnConnectionId", "vco-", "DescribeVpnConnections", "VpnConnectionId", "Name" },
	{ "NextHop", "vco-", "DescribeVpnConnections", "VpnConnectionId", "Name" },
	{},
};

static const struct named *find_named(const char *parameter)
{
	for (const struct named *row = named; row->parameter; row++)
		if (strcmp(row->parameter, parameter) == 0)
			return row;
	return NULL;
}

/* The id of the only one with the name: an own string, or NULL with the problem. */
static char *pick(const json_t *rows, const struct named *row, const char *name, char **ret_problem)
{
	const char *found = NULL;
	const json_t *item;
	size_t i;

	json_array_foreach (rows, i, item) {
		if (strcmp(json_text(item, row->name), name) != 0)
			continue;
		if (found) {
			*ret_problem =
				xasprintf("\"%s\" is the name of both %s and %s: give the id", name,
					found, json_text(item, row->id));
			return NULL;
		}
		found = json_text(item, row->id);
	}
	if (found)
		return xstrdup(found);
	*ret_problem =
		xasprintf("nothing has the name \"%s\"; ids begin with %s", name, row->prefix);
	return NULL;
}

static int resolve(struct context *context, size_t index, char **ret_problem)
{
	const struct setting *setting = &context->settings.items[index];
	const struct named *row =
		setting->flag->member ? NULL : find_named(setting->flag->parameter->name);
	AUTO_REPLY struct reply reply = { 0 };
	AUTO_FREE char *id = NULL;
	int err;

	if (!row || !*setting->text || strncmp(setting->text, row->prefix, 4) == 0)
		return 0;
	err = run_ask_all(context, row->action, "", &reply);
	if (err < 0)
		return err;
	id = pick(rows_of(reply.json), row, setting->text, ret_problem);
	if (!id)
		return -EINVAL;
	settings_replace(&context->settings, index, id);
	return 0;
}

/* Needed and not given; NULL otherwise. */
static const struct flag *missing(const struct context *context, const char *parameter)
{
	const struct flag *flag = flags_find_parameter(&context->flags, parameter, NULL);

	return flag && flag->parameter->required && !settings_has(&context->settings, flag) ? flag
											    : NULL;
}

static int find_gateway(struct context *context)
{
	const struct flag *flag = missing(context, "VpnGatewayId");
	const char *connection = settings_get(&context->settings, "NextHop");
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);
	AUTO_REPLY struct reply reply = { 0 };
	int err;

	if (!flag || !connection)
		return 0;
	form_add(&form, "VpnConnectionId", connection);
	err = run_ask(context, "DescribeVpnConnection", strbuf_text(&form), &reply);
	if (!err)
		settings_add(&context->settings, flag, json_text(reply.json, "VpnGatewayId"));
	return err;
}

static bool is_route(const struct context *context, const json_t *row)
{
	static const char *const parts[] = { "NextHop", "RouteDest", "RouteSource" };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const char *text = settings_get(&context->settings, parts[i]);

		if (text && strcmp(text, json_text(row, parts[i])) != 0)
			return false;
	}
	return true;
}

static void take_number(struct context *context, const json_t *row, const char *parameter)
{
	const struct flag *flag = missing(context, parameter);
	const json_t *value = json_object_get(row, parameter);
	AUTO_FREE char *text = NULL;

	if (!flag || !json_is_integer(value))
		return;
	text = xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	settings_add(&context->settings, flag, text);
}

/* Routes are named with the weight and priority they have now. */
static int find_route(struct context *context, char **ret_problem)
{
	const char *gateway = settings_get(&context->settings, "VpnGatewayId");
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);
	AUTO_REPLY struct reply reply = { 0 };
	const json_t *row;
	size_t i;
	int err;

	if (!gateway || strncmp(context->action->name, "Create", 6) == 0 ||
		(!missing(context, "Weight") && !missing(context, "Priority")))
		return 0;
	form_add(&form, "VpnGatewayId", gateway);
	err = run_ask_all(context,
		strstr(context->action->name, "Pbr") ? "DescribeVpnPbrRouteEntries"
						     : "DescribeVpnRouteEntries",
		strbuf_text(&form), &reply);
	if (err < 0)
		return err;
	json_array_foreach (rows_of(reply.json), i, row)
		if (is_route(context, row)) {
			take_number(context, row, "Weight");
			take_number(context, row, "Priority");
			return 0;
		}
	*ret_problem = xasprintf("%s has no such route", gateway);
	return -EINVAL;
}

/* "vpn-connection" is "VPNCONNECTION" to the actions on tags. */
static void add_resource_type(struct context *context, const struct flag *flag, const char *id)
{
	char text[32] = "";
	size_t size = 0;

	for (int kind = 0; kind < KIND_COUNT; kind++) {
		const struct kind_info *info = kind_info((enum kind)kind);

		if (!info->id_prefix || !*info->id_prefix ||
			strncmp(id, info->id_prefix, strlen(info->id_prefix)) != 0)
			continue;
		for (const char *c = info->name; *c && size < sizeof(text) - 1; c++)
			if (*c != '-')
				text[size++] = (char)toupper((unsigned char)*c);
		settings_add(&context->settings, flag, text);
		return;
	}
}

static int find_resource_type(struct context *context, char **ret_problem)
{
	const struct flag *flag = missing(context, "ResourceType");
	const char *id = settings_get(&context->settings, "ResourceId");

	if (!flag || !id)
		return 0;
	add_resource_type(context, flag, id);
	if (settings_has(&context->settings, flag))
		return 0;
	*ret_problem =
		xasprintf("\"%s\" is no id: they begin with vpc-, vsw-, vpn-, cgw- or vco-", id);
	return -EINVAL;
}

int lookup(struct context *context, char **ret_problem)
{
	const size_t given = context->settings.len;
	int err = 0;

	for (size_t i = 0; !err && i < given; i++)
		err = resolve(context, i, ret_problem);
	if (!err)
		err = find_gateway(context);
	if (!err)
		err = find_route(context, ret_problem);
	if (!err)
		err = find_resource_type(context, ret_problem);
	return err;
}
