/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpn_connections in charon's words: what load-conn and load-shared are told. Pure. A child's name
 * is the connection's id "vco-...", its if_id the connection's number; charon's connection is named
 * by the group that they are in (group.h).
 */
#pragma once

#include "drivers/ike/vici.h"
#include "resource/resource.h"

struct ike_settings {
	const struct vpn_connection *connection;
	const struct vpn_gateway *gateway;
	const struct customer_gateway *customer_gateway;
};

/* seconds; the hard limit is rekey + over = life, and the rekeying happens rand or less before
 * rekey */
struct ike_times {
	uint32_t life, rekey, over, rand;
};

struct ike_times ike_times_of(uint32_t lifetime);
/* "aes128-sha1-modp1024"; group PFS_DISABLED leaves it out. ret: an own string. */
char *ike_proposal_text(int encryption, int authentication, int group);
/* An identity as charon parses it without guessing: "10.0.0.1", "fqdn:name", "rfc822:a@b". */
char *ike_identity_text(const char *id, struct addr otherwise);
/* Body of load-conn: phase 1 of the first, which the others share, and a child for each. len 0:
 * members still has one, and only its phase 1 is written. */
void ike_load_conn(
	const char *name, const struct ike_settings *members, size_t len, struct vici_message *ret);
/* Body of load-shared; key_id names the shared key in charon. */
void ike_load_shared(
	const struct ike_settings *settings, const char *key_id, struct vici_message *ret);
