/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The replay window against a naive model that remembers every number, and the inference of 64-bit
 * sequence numbers against a sender that knows them.
 */
#include "espd/replay.h"
#include "support/unit.h"

#include <errno.h>

#define SEEN_MAX 200000

struct model {
	uint64_t top;
	size_t len;
	uint64_t seen[SEEN_MAX];
};

static bool model_check(const struct model *model, uint64_t sequence, uint32_t size)
{
	if (sequence == 0 || sequence + size <= model->top)
		return false;
	for (size_t i = 0; i < model->len; i++)
		if (model->seen[i] == sequence)
			return false;
	return true;
}

static void model_update(struct model *model, uint64_t sequence)
{
	model->seen[model->len++] = sequence;
	if (sequence > model->top)
		model->top = sequence;
}

/* Near the top mostly, sometimes far: the jumps that clear words, whole rings, or nothing. */
static uint64_t near(uint64_t top)
{
	static const uint64_t spans[] = { 3, 64, 130, 2047, 2048, 2049, 4096, 5000, 1 << 20 };
	uint64_t span = spans[unit_next() % (sizeof(spans) / sizeof(spans[0]))];
	uint64_t step = unit_next() % span;

	if (unit_next() & 1)
		return top + step;
	return top > step ? top - step : unit_next() % 3;
}

static void matches_the_model(uint32_t asked)
{
	struct model *model = calloc(1, sizeof(*model));
	struct replay replay;

	assert_non_null(model);
	assert_int_equal(replay_init(&replay, asked), 0);
	for (int i = 0; i < 4000; i++) {
		uint64_t sequence = near(replay.top);
		bool expected = model_check(model, sequence, replay.size);

		assert_int_equal(replay_check(&replay, sequence), expected);
		if (expected && unit_next() % 8) {
			replay_update(&replay, sequence);
			model_update(model, sequence);
		}
		assert_int_equal(replay.top, model->top);
	}
	free(model);
}

static void window_equals_model(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		matches_the_model(0);
		matches_the_model(2048);
		matches_the_model(4096);
	}
}

static void window_sizes(void **state)
{
	struct replay replay;

	(void)state;
	assert_int_equal(replay_init(&replay, 32), 0);
	assert_int_equal(replay.size, 2048);
	assert_int_equal(replay_init(&replay, 2049), 0);
	assert_int_equal(replay.size, 4096);
	assert_int_equal(replay_init(&replay, 4097), -EINVAL);
}

static void first_number_is_one(void **state)
{
	struct replay replay;

	(void)state;
	assert_int_equal(replay_init(&replay, 0), 0);
	assert_false(replay_check(&replay, 0));
	assert_true(replay_check(&replay, 1));
	replay_update(&replay, 1);
	assert_false(replay_check(&replay, 1));
}

/* Every number of a sender that stays within the window of the receiver is inferred right. */
static void infers_what_was_sent(void **state)
{
	static const uint64_t starts[] = { 1, 2000, 0xfffffff0, 0x100000000, 0x1000007ff,
		0x5fffff000, 0xfffffffeffffff00 };
	uint64_t got;

	(void)state;
	for (size_t s = 0; s < sizeof(starts) / sizeof(starts[0]); s++) {
		struct replay replay;

		assert_int_equal(replay_init(&replay, 0), 0);
		replay.top = starts[s];
		for (int i = 0; i < 20000; i++) {
			uint64_t back = unit_next() % 2048, sent;

			sent = unit_next() & 1 || replay.top <= back
				       ? replay.top + unit_next() % 300
				       : replay.top - back;
			assert_true(replay_infer(&replay, true, (uint32_t)sent, &got));
			assert_int_equal(got, sent);
			if (replay_check(&replay, got))
				replay_update(&replay, got);
		}
	}
}

static void without_esn_the_half_is_the_whole(void **state)
{
	struct replay replay;
	uint64_t got;

	(void)state;
	assert_int_equal(replay_init(&replay, 0), 0);
	replay.top = 0xffffffff;
	assert_true(replay_infer(&replay, false, 5, &got));
	assert_int_equal(got, 5);
	assert_false(replay_check(&replay, got));
}

static void numbers_end_at_the_last(void **state)
{
	struct replay replay;
	uint64_t got;

	(void)state;
	assert_int_equal(replay_init(&replay, 0), 0);
	replay.top = UINT64_MAX - 10;
	assert_false(replay_infer(&replay, true, 3, &got));
	assert_true(replay_infer(&replay, true, UINT32_MAX, &got));
	assert_int_equal(got, UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_equals_model),
		cmocka_unit_test(window_sizes),
		cmocka_unit_test(first_number_is_one),
		cmocka_unit_test(infers_what_was_sent),
		cmocka_unit_test(without_esn_the_half_is_the_whole),
		cmocka_unit_test(numbers_end_at_the_last),
	};

	return cmocka_run_group_tests_name("espd-replay", tests, NULL, NULL);
}
