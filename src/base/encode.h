/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as text and back: hexadecimal, base64 (RFC 4648), percent encoding (RFC 3986).
 */
#pragma once

#include "base/alloc.h"
#include "base/strbuf.h"

#include <stdint.h>

/* Lower case; ret holds 2 * size + 1. */
void hex_encode(const void *bytes, size_t size, char *ret);
/* Either case. The size in bytes, or -EINVAL; at most max bytes are written. */
MUST_CHECK int hex_decode(const char *text, void *ret, size_t max);
/* Standard alphabet with padding; an own string. */
char *base64_encode(const void *bytes, size_t size);
/* Appends text with everything but A-Z a-z 0-9 - _ . ~ as %XX, upper case. */
void percent_encode(struct strbuf *buf, const char *text, size_t size);
/* Decodes %XX, and + as a blank (HTML forms). An own string; -EINVAL: broken escape or a NUL byte.
 */
MUST_CHECK int percent_decode(const char *text, size_t size, char **ret);
