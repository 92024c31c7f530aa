/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACS3-HMAC-SHA256: the Authorization header and the canonical request (reference api.md 2.4).
 */
#include "api/signature.h"

#include "base/encode.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>

#define ALGORITHM "ACS3-HMAC-SHA256"
#define SIGNED_HEADERS_MAX 4096

/* Without these in the signature a request could be redirected, replayed or given another body. */
static const char *const must_be_signed[] = { "host", "x-acs-action", "x-acs-content-sha256",
	"x-acs-date", "x-acs-signature-nonce", "x-acs-version" };

static bool copy_part(const char *text, size_t size, char *ret, size_t room)
{
	if (!size || size >= room || *ret)
		return false;
	memcpy(ret, text, size);
	ret[size] = '\0';
	return true;
}

static bool take_part(struct acs3_header *header, const char *part, size_t size)
{
	static const char credential[] = "Credential=", names[] = "SignedHeaders=",
			  signature[] = "Signature=";
	const size_t credential_size = sizeof(credential) - 1, names_size = sizeof(names) - 1,
		     signature_size = sizeof(signature) - 1;

	if (size > credential_size && !memcmp(part, credential, credential_size))
		return copy_part(part + credential_size, size - credential_size, header->credential,
			sizeof(header->credential));
	if (size > signature_size && !memcmp(part, signature, signature_size))
		return copy_part(part + signature_size, size - signature_size, header->signature,
			sizeof(header->signature));
	if (size <= names_size || size > SIGNED_HEADERS_MAX || memcmp(part, names, names_size) ||
		header->signed_headers)
		return false;
	header->signed_headers = xstrndup(part + names_size, size - names_size);
	return true;
}

int acs3_header_parse(const char *text, struct acs3_header *ret)
{
	struct acs3_header header = { 0 };

	if (strncmp(text, ALGORITHM " ", sizeof(ALGORITHM)))
		return strncmp(text, "ACS3-", 5) ? -EINVAL : -ENOTSUP;
	text += sizeof(ALGORITHM);
	while (*text) {
		size_t size;

		text += strspn(text, " ");
		size = strcspn(text, ",");
		if (!take_part(&header, text, size)) {
			acs3_header_clear(&header);
			return -EINVAL;
		}
		text += size + (text[size] == ',');
	}
	if (!*header.credential || !*header.signature || !header.signed_headers) {
		acs3_header_clear(&header);
		return -EINVAL;
	}
	*ret = header;
	return 0;
}

void acs3_header_clear(struct acs3_header *header)
{
	free(header->signed_headers);
	*header = (struct acs3_header){ 0 };
}

static bool is_listed(const char *names, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = names; at; at = strchr(at, ';'), at = at ? at + 1 : NULL)
		if (!strncmp(at, name, size) && (!at[size] || at[size] == ';'))
			return true;
	return false;
}

static int add_headers(struct strbuf *buf, const struct params *headers, const char *signed_headers)
{
	AUTO_FREE char *names = xstrdup(signed_headers);
	const char *previous = "";
	char *rest = names, *name;

	for (size_t i = 0; i < ARRAY_LEN(must_be_signed); i++)
		if (!is_listed(signed_headers, must_be_signed[i]))
			return -EINVAL;
	while ((name = strsep(&rest, ";"))) {
		const char *value = params_get(headers, name);

		if (!value || strcmp(previous, name) >= 0)
			return -EINVAL;
		strbuf_addf(buf, "%s:%s\n", name, value);
		previous = name;
	}
	return 0;
}

int signature_acs3_string(const char *method, const struct params *query,
	const struct params *headers, const char *signed_headers, const char *body_sha256,
	char **ret_string_to_sign)
{
	AUTO_STRBUF struct strbuf text = STRBUF_SECRET_INIT(SIGNATURE_TEXT_MAX);
	char digest[SIGNATURE_ACS3_SIZE];
	int err;

	strbuf_addf(&text, "%s\n/\n", method);
	for (size_t i = 0; i < query->len; i++) {
		const struct param *param = &query->items[i];

		if (i)
			strbuf_add_char(&text, '&');
		percent_encode(&text, param->name, strlen(param->name));
		strbuf_add_char(&text, '=');
		percent_encode(&text, param->value, strlen(param->value));
	}
	strbuf_add_char(&text, '\n');
	err = add_headers(&text, headers, signed_headers);
	if (err < 0)
		return err;
	strbuf_addf(&text, "\n%s\n%s", signed_headers, body_sha256);
	if (strbuf_failed(&text))
		return -EINVAL;
	sha256_hex(strbuf_text(&text), text.size, digest);
	*ret_string_to_sign = xasprintf(ALGORITHM "\n%s", digest);
	return 0;
}

void signature_acs3(const struct secret *secret, const char *string_to_sign,
	char ret[static SIGNATURE_ACS3_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	if (!HMAC(EVP_sha256(), secret->bytes, (int)secret->size,
		    (const unsigned char *)string_to_sign, strlen(string_to_sign), digest, &size))
		abort();
	hex_encode(digest, size, ret);
}

void sha256_hex(const void *bytes, size_t size, char ret[static SIGNATURE_ACS3_SIZE])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256(bytes, size, digest);
	hex_encode(digest, sizeof(digest), ret);
}
