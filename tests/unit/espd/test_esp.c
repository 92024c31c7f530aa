/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing and crypto together: round trips of every suite and size, what must not open, padding.
 */
#include "espd/esp.h"

#include "espd/crypto.h"
#include "espd/proto.h"
#include "suites.h"
#include "support/unit.h"

#include <arpa/inet.h>
#include <errno.h>

#define BUFFER 2048

struct pair {
	struct suite suite;
	bool esn;
	struct crypto_key *seal, *open;
};

static void pair_init(struct pair *pair, const struct suite *suite, bool esn,
	const uint8_t *cipher_key, const uint8_t *integrity_key)
{
	pair->suite = *suite;
	pair->esn = esn;
	assert_int_equal(crypto_openssl.key_new(
				 suite, CRYPTO_SEAL, esn, cipher_key, integrity_key, &pair->seal),
		0);
	assert_int_equal(crypto_openssl.key_new(
				 suite, CRYPTO_OPEN, esn, cipher_key, integrity_key, &pair->open),
		0);
}

static void pair_done(struct pair *pair)
{
	crypto_openssl.key_free(pair->seal);
	crypto_openssl.key_free(pair->open);
}

static int run_open(const struct pair *pair, uint8_t *esp, size_t size, uint64_t sequence)
{
	struct crypto_packet packet = {
		.key = pair->open, .esp = esp, .size = size, .sequence = sequence
	};

	crypto_openssl.open(NULL, &packet, 1);
	return packet.result;
}

static size_t run_seal(const struct pair *pair, uint64_t sequence, const uint8_t *inner,
	size_t inner_size, uint8_t *ret)
{
	static struct iv_stock stock;
	struct crypto_packet packet = { .key = pair->seal,
		.esp = ret,
		.size = esp_size(&pair->suite, inner_size),
		.sequence = sequence };

	memcpy(esp_inner(&pair->suite, ret), inner, inner_size);
	esp_frame(&pair->suite, htonl(0x12345678), sequence, &stock, inner_size, ret);
	crypto_openssl.seal(NULL, &packet, 1);
	assert_int_equal(packet.result, 0);
	return packet.size;
}

static void round_trip(const struct pair *pair, size_t inner_size, uint64_t sequence)
{
	uint8_t inner[BUFFER], esp[BUFFER + ESP_OVERHEAD_MAX], copy[sizeof(esp)];
	uint8_t next_header, *out;
	size_t size, out_size;

	unit_random(inner, inner_size);
	size = run_seal(pair, sequence, inner, inner_size, esp);
	memcpy(copy, esp, size);
	assert_int_equal(esp_check(&pair->suite, size), 0);
	assert_int_equal(esp_spi(esp), htonl(0x12345678));
	assert_int_equal(esp_sequence(esp), (uint32_t)sequence);
	assert_int_equal(run_open(pair, esp, size, sequence), 0);
	assert_int_equal(esp_unframe(&pair->suite, esp, size, &next_header, &out, &out_size), 0);
	assert_int_equal(next_header, ESP_NEXT_IPV4);
	assert_int_equal(out_size, inner_size);
	assert_memory_equal(out, inner, inner_size);

	/* One flipped bit anywhere does not open. */
	memcpy(esp, copy, size);
	esp[unit_next() % size] ^= (uint8_t)(1 << unit_next() % 8);
	assert_int_equal(run_open(pair, esp, size, sequence), -EBADMSG);
	/* With ESN, neither does another upper half. */
	memcpy(esp, copy, size);
	assert_int_equal(run_open(pair, esp, size, sequence + (UINT64_C(1) << 32)),
		pair->esn ? -EBADMSG : 0);
}

static void every_suite_round_trips(void **state)
{
	int suites = 0;

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(test_ciphers); c++)
		for (size_t i = 0; i < ARRAY_LEN(test_integrities); i++) {
			uint8_t cipher_key[ESPD_KEY_MAX], integrity_key[ESPD_KEY_MAX];
			struct suite suite;
			struct pair pair;
			bool aead = test_ciphers[c].id >= ESPD_CIPHER_AES_GCM_16;
			int err = suite_find(test_ciphers[c].id, test_integrities[i].id,
				test_ciphers[c].key_size, test_integrities[i].key_size, &suite);

			assert_int_equal(err, aead == (i == 0) ? 0 : -EINVAL);
			if (err)
				continue;
			suites++;
			unit_random(cipher_key, sizeof(cipher_key));
			unit_random(integrity_key, sizeof(integrity_key));
			for (int esn = 0; esn < 2; esn++) {
				pair_init(&pair, &suite, esn, cipher_key, integrity_key);
				for (int n = 0; n < 40; n++)
					round_trip(&pair, 20 + unit_next() % 1400,
						unit_next() >> (esn ? 1 : 33));
				pair_done(&pair);
			}
		}
	assert_int_equal(suites, 29);
}

