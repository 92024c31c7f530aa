/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns alerts of charon's and error notifies into struct charon_alert. What an IKEv1 peer proposed
 * is not in the refusal, so each thread remembers the text of the last message it received: charon
 * answers on the same thread.
 */
#include "charon/alert.h"

#include <daemon.h>
#include <encoding/payloads/id_payload.h>
#include <encoding/payloads/notify_payload.h>
#include <encoding/payloads/sa_payload.h>
#include <threading/mutex.h>

#include "charon/describe.h"
#include "charon/reason.h"

#define TOLD_MAX 64
#define HEADER_FLAGS_OFFSET 19
#define HEADER_FLAG_ENCRYPTED 1 /* RFC 2408 section 3.1 */

struct alerts {
	struct agent_link *link;
	struct ike_queue *queue;
	mutex_t *lock; /* guards what follows */
	/* IKE_SAs whose authentication failure was told: their timeout is no news. */
	uint32_t told[TOLD_MAX];
	unsigned int next_told;
};

/* Of the message this thread received last. */
static __thread struct {
	uint32_t ike_unique_id;
	exchange_type_t exchange;
	bool request;
	char proposals[CHARON_TEXT_MAX];
	char selectors[CHARON_TEXT_MAX];
} received;

struct alerts *alerts_new(struct agent_link *link, struct ike_queue *queue)
{
	struct alerts *alerts;

	INIT(alerts, .link = link, .queue = queue, .lock = mutex_create(MUTEX_TYPE_DEFAULT));
	return alerts;
}

void alerts_free(struct alerts *alerts)
{
	if (!alerts)
		return;
	alerts->lock->destroy(alerts->lock);
	free(alerts);
}

static void note_told(struct alerts *alerts, uint32_t ike_unique_id)
{
	alerts->lock->lock(alerts->lock);
	alerts->told[alerts->next_told++ % TOLD_MAX] = ike_unique_id;
	alerts->lock->unlock(alerts->lock);
}

static bool was_told(struct alerts *alerts, uint32_t ike_unique_id)
{
	bool told = FALSE;

	alerts->lock->lock(alerts->lock);
	for (size_t i = 0; i < TOLD_MAX && !told; i++)
		told = alerts->told[i] == ike_unique_id;
	alerts->lock->unlock(alerts->lock);
	return told;
}

static uint32_t address_of(host_t *host)
{
	uint32_t address = 0;

	if (host && host->get_family(host) == AF_INET)
		memcpy(&address, host->get_address(host).ptr, sizeof(address));
	return address;
}

/* The alert with all that the IKE_SA says; texts are left empty. */
static struct charon_alert alert_for(ike_sa_t *ike_sa, enum charon_reason reason)
{
	struct charon_alert alert = { .reason = reason };

	alert.ike_unique_id = ike_sa->get_unique_id(ike_sa);
	alert.local_address = address_of(ike_sa->get_my_host(ike_sa));
	alert.remote_address = address_of(ike_sa->get_other_host(ike_sa));
	if (ike_sa->get_peer_cfg(ike_sa))
		snprintf(
			alert.connection, sizeof(alert.connection), "%s", ike_sa->get_name(ike_sa));
	return alert;
}

static void tell(struct alerts *alerts, const struct charon_alert *alert)
{
	if (alert->reason == CHARON_PSK_MISMATCH || alert->reason == CHARON_IDENTITY_MISMATCH)
		note_told(alerts, alert->ike_unique_id);
	if (alerts->link)
		agent_link_alert(alerts->link, alert);
}

/* Our side's value for this reason. */
static void describe_local(struct charon_alert *alert, ike_sa_t *ike_sa)
{
	host_t *local = ike_sa->get_my_host(ike_sa), *remote = ike_sa->get_other_host(ike_sa);
	ike_version_t version = ike_sa->get_version(ike_sa);

	if (alert->reason == CHARON_IKE_PROPOSAL_MISMATCH)
		describe_ike_proposals(alert->local, local, remote, version);
	else if (alert->reason == CHARON_CHILD_PROPOSAL_MISMATCH)
		describe_child_proposals(alert->local, ike_sa);
	else if (alert->reason == CHARON_SELECTOR_MISMATCH)
		describe_child_selectors(alert->local, ike_sa);
	else if (alert->reason == CHARON_PSK_MISMATCH || alert->reason == CHARON_IDENTITY_MISMATCH)
		describe_identities(alert->local, local, remote, version);
}

