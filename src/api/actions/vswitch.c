/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vSwitches: subnets of a VPC. Nothing in the world has to change for one, so its Status is
 * Available at once.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/guard.h"
#include "api/actions/listing.h"
#include "api/actions/unused.h"
#include "resource/nearest.h"

#include <errno.h>
#include <string.h>

/* Addresses of each subnet that are nobody's: the network, broadcast and two for the router. */
#define RESERVED_ADDRESSES 4

static const struct unsupported create_unsupported[] = {
	{ "Ipv6CidrBlock", NULL, "VPCs carry IPv4 only" },
	{ "Ipv6CidrMask", NULL, "VPCs carry IPv4 only" },
	{ "VpcIpv6CidrBlock", NULL, "VPCs carry IPv4 only" },
	{ "CidrMask", NULL, "give a CidrBlock" },
	{},
};

static int check_zone(const struct api *api, const struct vswitch *vswitch, struct fault *fault)
{
	for (size_t i = 0; i < api->config->regions_len; i++) {
		const struct config_region *region = &api->config->regions[i];
		AUTO_FREE char *remedy = NULL;

		if (strcmp(region->id, vswitch->meta.region_id) != 0)
			continue;
		for (char **zone = region->zones; *zone; zone++)
			if (strcmp(*zone, vswitch->zone_id) == 0)
				return 0;
		remedy = xasprintf("use %s",
			nearest_value((const char *const *)region->zones, vswitch->zone_id));
		return fault_setf(fault, REASON_ZONE_NOT_FOUND, "ZoneId", vswitch->zone_id, remedy,
			"is no zone of region %s", region->id);
	}
	return fault_set(fault, REASON_ZONE_NOT_FOUND, "ZoneId", vswitch->zone_id, NULL, NULL);
}

/* Inside the VPC, beside its other vSwitches. */
static int check_place(const struct api *api, const struct vpc *vpc, const struct vswitch *vswitch,
	struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	char text[PREFIX_TEXT_SIZE], other[PREFIX_TEXT_SIZE];
	int err;

	prefix_format(vswitch->cidr_block, text);
	prefix_format(vpc->cidr_block, other);
	if (!prefix_contains(vpc->cidr_block, vswitch->cidr_block)) {
		fault_setf(fault, REASON_PARAMETER_INVALID, "CidrBlock", text,
			"choose a part of that block", "must lie in the VPC's block %s", other);
		strncpy(fault->code, "InvalidCidrBlock", sizeof(fault->code) - 1);
		return -EINVAL;
	}
	err = find_all(api, KIND_VSWITCH, NULL, vpc->meta.id, &found);
	for (size_t i = 0; !err && i < found.len; i++) {
		const struct vswitch *sibling = found.items[i].resource;

		if (strcmp(sibling->vpc_id, vpc->meta.id) != 0 ||
			!prefix_overlaps(sibling->cidr_block, vswitch->cidr_block))
			continue;
		prefix_format(sibling->cidr_block, other);
		return fault_setf(fault, REASON_CIDR_CONFLICT, "CidrBlock", text,
			"choose another part of the VPC's block", "overlaps %s of %s", other,
			sibling->meta.id);
	}
	return err;
}

static int create_vswitch(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vswitch) struct vswitch *vswitch = NULL;
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	int err = given_unsupported(request, create_unsupported, fault);

	if (!err)
		err = given_new(api, request, KIND_VSWITCH, &vswitch, fault);
	if (!err)
		err = find_resource(api, request, KIND_VPC, "VpcId", &vpc, fault);
	if (err)
		return err;
	free(vswitch->meta.region_id);
	vswitch->meta.region_id = xstrdup(vpc->meta.region_id);
	free(vswitch->meta.resource_group_id);
	vswitch->meta.resource_group_id = xstrdup(vpc->meta.resource_group_id);
	err = resource_check(KIND_VSWITCH, vswitch, fault);
	if (!err)
		err = check_zone(api, vswitch, fault);
	if (!err)
		err = guard_take(api, change, vpc->meta.id);
	if (!err)
		err = check_place(api, vpc, vswitch, fault);
	if (err)
		return err;
	change_check(change, KIND_VPC, vpc);
	change_put(change, api, KIND_VSWITCH, vswitch);
	change->resource_id = xstrdup(vswitch->meta.id);
	answer_text(answer, "VSwitchId", vswitch->meta.id);
	return 0;
}

static int describe(const struct api *api, const void *resource, json_t *answer)
{
	const struct vswitch *vswitch = resource;
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	int err = find_by_id(api, KIND_VPC, vswitch->vpc_id, &vpc);

	if (err)
		return err;
	answer_fields(KIND_VSWITCH, vswitch, answer);
	answer_creation_time(&vswitch->meta, answer);
	answer_text(answer, "Status", "Available");
	answer_bool(answer, "IsDefault", false);
	answer_bool(answer, "EnabledIpv6", false);
	answer_text(answer, "Ipv6CidrBlock", "");
	answer_text(answer, "NetworkAclId", "");
	answer_text(answer, "ShareType", "");
	answer_owner(answer);
	json_object_set_new(answer, "AvailableIpAddressCount",
		json_integer((1 << (32 - vswitch->cidr_block.len)) - RESERVED_ADDRESSES));
	json_object_set_new(answer, "RouteTable",
		json_pack("{s:s, s:s}", "RouteTableId", vpc->route_table_id, "RouteTableType",
			"System"));
	return 0;
}

