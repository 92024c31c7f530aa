/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw-espd without encryption, for the benchmark's ceiling only: a program of its own that has
 * this file in crypto_pick.c's place and is never installed. Everything but the ciphers is as in
 * the product: framing, IVs, sequence numbers, windows, ICV bytes.
 */
#include "espd/crypto_pick.h"

static void *context_new(void)
{
	return NULL;
}

static void context_free(void *context)
{
	(void)context;
}

static int key_new(const struct suite *suite, enum crypto_direction direction, bool esn,
	const uint8_t *cipher_key, const uint8_t *integrity_key, struct crypto_key **ret)
{
	struct crypto_key *key = xcalloc(1, sizeof(*key));

	(void)direction;
	(void)cipher_key;
	(void)integrity_key;
	*key = (struct crypto_key){ .backend = &crypto_pick, .suite = *suite, .esn = esn };
	*ret = key;
	return 0;
}

static void key_free(struct crypto_key *key)
{
	free(key);
}

static void run(void *context, struct crypto_packet *packets, size_t len)
{
	(void)context;
	for (size_t i = 0; i < len; i++)
		packets[i].result = 0;
}

const struct crypto_backend crypto_pick = {
	.name = "none",
	.context_new = context_new,
	.context_free = context_free,
	.key_new = key_new,
	.key_free = key_free,
	.seal = run,
	.open = run,
};

int crypto_pick_init(enum crypto_wish wish, struct crypto_report *ret)
{
	(void)wish;
	*ret = (struct crypto_report){ .why_not = "no encryption, a benchmark" };
	return 0;
}

void crypto_report_done(struct crypto_report *report)
{
	(void)report;
}
