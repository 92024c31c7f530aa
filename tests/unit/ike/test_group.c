/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name of a group: moves with everything that phase 1 consists of, and with nothing that a
 * member has to itself.
 */
#include "support/unit.h"

#include "drivers/ike/group.h"
#include "unit/ike/sample.h"

static struct secret *make_key(void)
{
	static const uint8_t bytes[32] = { 3 };

	return secret_new(bytes, sizeof(bytes));
}

static bool is_moved(const struct sample *sample, const struct secret *key, const char *before)
{
	char after[IKE_NAME_SIZE];

	ike_group_name(&sample->settings, key, after);
	return strcmp(before, after) != 0;
}

static void test_destination_mode_is_alone(void **state)
{
	struct secret *key = make_key();
	struct sample sample;
	char name[IKE_NAME_SIZE];

	(void)state;
	sample_init(&sample);
	ike_group_name(&sample.settings, key, name);
	assert_string_equal(name, "vco-0123456789abcdefg");
	/* One side suffices to protect. */
	sample.connection->local_subnet.len = 0;
	sample_prefix(&sample.connection->local_subnet, "10.1.0.0/16");
	ike_group_name(&sample.settings, key, name);
	assert_true(ike_is_group_name(name, strlen(name)));
	assert_false(ike_is_our_id(name, strlen(name)));
	sample_done(&sample);
	secret_free(key);
}

static void test_moves_with_phase1(void **state)
{
	struct secret *key = make_key();
	struct sample sample;
	char before[IKE_NAME_SIZE];

	(void)state;
	sample_init(&sample);
	sample_protect(&sample, "10.1.0.0/16", "10.2.0.0/16");
	ike_group_name(&sample.settings, key, before);
#define MOVES(field, value)                                                                        \
	do {                                                                                       \
		__typeof__(sample.connection->field) old = sample.connection->field;               \
		sample.connection->field = (value);                                                \
		assert_true(is_moved(&sample, key, before));                                       \
		sample.connection->field = old;                                                    \
	} while (0)
	MOVES(ike_config.ike_version, IKE_V1);
	MOVES(ike_config.ike_enc_alg, ENC_3DES);
	MOVES(ike_config.ike_auth_alg, AUTH_SHA512);
	MOVES(ike_config.ike_pfs, PFS_GROUP14);
	MOVES(ike_config.ike_lifetime, 1234);
	MOVES(enable_dpd, !sample.connection->enable_dpd);
	MOVES(enable_nat_traversal, !sample.connection->enable_nat_traversal);
#undef MOVES
	assert_false(is_moved(&sample, key, before));
	sample_text(&sample.connection->ike_config.remote_id, "other.example");
	assert_true(is_moved(&sample, key, before));
	sample_text(&sample.connection->ike_config.remote_id, "198.51.100.1");
	sample_text(&sample.gateway->meta.id, "vpn-another");
	assert_true(is_moved(&sample, key, before));
	sample_text(&sample.gateway->meta.id, "vpn-0123456789abcdefg");
	secret_free(sample.connection->ike_config.psk);
	sample.connection->ike_config.psk = secret_new("another", 7);
	assert_true(is_moved(&sample, key, before));
	sample_done(&sample);
	secret_free(key);
}

static void test_stays_with_what_is_a_members_own(void **state)
{
	struct secret *key = make_key();
	struct sample sample;
	char before[IKE_NAME_SIZE];

	(void)state;
	sample_init(&sample);
	sample_protect(&sample, "10.1.0.0/16", "10.2.0.0/16");
	ike_group_name(&sample.settings, key, before);
	sample_text(&sample.connection->meta.id, "vco-0123456789abcdefh");
	sample.connection->number = 8;
	sample_protect(&sample, "10.3.0.0/16", "10.4.0.0/16");
	sample.connection->ipsec_config.ipsec_enc_alg = ENC_DES;
	sample.connection->ipsec_config.ipsec_lifetime = 1234;
	sample.connection->effect_immediately = !sample.connection->effect_immediately;
	assert_false(is_moved(&sample, key, before));
	sample_done(&sample);
	secret_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_destination_mode_is_alone),
		cmocka_unit_test(test_moves_with_phase1),
		cmocka_unit_test(test_stays_with_what_is_a_members_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
