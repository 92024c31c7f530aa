/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters and pages. Knows the shape of a list answer, no kind.
 */
#include "api/actions/listing.h"

#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/rendered.h"
#include "base/parse.h"

#include <string.h>

struct page {
	uint32_t number, size;
	uint64_t total;
	json_t *entries;
	struct rendered_list *rendered; /* NULL: entries come as values */
};

static uint32_t read_number(const struct request *request, const char *name, uint32_t absent)
{
	const char *text = params_get(&request->params, name);
	uint32_t number;

	return text && parse_u32(text, 1, UINT32_MAX, &number) == 0 ? number : absent;
}

static struct page page_new(const struct request *request, const struct listing *listing)
{
	struct page page = { .number = read_number(request, "PageNumber", 1),
		.size = read_number(request, "PageSize", 10),
		.entries = json_array(),
		.rendered = listing->is_kept ? request->rendered : NULL };

	if (page.rendered)
		page.rendered->array = page.entries;
	return page;
}

static void page_answer(struct page *page, const struct listing *listing, json_t *answer)
{
	json_object_set_new(answer, "PageNumber", json_integer(page->number));
	json_object_set_new(answer, "PageSize", json_integer(page->size));
	json_object_set_new(answer, "TotalCount", json_integer((json_int_t)page->total));
	json_object_set_new(answer, listing->wrapper,
		listing->list ? json_pack("{s:o}", listing->list, page->entries) : page->entries);
}

bool filter_text(const struct request *request, const char *parameter, const char *text)
{
	const char *wanted = params_get(&request->params, parameter);

	return !wanted || !*wanted || strcmp(wanted, text) == 0;
}

bool filter_ids(const struct request *request, const char *parameter, const char *id)
{
	const char *wanted = params_get(&request->params, parameter);

	if (!wanted || !*wanted)
		return true;
	for (;;) {
		size_t size = strcspn(wanted, ",");

		if (size == strlen(id) && memcmp(wanted, id, size) == 0)
			return true;
		if (!wanted[size])
			return false;
		wanted += size + 1;
	}
}

bool filter_owner(const struct request *request, const char *parameter)
{
	const char *wanted = params_get(&request->params, parameter);
	uint64_t number = 0;

	return !wanted || !*wanted ||
	       (parse_u64(wanted, 0, UINT64_MAX, &number) == 0 && number == OWNER_ID);
}

bool filter_false(const struct request *request, const char *parameter)
{
	const char *wanted = params_get(&request->params, parameter);
	bool value = false;

	return !wanted || !*wanted || (parse_bool(wanted, &value) == 0 && !value);
}

static bool has_tag(const struct tags *tags, const char *key, const char *value)
{
	for (size_t i = 0; i < tags->len; i++)
		if ((!key || strcmp(tags->items[i].key, key) == 0) &&
			(!value || !*value || strcmp(tags->items[i].value, value) == 0))
			return true;
	return false;
}

bool filter_tags(const struct request *request, const struct tags *tags)
{
	size_t len = params_count(&request->params, "Tag");

	for (size_t i = 1; i <= len; i++)
		if (!has_tag(tags, params_get_item(&request->params, "Tag", i, "Key"),
			    params_get_item(&request->params, "Tag", i, "Value")))
			return false;
	return true;
}

static bool is_of_region(
	const struct api *api, const struct request *request, const struct resource *resource)
{
	return strcmp(resource->region_id, request_region(api, request)) == 0 &&
	       filter_text(request, "ResourceGroupId", resource->resource_group_id) &&
	       filter_tags(request, &resource->tags);
}

static int is_match(const struct api *api, const struct request *request,
	const struct listing *listing, const struct resource *resource)
{
	/* Below a resource that was found everything is meant, as wherever that one is. */
	if (!listing->below && !is_of_region(api, request, resource))
		return 0;
	return listing->matches ? listing->matches(api, request, resource) : 1;
}

static int describe_value(const struct api *api, const struct listing *listing,
	const struct snapshot_item *item, json_t *entry)
{
	void *resource;
	int err = snapshot_open(item, api->vault, &resource);

	if (err)
		return err;
	err = listing->describe(api, resource, entry);
	resource_free(item->kind, resource);
	return err;
}

static void release_text(void *text)
{
	rendered_free(text);
}

