/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions, their document, and the API's words derived from them. Knows no driver.
 */
#include "resource/status.h"

#include <errno.h>
#include <string.h>

static const char *const names[CONDITION_COUNT] = {
	[CONDITION_APPLIED] = "Applied",
	[CONDITION_IKE] = "Ike",
	[CONDITION_IPSEC] = "Ipsec",
	[CONDITION_HEALTH] = "Health",
	[CONDITION_BGP] = "Bgp",
};

const char *condition_name(enum condition_type type)
{
	return names[type];
}

bool condition_is_optional(enum condition_type type)
{
	return type == CONDITION_HEALTH || type == CONDITION_BGP;
}

void learned_routes_clear(struct learned_routes *routes)
{
	for (size_t i = 0; i < routes->len; i++) {
		free(routes->items[i].as_path);
		free(routes->items[i].community);
	}
	free(routes->items);
	*routes = (struct learned_routes){ 0 };
}

static bool is_same_route(const struct learned_route *a, const struct learned_route *b)
{
	return prefix_equal(a->destination, b->destination) &&
	       strcmp(a->as_path, b->as_path) == 0 && strcmp(a->community, b->community) == 0;
}

bool learned_routes_equal(const struct learned_routes *a, const struct learned_routes *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (!is_same_route(&a->items[i], &b->items[i]))
			return false;
	return true;
}

void status_learn(struct status *status, struct learned_routes *observed, uint64_t now_ms)
{
	const struct learned_routes *known = &status->learned;
	size_t at = 0;

	for (size_t i = 0; i < observed->len; i++) {
		struct learned_route *route = &observed->items[i];

		while (at < known->len &&
			prefix_compare(known->items[at].destination, route->destination) < 0)
			at++;
		route->since_ms = at < known->len && prefix_equal(known->items[at].destination,
							     route->destination)
					  ? known->items[at].since_ms
					  : now_ms;
	}
	learned_routes_clear(&status->learned);
	status->learned = *observed;
	*observed = (struct learned_routes){ 0 };
}

void status_clear(struct status *status)
{
	free(status->id);
	for (int type = 0; type < CONDITION_COUNT; type++)
		free(status->conditions[type].message);
	free(status->negotiated.ike_proposal);
	free(status->negotiated.esp_proposal);
	free(status->negotiated.local_selectors);
	free(status->negotiated.remote_selectors);
	learned_routes_clear(&status->learned);
	*status = (struct status){};
}

bool status_set(struct status *status, enum condition_type type, bool is_true, enum reason reason,
	const char *message, uint64_t now_ms)
{
	struct condition *condition = &status->conditions[type];
	bool is_moved =
		!condition->known || condition->is_true != is_true || condition->reason != reason;

	message = message ? message : "";
	if (!is_moved && condition->message && strcmp(condition->message, message) == 0)
		return false;
	if (is_moved)
		condition->since_ms = now_ms;
	free(condition->message);
	condition->message = xstrdup(message);
	condition->known = true;
	condition->is_true = is_true;
	condition->reason = reason;
	return true;
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static json_t *encode_conditions(const struct status *status)
{
	json_t *list = json_array();

	for (int type = 0; type < CONDITION_COUNT; type++) {
		const struct condition *condition = &status->conditions[type];

		if (condition->known)
			json_array_append_new(
				list, json_pack("{s:s, s:b, s:s, s:s, s:I}", "Type", names[type],
					      "Status", condition->is_true, "Reason",
					      reason_code(condition->reason), "Message",
					      text_or_empty(condition->message), "Since",
					      (json_int_t)condition->since_ms));
	}
	return list;
}

static json_t *encode_learned(const struct learned_routes *routes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < routes->len; i++) {
		const struct learned_route *route = &routes->items[i];
		char destination[PREFIX_TEXT_SIZE];

		prefix_format(route->destination, destination);
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:I}", "Destination", destination,
				      "AsPath", route->as_path, "Community", route->community,
				      "Since", (json_int_t)route->since_ms));
	}
	return list;
}

json_t *status_encode(const struct status *status)
{
	const struct negotiated *negotiated = &status->negotiated;
	char address[ADDR_TEXT_SIZE];
	json_t *document;

	addr_format(negotiated->peer_address, address);
	document = json_pack("{s:s, s:I, s:o, s:{s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:i}}", "Id",
		text_or_empty(status->id), "AppliedRevision", (json_int_t)status->applied_revision,
		"Conditions", encode_conditions(status), "Negotiated", "IkeProposal",
		text_or_empty(negotiated->ike_proposal), "EspProposal",
		text_or_empty(negotiated->esp_proposal), "LocalSelectors",
		text_or_empty(negotiated->local_selectors), "RemoteSelectors",
		text_or_empty(negotiated->remote_selectors), "Initiator", negotiated->is_initiator,
		"NatDetected", negotiated->nat_detected, "PeerAddress", address, "PeerPort",
		(int)negotiated->peer_port);
	if (status->learned.len)
		json_object_set_new(document, "Learned", encode_learned(&status->learned));
	return document;
}

