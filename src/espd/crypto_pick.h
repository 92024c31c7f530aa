/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two backends as one: of every suite, bursts go to the one that is faster at their size, and only
 * to one that has proven itself at start. What espd runs with.
 */
#pragma once

#include "espd/crypto.h"

/* OpenSSL alone; ipsec-mb for all it can do, and no start without it; or whatever is faster. */
enum crypto_wish { CRYPTO_AUTO, CRYPTO_OPENSSL, CRYPTO_IPSEC_MB };

struct crypto_report {
	char *what;          /* own string: version and code of ipsec-mb; NULL: not used */
	const char *why_not; /* static text; NULL: it is used, or was not wished for */
	unsigned int suites; /* that go to ipsec-mb, some only in large bursts */
	unsigned int failed_len;
	char *failed; /* own string: names of the suites that failed; NULL: none */
};

extern const struct crypto_backend crypto_pick;

/*
 * Once, before the sandbox; crypto_openssl_init() came before. -EIO: OpenSSL does not compute
 * right. -EOPNOTSUPP: ipsec-mb was wished for and cannot be had or failed. The report is filled
 * either way.
 */
MUST_CHECK int crypto_pick_init(enum crypto_wish wish, struct crypto_report *ret);
void crypto_report_done(struct crypto_report *report);
/* The same with a given second backend in ipsec-mb's place, for tests. */
MUST_CHECK int crypto_pick_use(
	const struct crypto_backend *fast, enum crypto_wish wish, struct crypto_report *ret);
