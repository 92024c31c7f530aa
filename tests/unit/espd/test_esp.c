/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing and crypto together: round trips of every suite and size, what must not open, padding;
 * and published known answers of the ciphers in ESP.
 */
#include "espd/esp.h"

#include "base/encode.h"
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

	crypto_openssl.open(&packet, 1);
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
	crypto_openssl.seal(&packet, 1);
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

struct answer {
	const char *source;
	uint16_t cipher, integrity;
	bool esn;
	const char *key, *integrity_key;
	uint64_t sequence;
	const char *header_and_iv, *payload, *sealed; /* sealed: ciphertext, and ICV of AEAD */
};

static const struct answer answers[] = {
	{ "draft-mcgrew-gcm-test-01 section 4, AES-128-GCM with ESN", ESPD_CIPHER_AES_GCM_16, 0,
		true, "4c80cdefbb5d10da906ac73c3613a6342e443b68", "", UINT64_C(0x8765432100000000),
		"00004321000000004956ed7e3b244cfe",
		"45000048699a000080114db7c0a80102c0a801010a9bf15638d301000001000000000000045f7369"
		"70045f756470037369700963796265726369747902646b000021000101020201",
		"fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf"
		"65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce61bc17d768fd9732459018148f6cbe72"
		"2fd04796562dfdb4" },
	{ "draft-mcgrew-gcm-test-01, AES-192-GCM", ESPD_CIPHER_AES_GCM_16, 0, false,
		"feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe", "", 10,
		"0000a5f80000000afacedbaddecaf888",
		"45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d075680001",
		"a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0315b27452144cc77"
		"95457b9652037f5318027b5b4cd7a636" },
	{ "draft-mcgrew-gcm-test-01, AES-256-GCM", ESPD_CIPHER_AES_GCM_16, 0, false,
		"abbccddef00112233445566778899aababbccddef00112233445566778899aab11223344", "", 2,
		"4a2cbfe3000000020102030405060708",
		"4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf0000"
		"020405b40101040201020201",
		"ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763748a637985771d34"
		"7f0545659f14e99def842d8eb335f4eecfdbf831824b4c4915956c96" },
	{ "RFC 7634 appendix A, ChaCha20-Poly1305", ESPD_CIPHER_CHACHA20_POLY1305, 0, false,
		"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3", "", 5,
		"01020304000000051011121314151617",
		"45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b"
		"0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30313233"
		"3435363701020204",
		"24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb"
		"61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da"
		"9165b82829f641e076aaa8266b7fb0f7b11b369907e1ad43" },
	{ "RFC 3602 case 7, AES-128-CBC tunnel mode", ESPD_CIPHER_AES_CBC,
		ESPD_INTEGRITY_HMAC_SHA1_96, false, "0123456789abcdef0123456789abcdef",
		"0000000000000000000000000000000000000000", 2,
		"0000876500000002f4e765244f6407adf13dc1380f673f37",
		"45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b"
		"0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30313233"
		"343536370102030405060708090a0a04",
		"773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8e4ecaec78ac53aad"
		"7a0f022b859243c647752e94a859352b8a4d4d2decd136e5c177f132ad3fbfb2201ac9904c74ee0a"
		"109e0ca1e4dfe9d5a100b842f1c22f0d" },
};

static void check_answer(const struct answer *answer)
{
	uint8_t key[64], integrity_key[64], esp[512], sealed[512];
	int key_size = hex_decode(answer->key, key, sizeof(key));
	int integrity_size =
		hex_decode(answer->integrity_key, integrity_key, sizeof(integrity_key));
	int head = hex_decode(answer->header_and_iv, esp, sizeof(esp));
	int payload = hex_decode(answer->payload, esp + head, sizeof(esp) - (size_t)head);
	int sealed_size = hex_decode(answer->sealed, sealed, sizeof(sealed));
	struct crypto_packet packet = { .esp = esp, .sequence = answer->sequence };
	struct suite suite;
	struct pair pair;

	assert_true(key_size > 0 && head > 0 && payload > 0 && sealed_size > 0);
	assert_int_equal(suite_find(answer->cipher, answer->integrity, (size_t)key_size,
				 (size_t)integrity_size, &suite),
		0);
	pair_init(&pair, &suite, answer->esn, key, integrity_key);
	packet.key = pair.seal;
	packet.size = (size_t)head + (size_t)payload + suite.icv_size;
	crypto_openssl.seal(&packet, 1);
	assert_int_equal(packet.result, 0);
	assert_memory_equal(esp + head, sealed, (size_t)sealed_size);
	assert_int_equal(run_open(&pair, esp, packet.size, answer->sequence), 0);
	pair_done(&pair);
}

static void known_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		check_answer(&answers[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_suite_round_trips),
		cmocka_unit_test(wrong_key_sizes_are_refused),
		cmocka_unit_test(largest_inner_packet_fits),
		cmocka_unit_test(cbc_ivs_differ),
		cmocka_unit_test(padding_is_checked),
		cmocka_unit_test(known_answers),
	};

	if (crypto_openssl_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("espd-esp", tests, NULL, NULL);
}
