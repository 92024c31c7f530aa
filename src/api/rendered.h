/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of an answer as JSON text that can be kept for the next caller: its secrets are cut out
 * and kept sealed, so that the same text serves callers who may read them and those who may not.
 * What is kept is never stored.
 */
#pragma once

#include "api/json_text.h"
#include "resource/vault.h"

#include <stdbool.h>

struct rendered;

struct rendered *rendered_new(const json_t *value, const struct vault *vault);
void rendered_free(struct rendered *rendered); /* NULL is fine */
/* Bytes it takes. */
size_t rendered_size(const struct rendered *rendered);
/* The text with its secrets, or with masks in their places. -EBADMSG: sealed with another key. */
MUST_CHECK int rendered_write(const struct rendered *rendered, const struct vault *vault,
	bool shows_secrets, struct strbuf *ret);

/* Texts that belong into one array of an answer. */
struct rendered_list {
	const json_t *array; /* the empty one they stand for; NULL: none */
	const struct rendered **items;
	size_t len;
	bool shows_secrets;
};

/* The text is borrowed. */
void rendered_list_add(struct rendered_list *list, const struct rendered *rendered);
void rendered_list_clear(struct rendered_list *list);
/* The answer as text, with the list's texts in their array. NULL: one of them cannot be opened. */
char *rendered_answer(
	const json_t *answer, const struct rendered_list *list, const struct vault *vault);
