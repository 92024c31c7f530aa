/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to numbers, whole strings only: no leading blank or sign, no trailing byte, range checked.
 * 0, or -EINVAL for what is no number and -ERANGE for one outside min..max.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>

MUST_CHECK int parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret);
MUST_CHECK int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret);
/* "true" or "false", any case. */
MUST_CHECK int parse_bool(const char *text, bool *ret);
