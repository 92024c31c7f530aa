/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that resources ask for, and which files each resource has a say in.
 */
#pragma once

#include "drivers/bgp/files.h"
#include "reconcile/driver.h"

/* What stands behind an item of this driver: one file. */
struct bgp_part {
	struct bgp_file file;
	char *text;          /* of a session: without the line that holds it down */
	uint32_t number;     /* SESSION: of its connection */
	bool is_held;        /* SESSION, seen only: that line is there */
	bool should_be_held; /* SESSION, seen only */
};

/* A copy of file, takes text (may be NULL). */
void part_add_take(struct items *items, const struct bgp_file *file, char *text, uint32_t number,
	const char *owner);
int bgp_want(const struct world *world, const struct scope *scope, struct items *ret);
/* Calls for each file that this scope may ask for, wanted or not; of a single resource only. */
void scope_each(const struct world *world, const struct scope *scope,
	void (*call)(void *arg, const struct bgp_file *file), void *arg);
/* The file's text as it is wanted; NULL: none is. ret_number: of the connection, else 0. */
char *file_wanted(const struct world *world, const struct bgp_file *file, uint32_t *ret_number);
