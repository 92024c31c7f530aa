/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NAT traversal off, per peer. charon 5.9.8 has no such setting; without NAT detection payloads in
 * either direction neither side finds a NAT and ESP stays native. In IKEv1 dropping ours is not
 * enough: a peer that saw our vendor ID sends its own, which would count. So ours and the peer's
 * vendor IDs and the peer's NAT-D go as well. Phase 1 hashes cover none of them.
 *
 * INITIAL_CONTACT after a crash of charon alone: it would make the peer destroy the SAs that espd
 * still sends on before the new ones exist. Without it the peer keeps them beside the new ones
 * until it misses their IKE_SA, so nothing is lost in between.
 */
#include "charon/message_hook.h"

#include <daemon.h>
#include <encoding/payloads/notify_payload.h>
#include <encoding/payloads/vendor_id_payload.h>

struct message_hook {
	listener_t listener;
	struct alerts *alerts;
	struct peers *peers;
	struct ike_queue *queue;
	struct espd_link *espd;
};

#define VENDOR_ID_SIZE 16

/* MD5 of the names of RFC 3947 and of the drafts before it, newest first. */
static const uint8_t natt_vendor_ids[][VENDOR_ID_SIZE] = {
	/* RFC 3947 */
	{ 0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45,
		0x2f },
	/* draft-ietf-ipsec-nat-t-ike-08 ... -00, and without a number */
	{ 0x8f, 0x8d, 0x83, 0x82, 0x6d, 0x24, 0x6b, 0x6f, 0xc7, 0xa8, 0xa6, 0xa4, 0x28, 0xc1, 0x1d,
		0xe8 },
	{ 0x43, 0x9b, 0x59, 0xf8, 0xba, 0x67, 0x6c, 0x4c, 0x77, 0x37, 0xae, 0x22, 0xea, 0xb8, 0xf5,
		0x82 },
	{ 0x4d, 0x1e, 0x0e, 0x13, 0x6d, 0xea, 0xfa, 0x34, 0xc4, 0xf3, 0xea, 0x9f, 0x02, 0xec, 0x72,
		0x85 },
	{ 0x80, 0xd0, 0xbb, 0x3d, 0xef, 0x54, 0x56, 0x5e, 0xe8, 0x46, 0x45, 0xd4, 0xc8, 0x5c, 0xe3,
		0xee },
	{ 0x99, 0x09, 0xb6, 0x4e, 0xed, 0x93, 0x7c, 0x65, 0x73, 0xde, 0x52, 0xac, 0xe9, 0x52, 0xfa,
		0x6b },
	{ 0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52, 0x9d,
		0x56 },
	{ 0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd, 0xb2, 0xfc, 0x68, 0xb6, 0xa4,
		0x48 },
	/* -02 with a newline in the name, which many send */
	{ 0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b,
		0x1f },
	{ 0x44, 0x85, 0x15, 0x2d, 0x18, 0xb6, 0xbb, 0xcd, 0x0b, 0xe8, 0xa8, 0x46, 0x95, 0x79, 0xdd,
		0xcc },
	{ 0x4d, 0xf3, 0x79, 0x28, 0xe9, 0xfc, 0x4f, 0xd1, 0xb3, 0x26, 0x21, 0x70, 0xd5, 0x15, 0xc6,
		0x62 },
	/* draft-stenberg-ipsec-nat-traversal-02, -01 */
	{ 0x61, 0x05, 0xc4, 0x22, 0xe7, 0x68, 0x47, 0xe4, 0x3f, 0x96, 0x84, 0x80, 0x12, 0x92, 0xae,
		0xcd },
	{ 0x27, 0xba, 0xb5, 0xdc, 0x01, 0xea, 0x07, 0x60, 0xea, 0x4e, 0x31, 0x90, 0xac, 0x27, 0xc0,
		0xd0 },
};

static bool is_natt_vendor_id(vendor_id_payload_t *payload)
{
	chunk_t data = payload->get_data(payload);

	for (size_t i = 0; i < countof(natt_vendor_ids); i++) {
		if (data.len == VENDOR_ID_SIZE &&
			memeq(data.ptr, natt_vendor_ids[i], VENDOR_ID_SIZE))
			return TRUE;
	}
	return FALSE;
}

