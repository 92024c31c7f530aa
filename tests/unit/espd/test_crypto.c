/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof at start finds every way of computing wrongly that is tried here, a backend that fails
 * it is switched off suite by suite, and bursts that mix SAs and suites come out as from OpenSSL
 * alone, with ipsec-mb where it is installed.
 */
#include "espd/crypto_pick.h"

#include "espd/crypto_check.h"
#include "espd/esp.h"
#include "espd/hmac.h"
#include "espd/proto.h"
#include "support/unit.h"

#include <errno.h>

#define MIXED 300
#define INNER_MAX 1500

/* OpenSSL with a fault. */
static struct {
	enum {
		NO_FAULT,
		WRONG_ICV,
		WRONG_TEXT,
		WRONG_IN_LARGE_BURSTS,
		ACCEPTS_ALL,
		REFUSES_ALL
	} kind;
	uint16_t integrity; /* of which suites; UINT16_MAX: all */
} fault;

static bool is_faulty(const struct crypto_packet *packet, size_t len)
{
	return (fault.integrity == UINT16_MAX || packet->key->suite.integrity == fault.integrity) &&
	       (fault.kind != WRONG_IN_LARGE_BURSTS || len > 16);
}

static void faulty_seal(void *context, struct crypto_packet *packets, size_t len)
{
	crypto_openssl.seal(context, packets, len);
	for (size_t i = 0; i < len; i++) {
		size_t icv = packets[i].size - packets[i].key->suite.icv_size;

		if (!is_faulty(&packets[i], len))
			continue;
		if (fault.kind == WRONG_ICV)
			packets[i].esp[packets[i].size - 1] ^= 1;
		else if (fault.kind == WRONG_TEXT || fault.kind == WRONG_IN_LARGE_BURSTS)
			packets[i].esp[icv - 1] ^= 1;
	}
}

static void faulty_open(void *context, struct crypto_packet *packets, size_t len)
{
	crypto_openssl.open(context, packets, len);
	for (size_t i = 0; i < len; i++) {
		if (!is_faulty(&packets[i], len))
			continue;
		if (fault.kind == ACCEPTS_ALL)
			packets[i].result = 0;
		else if (fault.kind == REFUSES_ALL)
			packets[i].result = -EBADMSG;
	}
}

static struct crypto_backend faulty;

static void set_fault(int kind, uint16_t integrity)
{
	faulty = crypto_openssl;
	faulty.name = "faulty";
	faulty.seal = faulty_seal;
	faulty.open = faulty_open;
	fault.kind = (__typeof__(fault.kind))kind;
	fault.integrity = integrity;
}

static void the_reference_gives_the_answers(void **state)
{
	(void)state;
	assert_int_equal(crypto_check_reference(), 0);
}

static void every_fault_is_found(void **state)
{
	struct suite suite;

	(void)state;
	for (size_t place = 0; place < SUITES_MAX; place++) {
		if (!suite_at(place, &suite))
			continue;
		for (int kind = NO_FAULT; kind <= REFUSES_ALL; kind++) {
			set_fault(kind, UINT16_MAX);
			assert_int_equal(crypto_check_suite(&faulty, &crypto_openssl, &suite),
				kind == NO_FAULT ? 0 : -EIO);
		}
	}
}

static void a_failing_suite_is_switched_off(void **state)
{
	struct crypto_report report = { 0 };
	struct suite suite;

	(void)state;
	set_fault(WRONG_ICV, ESPD_INTEGRITY_HMAC_MD5_96);
	assert_int_equal(crypto_pick_use(&faulty, CRYPTO_AUTO, &report), 0);
	assert_string_equal(report.failed, "des-md5,3des-md5,aes128-md5,aes192-md5,aes256-md5");
	crypto_report_done(&report);
	assert_int_equal(
		suite_find(ESPD_CIPHER_AES_CBC, ESPD_INTEGRITY_HMAC_MD5_96, 16, 16, &suite), 0);
	assert_int_equal(crypto_check_suite(&crypto_pick, &crypto_openssl, &suite), 0);

	report = (struct crypto_report){ 0 };
	assert_int_equal(crypto_pick_use(&faulty, CRYPTO_IPSEC_MB, &report), -EOPNOTSUPP);
	crypto_report_done(&report);
}

struct mixed {
	struct crypto_key *keys[SUITES_MAX][2], *other[SUITES_MAX][2];
	struct suite suites[SUITES_MAX];
	size_t suites_len;
	struct crypto_packet packets[MIXED];
	size_t which[MIXED];
	uint8_t framed[MIXED][INNER_MAX + ESP_OVERHEAD_MAX],
		bytes[MIXED][INNER_MAX + ESP_OVERHEAD_MAX];
};

