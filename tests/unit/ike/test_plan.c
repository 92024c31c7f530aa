/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judging SAs: up, down, under way, too many; and which of several stays.
 */
#include "support/unit.h"

#include "drivers/ike/plan.h"

struct row {
	uint32_t id;
	enum ike_sa_state state;
	uint64_t age_s, spi;
	uint32_t child; /* 0 = none */
	uint64_t child_age_s;
	enum { THEIRS, OURS } began;
	bool is_adding_child;
};

static struct ike_seen *make(const struct row *rows, size_t len)
{
	struct ike_seen *seen = ike_seen_new("vco-0123456789abcdefg");

	seen->sas = xcalloc(len + 1, sizeof(*seen->sas));
	seen->sas_len = len;
	for (size_t i = 0; i < len; i++) {
		struct ike_sa_seen *sa = &seen->sas[i];

		*sa = (struct ike_sa_seen){ .id = rows[i].id,
			.state = rows[i].state,
			.age_s = rows[i].age_s,
			.spi = rows[i].spi,
			.is_initiator = rows[i].began == OURS,
			.is_adding_child = rows[i].is_adding_child };
		if (!rows[i].child)
			continue;
		sa->children = xcalloc(1, sizeof(*sa->children));
		sa->children_len = 1;
		sa->children[0] = (struct ike_child_seen){
			.id = rows[i].child, .age_s = rows[i].child_age_s, .is_installed = true
		};
		memcpy(sa->children[0].name, seen->id, IKE_NAME_SIZE);
	}
	return seen;
}

#define PLAN(...)                                                                                  \
	const struct row rows[] = { __VA_ARGS__ };                                                 \
	struct ike_seen *seen = make(rows, ARRAY_LEN(rows));                                       \
	struct ike_plan plan;                                                                      \
	(void)state;                                                                               \
	ike_plan_of(seen, &plan)

#define END                                                                                        \
	ike_plan_clear(&plan);                                                                     \
	ike_seen_free(seen)

static void test_up(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 100, 5, 2, 50 });
	assert_int_equal(plan.sa->id, 1);
	assert_int_equal(plan.child->id, 2);
	assert_true(ike_plan_is_settled(&plan));
	assert_false(ike_plan_is_quiet(&plan));
	END;
}

static void test_nothing(void **state)
{
	PLAN({ 1, SA_GOING, 100, 5, 2, 50 });
	assert_null(plan.sa);
	assert_false(ike_plan_is_settled(&plan));
	assert_true(ike_plan_is_quiet(&plan));
	END;
}

static void test_connecting(void **state)
{
	PLAN({ 1, SA_CONNECTING, 0, 5, 0, 0 });
	assert_true(plan.is_connecting);
	assert_false(ike_plan_is_settled(&plan));
	assert_false(ike_plan_is_quiet(&plan));
	END;
}

static void test_no_child(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 100, 5, 0, 0 });
	assert_int_equal(plan.sa->id, 1);
	assert_null(plan.child);
	assert_false(ike_plan_is_settled(&plan));
	END;
}

static void test_young_duplicate_waits(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 100, 5, 2, 100 }, { 3, SA_ESTABLISHED, 1, 6, 4, 1 });
	assert_true(plan.has_young_duplicate);
	assert_int_equal(plan.old_sas_len, 0);
	assert_false(ike_plan_is_settled(&plan));
	END;
}

static void test_old_duplicate_goes(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 100, 5, 2, 100 },
		{ 3, SA_ESTABLISHED, DUPLICATE_AGE_S, 6, 4, DUPLICATE_AGE_S });
	assert_int_equal(plan.sa->id, 3);
	assert_int_equal(plan.old_sas_len, 1);
	assert_int_equal(plan.old_sas[0], 1);
	END;
}

/* Both ends must keep the same one of two of the same age. */
static void test_equal_age_keeps_the_larger_spi(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 9, 0xffff, 2, 9 }, { 3, SA_ESTABLISHED, 9, 6, 4, 9 });
	assert_int_equal(plan.sa->id, 1);
	assert_int_equal(plan.old_sas_len, 1);
	assert_int_equal(plan.old_sas[0], 3);
	END;
}

static void test_the_one_with_the_child_stays(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 100, 5, 2, 100 }, { 3, SA_ESTABLISHED, 20, 6, 0, 0 });
	assert_int_equal(plan.sa->id, 1);
	assert_int_equal(plan.old_sas_len, 1);
	assert_int_equal(plan.old_sas[0], 3);
	END;
}

static void test_child_duplicates(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 100, 5, 2, 100 });
	seen->sas[0].children =
		xreallocarray(seen->sas[0].children, 2, sizeof(*seen->sas[0].children));
	seen->sas[0].children[1] =
		(struct ike_child_seen){ .id = 9, .age_s = 1, .is_installed = true };
	memcpy(seen->sas[0].children[1].name, seen->id, IKE_NAME_SIZE);
	seen->sas[0].children_len = 2;
	ike_plan_clear(&plan);
	ike_plan_of(seen, &plan);
	assert_int_equal(plan.child->id, 9);
	assert_true(plan.has_young_duplicate);
	seen->sas[0].children[1].age_s = DUPLICATE_AGE_S;
	ike_plan_clear(&plan);
	ike_plan_of(seen, &plan);
	assert_int_equal(plan.old_children_len, 1);
	assert_int_equal(plan.old_children[0], 2);
	END;
}

