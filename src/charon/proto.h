/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * What charon's plug-in and the agent say to each other beside VICI: why a negotiation failed, with
 * both sides' values, charon's own log of each connection, and what to do with NAT traversal per
 * peer. Unix SOCK_SEQPACKET; the plug-in
 * listens, the agent connects (a new connection replaces the old one); host byte order; one message
 * per packet; structs travel as they are.
 *
 * On connect the plug-in sends CHARON_HELLO; the agent then sends CHARON_PEER for every peer whose
 * setting differs from the default (NAT traversal on), and CHARON_PEERS_DONE. Settings of a former
 * connection are kept until PEERS_DONE, then those not repeated are dropped.
 */
#pragma once

#include <stdint.h>

#define CHARON_PROTO_VERSION 2
#define CHARON_NAME_MAX 64
#define CHARON_TEXT_MAX 512
#define CHARON_GROUP_MAX 8

enum charon_type {
	CHARON_HELLO = 1,       /* plug-in: struct charon_hello */
	CHARON_ALERT = 2,       /* plug-in: struct charon_alert */
	CHARON_LINE = 3,        /* plug-in: struct charon_line */
	CHARON_PEER = 16,       /* agent: struct charon_peer */
	CHARON_PEERS_DONE = 17, /* agent: no body */
};

struct charon_header {
	uint32_t type; /* enum charon_type */
};

struct charon_hello {
	uint32_t version;
	uint32_t pid; /* charon's process id: tells a restart */
};

/* Why something did not come up; the subset of charon's alert_t a user can act on. */
enum charon_reason {
	CHARON_IKE_PROPOSAL_MISMATCH = 1, /* local, remote: proposals */
	CHARON_CHILD_PROPOSAL_MISMATCH,   /* local, remote: proposals */
	CHARON_SELECTOR_MISMATCH,         /* local, remote: traffic selectors */
	CHARON_PSK_MISMATCH,      /* the peer's AUTH or HASH does not verify, or it says so */
	CHARON_IDENTITY_MISMATCH, /* local: what is configured, remote: what was received */
	CHARON_NO_CONNECTION,     /* responder: no connection matches addresses and version */
	CHARON_PEER_SILENT,       /* no answer to the first or a later request */
	CHARON_PEER_REFUSED,      /* remote: the notify the peer sent */
	CHARON_DPD_TIMEOUT,       /* an established peer stopped answering */
};

struct charon_alert {
	uint32_t reason;                        /* enum charon_reason */
	uint32_t ike_unique_id;                 /* charon's, 0 = none yet */
	uint32_t local_address, remote_address; /* network order, 0 = unknown */
	char connection[CHARON_NAME_MAX]; /* NUL-terminated; "" when the peer config is not chosen
					     yet */
	char local[CHARON_TEXT_MAX];      /* our value, NUL-terminated; never a secret */
	char remote[CHARON_TEXT_MAX];     /* the peer's value */
};

/* A line of charon's log that belongs to a connection: of what is not secret at any level charon
 * knows, the control flow (its level 1). */
struct charon_line {
	uint32_t time_s, time_ms; /* wall clock, and the milliseconds of that second */
	uint32_t lost;            /* lines, of whatever connection, that did not fit into the
				     plug-in's queue before this one */
	char connection[CHARON_NAME_MAX]; /* NUL-terminated, never "" */
	char group[CHARON_GROUP_MAX];     /* charon's: "IKE", "CFG", ... */
	char text[CHARON_TEXT_MAX];       /* NUL-terminated */
};

struct charon_peer {
	uint32_t remote_address; /* network order */
	uint32_t local_address;  /* network order; 0 = any of ours */
	uint32_t nat_traversal;  /* 1 = on, 0 = off: no NAT-D payload, no NAT-T vendor ID */
};