static int matches_route_table(
	const struct api *api, const struct request *request, const struct vswitch *vswitch)
{
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	int err = find_by_id(api, KIND_VPC, vswitch->vpc_id, &vpc);

	return err ? err : filter_text(request, "RouteTableId", vpc->route_table_id);
}

static int matches(const struct api *api, const struct request *request, const void *resource)
{
	const struct vswitch *vswitch = resource;

	if (!filter_ids(request, "VSwitchId", vswitch->meta.id) ||
		!filter_text(request, "VSwitchName", vswitch->meta.name) ||
		!filter_text(request, "VpcId", vswitch->vpc_id) ||
		!filter_text(request, "ZoneId", vswitch->zone_id) ||
		!filter_owner(request, "VSwitchOwnerId") || !filter_false(request, "IsDefault") ||
		!filter_false(request, "EnableIpv6"))
		return 0;
	return params_get(&request->params, "RouteTableId")
		       ? matches_route_table(api, request, vswitch)
		       : 1;
}

static int describe_vswitches(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const struct listing listing = { KIND_VSWITCH, NULL, "VSwitches", "VSwitch", matches,
		describe, true };

	(void)change;
	(void)fault;
	return listing_answer(api, request, &listing, answer);
}

static int describe_vswitch_attributes(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vswitch) struct vswitch *vswitch = NULL;
	int err = find_resource(api, request, KIND_VSWITCH, "VSwitchId", &vswitch, fault);

	(void)change;
	return err ? err : describe(api, vswitch, answer);
}

static int delete_vswitch(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vswitch) struct vswitch *vswitch = NULL;
	int err = find_resource(api, request, KIND_VSWITCH, "VSwitchId", &vswitch, fault);

	(void)answer;
	return err ? err
		   : delete_unused(api, change, KIND_VSWITCH, &vswitch->meta, KIND_VPN_GATEWAY,
			     "VSwitchId", fault);
}

static const struct parameter create_parameters[] = {
	{ .name = "VpcId", .required = true, .doc = "VPC." },
	{ .name = "ZoneId", .required = true, .doc = "Zone, one of DescribeZones." },
	{ .name = "CidrBlock", .required = true, .doc = "Part of the VPC's block, /16 to /29." },
	{ .name = "VSwitchName", .doc = "Name, 1 to 128 characters." },
	{ .name = "Description", .doc = "1 to 256 characters." },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 20, .doc = "Tags." },
	{ .name = "CidrMask", .doc = "Not supported." },
	{ .name = "Ipv6CidrBlock", .doc = "Not supported." },
	{ .name = "Ipv6CidrMask", .doc = "Not supported." },
	{ .name = "VpcIpv6CidrBlock", .doc = "Not supported." },
	{},
};

static const struct parameter list_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VSwitchId", .doc = "Only these vSwitches, with commas." },
	{ .name = "VSwitchName", .doc = "Only vSwitches of this name." },
	{ .name = "VpcId", .doc = "Only vSwitches of this VPC." },
	{ .name = "ZoneId", .doc = "Only vSwitches of this zone." },
	{ .name = "RouteTableId", .doc = "Only vSwitches with this route table." },
	{ .name = "ResourceGroupId", .doc = "Only vSwitches of this resource group." },
	OWNER_PARAMETER("VSwitchOwnerId"),
	{ .name = "IsDefault", .type = PARAM_BOOL, .doc = "There is no default vSwitch." },
	{ .name = "EnableIpv6", .type = PARAM_BOOL, .doc = "No vSwitch has IPv6." },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 20, .doc = "Only vSwitches with these tags." },
	{},
};

static const struct parameter one_parameters[] = {
	{ .name = "VSwitchId", .required = true, .doc = "The vSwitch." },
	{},
};

const struct action vswitch_actions[] = {
	{ "CreateVSwitch", API_VERSION_VPC, true, create_parameters, create_vswitch,
		"Creates a subnet of a VPC." },
	{ "DescribeVSwitches", API_VERSION_VPC, false, list_parameters, describe_vswitches,
		"Lists vSwitches, oldest first." },
	{ "DescribeVSwitchAttributes", API_VERSION_VPC, false, one_parameters,
		describe_vswitch_attributes, "Describes one vSwitch." },
	{ "DeleteVSwitch", API_VERSION_VPC, true, one_parameters, delete_vswitch,
		"Deletes a vSwitch. Refused while a VPN gateway uses it." },
	{},
};
