/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof that a backend computes what it should, at every start: published answers, and byte for
 * byte the same as a reference. Neither logs nor decides.
 */
#pragma once

#include "espd/crypto.h"

/* -EIO: OpenSSL, the reference, does not give the published answers; nothing may start. */
MUST_CHECK int crypto_check_reference(void);
/*
 * Seals and opens bursts of every size both ways of numbering, some packets broken on their way.
 * -EIO: not the published answer or not what the reference does; -EOPNOTSUPP: not a suite of the
 * backend.
 */
MUST_CHECK int crypto_check_suite(const struct crypto_backend *backend,
	const struct crypto_backend *reference, const struct suite *suite);
