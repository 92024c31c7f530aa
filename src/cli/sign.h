/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing one API request of the command line with ACS3-HMAC-SHA256. The server's side of the
 * scheme is in the room api, which this room must not use: the two check each other.
 */
#pragma once

#include "base/secret.h"
#include "base/strbuf.h"

struct sign_request {
	const char *host; /* as in the Host header */
	const char *action, *version;
	const char *body; /* form parameters; the query is empty, so that no secret is in a URL */
	const char *access_key_id;
	const struct secret *access_key_secret;
	int64_t now_s;
	const char *nonce;
};

/* The headers of the request, each ending in a newline, Host and Content-Type among them. */
void sign_headers(const struct sign_request *request, struct strbuf *ret);
