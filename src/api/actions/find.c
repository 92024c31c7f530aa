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

/* The action that shows which there are. */
static const char *const list_actions[KIND_COUNT] = {
	[KIND_VPC] = "DescribeVpcs",
	[KIND_VSWITCH] = "DescribeVSwitches",
	[KIND_VPN_GATEWAY] = "DescribeVpnGateways",
	[KIND_CUSTOMER_GATEWAY] = "DescribeCustomerGateways",
	[KIND_VPN_CONNECTION] = "DescribeVpnConnections",
	[KIND_VPN_ROUTE_ENTRY] = "DescribeVpnRouteEntries",
	[KIND_VPN_PBR_ROUTE_ENTRY] = "DescribeVpnPbrRouteEntries",
};

static int refuse_unknown(enum kind kind, const char *parameter, const char *id, const char *region,
	struct fault *fault)
{
	AUTO_FREE char *remedy = list_actions[kind]
					 ? xasprintf("%s lists those there are", list_actions[kind])
					 : NULL;

	if (region)
		return fault_setf(fault, not_found[kind], parameter, id, remedy,
			"does not exist in region %s", region);
	return fault_set(fault, not_found[kind], parameter, id, NULL, remedy);
}

const char *request_region(const struct api *api, const struct request *request)
{
	const char *region = params_get(&request->params, "RegionId");

	return region && *region ? region : api->config->regions[0].id;
}

static bool can_be_id(const char *id)
{
	return *id && strlen(id) <= 128 && !strchr(id, '/');
}

int find_by_id(const struct api *api, enum kind kind, const char *id, void *ret)
{
	const struct snapshot_item *item;
	void *resource;
	int err;

	if (!can_be_id(id))
		return -ENOENT;
	item = snapshot_get(api->snapshot, kind, id);
	if (!item)
		return -ENOENT;
	err = snapshot_open(item, api->vault, &resource);
	if (!err)
		memcpy(ret, &resource, sizeof(resource));
	return err;
}

int find_seen(const struct api *api, enum kind kind, const char *id, void *ret)
{
	const struct snapshot_item *item =
		can_be_id(id) ? snapshot_get(api->snapshot, kind, id) : NULL;

	if (!item)
		return -ENOENT;
	if (!item->resource)
		return -EBADMSG;
	memcpy(ret, &item->resource, sizeof(item->resource));
	return 0;
}

int find_resource(const struct api *api, const struct request *request, enum kind kind,
	const char *parameter, void *ret, struct fault *fault)
{
	const char *id = params_get(&request->params, parameter);
	const char *region = params_get(&request->params, "RegionId");
	void *resource = NULL;
	int err = find_by_id(api, kind, id ? id : "", &resource);

	if (err == -ENOENT)
		return refuse_unknown(kind, parameter, id, NULL, fault);
	if (err)
		return err;
	if (region && *region && strcmp(region, ((struct resource *)resource)->region_id) != 0) {
		resource_free(kind, resource);
		return refuse_unknown(kind, parameter, id, region, fault);
	}
	memcpy(ret, &resource, sizeof(resource));
	return 0;
}

/* What cannot be read might be one of them. */
static bool is_complete(
	const struct api *api, enum kind kind, const char *below, const char *mention)
{
	struct snapshot_list list = snapshot_unreadable(api->snapshot, kind);

	for (size_t i = 0; i < list.len; i++)
		if (snapshot_meets(list.items[i], below, mention))
			return false;
	return true;
}

int find_all(const struct api *api, enum kind kind, const char *below, const char *mention,
	struct found *ret)
{
	struct snapshot_list list = snapshot_near(api->snapshot, kind, below, mention);
	struct found found = { .kind = kind };

	if (!is_complete(api, kind, below, mention))
		return -EBADMSG;
	found.items = xcalloc(list.len + 1, sizeof(*found.items));
	for (size_t i = 0; i < list.len; i++)
		if (snapshot_meets(list.items[i], below, mention))
			found.items[found.len++] =
				(struct found_item){ list.items[i]->resource, list.items[i] };
	*ret = found;
	return 0;
}

int find_owned(const struct api *api, enum kind kind, const char *field, const char *owner,
	struct found *ret)
{
	const struct field *row = field_find(kind_info(kind)->fields, field);
	int err = find_all(api, kind, NULL, owner, ret);
	size_t len = 0;

	if (err)
		return err;
	for (size_t i = 0; i < ret->len; i++) {
		AUTO_FREE char *text = field_to_text(row, ret->items[i].resource);

		if (strcmp(text, owner) == 0)
			ret->items[len++] = ret->items[i];
	}
	ret->len = len;
	return 0;
}

int found_open(const struct api *api, const struct found *found, size_t index, void **ret)
{
	return snapshot_open(found->items[index].item, api->vault, ret);
}

void found_clear(struct found *found)
{
	free(found->items);
	*found = (struct found){};
}