static void tell_simple(struct alerts *alerts, ike_sa_t *ike_sa, enum charon_reason reason)
{
	struct charon_alert alert = alert_for(ike_sa, reason);

	tell(alerts, &alert);
}

/* The peer's request does not fit: it is a list of proposals, or two of selectors. */
static void tell_lists(struct alerts *alerts, ike_sa_t *ike_sa, enum charon_reason reason,
	linked_list_t *first, linked_list_t *second)
{
	struct charon_alert alert = alert_for(ike_sa, reason);

	describe_local(&alert, ike_sa);
	if (second) {
		describe_selectors(alert.remote, first);
		describe(alert.remote, "=== ");
		describe_selectors(alert.remote, second);
	} else {
		describe_proposals(alert.remote, first);
	}
	tell(alerts, &alert);
}

/* Does any connection for these addresses expect these identities? In IKEv1 the responder's own is
 * not known before a connection is chosen. */
static bool identities_match(ike_sa_t *ike_sa)
{
	identification_t *local =
		ike_sa->get_version(ike_sa) == IKEV2 ? ike_sa->get_my_id(ike_sa) : NULL;
	enumerator_t *enumerator = charon->backends->create_peer_cfg_enumerator(charon->backends,
		ike_sa->get_my_host(ike_sa), ike_sa->get_other_host(ike_sa), local,
		ike_sa->get_other_id(ike_sa), ike_sa->get_version(ike_sa));
	peer_cfg_t *connection;
	bool match = enumerator->enumerate(enumerator, &connection);

	enumerator->destroy(enumerator);
	return match;
}

static void tell_authentication(struct alerts *alerts, ike_sa_t *ike_sa, bool identity)
{
	struct charon_alert alert =
		alert_for(ike_sa, identity ? CHARON_IDENTITY_MISMATCH : CHARON_PSK_MISMATCH);

	describe_local(&alert, ike_sa);
	describe(alert.remote, "%Y...%Y", ike_sa->get_other_id(ike_sa), ike_sa->get_my_id(ike_sa));
	tell(alerts, &alert);
}

/* An encrypted IKEv1 message that makes no sense before the IKE_SA stands: the encryption keys
 * come from the pre-shared key, so the two sides' differ. Charon raises no other alert for it. */
static bool is_wrong_key(ike_sa_t *ike_sa, message_t *message, status_t status)
{
	chunk_t data = message->get_packet_data(message);
	bool encrypted = data.len > HEADER_FLAGS_OFFSET &&
			 (data.ptr[HEADER_FLAGS_OFFSET] & HEADER_FLAG_ENCRYPTED);

	return encrypted && ike_sa->get_version(ike_sa) == IKEV1 && status != INVALID_STATE &&
	       ike_sa->get_state(ike_sa) == IKE_CONNECTING;
}

/* The peer did answer, but not in a way that our key decrypts. */
static bool gave_up_early(struct alerts *alerts, ike_sa_t *ike_sa)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	return ike_sa->get_version(ike_sa) == IKEV1 &&
	       ike_queue_has_early(alerts->queue, id->get_initiator_spi(id));
}

static void tell_timeout(struct alerts *alerts, ike_sa_t *ike_sa)
{
	ike_sa_state_t state = ike_sa->get_state(ike_sa);

	if (state == IKE_CREATED || state == IKE_CONNECTING) {
		if (was_told(alerts, ike_sa->get_unique_id(ike_sa)))
			return;
		if (gave_up_early(alerts, ike_sa))
			tell_authentication(alerts, ike_sa, FALSE);
		else
			tell_simple(alerts, ike_sa, CHARON_PEER_SILENT);
	} else {
		tell_simple(alerts, ike_sa, CHARON_DPD_TIMEOUT);
	}
}