/* Describes the item as text and keeps that with it. */
static int make_text(const struct api *api, const struct listing *listing,
	const struct snapshot_item *item, const struct rendered **ret)
{
	json_auto_t *entry = json_object();
	struct rendered *text = NULL;
	int err;

	snapshot_keep_begin(api->snapshot);
	err = describe_value(api, listing, item, entry);
	if (!err)
		text = rendered_new(entry, api->vault);
	snapshot_keep_end(api->snapshot, item, text, text ? rendered_size(text) : 0, release_text);
	*ret = text;
	return err;
}

static int describe(const struct api *api, const struct listing *listing, struct page *page,
	const struct snapshot_item *item)
{
	const struct rendered *text = NULL;
	json_t *entry;
	int err = 0;

	if (!page->rendered) {
		entry = json_object();
		json_array_append_new(page->entries, entry);
		return describe_value(api, listing, item, entry);
	}
	text = snapshot_kept(api->snapshot, item);
	if (!text)
		err = make_text(api, listing, item, &text);
	if (!err)
		rendered_list_add(page->rendered, text);
	return err;
}

static uint64_t page_start(const struct page *page)
{
	return (uint64_t)(page->number - 1) * page->size;
}

/* Counts the resource; describes it when it falls into the page. */
static int add_entry(const struct api *api, const struct listing *listing, struct page *page,
	const struct snapshot_item *item)
{
	uint64_t place = page->total++, start = page_start(page);

	if (place < start || place >= start + page->size)
		return 0;
	return describe(api, listing, page, item);
}

static bool is_given(const struct request *request, const struct parameter *parameter)
{
	const char *value = params_get(&request->params, parameter->name);

	return (value && *value) || params_count(&request->params, parameter->name);
}

static bool is_page(const struct parameter *parameter)
{
	return strcmp(parameter->name, "PageNumber") == 0 ||
	       strcmp(parameter->name, "PageSize") == 0;
}

/* Are there filters beside the region? */
static bool has_filter(const struct request *request)
{
	const char *value;

	for (const struct parameter *row = request->action->parameters; row->name; row++)
		if (!is_page(row) && is_given(request, row))
			return true;
	value = params_get(&request->params, "ResourceGroupId");
	return (value && *value) || params_count(&request->params, "Tag");
}

/* All of the region, in order: the page and the count can be read off. */
static int answer_region(const struct api *api, const struct request *request,
	const struct listing *listing, struct page *page)
{
	struct snapshot_list list =
		snapshot_of_region(api->snapshot, listing->kind, request_region(api, request));
	uint64_t start = page_start(page);
	int err = 0;

	page->total = list.len;
	for (uint64_t i = start; i < start + page->size && i < list.len && !err; i++)
		err = describe(api, listing, page, list.items[i]);
	return err;
}

static int answer_filtered(const struct api *api, const struct request *request,
	const struct listing *listing, struct page *page)
{
	AUTO_FOUND struct found found = {};
	int err = find_all(api, listing->kind, listing->below, NULL, &found);

	for (size_t i = 0; i < found.len && err >= 0; i++) {
		err = is_match(api, request, listing, found.items[i].resource);
		if (err > 0)
			err = add_entry(api, listing, page, found.items[i].item);
	}
	return err < 0 ? err : 0;
}

int listing_answer(const struct api *api, const struct request *request,
	const struct listing *listing, json_t *answer)
{
	struct page page = page_new(request, listing);
	bool is_whole_region = !listing->below && (listing->only_filters || !listing->matches) &&
			       !has_filter(request) &&
			       !snapshot_unreadable(api->snapshot, listing->kind).len;
	int err = is_whole_region ? answer_region(api, request, listing, &page)
				  : answer_filtered(api, request, listing, &page);

	page_answer(&page, listing, answer);
	return err;
}

void listing_made(const struct request *request, const struct listing *listing, uint64_t total,
	void (*entry)(void *arg, uint64_t place, json_t *entry), void *arg, json_t *answer)
{
	struct page page = page_new(request, listing);
	uint64_t start = page_start(&page);

	page.total = total;
	for (uint64_t i = start; i < start + page.size && i < total; i++) {
		json_t *made = json_object();

		entry(arg, i, made);
		json_array_append_new(page.entries, made);
	}
	page_answer(&page, listing, answer);
}

void listing_empty(const struct request *request, const struct listing *listing, json_t *answer)
{
	struct page page = page_new(request, listing);

	page_answer(&page, listing, answer);
}
