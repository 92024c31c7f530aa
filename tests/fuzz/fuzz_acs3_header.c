/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Authorization header (the first line) and the signed headers (a form in the rest).
 */
#include "api/signature.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = xstrndup((const char *)data, size);
	AUTO_FREE char *string = NULL;
	struct acs3_header header = { 0 };
	struct params headers = { 0 }, query = { 0 };
	char hash[SIGNATURE_ACS3_SIZE];
	char *rest = strchr(text, '\n');

	if (size > 64 * 1024)
		return 0;
	if (rest)
		*rest++ = '\0';
	if (acs3_header_parse(text, &header) < 0)
		return 0;
	assert(*header.credential && *header.signature && *header.signed_headers);
	sha256_hex("", 0, hash);
	if (rest && !params_add_form(&headers, rest, strlen(rest)) &&
		!signature_acs3_string(
			"POST", &query, &headers, header.signed_headers, hash, &string))
		assert(params_get(&headers, "host") && params_get(&headers, "x-acs-date"));
	params_clear(&headers);
	acs3_header_clear(&header);
	return 0;
}
