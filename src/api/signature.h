/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two signature schemes of the cloud as pure functions: what is signed, and with which result.
 * They decide nothing about keys, clocks or nonces (authenticate.h does).
 */
#pragma once

#include "api/params.h"
#include "base/secret.h"

#define SIGNATURE_V1_SIZE 29   /* base64 of SHA-1 and NUL */
#define SIGNATURE_ACS3_SIZE 65 /* hex of SHA-256 and NUL */
#define SIGNATURE_TEXT_MAX                                                                         \
	(1024 * 1024) /* of what is signed; 64 KiB percent-encoded twice fits                      \
		       */

/* Version 1: every parameter but Signature. An own string. */
char *signature_v1_string(const char *method, const struct params *params);
void signature_v1(const struct secret *secret, const char *string_to_sign,
	char ret[static SIGNATURE_V1_SIZE]);

/* The parts of "Authorization: ACS3-HMAC-SHA256 Credential=...,SignedHeaders=...,Signature=...". */
struct acs3_header {
	char credential[129];
	char signature[SIGNATURE_ACS3_SIZE];
	char *signed_headers; /* as sent: "host;x-acs-action;..." */
};

/* -EINVAL: not of that form; -ENOTSUP: another ACS3 algorithm. */
MUST_CHECK int acs3_header_parse(const char *text, struct acs3_header *ret);
void acs3_header_clear(struct acs3_header *header);

/*
 * headers: names in lower case, values trimmed. -EINVAL when a signed header is not there, a
 * header that must be signed is not, or the list is not sorted or repeats a name.
 */
MUST_CHECK int signature_acs3_string(const char *method, const struct params *query,
	const struct params *headers, const char *signed_headers, const char *body_sha256,
	char **ret_string_to_sign);
void signature_acs3(const struct secret *secret, const char *string_to_sign,
	char ret[static SIGNATURE_ACS3_SIZE]);
/* Lower-case hex SHA-256 of bytes. */
void sha256_hex(const void *bytes, size_t size, char ret[static SIGNATURE_ACS3_SIZE]);
