/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/command: the table and the API's catalogue fit each other: no action is without a command, no
 * command names what its action does not have.
 */
#include "support/unit.h"

#include "cli/command.h"
#include "cli/flags.h"

/* Names of one action in another spelling, for clients that have it so. */
static const char *const aliases[] = { "UntagResources" };

static bool is_alias(const char *action)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(aliases[i], action) == 0)
			return true;
	return false;
}

static void test_every_action_has_a_command(void **state)
{
	(void)state;
	for (const struct catalogue_action *action = catalogue; action->name; action++) {
		bool has_command = is_alias(action->name);

		for (const struct command *command = commands; command->noun; command++)
			has_command = has_command || command_action(command) == action;
		if (!has_command)
			fail_msg("no command of vpngw is the action %s", action->name);
	}
}

static const struct parameter *find(const struct catalogue_action *action, const char *name)
{
	for (const struct parameter *row = action->parameters; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	fail_msg("%s has no parameter %s", action->name, name);
	return NULL;
}

static void test_commands_name_what_there_is(void **state)
{
	(void)state;
	for (const struct command *command = commands; command->noun; command++) {
		const struct catalogue_action *action = command_action(command);

		if (!action)
			fail_msg("there is no action %s", command->action);
		for (size_t i = 0; i < COMMAND_POSITIONALS && command->positionals[i]; i++)
			(void)find(action, command->positionals[i]);
		for (size_t i = 0; i < COMMAND_PRESETS && command->presets[i].parameter; i++)
			(void)find(action, command->presets[i].parameter);
		assert_ptr_equal(command_find(command->noun, command->verb), command);
	}
}

static void test_flags_of_a_command_differ(void **state)
{
	(void)state;
	for (const struct command *command = commands; command->noun; command++) {
		struct flags flags;

		flags_make(command_action(command), command_hides, command, &flags);
		for (size_t i = 0; i < flags.len; i++)
			if (flags_find(&flags, flags.items[i].name, strlen(flags.items[i].name)) !=
				&flags.items[i])
				fail_msg("%s %s: two flags are --%s", command->noun, command->verb,
					flags.items[i].name);
		flags_clear(&flags);
	}
}

static void test_destroying_asks(void **state)
{
	(void)state;
	for (const struct command *command = commands; command->noun; command++)
		if (strncmp(command->action, "Delete", 6) == 0)
			assert_true(command->options & COMMAND_ASKS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_action_has_a_command),
		cmocka_unit_test(test_commands_name_what_there_is),
		cmocka_unit_test(test_flags_of_a_command_differ),
		cmocka_unit_test(test_destroying_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
