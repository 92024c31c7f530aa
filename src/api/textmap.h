/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map from texts to pointers that stays even when somebody chooses the texts to make it uneven
 * (SipHash under a random key). Knows nothing of what it keeps.
 */
#pragma once

#include "base/alloc.h"

struct textmap;
struct textmap_entry;

struct textmap *textmap_new(void);
void textmap_free(struct textmap *map); /* not what it leads to; NULL is fine */
/* NULL: there is none. */
void *textmap_get(const struct textmap *map, const char *text);
/* The text is not there yet; it is borrowed until it is removed. value is not NULL. */
void textmap_add(struct textmap *map, const char *text, void *value);
/* What was there, or NULL. */
void *textmap_remove(struct textmap *map, const char *text);
size_t textmap_len(const struct textmap *map);
/* Every value in no order; *at starts with NULL; NULL after the last one. Nothing is added or
 * removed meanwhile. */
void *textmap_next(const struct textmap *map, const struct textmap_entry **at);