static void mixed_init(struct mixed *mixed)
{
	struct suite suite;

	for (size_t place = 0; place < SUITES_MAX; place++) {
		uint8_t keys[2][ESPD_KEY_MAX];
		size_t i = mixed->suites_len;
		bool esn = place % 2;

		if (!suite_at(place, &suite))
			continue;
		unit_random(keys, sizeof(keys));
		for (int direction = CRYPTO_OPEN; direction <= CRYPTO_SEAL; direction++) {
			assert_int_equal(crypto_pick.key_new(&suite, direction, esn, keys[0],
						 keys[1], &mixed->keys[i][direction]),
				0);
			assert_int_equal(crypto_openssl.key_new(&suite, direction, esn, keys[0],
						 keys[1], &mixed->other[i][direction]),
				0);
		}
		mixed->suites[mixed->suites_len++] = suite;
	}
	for (size_t i = 0; i < MIXED; i++) {
		const struct suite *one;

		/* Half of them of a few suites: counts on both sides of every threshold. */
		mixed->which[i] = unit_next() % (i % 2 ? mixed->suites_len : 4);
		one = &mixed->suites[mixed->which[i]];
		mixed->packets[i] = (struct crypto_packet){ .esp = mixed->bytes[i],
			.size = esp_size(one, 20 + unit_next() % (INNER_MAX - 19)),
			.sequence = unit_next() };
		unit_random(mixed->framed[i], mixed->packets[i].size);
		memcpy(mixed->bytes[i], mixed->framed[i], mixed->packets[i].size);
	}
}

static void mixed_done(struct mixed *mixed)
{
	for (size_t i = 0; i < mixed->suites_len; i++)
		for (int direction = CRYPTO_OPEN; direction <= CRYPTO_SEAL; direction++) {
			crypto_pick.key_free(mixed->keys[i][direction]);
			crypto_openssl.key_free(mixed->other[i][direction]);
		}
	free(mixed);
}

static void use_keys(struct mixed *mixed, bool picked, enum crypto_direction direction)
{
	for (size_t i = 0; i < MIXED; i++)
		mixed->packets[i].key =
			(picked ? mixed->keys : mixed->other)[mixed->which[i]][direction];
}

/* Sealed here, opened there. */
static void cross(
	struct mixed *mixed, const struct crypto_backend *seal, const struct crypto_backend *open)
{
	void *seal_context = seal->context_new(), *open_context = open->context_new();

	use_keys(mixed, seal == &crypto_pick, CRYPTO_SEAL);
	seal->seal(seal_context, mixed->packets, MIXED);
	for (size_t i = 0; i < MIXED; i++)
		assert_int_equal(mixed->packets[i].result, 0);
	mixed->bytes[7][12] ^= 1;
	use_keys(mixed, open == &crypto_pick, CRYPTO_OPEN);
	open->open(open_context, mixed->packets, MIXED);
	for (size_t i = 0; i < MIXED; i++) {
		size_t icv = mixed->packets[i].size - mixed->packets[i].key->suite.icv_size;

		assert_int_equal(mixed->packets[i].result, i == 7 ? -EBADMSG : 0);
		if (i != 7)
			assert_memory_equal(mixed->bytes[i], mixed->framed[i], icv);
		memcpy(mixed->bytes[i], mixed->framed[i], mixed->packets[i].size);
	}
	seal->context_free(seal_context);
	open->context_free(open_context);
}

static void mixed_bursts_with(enum crypto_wish wish, bool needed)
{
	struct crypto_report report;
	struct mixed *mixed;
	int err = crypto_pick_init(wish, &report);

	if (err == -EOPNOTSUPP && needed && report.why_not)
		fprintf(stderr, "# ipsec-mb: %s\n", report.why_not);
	assert_null(report.failed);
	crypto_report_done(&report);
	if (err == -EOPNOTSUPP && needed)
		skip();
	assert_int_equal(err, 0);
	mixed = xcalloc(1, sizeof(*mixed));
	mixed_init(mixed);
	cross(mixed, &crypto_pick, &crypto_openssl);
	cross(mixed, &crypto_openssl, &crypto_pick);
	mixed_done(mixed);
}

static void mixed_bursts_with_openssl(void **state)
{
	(void)state;
	mixed_bursts_with(CRYPTO_OPENSSL, false);
}

static void mixed_bursts_with_what_is_faster(void **state)
{
	(void)state;
	mixed_bursts_with(CRYPTO_AUTO, false);
}

static void mixed_bursts_with_ipsec_mb(void **state)
{
	(void)state;
	mixed_bursts_with(CRYPTO_IPSEC_MB, true);
}

static void a_key_of_more_than_a_block_is_refused(void **state)
{
	static const uint8_t key[129];
	struct hmac_key hmac;

	(void)state;
	assert_int_equal(hmac_key_init(&hmac, ESPD_INTEGRITY_HMAC_SHA1_96, key, 65), -EOPNOTSUPP);
	assert_int_equal(hmac_key_init(&hmac, ESPD_INTEGRITY_HMAC_SHA2_512_256, key, 128), 0);
	assert_int_equal(
		hmac_key_init(&hmac, ESPD_INTEGRITY_HMAC_SHA2_512_256, key, 129), -EOPNOTSUPP);
	assert_int_equal(hmac_key_init(&hmac, ESPD_INTEGRITY_NONE, key, 16), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_gives_the_answers),
		cmocka_unit_test(every_fault_is_found),
		cmocka_unit_test(a_failing_suite_is_switched_off),
		cmocka_unit_test(mixed_bursts_with_openssl),
		cmocka_unit_test(mixed_bursts_with_what_is_faster),
		cmocka_unit_test(mixed_bursts_with_ipsec_mb),
		cmocka_unit_test(a_key_of_more_than_a_block_is_refused),
	};

	if (crypto_openssl_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("espd-crypto", tests, NULL, NULL);
}
