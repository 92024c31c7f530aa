/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's half of ACS3-HMAC-SHA256 (reference api.md 2.4) for POST with a form body.
 */
#include "cli/sign.h"

#include "base/encode.h"
#include "base/instant.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>

#define ALGORITHM "ACS3-HMAC-SHA256"
#define NAMES                                                                                      \
	"content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;"    \
	"x-acs-version"
#define HEX_SIZE (2 * SHA256_DIGEST_LENGTH + 1)

static void hash_hex(const char *text, char ret[static HEX_SIZE])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)text, strlen(text), digest);
	hex_encode(digest, sizeof(digest), ret);
}

static void sign(const struct secret *secret, const char *text, char ret[static HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	if (!HMAC(EVP_sha256(), secret->bytes, (int)secret->size, (const unsigned char *)text,
		    strlen(text), digest, &size))
		abort();
	hex_encode(digest, SHA256_DIGEST_LENGTH, ret);
}

void sign_headers(const struct sign_request *request, struct strbuf *ret)
{
	AUTO_FREE char *canonical = NULL;
	AUTO_FREE char *to_sign = NULL;
	char body_hash[HEX_SIZE], hash[HEX_SIZE], signature[HEX_SIZE], date[WALL_TEXT_SIZE];

	wall_format(request->now_s, date);
	hash_hex(request->body, body_hash);
	strbuf_addf(ret,
		"content-type:application/x-www-form-urlencoded\n"
		"host:%s\n"
		"x-acs-action:%s\n"
		"x-acs-content-sha256:%s\n"
		"x-acs-date:%s\n"
		"x-acs-signature-nonce:%s\n"
		"x-acs-version:%s\n",
		request->host, request->action, body_hash, date, request->nonce, request->version);
	canonical = xasprintf("POST\n/\n\n%s\n%s\n%s", strbuf_text(ret), NAMES, body_hash);
	hash_hex(canonical, hash);
	to_sign = xasprintf(ALGORITHM "\n%s", hash);
	sign(request->access_key_secret, to_sign, signature);
	strbuf_addf(ret,
		"authorization:" ALGORITHM " Credential=%s,SignedHeaders=%s,Signature=%s\n",
		request->access_key_id, NAMES, signature);
}
