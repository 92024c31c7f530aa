/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ciphers alone cost: one line a suite, its name and the milliseconds of one core that
 * sealing and opening a Gbit of inner TCP payload take, by what espd would pick, in bursts of 32.
 */
#include "espd/crypto_pick.h"
#include "espd/crypto_speed.h"

#include <stdio.h>

#define INNER 1400
#define PAYLOAD 1348 /* of TCP with timestamps in it */
#define BURST 32
#define ROUNDS 200

int main(void)
{
	struct crypto_report report = { 0 };

	if (crypto_openssl_init() < 0 || crypto_pick_init(CRYPTO_AUTO, &report) < 0)
		return 1;
	for (size_t place = 0; place < SUITES_MAX; place++) {
		char name[SUITE_NAME_MAX];
		struct crypto_speed speed;
		struct suite suite;

		if (!suite_at(place, &suite) ||
			crypto_speed(&crypto_pick, &suite, BURST, INNER, ROUNDS, &speed) < 0)
			continue;
		suite_name(&suite, name);
		printf("%s %.3f\n", name,
			(double)(speed.seal_ns + speed.open_ns) / 1e6 * 1e9 /
				((double)BURST * PAYLOAD * 8));
	}
	crypto_report_done(&report);
	return 0;
}
