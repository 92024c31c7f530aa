/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system route table every VPC has, as clients look for it. Its routes are published ones of
 * the VPN gateways.
 */
#include "api/actions/route_table.h"

#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/listing.h"

#include <string.h>

int vpc_vswitch_ids(const struct api *api, const struct vpc *vpc, json_t **ret)
{
	AUTO_FOUND struct found found = {};
	int err = find_owned(api, KIND_VSWITCH, "VpcId", vpc->meta.id, &found);
	json_t *list;

	if (err)
		return err;
	list = json_array();
	for (size_t i = 0; i < found.len; i++) {
		const struct vswitch *vswitch = found.items[i].resource;

		json_array_append_new(list, json_string(vswitch->meta.id));
	}
	*ret = list;
	return 0;
}

static int describe_route_table(const struct api *api, const void *resource, json_t *entry)
{
	const struct vpc *vpc = resource;
	json_t *vswitches = NULL;
	int err = vpc_vswitch_ids(api, vpc, &vswitches);

	if (err)
		return err;
	answer_text(entry, "RouteTableId", vpc->route_table_id);
	answer_text(entry, "RouteTableName", "");
	answer_text(entry, "RouteTableType", "System");
	answer_text(entry, "RouterId", vpc->router_id);
	answer_text(entry, "RouterType", "VRouter");
	answer_text(entry, "AssociateType", "VSwitch");
	answer_text(entry, "VpcId", vpc->meta.id);
	answer_text(entry, "ResourceGroupId", vpc->meta.resource_group_id);
	answer_text(entry, "Description", "");
	answer_owner(entry);
	answer_text(entry, "Status", "Available");
	answer_bool(entry, "RoutePropagationEnable", true);
	answer_creation_time(&vpc->meta, entry);
	answer_empty_list(entry, "GatewayIds", "GatewayIds");
	answer_empty_list(entry, "Tags", "Tag");
	json_object_set_new(entry, "VSwitchIds", json_pack("{s:o}", "VSwitchId", vswitches));
	return 0;
}

static int route_table_matches(
	const struct api *api, const struct request *request, const void *resource)
{
	const struct vpc *vpc = resource;

	(void)api;
	return !params_count(&request->params, "Tag") &&
	       filter_text(request, "VpcId", vpc->meta.id) &&
	       filter_text(request, "RouteTableId", vpc->route_table_id) &&
	       filter_text(request, "RouterId", vpc->router_id) &&
	       filter_text(request, "RouterType", "VRouter") &&
	       filter_text(request, "RouteTableType", "System") &&
	       filter_text(request, "RouteTableName", "");
}

int vpc_describe_route_tables(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const struct listing listing = { KIND_VPC, NULL, "RouterTableList",
		"RouterTableListType", route_table_matches, describe_route_table, true };

	(void)change;
	(void)fault;
	return listing_answer(api, request, &listing, answer);
}

const struct parameter vpc_route_table_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpcId", .doc = "Only the table of this VPC." },
	{ .name = "RouteTableId", .doc = "Only this table." },
	{ .name = "RouteTableName", .doc = "System tables have no name." },
	{ .name = "RouteTableType", .doc = "Only System tables exist." },
	{ .name = "RouterId", .doc = "Only the table of this router." },
	{ .name = "RouterType", .doc = "Only VRouter exists." },
	{ .name = "ResourceGroupId", .doc = "Only tables of this resource group." },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 20, .doc = "System tables have no tags." },
	{},
};
