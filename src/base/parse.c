/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict number parsing. Knows decimal digits and ranges only.
 */
#include "base/parse.h"

#include <errno.h>
#include <strings.h>

int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (const char *p = text; *p; p++)
		if (*p < '0' || *p > '9')
			return -EINVAL;
	for (const char *p = text; *p; p++)
		if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			return -ERANGE;
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret)
{
	uint64_t value;
	int err = parse_u64(text, min, max, &value);

	if (!err)
		*ret = (uint32_t)value;
	return err;
}

int parse_bool(const char *text, bool *ret)
{
	bool is_true = strcasecmp(text, "true") == 0;

	if (!is_true && strcasecmp(text, "false") != 0)
		return -EINVAL;
	*ret = is_true;
	return 0;
}