static bool is_nat_traversal(payload_t *payload)
{
	notify_type_t notify;

	switch ((int)payload->get_type(payload)) {
	case PLV1_NAT_D:
	case PLV1_NAT_D_DRAFT_00_03:
		return TRUE;
	case PLV1_VENDOR_ID:
		return is_natt_vendor_id((vendor_id_payload_t *)payload);
	case PLV2_NOTIFY:
		notify =
			((notify_payload_t *)payload)->get_notify_type((notify_payload_t *)payload);
		return notify == NAT_DETECTION_SOURCE_IP || notify == NAT_DETECTION_DESTINATION_IP;
	default:
		return FALSE;
	}
}

static bool is_initial_contact(payload_t *payload)
{
	notify_payload_t *notify = (notify_payload_t *)payload;
	payload_type_t type = payload->get_type(payload);

	return (type == PLV2_NOTIFY && notify->get_notify_type(notify) == INITIAL_CONTACT) ||
	       (type == PLV1_NOTIFY && notify->get_notify_type(notify) == INITIAL_CONTACT_IKEV1);
}

static bool has_payload(message_t *message, bool (*is_it)(payload_t *payload))
{
	enumerator_t *enumerator = message->create_payload_enumerator(message);
	payload_t *payload;
	bool found = FALSE;

	while (!found && enumerator->enumerate(enumerator, &payload))
		found = is_it(payload);
	enumerator->destroy(enumerator);
	return found;
}

static void drop_payloads(message_t *message, bool (*is_it)(payload_t *payload))
{
	enumerator_t *enumerator = message->create_payload_enumerator(message);
	payload_t *payload;

	while (enumerator->enumerate(enumerator, &payload)) {
		if (is_it(payload)) {
			message->remove_payload_at(message, enumerator);
			payload->destroy(payload);
		}
	}
	enumerator->destroy(enumerator);
}

/* Does espd still send for this IKE_SA's tunnels on what an earlier charon installed? */
static bool has_orphans(struct message_hook *this, ike_sa_t *ike_sa)
{
	peer_cfg_t *peer = ike_sa->get_peer_cfg(ike_sa);
	enumerator_t *enumerator = peer ? peer->create_child_cfg_enumerator(peer) : NULL;
	child_cfg_t *child;
	bool found = FALSE;

	while (enumerator && !found && enumerator->enumerate(enumerator, &child)) {
		struct espd_tunnel_key key = { .if_id = child->get_if_id(child, FALSE) };
		struct espd_answer answer = {};

		if (!key.if_id)
			key.if_id = child->get_mark(child, FALSE).value;
		found = espd_link_request(this->espd, ESPD_ORPHANS, &key, sizeof(key), &answer) ==
				0 &&
			answer.value > 0;
	}
	DESTROY_IF(enumerator);
	return found;
}

static uint32_t address_of(host_t *host)
{
	uint32_t address = 0;

	if (host->get_family(host) == AF_INET)
		memcpy(&address, host->get_address(host).ptr, sizeof(address));
	return address;
}

METHOD(listener_t, message, bool, struct message_hook *this, ike_sa_t *ike_sa, message_t *message,
	bool incoming, bool plain)
{
	host_t *source = message->get_source(message);
	host_t *destination = message->get_destination(message);

	if (incoming && message->get_exchange_type(message) == AGGRESSIVE)
		ike_queue_release(this->queue, message->get_initiator_spi(message),
			message->get_responder_spi(message));
	if (!plain)
		return TRUE;
	if (!peers_nat_traversal(this->peers, address_of(incoming ? destination : source),
		    address_of(incoming ? source : destination)))
		drop_payloads(message, is_nat_traversal);
	if (!incoming && has_payload(message, is_initial_contact) && has_orphans(this, ike_sa))
		drop_payloads(message, is_initial_contact);
	if (incoming)
		alerts_received(this->alerts, ike_sa, message);
	else
		alerts_sending(this->alerts, ike_sa, message);
	return TRUE;
}

METHOD(listener_t, alert, bool, struct message_hook *this, ike_sa_t *ike_sa, alert_t alert,
	va_list args)
{
	alerts_raised(this->alerts, ike_sa, alert, args);
	return TRUE;
}

listener_t *message_hook_new(
	struct alerts *alerts, struct peers *peers, struct ike_queue *queue, struct espd_link *espd)
{
	struct message_hook *this;

	INIT(this, .listener = { .message = _message, .alert = _alert }, .alerts = alerts,
		.peers = peers, .queue = queue, .espd = espd);
	return &this->listener;
}

void message_hook_free(listener_t *listener)
{
	free(listener);
}
