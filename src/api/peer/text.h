/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the formats share: values of a connection as texts, comments that stay comments, and the
 * words of other products for our algorithms.
 */
#pragma once

#include "api/peer/peer.h"

/* A setting in the API's words: peer_value(connection, "IkeConfig.IkeEncAlg"); an own string. */
char *peer_value(const struct vpn_connection *connection, const char *path);
/* "10.1.0.0/16, 10.2.0.0/16", everything when there are none; an own string. */
char *peer_networks(const struct prefixes *prefixes, const char *separator);
char *peer_address(struct addr addr); /* an own string */
/* Every line behind "# ", control characters as "?": a name cannot become configuration. */
void peer_comment(struct strbuf *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The first lines of every file that has comments: which connection, which revision. */
void peer_header(struct strbuf *out, const struct peer_config *config);
/* The pre-shared key, or the placeholder; borrowed. */
const char *peer_psk(const struct peer_config *config);

/* strongSwan's "aes128-sha1-modp1024"; own strings. -EINVAL with the fault: it has no word. */
MUST_CHECK int peer_ike_proposal(
	const struct vpn_connection *connection, char **ret, struct fault *fault);
MUST_CHECK int peer_esp_proposal(
	const struct vpn_connection *connection, char **ret, struct fault *fault);
/* Refuses a value that a format has no word for. */
int peer_refuse(struct fault *fault, const char *product, const char *field, const char *value,
	const char *remedy);

/* How an identity is meant: the same reading as that of the gateway's own charon. */
enum peer_identity { PEER_IDENTITY_ADDRESS, PEER_IDENTITY_FQDN, PEER_IDENTITY_MAIL };
/* *ret_text: without a leading "@"; borrowed. */
enum peer_identity peer_identity_of(const char *id, const char **ret_text);
/* Seconds until a rekeying, and how much they vary, for a lifetime: before the gateway's own. */
struct peer_times {
	uint32_t rekey, rand;
};
struct peer_times peer_times_of(uint32_t lifetime);
