/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a scenario file: what happens, and what is expected. See README in this folder.
 */
#pragma once

#include "scenario/lab.h"

#define WORDS_MAX 16
#define KEPT_MAX 8

struct kept {
	char id[32];
	uint32_t ended, initiated, net, esp;
};

struct play {
	struct lab *lab;
	bool is_sweep; /* a crash may have happened: no counts, more time */
	struct kept kept[KEPT_MAX];
	size_t kept_len;
};

/* "a" -> "vco-a0000000000000000". ret: 32 bytes. */
void step_id(const char *prefix, const char *name, char *ret);
/* NULL, or an own string that says what is wrong. */
char *step_do(struct play *play, char **words, size_t len);
char *step_expect(struct play *play, char **words, size_t len);
/* Those that must not have been touched. */
char *step_check_kept(const struct play *play);
