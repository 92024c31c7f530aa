/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table behind reason_of_refusal(). Where charon raises an alert of its own for what we refuse
 * (all of IKEv2 but a missing connection, and failed authentication), the notify is not told again.
 */
#include "charon/reason.h"

enum {
	NOTIFY_NO_PROPOSAL_CHOSEN = 14,
	NOTIFY_PAYLOAD_MALFORMED = 16,
	NOTIFY_INVALID_KE_PAYLOAD = 17, /* IKEv2: try again with another group */
	NOTIFY_INVALID_ID_INFORMATION = 18,
	NOTIFY_INVALID_HASH_INFORMATION = 23,
	NOTIFY_AUTHENTICATION_FAILED = 24,
	NOTIFY_TS_UNACCEPTABLE = 38,
	NOTIFY_TEMPORARY_FAILURE = 43,
	NOTIFY_CHILD_SA_NOT_FOUND = 44,
	NOTIFY_STATUS_FIRST = 16384, /* no errors from here on */
};

static enum charon_reason no_proposal_chosen(const struct refusal *refusal)
{
	if (refusal->ours && !refusal->configured)
		return CHARON_NO_CONNECTION;
	if (refusal->ours && refusal->version == 2)
		return 0;
	return refusal->child ? CHARON_CHILD_PROPOSAL_MISMATCH : CHARON_IKE_PROPOSAL_MISMATCH;
}

/* In IKEv1 a wrong pre-shared key gives wrong encryption keys: the peer cannot even parse. */
static enum charon_reason ikev1_said(const struct refusal *refusal)
{
	switch (refusal->notify) {
	case NOTIFY_INVALID_ID_INFORMATION:
		return refusal->child ? CHARON_SELECTOR_MISMATCH : CHARON_IDENTITY_MISMATCH;
	case NOTIFY_PAYLOAD_MALFORMED:
	case NOTIFY_INVALID_HASH_INFORMATION:
		if (refusal->ours)
			return 0;
		return refusal->child ? CHARON_PEER_REFUSED : CHARON_PSK_MISMATCH;
	default:
		return refusal->ours ? 0 : CHARON_PEER_REFUSED;
	}
}

static enum charon_reason ikev2_said(const struct refusal *refusal)
{
	switch (refusal->notify) {
	case NOTIFY_INVALID_KE_PAYLOAD:
	case NOTIFY_TEMPORARY_FAILURE:
	case NOTIFY_CHILD_SA_NOT_FOUND:
		return 0; /* the exchange is repeated, or a collision resolved */
	case NOTIFY_TS_UNACCEPTABLE:
		return refusal->ours ? 0 : CHARON_SELECTOR_MISMATCH;
	default:
		return refusal->ours ? 0 : CHARON_PEER_REFUSED;
	}
}

enum charon_reason reason_of_refusal(const struct refusal *refusal)
{
	if (refusal->notify >= NOTIFY_STATUS_FIRST)
		return 0;
	if (refusal->notify == NOTIFY_NO_PROPOSAL_CHOSEN)
		return no_proposal_chosen(refusal);
	if (refusal->notify == NOTIFY_AUTHENTICATION_FAILED)
		return refusal->ours ? 0 : CHARON_PSK_MISMATCH;
	return refusal->version == 1 ? ikev1_said(refusal) : ikev2_said(refusal);
}
