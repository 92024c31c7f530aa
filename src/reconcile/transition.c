/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares two statuses of a connection. Knows no driver; why a negotiation fails is told by who
 * found it out.
 */
#include "reconcile/transition.h"

#include <string.h>

static const char *message_of(const struct condition *condition)
{
	return condition->message && *condition->message ? condition->message : "";
}

static bool is_up(const struct condition *condition)
{
	return condition->known && condition->is_true;
}

static char *describe_up(const struct status *is, enum condition_type type)
{
	const struct negotiated *negotiated = &is->negotiated;
	char address[ADDR_TEXT_SIZE];

	addr_format(negotiated->peer_address, address);
	if (type == CONDITION_BGP)
		return xstrdup("BGP is up (session established)");
	if (type == CONDITION_IPSEC)
		return xasprintf("IPsec is up (phase 2 established): %s", negotiated->esp_proposal);
	return xasprintf("IKE is up (phase 1 established) with %s port %u as %s%s: %s", address,
		negotiated->peer_port, negotiated->is_initiator ? "initiator" : "responder",
		negotiated->nat_detected ? ", through a NAT" : "", negotiated->ike_proposal);
}

static char *describe_down(const struct condition *condition, enum condition_type type)
{
	static const char *const names[CONDITION_COUNT] = { [CONDITION_IKE] = "IKE (phase 1)",
		[CONDITION_IPSEC] = "IPsec (phase 2)",
		[CONDITION_BGP] = "BGP" };
	const char *message = message_of(condition);

	return xasprintf("%s is down: %s%s%s%s", names[type], reason_text(condition->reason),
		*message ? " (" : "", message, *message ? ")" : "");
}

static void tell_turn(struct connection_log *log, const struct status *was, const struct status *is,
	enum condition_type type, uint64_t wall_ms)
{
	static const char *const types[CONDITION_COUNT][2] = {
		[CONDITION_IKE] = { "IkeDown", "IkeUp" },
		[CONDITION_IPSEC] = { "IpsecDown", "IpsecUp" },
		[CONDITION_BGP] = { "BgpDown", "BgpUp" },
	};
	const struct condition *before = &was->conditions[type], *now = &is->conditions[type];
	struct connection_log_entry entry = { .connection_id = is->id };
	AUTO_FREE char *text = now->is_true ? describe_up(is, type) : describe_down(now, type);

	entry.type = types[type][now->is_true];
	entry.level = now->is_true ? CONNECTION_LOG_INFO : CONNECTION_LOG_WARN;
	entry.text = text;
	entry.reason = now->is_true ? REASON_NONE : now->reason;
	/* How long the state lasted that ends here. */
	if (before->known && before->since_ms && wall_ms >= before->since_ms)
		entry.data = json_pack("{s:I}", now->is_true ? "DownMs" : "UpMs",
			(json_int_t)(wall_ms - before->since_ms));
	connection_log_add(log, &entry);
}

/* Why a session does not come up. What passes by itself is not worth a line. */
static void tell_still_no_bgp(
	struct connection_log *log, const char *id, const struct condition *condition)
{
	AUTO_FREE char *text = NULL;

	if (condition->reason == REASON_BGP_CONNECTING ||
		condition->reason == REASON_BGP_DAEMON_GONE ||
		condition->reason == REASON_BGP_TUNNEL_DOWN)
		return;
	text = describe_down(condition, CONDITION_BGP);
	connection_log_line(log, id, CONNECTION_LOG_WARN, "%s", text);
}

/* It was down before, for another reason. */
static void tell_still_down(
	struct connection_log *log, const char *id, const struct condition *condition)
{
	if (condition->reason == REASON_WAITING_FOR_TRAFFIC)
		connection_log_line(log, id, CONNECTION_LOG_INFO,
			"waiting for traffic: negotiation starts with the first packet for the "
			"peer's networks, or with the peer");
	else if (condition->reason == REASON_DATA_PLANE_LOST ||
		 condition->reason == REASON_DISABLED || condition->reason == REASON_CHARON_GONE)
		connection_log_line(
			log, id, CONNECTION_LOG_WARN, "not up: %s", reason_text(condition->reason));
}

static void tell_condition(struct connection_log *log, const struct status *was,
	const struct status *is, enum condition_type type, uint64_t wall_ms)
{
	const struct condition *before = &was->conditions[type], *now = &is->conditions[type];

	if (!now->known)
		return;
	if (is_up(before) != now->is_true)
		tell_turn(log, was, is, type, wall_ms);
	else if (type == CONDITION_IPSEC && !now->is_true &&
		 (!before->known || before->reason != now->reason))
		tell_still_down(log, is->id, now);
	else if (type == CONDITION_BGP && !now->is_true &&
		 (!before->known || before->reason != now->reason))
		tell_still_no_bgp(log, is->id, now);
}

static void tell_applied(
	struct connection_log *log, const struct status *was, const struct status *is)
{
	const struct condition *before = &was->conditions[CONDITION_APPLIED];
	const struct condition *now = &is->conditions[CONDITION_APPLIED];
	AUTO_FREE char *text = NULL;

	if (!now->known)
		return;
	if (!now->is_true) {
		if (before->known && !before->is_true &&
			strcmp(message_of(before), message_of(now)) == 0)
			return;
		text = xasprintf(
			"the settings could not be applied, trying again: %s", message_of(now));
		connection_log_add(log, &(struct connection_log_entry){ .connection_id = is->id,
						.type = "SettingsFailed",
						.level = CONNECTION_LOG_ERROR,
						.reason = now->reason,
						.text = text });
		return;
	}
	if (is_up(before) && was->applied_revision == is->applied_revision)
		return;
	connection_log_add(log,
		&(struct connection_log_entry){ .connection_id = is->id,
			.type = "SettingsApplied",
			.text = "the settings are applied",
			.data = json_pack("{s:I}", "Revision", (json_int_t)is->applied_revision) });
}

void transition_tell(struct connection_log *log, const struct status *was, const struct status *is,
	uint64_t wall_ms)
{
	tell_applied(log, was, is);
	tell_condition(log, was, is, CONDITION_IKE, wall_ms);
	tell_condition(log, was, is, CONDITION_IPSEC, wall_ms);
	tell_condition(log, was, is, CONDITION_BGP, wall_ms);
}