/* The peer has ended its own, or moved the children into ours. */
static void test_where_both_carry_ours_stays(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 9, 5, 2, 9, OURS },
		{ 3, SA_ESTABLISHED, 9, 0xffff, 4, 9, THEIRS });
	assert_int_equal(plan.sa->id, 1);
	assert_int_equal(plan.old_sas_len, 1);
	assert_int_equal(plan.old_sas[0], 3);
	END;
}

/* Our charon has moved ours into the peer's. */
static void test_the_peers_with_all_children_stays(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 9, 5, 0, 0, OURS },
		{ 3, SA_ESTABLISHED, 9, 0xffff, 4, 9, THEIRS });
	assert_int_equal(plan.sa->id, 3);
	assert_int_equal(plan.old_sas[0], 1);
	END;
}

static void test_our_last_one_stays(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 9, 0xffff, 2, 9, OURS }, { 3, SA_ESTABLISHED, 9, 5, 4, 9, OURS });
	assert_int_equal(plan.sa->id, 3);
	END;
}

static void test_ends_take_turns(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 1, 0xffff, 2, 1, OURS },
		{ 3, SA_ESTABLISHED, 1, 5, 4, 1, THEIRS });
	assert_int_equal(plan.old_sas_len, 1);
	seen->sas[0].spi = 4;
	ike_plan_clear(&plan);
	ike_plan_of(seen, &plan);
	assert_int_equal(plan.old_sas_len, 0);
	assert_true(plan.has_young_duplicate);
	END;
}

static void test_coming_child_is_waited_for(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 9, 5, 0, 0, OURS, true },
		{ 3, SA_ESTABLISHED, 9, 4, 4, 9, THEIRS });
	assert_int_equal(plan.old_sas_len, 0);
	assert_true(plan.has_young_duplicate);
	END;
}

/* IKEv1 authenticating again: the new IKE_SA has the child before it is established. */
static void test_child_is_handed_over(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 100, 5, 0, 0 }, { 3, SA_CONNECTING, 0, 6, 4, 50 });
	assert_int_equal(plan.sa->id, 1);
	assert_int_equal(plan.child->id, 4);
	assert_false(ike_plan_is_settled(&plan));
	assert_false(ike_plan_is_quiet(&plan));
	assert_int_equal(plan.old_children_len, 0);
	END;
}

#define OTHER "vco-0123456789abcdefh"

/* Two IKE_SAs of a group with a child each: neither is too much, whoever looks. */
static void test_a_group_keeps_what_carries(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 100, 5, 2, 100 }, { 3, SA_ESTABLISHED, 50, 6, 4, 50 });
	memcpy(seen->sas[1].children[0].name, OTHER, IKE_NAME_SIZE);
	ike_plan_clear(&plan);
	ike_plan_of(seen, &plan);
	assert_int_equal(plan.sa->id, 1);
	assert_int_equal(plan.child->id, 2);
	assert_int_equal(plan.old_sas_len, 0);
	assert_true(ike_plan_is_settled(&plan));
	END;
}

/* The other member sees the same one go, and a member without a child joins what stays. */
static void test_a_group_agrees_on_what_goes(void **state)
{
	PLAN({ 1, SA_ESTABLISHED, 100, 5, 2, 100 }, { 3, SA_ESTABLISHED, 50, 6, 0, 0 });
	memcpy(seen->sas[0].children[0].name, OTHER, IKE_NAME_SIZE);
	ike_plan_clear(&plan);
	ike_plan_of(seen, &plan);
	assert_int_equal(plan.sa->id, 1);
	assert_null(plan.child);
	assert_int_equal(plan.old_sas_len, 1);
	assert_int_equal(plan.old_sas[0], 3);
	END;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_group_keeps_what_carries),
		cmocka_unit_test(test_a_group_agrees_on_what_goes),
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_connecting),
		cmocka_unit_test(test_no_child),
		cmocka_unit_test(test_young_duplicate_waits),
		cmocka_unit_test(test_old_duplicate_goes),
		cmocka_unit_test(test_equal_age_keeps_the_larger_spi),
		cmocka_unit_test(test_the_one_with_the_child_stays),
		cmocka_unit_test(test_child_duplicates),
		cmocka_unit_test(test_child_is_handed_over),
		cmocka_unit_test(test_where_both_carry_ours_stays),
		cmocka_unit_test(test_the_peers_with_all_children_stays),
		cmocka_unit_test(test_our_last_one_stays),
		cmocka_unit_test(test_ends_take_turns),
		cmocka_unit_test(test_coming_child_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
