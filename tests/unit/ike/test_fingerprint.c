/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fingerprint: moves with everything that is negotiated, with the key, and with nothing else.
 */
#include "support/unit.h"

#include "drivers/ike/fingerprint.h"
#include "unit/ike/sample.h"

static struct secret *key_of(uint8_t first)
{
	uint8_t bytes[FINGERPRINT_KEY_SIZE] = { first };

	return secret_new(bytes, sizeof(bytes));
}

static bool is_moved_by(struct sample *sample, const struct secret *key, const char *before)
{
	char after[FINGERPRINT_TEXT_SIZE];

	fingerprint_of(&sample->settings, key, after);
	return strcmp(before, after) != 0;
}

static void test_moves_with_settings(void **state)
{
	struct secret *key = key_of(1);
	struct sample sample;
	char before[FINGERPRINT_TEXT_SIZE];

	(void)state;
	sample_init(&sample);
	fingerprint_of(&sample.settings, key, before);
	assert_false(is_moved_by(&sample, key, before));
#define MOVES(field, value)                                                                        \
	do {                                                                                       \
		__typeof__(sample.connection->field) old = sample.connection->field;               \
		sample.connection->field = (value);                                                \
		assert_true(is_moved_by(&sample, key, before));                                    \
		sample.connection->field = old;                                                    \
	} while (0)
	MOVES(ike_config.ike_version, IKE_V1);
	MOVES(ike_config.ike_enc_alg, ENC_3DES);
	MOVES(ike_config.ike_auth_alg, AUTH_SHA512);
	MOVES(ike_config.ike_pfs, PFS_GROUP14);
	MOVES(ike_config.ike_lifetime, 1234);
	MOVES(ipsec_config.ipsec_enc_alg, ENC_DES);
	MOVES(ipsec_config.ipsec_auth_alg, AUTH_SHA1);
	MOVES(ipsec_config.ipsec_pfs, PFS_DISABLED);
	MOVES(ipsec_config.ipsec_lifetime, 1234);
	MOVES(resets, 1);
	MOVES(enable_dpd, !sample.connection->enable_dpd);
	MOVES(enable_nat_traversal, !sample.connection->enable_nat_traversal);
#undef MOVES
	assert_false(is_moved_by(&sample, key, before));
	secret_free(sample.connection->ike_config.psk);
	sample.connection->ike_config.psk = secret_new("another", 7);
	assert_true(is_moved_by(&sample, key, before));
	sample_done(&sample);
	secret_free(key);
}

static void test_stays_otherwise(void **state)
{
	struct secret *key = key_of(1), *other = key_of(2);
	struct sample sample;
	char before[FINGERPRINT_TEXT_SIZE];

	(void)state;
	sample_init(&sample);
	fingerprint_of(&sample.settings, key, before);
	sample_text(&sample.connection->meta.name, "another name");
	sample.connection->effect_immediately = !sample.connection->effect_immediately;
	sample.connection->meta.revision = 99;
	assert_false(is_moved_by(&sample, key, before));
	/* Nobody without the key can test guesses. */
	assert_true(is_moved_by(&sample, other, before));
	sample_done(&sample);
	secret_free(key);
	secret_free(other);
}

static void test_names(void **state)
{
	struct secret *key = key_of(1);
	struct sample sample;
	char id[IKE_NAME_SIZE], group[IKE_NAME_SIZE], *key_id;

	(void)state;
	sample_init(&sample);
	key_id = fingerprint_key_id(&sample.settings, key);
	assert_true(fingerprint_split(key_id, id));
	assert_string_equal(id, "vco-0123456789abcdefg");
	fingerprint_group(key_id, group);
	assert_string_equal(group, "vco-0123456789abcdefg");
	free(key_id);
	sample_protect(&sample, "10.1.0.0/16", "10.2.0.0/16");
	key_id = fingerprint_key_id(&sample.settings, key);
	assert_true(fingerprint_split(key_id, id));
	assert_string_equal(id, "vco-0123456789abcdefg");
	fingerprint_group(key_id, group);
	assert_memory_equal(group, "vcg-", 4);
	assert_int_equal(strlen(group), IKE_ID_SIZE);
	assert_false(fingerprint_split("vco-0123456789abcdefg", id));
	assert_false(fingerprint_split("vco-short:0123", id));
	assert_false(fingerprint_split("xco-0123456789abcdefg:01", id));
	assert_false(fingerprint_split("", id));
	free(key_id);
	sample_done(&sample);
	secret_free(key);
}

static void test_key_file(void **state)
{
	char folder[] = "/tmp/vpngw-fingerprint.XXXXXX";
	struct secret *first = NULL, *second = NULL;
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/key", folder);
	assert_int_equal(fingerprint_key_open(path, &first), 0);
	assert_int_equal(fingerprint_key_open(path, &second), 0);
	assert_int_equal(first->size, FINGERPRINT_KEY_SIZE);
	assert_true(secret_equal(first, second));
	(void)unlink(path);
	(void)rmdir(folder);
	secret_free(first);
	secret_free(second);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves_with_settings),
		cmocka_unit_test(test_stays_otherwise),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_key_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
