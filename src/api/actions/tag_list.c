/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ListTagResources: one row per tag, ordered by resource and key. A page ends with the last row's
 * place as the token of the next one, so that rows that come and go between two calls neither hide
 * nor repeat others.
 */
#include "api/actions/find.h"
#include "api/actions/listing.h"
#include "api/actions/tag.h"
#include "api/check.h"
#include "base/encode.h"
#include "base/parse.h"
#include "resource/rules.h"

#include <errno.h>
#include <string.h>

#define ROWS_MAX 50
#define PLACE_MAX 1024 /* bytes of "<id>/<key>" */

struct row {
	const char *id;
	const struct tag *tag;
};

struct rows {
	struct row *items;
	size_t len, room;
};

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order ? order : strcmp(x->tag->key, y->tag->key);
}

static bool is_asked_for(const struct request *request, const struct resource *resource)
{
	size_t len = params_count(&request->params, "ResourceId");
	bool is_named = !len;

	for (size_t i = 1; i <= len && !is_named; i++)
		is_named = strcmp(params_get_item(&request->params, "ResourceId", i, NULL),
				   resource->id) == 0;
	return is_named && filter_tags(request, &resource->tags);
}

static void add_rows(struct rows *rows, const struct resource *resource)
{
	for (size_t i = 0; i < resource->tags.len; i++) {
		if (rows->len == rows->room) {
			rows->room = rows->room ? rows->room * 2 : 64;
			rows->items = xreallocarray(rows->items, rows->room, sizeof(*rows->items));
		}
		rows->items[rows->len++] = (struct row){ resource->id, &resource->tags.items[i] };
	}
}

/* The token's place: id and key in one text, cut apart. -EINVAL: no token of ours. */
static int read_token(const char *token, char *place, size_t size, struct tag *ret, char **ret_id)
{
	int len = hex_decode(token, place, size - 1);
	char *slash;

	if (len <= 0)
		return -EINVAL;
	place[len] = '\0';
	slash = strchr(place, '/');
	if (!slash || strlen(place) != (size_t)len || text_len(place) < 0)
		return -EINVAL;
	*slash = '\0';
	*ret_id = place;
	ret->key = slash + 1;
	return 0;
}

static char *make_token(const struct row *row)
{
	AUTO_FREE char *place = xasprintf("%s/%s", row->id, row->tag->key);
	size_t size = strlen(place);
	char *token = xmalloc(2 * size + 1);

	hex_encode(place, size, token);
	return token;
}

/* Index of the first row behind the token. */
static int find_start(
	const struct request *request, const struct rows *rows, size_t *ret, struct fault *fault)
{
	const char *token = params_get(&request->params, "NextToken");
	char place[PLACE_MAX];
	struct tag tag = {};
	struct row last = { .tag = &tag };
	char *id;

	*ret = 0;
	if (!token || !*token)
		return 0;
	if (read_token(token, place, sizeof(place), &tag, &id) < 0)
		return refuse_invalid(fault, "NextToken", token,
			"must be the NextToken of an answer", "leave it out to start again");
	last.id = id;
	while (*ret < rows->len && compare_rows(&rows->items[*ret], &last) <= 0)
		(*ret)++;
	return 0;
}

static int answer_rows(
	const struct request *request, const struct rows *rows, json_t *answer, struct fault *fault)
{
	const char *type = params_get(&request->params, "ResourceType");
	const char *max_text = params_get(&request->params, "MaxResults");
	AUTO_FREE char *token = NULL;
	json_t *list = json_array();
	uint32_t max = ROWS_MAX;
	size_t start, end;
	int err = find_start(request, rows, &start, fault);

	if (max_text && *max_text && parse_u32(max_text, 1, ROWS_MAX, &max) < 0)
		max = ROWS_MAX;
	end = err || rows->len - start < max ? rows->len : start + max;
	for (size_t i = start; !err && i < end; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s}", "ResourceId", rows->items[i].id,
				      "ResourceType", type, "TagKey", rows->items[i].tag->key,
				      "TagValue", rows->items[i].tag->value));
	if (!err && end < rows->len)
		token = make_token(&rows->items[end - 1]);
	json_object_set_new(answer, "NextToken", json_string(token ? token : ""));
	json_object_set_new(answer, "TagResources", json_pack("{s:o}", "TagResource", list));
	return err;
}

int tag_list(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	const char *region = request_region(api, request);
	AUTO_FOUND struct found found = {};
	struct rows rows = {};
	int err;

	(void)change;
	if (!params_count(&request->params, "ResourceId") && !params_count(&request->params, "Tag"))
		return fault_set(fault, REASON_PARAMETER_MISSING, "ResourceId", NULL,
			"or Tag must be given",
			"name resources as ResourceId.1 or keys as Tag.1.Key");
	err = find_all(api, tag_kind(request), NULL, NULL, &found);
	if (err)
		return err;
	for (size_t i = 0; i < found.len; i++) {
		const struct resource *resource = found.items[i].resource;

		if (strcmp(resource->region_id, region) == 0 && is_asked_for(request, resource))
			add_rows(&rows, resource);
	}
	if (rows.len)
		qsort(rows.items, rows.len, sizeof(*rows.items), compare_rows);
	err = answer_rows(request, &rows, answer, fault);
	free(rows.items);
	return err;
}

const struct parameter tag_list_parameters[] = {
	{ .name = "ResourceType",
		.required = true,
		.values = tag_types,
		.any_case = true,
		.doc = "Kind of the resources, in any case." },
	{ .name = "ResourceId",
		.type = PARAM_LIST,
		.min = 1,
		.max = 50,
		.doc = "Only these resources. At least one of ResourceId and Tag is needed." },
	{ .name = "Tag",
		.type = PARAM_TAGS,
		.min = 1,
		.max = 20,
		.doc = "Only resources with all these tags; a key without a value matches any." },
	{ .name = "MaxResults",
		.type = PARAM_INTEGER,
		.min = 1,
		.max = ROWS_MAX,
		.doc = "Rows a page; default 50." },
	{ .name = "NextToken", .doc = "That of the last answer; empty at first and at the end." },
	{},
};
