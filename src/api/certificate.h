/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's TLS context: the configured certificate, or a self-signed one that is made once and
 * kept in the state directory.
 */
#pragma once

#include "resource/config.h"

#include <openssl/ssl.h>

/* An address out of 127.0.0.0/8. */
bool certificate_is_loopback(const char *address);
/*
 * *ret is NULL for plain HTTP (no certificate configured, loopback only). -EINVAL: OpenSSL refuses
 * the files; the reason is logged.
 */
MUST_CHECK int certificate_open(const struct config *config, SSL_CTX **ret);
