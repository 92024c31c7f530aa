/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who owned which part when that could still be told: a resource that is gone can neither be asked
 * for its number nor for what it had. Filled while everything is looked at, and kept up to date by
 * what is seen and made since.
 */
#pragma once

#include "drivers/net/part.h"

#include <sys/queue.h>
#include <uthash.h>

struct owner;

struct owned {
	UT_hash_handle hh;
	LIST_ENTRY(owned) next; /* of the same owner */
	char *key;
	struct owner *owner;
	struct part part; /* as seen last; .vpc_id is its own */
};

struct owner {
	UT_hash_handle hh;
	char *id; /* "" = nobody knows */
	LIST_HEAD(, owned) parts;
};

struct owners {
	struct owned *by_key;
	struct owner *by_id;
};

/* Remembers it; id "": whoever owned it before. The owner's id. Borrowed. */
const char *owners_note(struct owners *owners, const struct part *part, const char *id);
/* Adds a copy of every part of this owner. */
void owners_list(const struct owners *owners, const char *id, struct items *ret);
/* Forgets what is not in the (sorted) items, which are all there are. */
void owners_keep(struct owners *owners, const struct items *items);
void owners_clear(struct owners *owners);