void alerts_raised(struct alerts *alerts, ike_sa_t *ike_sa, alert_t alert, va_list args)
{
	linked_list_t *first;
	message_t *message;

	if (!ike_sa)
		return;
	/* As initiator the lists are our own, and the peer's notify tells more: alerts_received. */
	if (alert == ALERT_PROPOSAL_MISMATCH_IKE && received.request) {
		tell_lists(alerts, ike_sa, CHARON_IKE_PROPOSAL_MISMATCH,
			va_arg(args, linked_list_t *), NULL);
	} else if (alert == ALERT_PROPOSAL_MISMATCH_CHILD && received.request) {
		tell_lists(alerts, ike_sa, CHARON_CHILD_PROPOSAL_MISMATCH,
			va_arg(args, linked_list_t *), NULL);
	} else if (alert == ALERT_TS_MISMATCH) {
		first = va_arg(args, linked_list_t *);
		tell_lists(alerts, ike_sa, CHARON_SELECTOR_MISMATCH, first,
			va_arg(args, linked_list_t *));
	} else if (alert == ALERT_PEER_AUTH_FAILED) {
		if (!was_told(alerts, ike_sa->get_unique_id(ike_sa)))
			tell_authentication(alerts, ike_sa, !identities_match(ike_sa));
	} else if (alert == ALERT_PARSE_ERROR_BODY) {
		message = va_arg(args, message_t *);
		if (is_wrong_key(ike_sa, message, va_arg(args, status_t)))
			tell_authentication(alerts, ike_sa, FALSE);
	} else if (alert == ALERT_RETRANSMIT_SEND_TIMEOUT) {
		tell_timeout(alerts, ike_sa);
	} else if (alert == ALERT_HALF_OPEN_TIMEOUT) {
		/* Its own timeout says nothing of a peer that just went away. */
		if (gave_up_early(alerts, ike_sa) &&
			!was_told(alerts, ike_sa->get_unique_id(ike_sa)))
			tell_authentication(alerts, ike_sa, FALSE);
	}
}

static bool is_child_exchange(ike_sa_t *ike_sa, message_t *message, bool ours)
{
	exchange_type_t exchange = message->get_exchange_type(message);

	if (exchange != INFORMATIONAL_V1)
		return exchange == IKE_AUTH || exchange == CREATE_CHILD_SA ||
		       exchange == QUICK_MODE;
	/* IKEv1 refuses in an exchange of its own. */
	if (ours)
		return received.exchange == QUICK_MODE;
	return ike_sa->get_state(ike_sa) == IKE_ESTABLISHED;
}

static void describe_refused(char *text, enum charon_reason reason, ike_sa_t *ike_sa)
{
	if (reason == CHARON_SELECTOR_MISMATCH)
		describe(text, "%s", received.selectors);
	else if (reason == CHARON_IDENTITY_MISMATCH)
		describe(text, "%Y", ike_sa->get_other_id(ike_sa));
	else if (reason == CHARON_NO_CONNECTION)
		describe(text, "%N", ike_version_names, ike_sa->get_version(ike_sa));
	else
		describe(text, "%s", received.proposals);
}

static void note_notify(struct alerts *alerts, ike_sa_t *ike_sa, message_t *message,
	notify_payload_t *notify, bool ours)
{
	notify_type_t type = notify->get_notify_type(notify);
	struct refusal refusal = {
		.version = message->get_major_version(message),
		.notify = (uint16_t)type,
		.ours = ours,
		.child = is_child_exchange(ike_sa, message, ours),
		.configured = ike_sa->get_ike_cfg(ike_sa) != NULL,
	};
	enum charon_reason reason = reason_of_refusal(&refusal);
	struct charon_alert alert;

	if (!reason)
		return;
	/* What we refuse is what we received; without a connection charon refuses before we see it.
	 */
	if (ours && refusal.configured && received.ike_unique_id != ike_sa->get_unique_id(ike_sa))
		return;
	if (reason == CHARON_PSK_MISMATCH && was_told(alerts, ike_sa->get_unique_id(ike_sa)))
		return; /* we found out before the peer said so */
	alert = alert_for(ike_sa, reason);
	describe_local(&alert, ike_sa);
	if (ours)
		describe_refused(alert.remote, reason, ike_sa);
	else
		describe(alert.remote, "%N", notify_type_names, type);
	tell(alerts, &alert);
}

