/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VPCs. A VPC is complete as soon as it is recorded (the agent builds
 * its namespace with the first gateway or LAN), so its Status is Available at once.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/guard.h"
#include "api/actions/listing.h"
#include "api/actions/route_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct unsupported create_unsupported[] = {
	{ "EnableIpv6", "false", "VPCs carry IPv4 only" },
	{ "Ipv6CidrBlock", NULL, "VPCs carry IPv4 only" },
	{ "Ipv6CidrMask", NULL, "VPCs carry IPv4 only" },
	{ "Ipv6Isp", NULL, "VPCs carry IPv4 only" },
	{ "Ipv6IpamPoolId", NULL, "give a CidrBlock" },
	{ "Ipv4IpamPoolId", NULL, "give a CidrBlock" },
	{ "Ipv4CidrMask", NULL, "give a CidrBlock" },
	{ "EnableDnsHostname", "false", "use a name server of your own" },
	{},
};

static void set_fresh_id(char **target, const char *prefix)
{
	char id[RESOURCE_ID_SIZE];

	resource_make_id(prefix, id);
	free(*target);
	*target = xstrdup(id);
}

static int create_vpc(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	static const char *const shown[] = { "VpcId", "VRouterId", "ResourceGroupId", NULL };
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	int err = given_unsupported(request, create_unsupported, fault);

	if (!err)
		err = given_new(api, request, KIND_VPC, &vpc, fault);
	if (!err)
		err = number_next(api, change, KIND_VPC, &vpc->number);
	if (err)
		return err;
	set_fresh_id(&vpc->router_id, "vrt-");
	set_fresh_id(&vpc->route_table_id, "vtb-");
	err = resource_check(KIND_VPC, vpc, fault);
	if (err)
		return err;
	change_put(change, api, KIND_VPC, vpc);
	change->resource_id = xstrdup(vpc->meta.id);
	answer_some(KIND_VPC, vpc, shown, answer);
	answer_text(answer, "RouteTableId", vpc->route_table_id);
	return 0;
}

