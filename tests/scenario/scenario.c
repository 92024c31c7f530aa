/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays scenario files on virtual time. Each one is played once as it stands; then again, with the
 * agent killed and started anew after its n-th effect, for every n: then what is expected at the
 * end must hold all the same, and what must always hold, always.
 *
 *   scenario FILE.scn...
 */
#include "base/fd.h"
#include "base/log.h"
#include "scenario/steps.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX 65536
#define SETTLE_MS 240000

struct script {
	char *text;
	char **lines;          /* into text */
	size_t len, last_step; /* index behind the last line that is no expectation */
	bool no_sweep;
};

static void script_clear(struct script *script)
{
	free(script->text);
	free(script->lines);
}

static void add_line(struct script *script, char *line)
{
	char *comment = strchr(line, '#');

	if (comment)
		*comment = '\0';
	line += strspn(line, " \t");
	if (!*line)
		return;
	if (strncmp(line, "NO-SWEEP", 8) == 0) {
		script->no_sweep = true;
		return;
	}
	script->lines = xreallocarray(script->lines, script->len + 1, sizeof(*script->lines));
	script->lines[script->len++] = line;
	if (strncmp(line, "EXPECT ", 7) != 0)
		script->last_step = script->len;
}

static int read_script(const char *path, struct script *ret)
{
	size_t size;
	char *line, *next;
	int err = file_read(path, FILE_MAX, &ret->text, &size);

	if (err < 0)
		return err;
	for (line = ret->text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		add_line(ret, line);
	}
	return 0;
}

static size_t split(char *line, char **words)
{
	size_t len = 0;
	char *save = NULL;

	for (char *word = strtok_r(line, " \t", &save); word && len < WORDS_MAX;
		word = strtok_r(NULL, " \t", &save))
		words[len++] = word;
	return len;
}

static char *check_always(struct play *play)
{
	char *wrong = step_check_kept(play);

	return wrong ? wrong : fake_charon_complaint(lab_charon(play->lab));
}

static char *play_line(struct play *play, const struct script *script, size_t at)
{
	AUTO_FREE char *line = xstrdup(script->lines[at]);
	AUTO_FREE char *wrong = NULL;
	char *words[WORDS_MAX];
	size_t len = split(line, words);

	if (len == 0)
		return NULL;
	if (strcmp(words[0], "EXPECT") != 0) {
		wrong = step_do(play, words, len);
		/* While charon does what it was told the two may differ for a moment. */
		if (!wrong && strcmp(words[0], "RUN") == 0)
			wrong = check_always(play);
	} else if (!play->is_sweep || at >= script->last_step) {
		wrong = step_expect(play, words, len);
	}
	return wrong ? xasprintf("%s: %s", script->lines[at], wrong) : NULL;
}

/* NULL, or what went wrong. *ret_effects: how many there were. */
static char *play_once(
	const struct script *script, const char *key_file, uint32_t kill_at, uint32_t *ret_effects)
{
	struct play play = { .lab = lab_new(key_file, kill_at), .is_sweep = kill_at > 0 };
	char *wrong = NULL;

	for (size_t i = 0; i < script->len && !wrong; i++) {
		if (play.is_sweep && i == script->last_step)
			(void)lab_run(play.lab, SETTLE_MS);
		wrong = play_line(&play, script, i);
	}
	if (!wrong)
		wrong = check_always(&play);
	*ret_effects = lab_effects(play.lab)->count;
	lab_free(play.lab);
	return wrong;
}

static bool sweep(
	const struct script *script, const char *key_file, const char *path, uint32_t effects)
{
	for (uint32_t n = 1; n <= effects; n++) {
		uint32_t ignored;
		AUTO_FREE char *wrong = play_once(script, key_file, n, &ignored);

		if (!wrong)
			continue;
		printf("# %s, killed after effect %u of %u: %s\n", path, n, effects, wrong);
		return false;
	}
	return true;
}

static bool play_file(const char *path, const char *key_file)
{
	struct script script = { 0 };
	uint32_t effects = 0;
	AUTO_FREE char *wrong = NULL;
	bool ok;

	if (read_script(path, &script) < 0) {
		printf("# cannot read %s\n", path);
		return false;
	}
	wrong = play_once(&script, key_file, 0, &effects);
	if (wrong)
		printf("# %s: %s\n", path, wrong);
	ok = !wrong && (script.no_sweep || sweep(&script, key_file, path, effects));
	if (ok)
		printf("# %s: %u effects%s\n", path, effects,
			script.no_sweep ? "" : ", and killed after each of them");
	script_clear(&script);
	return ok;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/vpngw-scenario.XXXXXX";
	AUTO_FREE char *key_file = NULL;
	int failed = 0;

	log_init("scenario", getenv("VPNGW_LOG") ? LEVEL_DEBUG : (enum log_level)0);
	if (!mkdtemp(folder))
		return 1;
	key_file = xasprintf("%s/key", folder);
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		const char *name = strrchr(argv[i], '/');
		bool ok = play_file(argv[i], key_file);

		printf("%s %d - %s\n", ok ? "ok" : "not ok", i, name ? name + 1 : argv[i]);
		(void)fflush(stdout);
		failed += !ok;
	}
	(void)unlink(key_file);
	(void)rmdir(folder);
	return failed ? 1 : 0;
}
