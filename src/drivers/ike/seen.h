/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What charon shows of one connection, out of list-conns, get-shared and list-sas. Parsing only:
 * asking is observe.c, judging is plan.c.
 */
#pragma once

#include "drivers/ike/fingerprint.h"

struct ike_child_seen {
	uint32_t id; /* charon's unique id */
	uint64_t age_s;
	bool is_installed;
	char *proposal; /* "AES_CBC_128/HMAC_SHA1_96" */
};

enum ike_sa_state { SA_CONNECTING, SA_ESTABLISHED, SA_GOING };

struct ike_sa_seen {
	uint32_t id;
	enum ike_sa_state state;
	uint64_t age_s; /* since it was established */
	uint64_t spi;   /* of the initiator: the same number on both sides */
	bool is_initiator, nat_detected;
	bool is_adding_child; /* a quick mode of ours is under way; one of the peer's may never be
				 finished */
	struct addr peer_address;
	uint32_t peer_port;
	char *proposal; /* "AES_CBC_128/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_1024" */
	struct ike_child_seen *children;
	size_t children_len;
};

struct ike_seen {
	char *id; /* of the connection */
	bool is_loaded;
	char **key_ids; /* shared keys of it */
	size_t key_ids_len;
	struct ike_sa_seen *sas;
	size_t sas_len;
	bool is_demanded; /* it was asked to come up: traffic, or a peer that died */
	bool must_reset;  /* its SAs are to be made anew */
	const struct secret *fingerprint_key; /* borrowed from the driver */
};

struct ike_seen *ike_seen_new(const char *id);
void ike_seen_free(void *seen);
void ike_seen_add_key_id(struct ike_seen *seen, const char *key_id);
/* One IKE_SA out of a list-sa message; its section. */
void ike_seen_add_sa(
	struct ike_seen *seen, const struct vici_tree *tree, const struct vici_node *sa);
/* Is exactly this loaded? */
bool ike_seen_has_settings(const struct ike_seen *seen, const struct ike_settings *settings);
