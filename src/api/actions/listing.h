/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paged lists: filter, count, cut out the page, describe it. Exact: a client that stops at the
 * first short page has seen everything, once.
 */
#pragma once

#include "api/action.h"

#define PAGE_PARAMETERS                                                                            \
	{ .name = "PageNumber",                                                                    \
		.type = PARAM_INTEGER,                                                             \
		.min = 1,                                                                          \
		.max = 1000000,                                                                    \
		.doc = "Page, from 1; default 1." },                                               \
	{                                                                                          \
		.name = "PageSize", .type = PARAM_INTEGER, .min = 1, .max = 50,                    \
		.doc = "Entries a page, 1 to 50; default 10."                                      \
	}

#define OWNER_PARAMETER(parameter)                                                                 \
	{                                                                                          \
		.name = parameter, .type = PARAM_INTEGER,                                          \
		.doc = "Everything belongs to the one account, 1."                                 \
	}

struct listing {
	enum kind kind;
	const char *below;          /* all ids that start with this, of any region; NULL: all */
	const char *wrapper, *list; /* "Vpcs", "Vpc"; list NULL: the wrapper is the array */
	/* Beside region, resource group and tags, which filter where nothing is below. NULL: no
	 * more filters. 1, 0 or -errno. */
	int (*matches)(const struct api *api, const struct request *request, const void *resource);
	/* Fills the entry. */
	int (*describe)(const struct api *api, const void *resource, json_t *entry);
	/* matches() only filters by parameters of the action's table: it turns down nothing when
	 * the request gives none but the page. Then only the page's entries are looked at. */
	bool only_filters;
	/* describe() depends on the resource and on what it finds with find.h's look-ups by id and
	 * status_get() alone: an entry may be kept as text. */
	bool is_kept;
};

MUST_CHECK int listing_answer(const struct api *api, const struct request *request,
	const struct listing *listing, json_t *answer);
/* The same for a list of other things than resources: entry() fills the one at this place. */
void listing_made(const struct request *request, const struct listing *listing, uint64_t total,
	void (*entry)(void *arg, uint64_t place, json_t *entry), void *arg, json_t *answer);
/* PageNumber, PageSize, TotalCount, and a wrapper with nothing in it. */
void listing_empty(const struct request *request, const struct listing *listing, json_t *answer);

/* The parameter is absent, empty, or this text. */
bool filter_text(const struct request *request, const char *parameter, const char *text);
/* The same with a comma list in the parameter. */
bool filter_ids(const struct request *request, const char *parameter, const char *id);
/* Every Tag.N is among the tags; a key without a value matches any. */
bool filter_tags(const struct request *request, const struct tags *tags);
/* The parameter is absent, empty or the one account. */
bool filter_owner(const struct request *request, const char *parameter);
/* The boolean parameter is absent, empty or false: for things nothing here has. */
bool filter_false(const struct request *request, const char *parameter);
