/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading desired resources. Knows keys and documents, not what a kind means.
 */
#include "api/actions/find.h"

#include <errno.h>
#include <string.h>

static const enum reason not_found[KIND_COUNT] = {
	[KIND_VPC] = REASON_VPC_NOT_FOUND,
	[KIND_VSWITCH] = REASON_VSWITCH_NOT_FOUND,
	[KIND_VPN_GATEWAY] = REASON_VPN_GATEWAY_NOT_FOUND,
	[KIND_CUSTOMER_GATEWAY] = REASON_CUSTOMER_GATEWAY_NOT_FOUND,
	[KIND_VPN_CONNECTION] = REASON_VPN_CONNECTION_NOT_FOUND,
	[KIND_VPN_ROUTE_ENTRY] = REASON_ROUTE_ENTRY_NOT_FOUND,
	[KIND_VPN_PBR_ROUTE_ENTRY] = REASON_ROUTE_ENTRY_NOT_FOUND,
	[KIND_ACCESS_KEY] = REASON_ACCESS_KEY_UNKNOWN,
};

const char *request_region(const struct api *api, const struct request *request)
{
	const char *region = params_get(&request->params, "RegionId");

	return region && *region ? region : api->config->regions[0].id;
}

/* A document we wrote that does not open is our own fault, never the caller's. */
static int decode(
	const struct vault *vault, enum kind kind, const struct store_entry *entry, void **ret)
{
	json_auto_t *document = json_loads(entry->value, JSON_REJECT_DUPLICATES, NULL);
	struct resource *resource = resource_new(kind);
	struct fault fault = {};

	if (!document || resource_decode(kind, document, vault, resource, &fault) < 0) {
		resource_free(kind, resource);
		return -EBADMSG;
	}
	resource->revision = entry->revision;
	*ret = resource;
	return 0;
}

static bool can_be_id(const char *id)
{
	return *id && strlen(id) <= 128 && !strchr(id, '/');
}

int find_by_id(const struct api *api, enum kind kind, const char *id, void *ret)
{
	AUTO_FREE char *key = NULL;
	struct store_entry entry = {};
	void *resource;
	int err;

	if (!can_be_id(id))
		return -ENOENT;
	key = xasprintf("desired/%s/%s", kind_info(kind)->name, id);
	err = store_get(api->store, key, &entry);
	if (err)
		return err;
	err = decode(api->vault, kind, &entry, &resource);
	store_entry_clear(&entry);
	if (!err)
		memcpy(ret, &resource, sizeof(resource));
	return err;
}

int find_resource(const struct api *api, const struct request *request, enum kind kind,
	const char *parameter, void *ret, struct fault *fault)
{
	const char *id = params_get(&request->params, parameter);
	const char *region = params_get(&request->params, "RegionId");
	void *resource = NULL;
	int err = find_by_id(api, kind, id ? id : "", &resource);

	if (err == -ENOENT)
		return fault_set(fault, not_found[kind], parameter, id, NULL, NULL);
	if (err)
		return err;
	if (region && *region && strcmp(region, ((struct resource *)resource)->region_id) != 0) {
		resource_free(kind, resource);
		return fault_setf(fault, not_found[kind], parameter, id, NULL,
			"does not exist in region %s", region);
	}
	memcpy(ret, &resource, sizeof(resource));
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct resource *x = ((const struct found_item *)a)->resource;
	const struct resource *y = ((const struct found_item *)b)->resource;

	if (x->create_time_ms != y->create_time_ms)
		return x->create_time_ms < y->create_time_ms ? -1 : 1;
	return strcmp(x->id, y->id);
}

int find_all(const struct api *api, enum kind kind, const char *below, const char *mention,
	struct found *ret)
{
	AUTO_FREE char *prefix =
		xasprintf("desired/%s/%s", kind_info(kind)->name, below ? below : "");
	AUTO_FREE char *needle = mention ? xasprintf("\"%s\"", mention) : NULL;
	struct found found = { .kind = kind };
	int err = store_list(api->store, prefix, NULL, 0, &found.entries);

	if (err)
		return err;
	found.items = xcalloc(found.entries.len + 1, sizeof(*found.items));
	for (size_t i = 0; i < found.entries.len && !err; i++) {
		struct found_item item = { .entry = &found.entries.items[i] };

		if (needle && !strstr(item.entry->value, needle))
			continue;
		err = decode(NULL, kind, item.entry, &item.resource);
		if (!err)
			found.items[found.len++] = item;
	}
	if (err) {
		found_clear(&found);
		return err;
	}
	qsort(found.items, found.len, sizeof(*found.items), compare);
	*ret = found;
	return 0;
}

int found_open(const struct api *api, const struct found *found, size_t index, void **ret)
{
	return decode(api->vault, found->kind, found->items[index].entry, ret);
}

void found_clear(struct found *found)
{
	for (size_t i = 0; i < found->len; i++)
		resource_free(found->kind, found->items[i].resource);
	free(found->items);
	store_entries_clear(&found->entries);
	*found = (struct found){};
}
