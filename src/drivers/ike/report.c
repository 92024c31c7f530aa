/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What charon shows of a connection, as conditions: IKE, IPSEC, why not, and what was negotiated.
 * The IPSEC condition is charon's half of the truth; the data plane's driver may still deny it.
 */
#include "drivers/ike/ike_private.h"

#include "base/strbuf.h"

#include <string.h>

static void set(struct ike *ike, struct status *status, enum condition_type type, bool is_true,
	enum reason reason, const char *message)
{
	const struct clock *clock = ike->parts.clock;

	(void)status_set(status, type, is_true, is_true ? REASON_NONE : reason, message,
		(uint64_t)clock->wall_ms(clock->ctx));
}

static void report_negotiated(const struct ike_plan *plan, struct negotiated *ret)
{
	const struct ike_sa_seen *sa = plan->sa;

	free(ret->ike_proposal);
	free(ret->esp_proposal);
	free(ret->local_selectors);
	free(ret->remote_selectors);
	*ret = (struct negotiated){
		.ike_proposal = xstrdup(sa ? sa->proposal : ""),
		.esp_proposal = xstrdup(plan->child ? plan->child->proposal : ""),
		.local_selectors = xstrdup(plan->child ? plan->child->local_ts : ""),
		.remote_selectors = xstrdup(plan->child ? plan->child->remote_ts : ""),
	};
	if (!sa)
		return;
	ret->is_initiator = sa->is_initiator;
	ret->nat_detected = sa->nat_detected;
	ret->peer_address = sa->peer_address;
	ret->peer_port = sa->peer_port;
}

static bool is_granted(struct prefix wanted, const char *granted)
{
	AUTO_FREE char *text = xstrdup(granted);
	char *save = NULL;

	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		struct prefix prefix;

		/* A range of ports or a protocol is less than the network. */
		if (prefix_parse(word, &prefix) == 0 && prefix_contains(prefix, wanted))
			return true;
	}
	return false;
}

static void add_refused(
	struct strbuf *buf, const char *side, const struct prefixes *wanted, const char *granted)
{
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < wanted->len; i++) {
		if (is_granted(wanted->items[i], granted))
			continue;
		prefix_format(wanted->items[i], text);
		strbuf_addf(buf, "%s%s %s", *strbuf_text(buf) ? ", " : "", side, text);
	}
}

/* The peer may grant less than is configured (RFC 7296 section 2.9): then the tunnel is up, and
 * this says what it does not carry. NULL: it carries everything. */
static char *narrowing_text(
	const struct vpn_connection *connection, const struct ike_child_seen *child)
{
	AUTO_STRBUF struct strbuf refused = STRBUF_INIT(2048);

	/* Not told by this charon. */
	if (!*child->local_ts || !*child->remote_ts)
		return NULL;
	add_refused(&refused, "local", &connection->local_subnet, child->local_ts);
	add_refused(&refused, "remote", &connection->remote_subnet, child->remote_ts);
	if (!*strbuf_text(&refused))
		return NULL;
	return xasprintf("the peer narrowed the selectors to %s === %s and left out: %s",
		child->local_ts, child->remote_ts, strbuf_text(&refused));
}

/* Why it is not up. */
static enum reason reason_of(const struct vpn_connection *connection, const struct tunnel *tunnel,
	const struct ike_plan *plan, const char **ret_message)
{
	*ret_message = "";
	if (connection->disabled)
		return REASON_DISABLED;
	if (tunnel && tunnel->reason != REASON_NONE) {
		*ret_message = tunnel->message;
		return tunnel->reason;
	}
	/* The IKE_SA of a group is there for the others. */
	if ((!plan->sa || (tunnel && *tunnel->group)) && !plan->is_connecting &&
		!ike_is_called_for(connection, tunnel && tunnel->is_demanded))
		return REASON_WAITING_FOR_TRAFFIC;
	return REASON_NEGOTIATING;
}

void ike_report(void *ctx, const struct world *world, const struct scope *scope,
	const struct items *seen_items, struct status *status)
{
	struct ike *ike = ctx;
	static const struct ike_seen nothing;
	const struct vpn_connection *connection;
	const struct item *item;
	struct ike_plan plan;
	AUTO_FREE char *narrowed = NULL;
	const char *message;
	enum reason reason;

	if (scope->kind != KIND_VPN_CONNECTION)
		return;
	if (!seen_items) {
		set(ike, status, CONDITION_IKE, false, REASON_CHARON_GONE, "");
		set(ike, status, CONDITION_IPSEC, false, REASON_CHARON_GONE, "");
		return;
	}
	connection = world_get(world, KIND_VPN_CONNECTION, scope->id);
	if (!connection)
		return;
	item = items_find(seen_items, scope->id);
	ike_plan_of(item ? item->data : &nothing, &plan);
	reason = reason_of(connection, tunnels_find(&ike->tunnels, scope->id), &plan, &message);
	if (plan.child) {
		narrowed = narrowing_text(connection, plan.child);
		message = "";
	}
	set(ike, status, CONDITION_IKE, plan.sa != NULL, reason, plan.sa ? "" : message);
	set(ike, status, CONDITION_IPSEC, plan.child != NULL, reason,
		narrowed ? narrowed : message);
	report_negotiated(&plan, &status->negotiated);
	ike_plan_clear(&plan);
}
