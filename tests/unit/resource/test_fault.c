/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults as a sentence: parts, shortening, nesting, and the table of reasons.
 */
#include "resource/fault.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <string.h>

static void the_sentence_has_all_parts(void **state)
{
	struct fault fault;
	char message[600];

	(void)state;
	assert_int_equal(fault_set(&fault, REASON_NAME_INVALID, "Name", "https://example.com/x",
				 "must not start with a scheme", "leave it out"),
		-EINVAL);
	fault_message(&fault, message, sizeof(message));
	assert_string_equal(message,
		"The name is not valid: Name \"https://example.com/x\" must not start with "
		"a scheme; leave it out.");
	fault_set(&fault, REASON_ACCESS_KEY_UNKNOWN, NULL, NULL, NULL, NULL);
	fault_message(&fault, message, sizeof(message));
	assert_string_equal(message, "Specified access key is not found.");
	fault_missing(&fault, "VpcId");
	fault_message(&fault, message, sizeof(message));
	assert_non_null(strstr(message, "VpcId is mandatory for this action"));
	assert_string_equal(fault_code(&fault), "MissingVpcId");
}

static void long_values_are_shortened_between_characters(void **state)
{
	struct fault fault;
	char value[2 * sizeof(fault.value) + 2];

	(void)state;
	for (size_t shift = 0; shift < 2; shift++) {
		memset(value, 'a', shift);
		for (size_t i = 0; i < sizeof(fault.value); i++)
			memcpy(value + shift + 2 * i, "\u00e9", 2);
		value[sizeof(value) - 1] = value[shift + 2 * sizeof(fault.value)] = '\0';
		fault_set(&fault, REASON_NAME_INVALID, "Name", value, "r", NULL);
		assert_string_equal(fault.value + strlen(fault.value) - 3, "...");
		assert_int_equal((strlen(fault.value) - 3 - shift) % 2, 0);
	}
	fault_set(&fault, REASON_NAME_INVALID, "Name", "a\nb\x1b", "r", NULL);
	assert_string_equal(fault.value, "a?b?");
}

static void nested_fields_are_dotted(void **state)
{
	struct fault fault;

	(void)state;
	fault_set(&fault, REASON_PARAMETER_INVALID, "IkeEncAlg", NULL, NULL, NULL);
	fault_nest(&fault, "IkeConfig");
	assert_string_equal(fault.field, "IkeConfig.IkeEncAlg");
}

static void reasons_are_found_by_code(void **state)
{
	(void)state;
	for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
		assert_int_equal(reason_find(reason_code((enum reason)reason)), reason);
		assert_true(strlen(reason_text((enum reason)reason)) > 0);
	}
	assert_int_equal(reason_find("NoSuchReason"), REASON_NONE);
	assert_int_equal(reason_find(""), REASON_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sentence_has_all_parts),
		cmocka_unit_test(long_values_are_shortened_between_characters),
		cmocka_unit_test(nested_fields_are_dotted),
		cmocka_unit_test(reasons_are_found_by_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
