/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a backend takes for a burst of one suite: a short timing at start that decides between
 * backends and between widths, and the crypto-only figure of the benchmark.
 */
#pragma once

#include "espd/crypto.h"

struct crypto_speed {
	int64_t seal_ns, open_ns; /* of one burst, the best of the rounds */
};

/* payload: bytes of inner packet. -EOPNOTSUPP: not a suite of the backend. */
MUST_CHECK int crypto_speed(const struct crypto_backend *backend, const struct suite *suite,
	size_t burst, size_t payload, unsigned int rounds, struct crypto_speed *ret);
