/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw completion: scripts for bash and zsh out of the tables of verbs, commands and flags. The
 * script is a table itself; completing asks nothing and runs nothing.
 */
#include "cli/verbs.h"

#include "base/strbuf.h"
#include "cli/command_line.h"
#include "cli/status.h"
#include "cli/table.h"

#include <stdio.h>
#include <string.h>

#define SCRIPT_MAX (1024 * 1024)

static void add_flag(struct strbuf *out, const char *name)
{
	strbuf_addf(out, " --%s", name);
}

/* Every flag of the command, with a blank before each. */
static void add_flags(struct strbuf *out, const struct command *command)
{
	AUTO_FLAGS struct flags flags = { 0 };

	flags_make(command_action(command), command_hides, command, &flags);
	for (size_t i = 0; i < flags.len; i++) {
		add_flag(out, flags.items[i].name);
		if (flags.items[i].is_secret)
			strbuf_add(out, "-file");
		else if (flag_is_boolean(&flags.items[i]))
			strbuf_addf(out, " --no-%s", flags.items[i].name);
	}
	for (const struct general_flag *flag = general_flags; flag->name; flag++)
		if (!flag->options || flag->options & command->options)
			add_flag(out, flag->name);
	for (const struct profile_flag *flag = profile_flags; flag->name; flag++)
		add_flag(out, flag->name);
}

static void add_words(struct strbuf *out)
{
	const char *noun = "";

	for (const struct verb *verb = verbs; verb->name; verb++)
		strbuf_addf(out, " %s", verb->name);
	for (const struct command *command = commands; command->noun; command++) {
		if (strcmp(command->noun, noun) != 0)
			strbuf_addf(out, " %s", command->noun);
		noun = command->noun;
	}
}

static void add_verbs(struct strbuf *out)
{
	for (const struct command *command = commands; command->noun;) {
		const char *noun = command->noun;

		strbuf_addf(out, "\t%s)\n\t\techo", noun);
		for (; command->noun && strcmp(command->noun, noun) == 0; command++)
			strbuf_addf(out, " %s", command->verb);
		strbuf_add(out, "\n\t\t;;\n");
	}
}

static void add_case(struct strbuf *out, const struct command *command)
{
	strbuf_addf(out, "\t\"%s%s%s\")\n\t\techo", command->noun, *command->verb ? " " : "",
		command->verb);
	add_flags(out, command);
	strbuf_add(out, "\n\t\t;;\n");
}

/* Words with the values of a flag, wherever the flag is: a name means the same everywhere. */
static void add_values(struct strbuf *out)
{
	AUTO_STRBUF struct strbuf seen = STRBUF_INIT(SCRIPT_MAX);

	strbuf_add(&seen, " ");
	for (const struct command *command = commands; command->noun; command++) {
		AUTO_FLAGS struct flags flags = { 0 };

		flags_make(command_action(command), command_hides, command, &flags);
		for (size_t i = 0; i < flags.len; i++) {
			const char *const *values = flag_values(&flags.items[i]);
			AUTO_FREE char *word = xasprintf(" %s ", flags.items[i].name);

			if (!values || strstr(strbuf_text(&seen), word))
				continue;
			strbuf_add(&seen, word + 1);
			strbuf_addf(out, "\t--%s)\n\t\techo", flags.items[i].name);
			for (; *values; values++)
				if (**values)
					strbuf_addf(out, " %s", *values);
			strbuf_add(out, "\n\t\t;;\n");
		}
	}
}

static void add_functions(struct strbuf *out)
{
	strbuf_add(out, "_vpngw_words() {\n\techo");
	add_words(out);
	strbuf_add(out, "\n}\n\n_vpngw_verbs() {\n\tcase $1 in\n");
	add_verbs(out);
	strbuf_add(out, "\tesac\n}\n\n_vpngw_flags() {\n\tcase \"$1\" in\n");
	add_case(out, &status_command);
	for (const struct command *command = commands; command->noun; command++)
		add_case(out, command);
	strbuf_add(out, "\tesac\n}\n\n_vpngw_values() {\n\tcase $1 in\n"
			"\t--output)\n\t\techo table json\n\t\t;;\n");
	add_values(out);
	strbuf_add(out, "\tesac\n}\n\n");
	strbuf_add(out,
		"# The candidates behind the words before: $1 and $2 are the first two, $3 the "
		"one before.\n"
		"_vpngw_candidates() {\n"
		"\tlocal values\n"
		"\tvalues=$(_vpngw_values \"$3\")\n"
		"\tif [ -n \"$values\" ]; then\n\t\techo \"$values\"\n"
		"\telif [ -z \"$1\" ]; then\n\t\t_vpngw_words\n"
		"\telif [ \"$1\" = status ]; then\n\t\t_vpngw_flags status\n"
		"\telif [ -z \"$2\" ]; then\n\t\t_vpngw_verbs \"$1\"\n"
		"\telse\n\t\t_vpngw_flags \"$1 $2\"\n\tfi\n}\n\n");
}

static const char bash_tail[] =
	"_vpngw() {\n"
	"\tlocal first=\"\" second=\"\"\n"
	"\t[ \"$COMP_CWORD\" -gt 1 ] && first=${COMP_WORDS[1]}\n"
	"\t[ \"$COMP_CWORD\" -gt 2 ] && second=${COMP_WORDS[2]}\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$(_vpngw_candidates \"$first\" \"$second\" "
	"\"${COMP_WORDS[COMP_CWORD - 1]}\")\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
	"}\n"
	"complete -o default -F _vpngw vpngw\n";

static const char zsh_tail[] =
	"_vpngw() {\n"
	"\tlocal first=\"\" second=\"\"\n"
	"\t(( CURRENT > 2 )) && first=${words[2]}\n"
	"\t(( CURRENT > 3 )) && second=${words[3]}\n"
	"\tlocal -a candidates\n"
	"\tcandidates=(${(z)$(_vpngw_candidates \"$first\" \"$second\" \"${words[CURRENT-1]}\")})\n"
	"\tcompadd -- $candidates || _files\n"
	"}\n"
	"# Loaded out of $fpath, or sourced.\n"
	"if [ \"${funcstack[1]}\" = _vpngw ]; then\n\t_vpngw \"$@\"\n"
	"else\n\tcompdef _vpngw vpngw\nfi\n";

int verb_completion(int argc, char **argv)
{
	AUTO_STRBUF struct strbuf out = STRBUF_INIT(SCRIPT_MAX);
	bool is_zsh = argc == 2 && strcmp(argv[1], "zsh") == 0;

	if (argc != 2 || (!is_zsh && strcmp(argv[1], "bash") != 0))
		return USAGE;
	strbuf_addf(&out,
		"%s# SPDX-License-Identifier: Apache-2.0\n"
		"# Generated by `vpngw completion %s`; do not edit.\n\n",
		is_zsh ? "#compdef vpngw\n" : "# shellcheck shell=bash\n", argv[1]);
	add_functions(&out);
	strbuf_add(&out, is_zsh ? zsh_tail : bash_tail);
	fputs(strbuf_text(&out), stdout);
	return strbuf_failed(&out) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
