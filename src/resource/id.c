/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identifiers as the API makes them: a prefix and 17 random lower-case letters and digits (87
 * bits, so that nobody has to look for collisions).
 */
#include "resource/resource.h"

#include <assert.h>
#include <string.h>

#define RANDOM_LEN 17

void resource_make_id(const char *prefix, char *ret)
{
	size_t len = strlen(prefix);

	assert(len + RANDOM_LEN < RESOURCE_ID_SIZE);
	memcpy(ret, prefix, len);
	random_text("abcdefghijklmnopqrstuvwxyz0123456789", ret + len, RANDOM_LEN);
}
