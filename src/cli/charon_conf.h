/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strongswan.conf of our charon: everything that holds for the daemon as a whole. Connections come
 * over VICI. Pure.
 */
#pragma once

#include "base/alloc.h"

struct config;

#define CHARON_PLUGINS                                                                             \
	"random nonce aes sha1 sha2 md5 hmac kdf gmp openssl gcrypt vpngw kernel-netlink counters" \
	" vici"

/* The file's text; an own string. */
char *charon_conf_render(const struct config *config);
