/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of a connection, as the agent keeps it: all lines as texts in the cloud's form, and the
 * events among them as they are. What may be written there is the agent's matter.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/listing.h"
#include "api/check.h"
#include "base/instant.h"
#include "base/parse.h"
#include "store/log.h"

#include <errno.h>
#include <string.h>

#define YEAR_9999_S                                                                                \
	253402300799 /* the last second that has a text; milliseconds are far beyond               \
		      */
#define MINUTE_S 60

/* Seconds, both inclusive. */
struct period {
	uint64_t from, to;
};

/* False when it was not sent. Its range has been checked. */
static bool read_number(const struct request *request, const char *name, uint64_t *ret)
{
	const char *text = params_get(&request->params, name);

	return text && *text && parse_u64(text, 0, UINT64_MAX, ret) == 0;
}

static int refuse_period(const struct request *request, struct fault *fault, const char *name,
	const char *rule, const char *remedy)
{
	return refuse_invalid(fault, name, params_get(&request->params, name), rule, remedy);
}

static int check_order(
	const struct request *request, const struct period *period, struct fault *fault)
{
	if (period->from <= period->to)
		return 0;
	return refuse_period(request, fault, "From", "must not be later than To",
		"give the earlier time as From, both in seconds since 1970");
}

/* Two of the three say it all; a third must say the same. */
static int read_period(const struct request *request, struct period *ret, struct fault *fault)
{
	struct period period = { 0 };
	uint64_t minutes = 0, length;
	bool has_from = read_number(request, "From", &period.from);
	bool has_to = read_number(request, "To", &period.to);
	bool has_minutes = read_number(request, "MinutePeriod", &minutes);

	if (!has_from && !has_to && !has_minutes)
		return fault_missing(fault, "MinutePeriod");
	if (!has_minutes && has_from != has_to)
		return refuse_period(request, fault, has_from ? "From" : "To",
			has_from ? "needs To or MinutePeriod" : "needs From or MinutePeriod",
			"give both ends of the period, or one end and MinutePeriod");
	length = minutes * MINUTE_S;
	if (has_from && has_to && has_minutes && period.to - period.from != length)
		return refuse_period(request, fault, "MinutePeriod", "contradicts From and To",
			"leave MinutePeriod or one of the two out");
	if (!has_from && !has_to)
		period.to = (uint64_t)request->now_ms / 1000;
	if (!has_to && has_from)
		period.to = period.from + length;
	if (!has_from)
		period.from = period.to > length ? period.to - length : 0;
	*ret = period;
	return check_order(request, ret, fault);
}

static int read_page(const struct api *api, const char *id, const struct period *period,
	bool is_events, const struct request *request, json_t *answer,
	struct store_log_entries *ret)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", id);
	uint64_t number = 1, size = 10;
	struct store_log_query query = {
		.key = key,
		.from_ms = (int64_t)period->from * 1000,
		.to_ms = (int64_t)period->to * 1000 + 999,
		.is_events = is_events,
		.is_newest_first = is_events,
	};

	(void)read_number(request, "PageNumber", &number);
	(void)read_number(request, "PageSize", &size);
	query.offset = (number - 1) * size;
	query.max = size;
	json_object_set_new(answer, "PageNumber", json_integer((json_int_t)number));
	json_object_set_new(answer, "PageSize", json_integer((json_int_t)size));
	return store_log_read(api->store, &query, ret);
}

/* "YYYY-MM-DD hh:mm:ss <id> [LEVEL]: text", UTC. */
static json_t *describe_line(const struct store_log_entry *entry, const char *id)
{
	char time[WALL_TEXT_SIZE];
	AUTO_FREE char *text = NULL;

	wall_format(entry->time_ms / 1000, time);
	time[10] = ' ';
	time[19] = '\0';
	text = xasprintf("%s %s [%s]: %s", time, id, entry->level, entry->text);
	return json_string(text);
}