static int decode_learned(const json_t *list, struct learned_routes *ret)
{
	json_t *item;
	size_t i;

	if (!json_is_array(list))
		return list ? -EINVAL : 0;
	ret->items = xcalloc(json_array_size(list), sizeof(*ret->items));
	json_array_foreach (list, i, item) {
		const char *destination, *as_path, *community;
		struct prefix prefix;
		json_int_t since;

		if (json_unpack(item, "{s:s, s:s, s:s, s:I!}", "Destination", &destination,
			    "AsPath", &as_path, "Community", &community, "Since", &since) < 0 ||
			since < 0 || prefix_parse(destination, &prefix) < 0)
			return -EINVAL;
		ret->items[ret->len++] = (struct learned_route){ prefix, xstrdup(as_path),
			xstrdup(community), (uint64_t)since };
	}
	return 0;
}

static int decode_condition(const json_t *item, struct status *status)
{
	const char *type_name, *reason, *message;
	json_int_t since;
	int is_true;

	if (json_unpack((json_t *)(uintptr_t)item, "{s:s, s:b, s:s, s:s, s:I!}", "Type", &type_name,
		    "Status", &is_true, "Reason", &reason, "Message", &message, "Since",
		    &since) < 0)
		return -EINVAL;
	for (int type = 0; type < CONDITION_COUNT; type++) {
		struct condition *condition = &status->conditions[type];

		if (strcmp(names[type], type_name) != 0)
			continue;
		if (condition->known || since < 0 || (*reason && !reason_find(reason)))
			return -EINVAL;
		*condition = (struct condition){ true, is_true, reason_find(reason),
			xstrdup(message), (uint64_t)since };
		return 0;
	}
	return -EINVAL;
}

static int decode_into(const json_t *document, struct status *status)
{
	struct negotiated *negotiated = &status->negotiated;
	const char *id, *ike, *esp, *address, *local = "", *remote = "";
	int is_initiator, nat_detected, port;
	json_t *conditions, *item, *learned = NULL;
	json_int_t revision;
	size_t i;

	if (json_unpack((json_t *)(uintptr_t)document,
		    "{s:s, s:I, s:o, s:{s:s, s:s, s?s, s?s, s:b, s:b, s:s, s:i!}, s?o!}", "Id", &id,
		    "AppliedRevision", &revision, "Conditions", &conditions, "Negotiated",
		    "IkeProposal", &ike, "EspProposal", &esp, "LocalSelectors", &local,
		    "RemoteSelectors", &remote, "Initiator", &is_initiator, "NatDetected",
		    &nat_detected, "PeerAddress", &address, "PeerPort", &port, "Learned",
		    &learned) < 0)
		return -EINVAL;
	if (!json_is_array(conditions) || revision < 0 || port < 0 || port > UINT16_MAX ||
		addr_parse(address, &negotiated->peer_address) < 0)
		return -EINVAL;
	status->id = xstrdup(id);
	status->applied_revision = (uint64_t)revision;
	negotiated->ike_proposal = xstrdup(ike);
	negotiated->esp_proposal = xstrdup(esp);
	negotiated->local_selectors = xstrdup(local);
	negotiated->remote_selectors = xstrdup(remote);
	negotiated->is_initiator = is_initiator;
	negotiated->nat_detected = nat_detected;
	negotiated->peer_port = (uint32_t)port;
	json_array_foreach (conditions, i, item)
		if (decode_condition(item, status) < 0)
			return -EINVAL;
	return decode_learned(learned, &status->learned);
}

int status_decode(const json_t *document, struct status *ret)
{
	struct status status = {};

	if (decode_into(document, &status) < 0) {
		status_clear(&status);
		return -EINVAL;
	}
	*ret = status;
	return 0;
}

const char *status_state(const struct status *status, uint64_t desired_revision)
{
	const struct condition *applied = &status->conditions[CONDITION_APPLIED];

	return applied->known && applied->is_true && status->applied_revision >= desired_revision
		       ? "active"
		       : "updating";
}

/* Phase 2 was tried and refused, as opposed to not decided yet. */
static bool is_failure(const struct condition *condition)
{
	if (!condition->known || condition->is_true)
		return false;
	return condition->reason != REASON_NONE && condition->reason != REASON_NEGOTIATING &&
	       condition->reason != REASON_NOT_APPLIED &&
	       condition->reason != REASON_WAITING_FOR_TRAFFIC &&
	       condition->reason != REASON_DISABLED;
}

const char *status_negotiation(const struct status *status)
{
	const struct condition *ike = &status->conditions[CONDITION_IKE];
	const struct condition *ipsec = &status->conditions[CONDITION_IPSEC];

	/* A CHILD_SA carries packets also while the IKE_SA above it is being replaced. */
	if (ipsec->known && ipsec->is_true)
		return "ipsec_sa_established";
	if (!ike->known || !ike->is_true)
		return "ike_sa_not_established";
	return is_failure(ipsec) ? "ipsec_sa_not_established" : "ike_sa_established";
}