static json_t *user_cidrs(const struct vpc *vpc)
{
	json_t *list = json_array();

	for (size_t i = 0; i < vpc->user_cidrs.len; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(vpc->user_cidrs.items[i], text);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

/* What DescribeVpcAttribute and the entries of DescribeVpcs share. */
static int describe(const struct api *api, const void *resource, json_t *answer)
{
	const struct vpc *vpc = resource;
	json_t *vswitches = NULL;
	int err = vpc_vswitch_ids(api, vpc, &vswitches);

	if (err)
		return err;
	answer_fields(KIND_VPC, vpc, answer);
	answer_creation_time(&vpc->meta, answer);
	answer_text(answer, "Status", "Available");
	answer_bool(answer, "IsDefault", false);
	answer_bool(answer, "EnabledIpv6", false);
	answer_text(answer, "Ipv6CidrBlock", "");
	answer_text(answer, "DnsHostnameStatus", "DISABLED");
	answer_text(answer, "DhcpOptionsSetId", "");
	answer_text(answer, "DhcpOptionsSetStatus", "");
	answer_owner(answer);
	answer_empty_list(answer, "Ipv6CidrBlocks", "Ipv6CidrBlock");
	answer_empty_list(answer, "SecondaryCidrBlocks", "SecondaryCidrBlock");
	json_object_set_new(answer, "UserCidrs", json_pack("{s:o}", "UserCidr", user_cidrs(vpc)));
	json_object_set_new(answer, "VSwitchIds", json_pack("{s:o}", "VSwitchId", vswitches));
	return 0;
}

static int describe_entry(const struct api *api, const void *resource, json_t *entry)
{
	const struct vpc *vpc = resource;
	int err = describe(api, resource, entry);

	answer_text(entry, "CenStatus", "Detached");
	answer_empty_list(entry, "NatGatewayIds", "NatGatewayIds");
	json_object_set_new(entry, "RouterTableIds",
		json_pack("{s:[s]}", "RouterTableIds", vpc->route_table_id));
	return err;
}

static int matches(const struct api *api, const struct request *request, const void *resource)
{
	const struct vpc *vpc = resource;

	(void)api;
	return filter_ids(request, "VpcId", vpc->meta.id) &&
	       filter_text(request, "VpcName", vpc->meta.name) &&
	       filter_owner(request, "VpcOwnerId") &&
	       filter_text(request, "DhcpOptionsSetId", "") && filter_false(request, "IsDefault") &&
	       filter_false(request, "EnableIpv6");
}

static int describe_vpcs(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const struct listing listing = { KIND_VPC, NULL, "Vpcs", "Vpc", matches,
		describe_entry, true };

	(void)change;
	(void)fault;
	return listing_answer(api, request, &listing, answer);
}

static const struct unsupported describe_unsupported[] = {
	{ "IsDefault", "false", "leave it out and give VpcId: there is no default VPC" },
	{},
};

static int describe_vpc_attribute(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	int err = given_unsupported(request, describe_unsupported, fault);

	(void)change;
	if (!err)
		err = find_resource(api, request, KIND_VPC, "VpcId", &vpc, fault);
	if (!err)
		err = describe(api, vpc, answer);
	if (err)
		return err;
	answer_empty_list(answer, "AssociatedCens", "AssociatedCen");
	answer_empty_list(answer, "AssociatedPropagationSources", "AssociatedPropagationSources");
	answer_bool(answer, "ClassicLinkEnabled", false);
	answer_bool(answer, "SupportIpv4Gateway", false);
	answer_text(answer, "Ipv4GatewayId", "");
	json_object_set_new(answer, "CloudResources",
		json_pack("{s:[{s:s, s:i}]}", "CloudResourceSetType", "ResourceType", "VSwitch",
			"ResourceCount",
			(int)json_array_size(json_object_get(
				json_object_get(answer, "VSwitchIds"), "VSwitchId"))));
	return 0;
}

/* Refuses while a resource of this kind names the VPC as its own. */
static int check_unused(const struct api *api, const struct vpc *vpc, enum kind kind,
	enum reason reason, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	int err = find_owned(api, kind, "VpcId", vpc->meta.id, &found);
	const struct resource *first;

	if (err || !found.len)
		return err;
	first = found.items[0].resource;
	return fault_setf(fault, reason, "VpcId", vpc->meta.id, "delete that first", "still has %s",
		first->id);
}

static const struct unsupported delete_unsupported[] = {
	{ "ForceDelete", "false", "delete what the VPC contains first" },
	{},
};

static int delete_vpc(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	int err = given_unsupported(request, delete_unsupported, fault);

	(void)answer;
	if (!err)
		err = find_resource(api, request, KIND_VPC, "VpcId", &vpc, fault);
	if (!err)
		err = guard_remove(api, change, vpc->meta.id);
	if (!err)
		err = check_unused(api, vpc, KIND_VSWITCH, REASON_DEPENDENCY_VSWITCH, fault);
	if (!err)
		err = check_unused(api, vpc, KIND_VPN_GATEWAY, REASON_DEPENDENCY, fault);
	if (err)
		return err;
	change_delete(change, KIND_VPC, vpc);
	change->resource_id = xstrdup(vpc->meta.id);
	return 0;
}

static const struct parameter create_parameters[] = {
	{ .name = "CidrBlock", .doc = "Address block, /8 to /28; default 172.16.0.0/12." },
	{ .name = "VpcName", .doc = "Name, 1 to 128 characters." },
	{ .name = "Description", .doc = "1 to 256 characters." },
	{ .name = "UserCidr", .doc = "Up to 3 further blocks, with commas." },
	{ .name = "ResourceGroupId", .doc = "Resource group; the default one when left out." },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 20, .doc = "Tags." },
	{ .name = "EnableIpv6", .type = PARAM_BOOL, .doc = "Only false is supported." },
	{ .name = "Ipv6CidrBlock", .doc = "Not supported." },
	{ .name = "Ipv6CidrMask", .doc = "Not supported." },
	{ .name = "Ipv6Isp", .doc = "Not supported." },
	{ .name = "Ipv6IpamPoolId", .doc = "Not supported." },
	{ .name = "Ipv4IpamPoolId", .doc = "Not supported." },
	{ .name = "Ipv4CidrMask", .doc = "Not supported." },
	{ .name = "EnableDnsHostname", .type = PARAM_BOOL, .doc = "Only false is supported." },
	{},
};

static const struct parameter list_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpcId", .doc = "Only these VPCs, with commas." },
	{ .name = "VpcName", .doc = "Only VPCs of this name." },
	{ .name = "ResourceGroupId", .doc = "Only VPCs of this resource group." },
	{ .name = "IsDefault", .type = PARAM_BOOL, .doc = "There is no default VPC." },
	{ .name = "EnableIpv6", .type = PARAM_BOOL, .doc = "No VPC has IPv6." },
	OWNER_PARAMETER("VpcOwnerId"),
	{ .name = "DhcpOptionsSetId", .doc = "No VPC has a DHCP options set." },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 20, .doc = "Only VPCs with these tags." },
	{},
};

static const struct parameter one_parameters[] = {
	{ .name = "VpcId", .required = true, .doc = "The VPC." },
	{ .name = "IsDefault", .type = PARAM_BOOL, .doc = "Only false is supported." },
	{},
};

static const struct parameter delete_parameters[] = {
	{ .name = "VpcId", .required = true, .doc = "The VPC." },
	{ .name = "ForceDelete", .type = PARAM_BOOL, .doc = "Only false is supported." },
	{},
};

const struct action vpc_actions[] = {
	{ "CreateVpc", API_VERSION_VPC, true, create_parameters, create_vpc,
		"Creates a VPC, an isolated IPv4 routing domain." },
	{ "DescribeVpcs", API_VERSION_VPC, false, list_parameters, describe_vpcs,
		"Lists VPCs, oldest first." },
	{ "DescribeVpcAttribute", API_VERSION_VPC, false, one_parameters, describe_vpc_attribute,
		"Describes one VPC." },
	{ "DeleteVpc", API_VERSION_VPC, true, delete_parameters, delete_vpc,
		"Deletes a VPC. Refused while it has a vSwitch or a VPN gateway; an attached LAN "
		"link goes back to the machine." },
	{ "DescribeRouteTableList", API_VERSION_VPC, false, vpc_route_table_parameters,
		vpc_describe_route_tables, "Lists the system route tables of VPCs." },
	{},
};