static int describe_logs(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const struct unsupported unsupported[] = {
		{ "TunnelId", NULL, "name the connection: this gateway's have one tunnel" },
		{},
	};
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	AUTO_LOG_ENTRIES struct store_log_entries entries = {};
	json_t *lines = json_array();
	struct period period;
	int err;

	(void)change;
	json_object_set_new(answer, "Data", json_pack("{s:o}", "Logs", lines));
	err = given_unsupported(request, unsupported, fault);
	if (!err)
		err = find_resource(
			api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &connection, fault);
	if (!err)
		err = read_period(request, &period, fault);
	if (!err)
		err = read_page(
			api, connection->meta.id, &period, false, request, answer, &entries);
	if (err)
		return err;
	for (size_t i = 0; i < entries.len; i++)
		json_array_append_new(lines, describe_line(&entries.items[i], connection->meta.id));
	json_object_set_new(answer, "Count", json_integer((json_int_t)entries.len));
	answer_bool(answer, "IsCompleted", true);
	return 0;
}

/* What the agent knows beside the text goes in by its own names. */
static json_t *describe_event(const struct store_log_entry *entry)
{
	json_auto_t *data = json_loads(entry->data, JSON_REJECT_DUPLICATES, NULL);
	json_t *event = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "Time",
		(json_int_t)entry->time_ms, "Type", entry->type, "Level", entry->level, "Source",
		entry->source, "Reason", "", "Message", entry->text);

	if (json_is_object(data))
		json_object_update(event, data);
	return event;
}

static int describe_events(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	AUTO_LOG_ENTRIES struct store_log_entries entries = {};
	struct period period = { .from = 0, .to = YEAR_9999_S };
	json_t *events = json_array();
	int err = find_resource(
		api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &connection, fault);

	(void)change;
	json_object_set_new(answer, "Events", json_pack("{s:o}", "Event", events));
	(void)read_number(request, "From", &period.from);
	(void)read_number(request, "To", &period.to);
	if (!err)
		err = check_order(request, &period, fault);
	if (!err)
		err = read_page(api, connection->meta.id, &period, true, request, answer, &entries);
	if (err)
		return err;
	for (size_t i = 0; i < entries.len; i++)
		json_array_append_new(events, describe_event(&entries.items[i]));
	answer_text(answer, "VpnConnectionId", connection->meta.id);
	json_object_set_new(answer, "TotalCount", json_integer((json_int_t)entries.total));
	return 0;
}

#define PERIOD_PARAMETERS(from_doc, to_doc)                                                        \
	{ .name = "From", .type = PARAM_INTEGER, .max = YEAR_9999_S, .doc = (from_doc) },          \
	{                                                                                          \
		.name = "To", .type = PARAM_INTEGER, .max = YEAR_9999_S, .doc = (to_doc)           \
	}

static const struct parameter log_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpnConnectionId", .required = true, .doc = "The connection." },
	PERIOD_PARAMETERS("Seconds since 1970, inclusive. Needs To or MinutePeriod.",
		"Seconds since 1970, inclusive. Needs From or MinutePeriod."),
	{ .name = "MinutePeriod",
		.type = PARAM_INTEGER,
		.min = 1,
		.max = 10,
		.doc = "Minutes after From, before To, or before now when neither is given; then "
		       "it is mandatory." },
	{ .name = "TunnelId", .doc = "Refused: a connection here has one tunnel." },
	{},
};

static const struct parameter event_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpnConnectionId", .required = true, .doc = "The connection." },
	PERIOD_PARAMETERS("Seconds since 1970, inclusive; from the first one when left out.",
		"Seconds since 1970, inclusive; to the last one when left out."),
	{},
};

const struct action vpn_connection_log_actions[] = {
	{ "DescribeVpnConnectionLogs", API_VERSION_VPC, false, log_parameters, describe_logs,
		"The log of a connection, oldest line first: charon's lines about it and the "
		"gateway's own, each \"YYYY-MM-DD hh:mm:ss <id> [LEVEL]: text\" in UTC. Count is "
		"that of this page." },
	{ "DescribeVpnConnectionEvents", API_VERSION_VPNGW, false, event_parameters,
		describe_events,
		"The events in the log of a connection, newest first: Time in milliseconds, Type, "
		"Level, Source, Reason, Message, and by type Cause, Certainty, Local and Remote "
		"values, UpMs, DownMs, Revision, counts of dropped packets, or From, To, Routes, "
		"Destinations, DetectionMs and PacketsLost of routes that went to another "
		"connection." },
	{},
};
