/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists in answers, and showing answers to people. Pure but for printing.
 */
#pragma once

#include "base/strbuf.h"

#include <jansson.h>

/* The array of the answer, also below one wrapper: {"Vpcs": {"Vpc": [...]}}; NULL: there is none.
 */
json_t *rows_of(const json_t *answer);
/* A member by its path: "VpnBgpConfig.Status"; NULL when it is not there. */
const json_t *value_at(const json_t *object, const char *path);
/*
 * Texts in one cell: a list with commas, times readable, control characters (a peer or another user
 * may have put them there) as "?". An own string.
 */
char *value_text(const char *name, const json_t *value);
/* columns: "ID:VpcId NAME:VpcName". One line a row under a line of headings. */
void rows_print(struct strbuf *out, const json_t *rows, const char *columns);
/* One member a line, nested ones indented; secrets as "******" unless they are to be shown. */
void object_print(struct strbuf *out, const json_t *object, bool show_secrets);
