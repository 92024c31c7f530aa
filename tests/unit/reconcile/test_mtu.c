/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A packet of the tunnel's MTU fits into 1500 bytes outside, one byte more does not, for all
 * algorithms; computed here from the layout of RFC 4303, section 2, byte for byte.
 */
#include "support/unit.h"

#include "reconcile/mtu.h"

static uint32_t outer_size(
	uint32_t inner, uint32_t align, uint32_t iv, uint32_t icv, bool is_in_udp)
{
	uint32_t encrypted = inner + 2;

	while (encrypted % align)
		encrypted++;
	return 20 + (is_in_udp ? 8 : 0) + 8 + iv + encrypted + icv;
}

static void expect_exact(
	int encryption, int authentication, uint32_t align, uint32_t iv, uint32_t icv)
{
	for (int is_on = 0; is_on < 2; is_on++) {
		struct vpn_connection connection = { .enable_nat_traversal = is_on };
		uint32_t mtu;

		connection.ipsec_config.ipsec_enc_alg = encryption;
		connection.ipsec_config.ipsec_auth_alg = authentication;
		mtu = tunnel_mtu(&connection);
		assert_in_range(outer_size(mtu, align, iv, icv, is_on), 0, 1500);
		assert_in_range(outer_size(mtu + 1, align, iv, icv, is_on), 1501, 2000);
	}
}

static void it_fits_exactly(void **state)
{
	static const uint32_t blocks[] = {
		[ENC_AES] = 16, [ENC_AES192] = 16, [ENC_AES256] = 16, [ENC_DES] = 8, [ENC_3DES] = 8
	};
	static const uint32_t icvs[] = { [AUTH_MD5] = 12,
		[AUTH_SHA1] = 12,
		[AUTH_SHA256] = 16,
		[AUTH_SHA384] = 24,
		[AUTH_SHA512] = 32 };

	(void)state;
	for (int encryption = ENC_AES; encryption <= ENC_3DES; encryption++)
		for (int authentication = AUTH_MD5; authentication <= AUTH_SHA512; authentication++)
			expect_exact(encryption, authentication, blocks[encryption],
				blocks[encryption], icvs[authentication]);
}

/* RFC 4106 and RFC 7634: 8 bytes of IV, 16 of ICV, padding to 4 bytes. */
static void it_fits_exactly_with_aead(void **state)
{
	(void)state;
	for (int encryption = ENC_AES128GCM; encryption <= ENC_CHACHA20; encryption++)
		expect_exact(encryption, AUTH_NONE, 4, 8, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(it_fits_exactly),
		cmocka_unit_test(it_fits_exactly_with_aead) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
