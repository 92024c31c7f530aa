/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is calling and what is asked: picks the signature scheme, checks key, clock, signature and
 * nonce, and takes the signature's own parameters out.
 */
#pragma once

#include "api/action.h"
#include "api/buckets.h"
#include "api/http.h"
#include "api/nonce.h"

#define AUTHENTICATE_SKEW_S (15 * 60)

struct authenticator {
	const struct api *api;
	struct nonces *nonces;
	/* Requests stamped before this second are refused: their nonces may have been forgotten. */
	int64_t oldest_s;
	struct buckets *requests; /* of each key; NULL: no limit */
	struct buckets *failures; /* bad keys and signatures of each address; NULL: no limit */
};

struct caller {
	char *access_key_id; /* "" for root on the unix socket */
	char *policy;        /* NULL for root on the unix socket, and for who is refused */
	char *action, *version;
	bool wants_xml;
	uint64_t retry_after_ms; /* of a refusal for too many requests, else 0 */
};

/*
 * query: of the URL; params: query and form together; what belongs to the signature is taken out of
 * it. *ret is filled as far as it is known also when the request is refused. *ret_message: an own
 * text that replaces the fault's sentence, or NULL.
 */
MUST_CHECK int authenticate(const struct authenticator *auth, const struct http_request *http,
	const struct params *query, struct params *params, int64_t now_ms, struct caller *ret,
	struct fault *fault, char **ret_message);
void caller_clear(struct caller *caller);
