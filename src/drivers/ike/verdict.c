/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sentences. IKE hides reasons from the initiator: where only the peer's notify is known, the
 * text says that the peer alone knows the rest, and does not guess.
 */
#include "drivers/ike/verdict.h"

#include "base/strbuf.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct wording {
	enum reason reason;
	const char *what;   /* what failed, and why */
	const char *refuse; /* the same when the peer refused and does not say why; NULL: what */
	const char *remedy;
};

static const struct wording wordings[] = {
	[CHARON_IKE_PROPOSAL_MISMATCH] = { REASON_IKE_PROPOSAL_MISMATCH,
		"phase 1 failed: the peer %s offers no IKE proposal that fits ours",
		"phase 1 failed: the peer %s refuses our IKE proposal",
		"Set the same IkeVersion, IkeEncAlg, IkeAuthAlg and IkePfs on both sides" },
	[CHARON_CHILD_PROPOSAL_MISMATCH] = { REASON_CHILD_PROPOSAL_MISMATCH,
		"phase 2 failed: the peer %s offers no IPsec proposal that fits ours",
		"phase 2 failed: the peer %s refuses our IPsec proposal",
		"Set the same IpsecEncAlg, IpsecAuthAlg and IpsecPfs on both sides" },
	[CHARON_SELECTOR_MISMATCH] = { REASON_SELECTOR_MISMATCH,
		"phase 2 failed: the protected networks of the peer %s do not fit ours",
		"phase 2 failed: the peer %s refuses our protected networks",
		"LocalSubnet and RemoteSubnet must be the peer's the other way round" },
	[CHARON_PSK_MISMATCH] = { REASON_PSK_MISMATCH,
		"authentication failed: the pre-shared key of the peer %s is not ours",
		"authentication failed: the peer %s rejects our pre-shared key or our identity",
		"Set the same Psk on both sides, and compare LocalId and RemoteId" },
	[CHARON_IDENTITY_MISMATCH] = { REASON_IDENTITY_MISMATCH,
		"authentication failed: the peer %s calls itself something else than expected",
		"authentication failed: the peer %s rejects our identity",
		"RemoteId must be the peer's own identity, LocalId what the peer expects" },
	[CHARON_NO_CONNECTION] = { REASON_PEER_REFUSED,
		"phase 1 failed: the peer %s asks for what no connection to it allows", NULL,
		"Compare IkeVersion, IkeMode and the identities on both sides" },
	[CHARON_PEER_SILENT] = { REASON_PEER_SILENT, "phase 1 failed: the peer %s does not answer",
		NULL,
		"Check that its address is right and it is reachable, and that UDP ports 500 and "
		"4500 are open on the way" },
	[CHARON_PEER_REFUSED] = { REASON_PEER_REFUSED, "the peer %s refused the negotiation",
		"the peer %s refused the negotiation", "See the peer's own log" },
	[CHARON_DPD_TIMEOUT] = { REASON_PEER_GONE,
		"the peer %s stopped answering (DPD); negotiation starts again", NULL,
		"Check the peer and the way to it" },
};

enum reason verdict_reason(uint32_t alert_reason)
{
	return alert_reason < ARRAY_LEN(wordings) ? wordings[alert_reason].reason : REASON_NONE;
}

/* "NO_PROPOSAL_CHOSEN": the name of a notify is all the peer said. Proposals and networks have
 * other characters; an identity may have none, so there only the notifies about it count. */
static bool is_notify(const struct charon_alert *alert)
{
	const char *text = alert->remote;

	if (alert->reason == CHARON_IDENTITY_MISMATCH)
		return strcmp(text, "AUTHENTICATION_FAILED") == 0 ||
		       strcmp(text, "INVALID_ID_INFORMATION") == 0;
	return *text && text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0';
}

static const char *certainty_of(const struct charon_alert *alert)
{
	if (alert->reason == CHARON_PEER_SILENT)
		return "likely";
	return is_notify(alert) ? "only the peer knows" : "certain";
}

/* Every phrase has one %s; the compiler cannot check a table. */
static void add_phrase(struct strbuf *text, const char *phrase, const char *peer)
{
	size_t size = (size_t)(strstr(phrase, "%s") - phrase);

	strbuf_add_bytes(text, phrase, size);
	strbuf_add(text, peer);
	strbuf_add(text, phrase + size + 2);
}

static void add_values(struct strbuf *text, const struct charon_alert *alert, bool is_refusal)
{
	if (is_refusal)
		strbuf_addf(text, " (%.60s; only the peer knows why)%s%.300s", alert->remote,
			alert->local[0] ? "; ours: " : "", alert->local);
	else if (alert->local[0] || alert->remote[0])
		strbuf_addf(text, "; ours: %.300s; the peer's: %.300s",
			alert->local[0] ? alert->local : "-",
			alert->remote[0] ? alert->remote : "-");
}

void verdict_of(const struct charon_alert *alert, const char *peer, struct verdict *ret)
{
	const struct wording *wording = &wordings[alert->reason];
	bool is_refusal = wording->refuse && is_notify(alert);
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(sizeof(ret->text) - 1);

	add_phrase(&text, is_refusal ? wording->refuse : wording->what, peer);
	add_values(&text, alert, is_refusal);
	strbuf_addf(&text, ". %s.", wording->remedy);
	*ret = (struct verdict){
		.reason = wording->reason,
		.type = alert->reason == CHARON_DPD_TIMEOUT ? "PeerGone" : "NegotiationFailed",
		.certainty = certainty_of(alert),
	};
	(void)snprintf(ret->text, sizeof(ret->text), "%s", strbuf_text(&text));
}