static void note_notifies(struct alerts *alerts, ike_sa_t *ike_sa, message_t *message, bool ours)
{
	enumerator_t *enumerator = message->create_payload_enumerator(message);
	payload_t *payload;

	while (enumerator->enumerate(enumerator, &payload)) {
		payload_type_t type = payload->get_type(payload);

		if (type == PLV1_NOTIFY || type == PLV2_NOTIFY)
			note_notify(alerts, ike_sa, message, (notify_payload_t *)payload, ours);
	}
	enumerator->destroy(enumerator);
}

static void remember_proposals(sa_payload_t *payload)
{
	linked_list_t *proposals = payload->get_proposals(payload);

	describe_proposals(received.proposals, proposals);
	proposals->destroy_offset(proposals, offsetof(proposal_t, destroy));
}

/* Quick Mode's ID payloads are its traffic selectors, RFC 2409 section 5.5. */
static void remember_selector(id_payload_t *payload)
{
	traffic_selector_t *selector = payload->get_ts(payload);

	if (!selector)
		return;
	describe(received.selectors, "%s%R", received.selectors[0] ? " === " : "", selector);
	selector->destroy(selector);
}

static void remember(ike_sa_t *ike_sa, message_t *message)
{
	enumerator_t *enumerator;
	payload_t *payload;

	received.ike_unique_id = ike_sa->get_unique_id(ike_sa);
	received.exchange = message->get_exchange_type(message);
	received.request = message->get_request(message);
	received.proposals[0] = received.selectors[0] = '\0';
	if (message->get_major_version(message) != IKEV1_MAJOR_VERSION)
		return;
	enumerator = message->create_payload_enumerator(message);
	while (enumerator->enumerate(enumerator, &payload)) {
		if (payload->get_type(payload) == PLV1_SECURITY_ASSOCIATION)
			remember_proposals((sa_payload_t *)payload);
		else if (payload->get_type(payload) == PLV1_ID && received.exchange == QUICK_MODE)
			remember_selector((id_payload_t *)payload);
	}
	enumerator->destroy(enumerator);
}

/* The identity an IKEv1 responder answers with: charon compares and forgets it. */
static void check_identity(struct alerts *alerts, ike_sa_t *ike_sa, message_t *message)
{
	peer_cfg_t *connection = ike_sa->get_peer_cfg(ike_sa);
	id_payload_t *payload = (id_payload_t *)message->get_payload(message, PLV1_ID);
	identification_t *wanted, *identity;
	struct charon_alert alert;

	if (!connection || !payload || message->get_request(message) ||
		(received.exchange != ID_PROT && received.exchange != AGGRESSIVE))
		return;
	wanted = configured_identity(connection, FALSE);
	identity = payload->get_identification(payload);
	if (wanted && !identity->matches(identity, wanted)) {
		alert = alert_for(ike_sa, CHARON_IDENTITY_MISMATCH);
		describe_local(&alert, ike_sa);
		describe(alert.remote, "%Y", identity);
		tell(alerts, &alert);
	}
	identity->destroy(identity);
}

void alerts_received(struct alerts *alerts, ike_sa_t *ike_sa, message_t *message)
{
	remember(ike_sa, message);
	if (message->get_major_version(message) == IKEV1_MAJOR_VERSION)
		check_identity(alerts, ike_sa, message);
	note_notifies(alerts, ike_sa, message, FALSE);
}

void alerts_sending(struct alerts *alerts, ike_sa_t *ike_sa, message_t *message)
{
	note_notifies(alerts, ike_sa, message, TRUE);
}
