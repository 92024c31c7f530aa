/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw status: gateways and connections on one screen, each layer of a connection with since when,
 * and why one is not up. Takes the filters of the list of connections.
 */
#include "cli/status.h"

#include "base/instant.h"
#include "base/strbuf.h"
#include "cli/rows.h"
#include "cli/verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OUTPUT_MAX (64 * 1024 * 1024)
#define GATEWAY_COLUMNS "GATEWAY:VpnGatewayId NAME:Name STATUS:Status ADDRESS:InternetIp VPC:VpcId"
#define CONNECTION_COLUMNS                                                                         \
	"CONNECTION:VpnConnectionId NAME:Name STATE:State IKE:Ike IPSEC:Ipsec HEALTH:Health "      \
	"SINCE:Since WHY:Why"

/* "3d", "2h", "41s"; an own string. */
static char *age_text(int64_t since_ms)
{
	static const struct {
		int64_t s;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	int64_t age_s = (wall_now_ms() - since_ms) / 1000;

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (age_s >= units[i].s)
			return xasprintf("%" PRId64 "%c", age_s / units[i].s, units[i].unit);
	return xstrdup("0s");
}

static const json_t *find_condition(const json_t *detail, const char *type)
{
	const json_t *condition;
	size_t i;

	json_array_foreach (value_at(detail, "Conditions.Condition"), i, condition)
		if (strcmp(json_text(condition, "Type"), type) == 0)
			return condition;
	return NULL;
}

static void add_layer(json_t *row, const char *name, const json_t *condition)
{
	const char *text = "-";

	if (condition)
		text = json_is_true(json_object_get(condition, "Status")) ? "up" : "down";
	json_object_set_new(row, name, json_string(text));
}

/* Since the layer that carries packets is as it is; why, if it is not up. */
static void add_since(json_t *row, const json_t *detail, const json_t *ipsec)
{
	bool is_disabled = json_is_false(json_object_get(detail, "Enabled"));
	json_int_t since = json_integer_value(json_object_get(ipsec, "Since"));
	AUTO_FREE char *age = since ? age_text(since) : xstrdup("-");
	AUTO_FREE char *why = NULL;

	if (is_disabled)
		why = xstrdup("disabled");
	else if (ipsec && !json_is_true(json_object_get(ipsec, "Status")))
		why = xasprintf("%s: %s", json_text(ipsec, "Reason"), json_text(ipsec, "Message"));
	json_object_set_new(row, "Since", json_string(age));
	json_object_set_new(row, "Why", json_string(why ? why : ""));
}

static json_t *make_row(const json_t *connection, const json_t *detail)
{
	const json_t *ipsec = find_condition(detail, "Ipsec");
	json_t *row = json_object();

	json_object_set(row, "VpnConnectionId", json_object_get(connection, "VpnConnectionId"));
	json_object_set(row, "Name", json_object_get(connection, "Name"));
	json_object_set(row, "State", json_object_get(detail, "State"));
	add_layer(row, "Ike", find_condition(detail, "Ike"));
	add_layer(row, "Ipsec", ipsec);
	add_layer(row, "Health", find_condition(detail, "Health"));
	add_since(row, detail, ipsec);
	return row;
}

static int describe(const struct context *context, const json_t *connection, struct reply *ret)
{
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);

	form_add(&form, "VpnConnectionId", json_text(connection, "VpnConnectionId"));
	return run_ask(context, "DescribeVpnConnectionDetail", strbuf_text(&form), ret);
}

/* rows: for people, details: as the API answers. */
static int collect(
	const struct context *context, const json_t *connections, json_t *rows, json_t *details)
{
	const json_t *connection;
	size_t i;

	json_array_foreach (connections, i, connection) {
		struct reply detail = { 0 };

		if (describe(context, connection, &detail) < 0)
			return -EIO;
		json_object_set(detail.json, "Name", json_object_get(connection, "Name"));
		json_array_append_new(rows, make_row(connection, detail.json));
		/* Not cleared: there is no secret in it, and the list goes on to own it. */
		json_array_append_new(details, detail.json);
	}
	return 0;
}

static int print_json(const json_t *gateways, json_t *details)
{
	json_auto_t *whole = json_pack("{s:O, s:O}", "VpnGateways", (json_t *)(uintptr_t)gateways,
		"VpnConnections", details);
	AUTO_FREE char *text = json_dumps(whole, JSON_INDENT(2) | JSON_SORT_KEYS);

	puts(text);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int print_tables(const json_t *gateways, const json_t *rows)
{
	AUTO_STRBUF struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

	rows_print(&out, gateways, GATEWAY_COLUMNS);
	strbuf_add_char(&out, '\n');
	rows_print(&out, rows, CONNECTION_COLUMNS);
	fputs(strbuf_text(&out), stdout);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run_status(struct context *context)
{
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);
	AUTO_REPLY struct reply gateways = { 0 }, connections = { 0 };
	json_auto_t *rows = json_array(), *details = json_array();
	AUTO_FREE char *problem = NULL;

	if (settings_form(&context->settings, &form, &problem) < 0) {
		fprintf(stderr, "vpngw status: %s; see vpngw status --help\n", problem);
		return EXIT_USAGE;
	}
	if (run_ask_all(context, "DescribeVpnGateways", "", &gateways) < 0 ||
		run_ask_all(context, context->action->name, strbuf_text(&form), &connections) < 0 ||
		collect(context, rows_of(connections.json), rows, details) < 0)
		return EXIT_FAILURE;
	if (context->is_json)
		return print_json(rows_of(gateways.json), details);
	return print_tables(rows_of(gateways.json), rows);
}

const struct command status_command = { .noun = "status",
	.verb = "",
	.action = "DescribeVpnConnections",
	.run = run_status,
	.doc = "Gateways, and connections with their layers; the flags choose connections." };

int verb_status(int argc, char **argv)
{
	return run_command(&status_command, argc - 1, argv + 1);
}
