/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words, levels and event types of what the driver learns. Texts come from charon, and through it
 * from the Internet: they are cut and cleaned.
 */
#include "drivers/ike/tell.h"

#include "drivers/ike/verdict.h"

#include <string.h>

#define REPEAT_MS 60000

static struct connection_log *log_of(const struct ike *ike)
{
	return ike->parts.log;
}

static void format_peer(const struct ike *ike, const char *id, const struct charon_alert *alert,
	char ret[static ADDR_TEXT_SIZE])
{
	const struct vpn_connection *connection =
		world_get(ike->parts.world, KIND_VPN_CONNECTION, id);
	struct addr peer = { .v4 = alert->remote_address };
	struct ike_settings settings;

	if (connection && !peer.v4) {
		ike_settings_of(ike->parts.world, connection, &settings);
		if (ike_settings_are_complete(&settings))
			peer = settings.customer_gateway->ip_address;
	}
	addr_format(peer, ret);
}

/* Anything that may stand in an identity or a notify. */
static char *printable(const char *text)
{
	char *clean = xstrdup(text);

	for (char *at = clean; *at; at++)
		if ((unsigned char)*at < ' ' || (unsigned char)*at > '~')
			*at = '?';
	return clean;
}

static void tell_failure(struct ike *ike, const char *id, const struct charon_alert *alert,
	const struct verdict *verdict)
{
	AUTO_FREE char *local = printable(alert->local);
	AUTO_FREE char *remote = printable(alert->remote);
	AUTO_FREE char *text = printable(verdict->text);

	connection_log_add(
		log_of(ike), &(struct connection_log_entry){
				     .connection_id = id,
				     .level = CONNECTION_LOG_ERROR,
				     .type = verdict->type,
				     .reason = verdict->reason,
				     .text = text,
				     .data = json_pack("{s:s, s:s, s:s, s:s}", "Cause",
					     reason_text(verdict->reason), "Certainty",
					     verdict->certainty, "Local", local, "Remote", remote),
			     });
}

void tell_alert(struct ike *ike, struct tunnel *tunnel, const struct charon_alert *alert)
{
	const struct clock *clock = ike->parts.clock;
	struct mono now = clock->now(clock->ctx);
	struct told *told = &tunnel->told;
	char peer[ADDR_TEXT_SIZE];
	struct verdict verdict;
	AUTO_FREE char *text = NULL;

	format_peer(ike, tunnel->id, alert, peer);
	verdict_of(alert, peer, &verdict);
	if (!told->text || strcmp(told->text, verdict.text) != 0) {
		told_clear(told);
		*told = (struct told){ .text = xstrdup(verdict.text), .at = now };
		tell_failure(ike, tunnel->id, alert, &verdict);
		return;
	}
	told->repeats++;
	if (mono_diff_ms(now, told->at) < REPEAT_MS)
		return;
	text = printable(verdict.text);
	connection_log_line(log_of(ike), tunnel->id, CONNECTION_LOG_ERROR, "again, %u times: %s",
		told->repeats, text);
	told->repeats = 0;
	told->at = now;
}

void tell_attempt(struct ike *ike, const struct tunnel *tunnel)
{
	const struct clock *clock = ike->parts.clock;
	int64_t wait_ms = mono_diff_ms(tunnel->next_try, clock->now(clock->ctx));
	const struct charon_alert nobody = { 0 };
	char peer[ADDR_TEXT_SIZE];

	format_peer(ike, tunnel->id, &nobody, peer);
	connection_log_line(log_of(ike), tunnel->id, CONNECTION_LOG_INFO,
		"negotiation with %s starts: attempt %u; if it fails, the next one comes in %lld s",
		peer, tunnel->failures, (long long)((wait_ms + 999) / 1000));
}

void tell_new_settings(struct ike *ike, const char *id)
{
	connection_log_line(log_of(ike), id, CONNECTION_LOG_INFO,
		"settings are loaded; SAs of former settings end");
}

void tell_duplicates(struct ike *ike, const char *id, const struct ike_plan *plan)
{
	AUTO_FREE char *text = NULL;

	if (!plan->old_sas_len && !plan->old_children_len)
		return;
	text = xasprintf("surplus SAs are removed: %zu of IKE, %zu of IPsec", plan->old_sas_len,
		plan->old_children_len);
	connection_log_add(log_of(ike),
		&(struct connection_log_entry){
			.connection_id = id, .type = "DuplicatesRemoved", .text = text });
}

void tell_event(struct ike *ike, const char *event, const char *id)
{
	bool is_ike = strcmp(event, "ike-rekey") == 0;

	if (is_ike || strcmp(event, "child-rekey") == 0)
		connection_log_add(
			log_of(ike), &(struct connection_log_entry){ .connection_id = id,
					     .type = is_ike ? "IkeRekeyed" : "IpsecRekeyed",
					     .text = is_ike ? "the IKE SA is rekeyed"
							    : "the IPsec SA is rekeyed" });
}

static enum connection_log_level level_of(const char *text)
{
	static const char *const signs[] = { "error", "fail", "mismatch", "giving up",
		"no acceptable", "NO_PROP", "unable", "invalid", "not found", "unacceptable",
		"timed out", "AUTH_FAILED", "AUTHENTICATION_FAILED", "TS_UNACCEPTABLE",
		"no matching", "inacceptable", NULL };

	for (size_t i = 0; signs[i]; i++)
		if (strstr(text, signs[i]))
			return CONNECTION_LOG_WARN;
	return CONNECTION_LOG_INFO;
}

void tell_line(struct ike *ike, const struct charon_line *line)
{
	AUTO_FREE char *clean = printable(line->text);
	AUTO_FREE char *group = printable(line->group);
	AUTO_FREE char *text = NULL;
	int64_t now_ms = ike->parts.clock->wall_ms(ike->parts.clock->ctx);
	int64_t wall_ms = (int64_t)line->time_s * 1000 + line->time_ms;

	if (!world_get(ike->parts.world, KIND_VPN_CONNECTION, line->connection))
		return;
	if (line->lost)
		connection_log_line(log_of(ike), line->connection, CONNECTION_LOG_WARN,
			"%u lines of charon's, of this or other connections, are missing here",
			line->lost);
	text = xasprintf("[%s] %s", group, clean);
	connection_log_add(
		log_of(ike), &(struct connection_log_entry){ .connection_id = line->connection,
				     .source = CONNECTION_LOG_CHARON,
				     .level = level_of(clean),
				     .wall_ms = wall_ms < now_ms ? wall_ms : now_ms,
				     .text = text });
}
