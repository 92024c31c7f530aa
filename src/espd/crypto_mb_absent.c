/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypto_mb.h where the library's header is not there to build with: other processors than x86-64.
 */
#include "espd/crypto_mb.h"

#include <errno.h>

static int key_new(const struct suite *suite, enum crypto_direction direction, bool esn,
	const uint8_t *cipher_key, const uint8_t *integrity_key, struct crypto_key **ret)
{
	(void)suite;
	(void)direction;
	(void)esn;
	(void)cipher_key;
	(void)integrity_key;
	(void)ret;
	return -EOPNOTSUPP;
}

/* Without keys nothing else is ever called. */
const struct crypto_backend crypto_mb = { .name = "ipsec-mb", .key_new = key_new };

int crypto_mb_load(const char **ret_why, char **ret_what)
{
	(void)ret_what;
	*ret_why = "this build has no support for it";
	return -EOPNOTSUPP;
}
