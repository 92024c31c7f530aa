/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RPC scheme, HMAC-SHA1 over the sorted, percent-encoded parameters (reference api.md 2.3).
 */
#include "api/signature.h"

#include "base/encode.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

char *signature_v1_string(const char *method, const struct params *params)
{
	AUTO_STRBUF struct strbuf query = STRBUF_SECRET_INIT(SIGNATURE_TEXT_MAX);
	AUTO_STRBUF struct strbuf text = STRBUF_SECRET_INIT(SIGNATURE_TEXT_MAX);

	for (size_t i = 0; i < params->len; i++) {
		const struct param *param = &params->items[i];

		if (!strcmp(param->name, "Signature"))
			continue;
		if (query.size)
			strbuf_add_char(&query, '&');
		percent_encode(&query, param->name, strlen(param->name));
		strbuf_add_char(&query, '=');
		percent_encode(&query, param->value, strlen(param->value));
	}
	strbuf_addf(&text, "%s&%%2F&", method);
	percent_encode(&text, strbuf_text(&query), query.size);
	return strbuf_take(&text);
}

void signature_v1(
	const struct secret *secret, const char *string_to_sign, char ret[static SIGNATURE_V1_SIZE])
{
	AUTO_SECRET struct secret *key = NULL;
	AUTO_FREE char *joined = xmalloc(secret->size + 1);
	AUTO_FREE char *text = NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	memcpy(joined, secret->bytes, secret->size);
	joined[secret->size] = '&';
	key = secret_new(joined, secret->size + 1);
	wipe(joined, secret->size + 1);
	if (!HMAC(EVP_sha1(), key->bytes, (int)key->size, (const unsigned char *)string_to_sign,
		    strlen(string_to_sign), digest, &size))
		abort();
	text = base64_encode(digest, size);
	memcpy(ret, text, SIGNATURE_V1_SIZE);
}