static void wrong_key_sizes_are_refused(void **state)
{
	struct suite suite;

	(void)state;
	assert_int_equal(
		suite_find(ESPD_CIPHER_AES_CBC, ESPD_INTEGRITY_HMAC_SHA1_96, 17, 20, &suite),
		-EINVAL);
	assert_int_equal(
		suite_find(ESPD_CIPHER_AES_CBC, ESPD_INTEGRITY_HMAC_SHA1_96, 16, 16, &suite),
		-EINVAL);
	assert_int_equal(
		suite_find(ESPD_CIPHER_AES_GCM_16, ESPD_INTEGRITY_NONE, 16, 0, &suite), -EINVAL);
	assert_int_equal(suite_find(99, ESPD_INTEGRITY_NONE, 20, 0, &suite), -EINVAL);
}

/* esp_inner_max() is the inverse of esp_size(). */
static void largest_inner_packet_fits(void **state)
{
	struct suite suite;

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(test_ciphers); c++)
		for (size_t i = 0; i < ARRAY_LEN(test_integrities); i++) {
			if (suite_find(test_ciphers[c].id, test_integrities[i].id,
				    test_ciphers[c].key_size, test_integrities[i].key_size, &suite))
				continue;
			for (size_t room = 0; room < 1600; room++) {
				size_t max = esp_inner_max(&suite, room);

				assert_true(max == 0 || esp_size(&suite, max) <= room);
				assert_true(esp_size(&suite, max + 1) > room);
			}
		}
}

static void cbc_ivs_differ(void **state)
{
	static struct iv_stock stock;
	struct suite suite;
	uint8_t first[128] = { 0 }, second[128] = { 0 };

	(void)state;
	assert_int_equal(
		suite_find(ESPD_CIPHER_AES_CBC, ESPD_INTEGRITY_HMAC_SHA1_96, 16, 20, &suite), 0);
	for (int i = 0; i < 1000; i++) {
		esp_frame(&suite, 1, 1, &stock, 20, first);
		esp_frame(&suite, 1, 1, &stock, 20, second);
		assert_memory_not_equal(first + ESP_HEADER, second + ESP_HEADER, 16);
	}
}

static void padding_is_checked(void **state)
{
	struct suite suite;
	uint8_t esp[ESP_HEADER + 8 + 16 + 16] = { 0 }, next_header, *inner;
	uint8_t *payload = esp + ESP_HEADER + 8;
	size_t size;

	(void)state;
	assert_int_equal(suite_find(ESPD_CIPHER_AES_GCM_16, ESPD_INTEGRITY_NONE, 20, 0, &suite), 0);
	payload[11] = 1;
	payload[12] = 2;
	payload[13] = 3;
	payload[14] = 3;
	payload[15] = 4;
	assert_int_equal(esp_unframe(&suite, esp, sizeof(esp), &next_header, &inner, &size), 0);
	assert_int_equal(size, 11);
	payload[12] = 7;
	assert_int_equal(
		esp_unframe(&suite, esp, sizeof(esp), &next_header, &inner, &size), -EINVAL);
	payload[14] = 15;
	assert_int_equal(
		esp_unframe(&suite, esp, sizeof(esp), &next_header, &inner, &size), -EINVAL);
	/* Padding that would reach into the IV, every byte of it in order. */
	for (uint8_t i = 0; i < 15; i++)
		payload[(int)i - 1] = (uint8_t)(i + 1);
	assert_int_equal(
		esp_unframe(&suite, esp, sizeof(esp), &next_header, &inner, &size), -EINVAL);
	assert_int_equal(esp_check(&suite, sizeof(esp)), 0);
	assert_int_equal(esp_check(&suite, sizeof(esp) - 1), -EINVAL);
	assert_int_equal(esp_check(&suite, ESP_HEADER + 8 + 16), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_suite_round_trips),
		cmocka_unit_test(wrong_key_sizes_are_refused),
		cmocka_unit_test(largest_inner_packet_fits),
		cmocka_unit_test(cbc_ivs_differ),
		cmocka_unit_test(padding_is_checked),
	};

	if (crypto_openssl_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("espd-esp", tests, NULL, NULL);
}
