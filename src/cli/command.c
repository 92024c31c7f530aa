/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands. A new action of the API gets a row here; a test finds one that has none.
 */
#include "cli/command.h"

#include "cli/verbs_of_connection.h"

#include <string.h>

#define ROUTE_COLUMNS "DESTINATION:RouteDest NEXT-HOP:NextHop WEIGHT:Weight STATE:State"
#define FIXED(name, text)                                                                          \
	{                                                                                          \
		.parameter = (name), .value = (text), .is_fixed = true                             \
	}

/* What the console preselects too; the API's own defaults are those old clients rely on. */
#define CONNECTION_PRESETS                                                                         \
	{                                                                                          \
		{ .parameter = "LocalSubnet", .value = "0.0.0.0/0", .unless = "RemoteSubnet" },    \
			{ .parameter = "RemoteSubnet",                                             \
				.value = "0.0.0.0/0",                                              \
				.unless = "LocalSubnet" },                                         \
			{ .parameter = "EffectImmediately", .value = "true" },                     \
			{ "IkeConfig", "IkeVersion", "ikev2" },                                    \
			{ "IkeConfig", "IkeAuthAlg", "sha1" },                                     \
			{ "IpsecConfig", "IpsecAuthAlg", "sha1", .unless_aead = true },            \
	}

const struct command commands[] = {
	{ "gateway", "list", "DescribeVpnGateways",
		.columns = "ID:VpnGatewayId NAME:Name STATUS:Status ADDRESS:InternetIp VPC:VpcId "
			   "BANDWIDTH:Spec" },
	{ "gateway", "show", "DescribeVpnGateway", { "VpnGatewayId" } },
	{ "gateway", "create", "CreateVpnGateway",
		.presets = { { .parameter = "Bandwidth", .value = "10" } },
		.options = COMMAND_WAITS },
	{ "gateway", "modify", "ModifyVpnGatewayAttribute", { "VpnGatewayId" },
		.options = COMMAND_WAITS },
	{ "gateway", "delete", "DeleteVpnGateway", { "VpnGatewayId" }, .options = COMMAND_ASKS },
	{ "gateway", "encapsulation", "DescribeVpnGatewayEncapsulation", { "VpnGatewayId" } },
	{ "gateway", "set-encapsulation", "ModifyVpnGatewayEncapsulation",
		{ "VpnGatewayId", "UdpEncapsulation" } },
	{ "gateway", "move", "MoveVpnResourceGroup", { "InstanceId", "NewResourceGroupId" },
		{ FIXED("ResourceType", "VpnGateway") } },
	{ "gateway", "zones", "DescribeVpnGatewayAvailableZones",
		.presets = { { .parameter = "Spec", .value = "10M" } },
		.columns = "ZONE:ZoneId NAME:ZoneName" },

	{ "customer-gateway", "list", "DescribeCustomerGateways",
		.columns = "ID:CustomerGatewayId NAME:Name ADDRESS:IpAddress ASN:Asn" },
	{ "customer-gateway", "show", "DescribeCustomerGateway", { "CustomerGatewayId" } },
	{ "customer-gateway", "create", "CreateCustomerGateway", { "IpAddress" } },
	{ "customer-gateway", "modify", "ModifyCustomerGatewayAttribute", { "CustomerGatewayId" } },
	{ "customer-gateway", "delete", "DeleteCustomerGateway", { "CustomerGatewayId" },
		.options = COMMAND_ASKS },
	{ "customer-gateway", "move", "MoveVpnResourceGroup",
		{ "InstanceId", "NewResourceGroupId" },
		{ FIXED("ResourceType", "CustomerGateway") } },

	{ "connection", "list", "DescribeVpnConnections",
		.columns = "ID:VpnConnectionId NAME:Name STATE:State STATUS:Status "
			   "GATEWAY:VpnGatewayId CUSTOMER-GATEWAY:CustomerGatewayId "
			   "LOCAL:LocalSubnet REMOTE:RemoteSubnet" },
	{ "connection", "show", "DescribeVpnConnection", { "VpnConnectionId" } },
	{ "connection", "create", "CreateVpnConnection", .presets = CONNECTION_PRESETS,
		.options = COMMAND_WAITS },
	{ "connection", "modify", "ModifyVpnConnectionAttribute", { "VpnConnectionId" },
		.options = COMMAND_WAITS },
	{ "connection", "delete", "DeleteVpnConnection", { "VpnConnectionId" },
		.options = COMMAND_ASKS },
	{ "connection", "up", "EnableVpnConnection", { "VpnConnectionId" },
		.options = COMMAND_WAITS },
	{ "connection", "down", "DisableVpnConnection", { "VpnConnectionId" },
		.options = COMMAND_ASKS | COMMAND_WAITS },
	{ "connection", "reset", "ResetVpnConnection", { "VpnConnectionId" },
		.options = COMMAND_ASKS | COMMAND_WAITS },
	{ "connection", "detail", "DescribeVpnConnectionDetail", { "VpnConnectionId" } },
	{ "connection", "logs", "DescribeVpnConnectionLogs", { "VpnConnectionId" },
		.options = COMMAND_FOLLOWS, .run = run_logs },
	{ "connection", "events", "DescribeVpnConnectionEvents", { "VpnConnectionId" },
		.columns = "TIME:Time TYPE:Type LEVEL:Level REASON:Reason MESSAGE:Message" },
	{ "connection", "config", "DescribeVpnConnectionPeerConfig",
		{ "VpnConnectionId", "ConfigFormat" },
		{ { .parameter = "ConfigFormat", .value = "sheet" } }, .run = run_peer_config },
	{ "connection", "parameters", "DownloadVpnConnectionConfig", { "VpnConnectionId" },
		.options = COMMAND_SHOWS_SECRETS },
	{ "connection", "certificates", "ListVpnCertificateAssociations" },
	{ "connection", "authorizations", "DescribeVpnCrossAccountAuthorizations",
		{ "VpnConnectionId" } },
	{ "connection", "bgp", "CheckVpnBgpEnabled" },

	{ "route", "list", "DescribeVpnRouteEntries", { "VpnGatewayId" },
		.columns = ROUTE_COLUMNS },
	{ "route", "create", "CreateVpnRouteEntry", { "NextHop", "RouteDest" },
		{ { .parameter = "Weight", .value = "100" },
			{ .parameter = "PublishVpc", .value = "false" } } },
	{ "route", "modify", "ModifyVpnRouteEntryWeight", { "NextHop", "RouteDest" } },
	{ "route", "delete", "DeleteVpnRouteEntry", { "NextHop", "RouteDest" },
		.options = COMMAND_ASKS },
	{ "route", "publish", "PublishVpnRouteEntry", { "NextHop", "RouteDest" },
		{ FIXED("RouteType", "dbr"), FIXED("PublishVpc", "true") },
		.doc = "Publishes a destination-based route to the VPC." },
	{ "route", "withdraw", "PublishVpnRouteEntry", { "NextHop", "RouteDest" },
		{ FIXED("RouteType", "dbr"), FIXED("PublishVpc", "false") },
		.doc = "Withdraws a destination-based route from the VPC." },

	{ "policy-route", "list", "DescribeVpnPbrRouteEntries", { "VpnGatewayId" },
		.columns = "SOURCE:RouteSource " ROUTE_COLUMNS " PRIORITY:Priority" },
	{ "policy-route", "create", "CreateVpnPbrRouteEntry",
		{ "NextHop", "RouteSource", "RouteDest" },
		{ { .parameter = "Weight", .value = "100" },
			{ .parameter = "PublishVpc", .value = "false" } } },
	{ "policy-route", "modify", "ModifyVpnPbrRouteEntryAttribute",
		{ "NextHop", "RouteSource", "RouteDest" } },
	{ "policy-route", "weight", "ModifyVpnPbrRouteEntryWeight",
		{ "NextHop", "RouteSource", "RouteDest" } },
	{ "policy-route", "priority", "ModifyVpnPbrRouteEntryPriority",
		{ "NextHop", "RouteSource", "RouteDest" } },
	{ "policy-route", "delete", "DeleteVpnPbrRouteEntry",
		{ "NextHop", "RouteSource", "RouteDest" }, .options = COMMAND_ASKS },
	{ "policy-route", "publish", "PublishVpnRouteEntry", { "NextHop", "RouteDest" },
		{ FIXED("RouteType", "pbr"), FIXED("PublishVpc", "true") },
		.doc = "Publishes the policy-based routes to a destination to the VPC." },
	{ "policy-route", "withdraw", "PublishVpnRouteEntry", { "NextHop", "RouteDest" },
		{ FIXED("RouteType", "pbr"), FIXED("PublishVpc", "false") },
		.doc = "Withdraws the policy-based routes to a destination from the VPC." },

	{ "vpc", "list", "DescribeVpcs",
		.columns = "ID:VpcId NAME:VpcName STATUS:Status CIDR:CidrBlock" },
	{ "vpc", "show", "DescribeVpcAttribute", { "VpcId" } },
	{ "vpc", "create", "CreateVpc", { "CidrBlock" } },
	{ "vpc", "delete", "DeleteVpc", { "VpcId" }, .options = COMMAND_ASKS },
	{ "vpc", "move", "MoveResourceGroup", { "ResourceId", "NewResourceGroupId" },
		{ FIXED("ResourceType", "VPC") } },
	{ "vpc", "attach-lan", "AttachVpcLan", { "VpcId", "Interface", "IpAddress" } },
	{ "vpc", "detach-lan", "DetachVpcLan", { "VpcId" }, .options = COMMAND_ASKS },
	{ "vpc", "lan", "DescribeVpcLan", { "VpcId" } },
	{ "vpc", "route-tables", "DescribeRouteTableList", { "VpcId" },
		.columns = "ID:RouteTableId TYPE:RouteTableType VPC:VpcId ROUTER:RouterId" },

	{ "vswitch", "list", "DescribeVSwitches",
		.columns = "ID:VSwitchId NAME:VSwitchName STATUS:Status CIDR:CidrBlock VPC:VpcId "
			   "ZONE:ZoneId" },
	{ "vswitch", "show", "DescribeVSwitchAttributes", { "VSwitchId" } },
	{ "vswitch", "create", "CreateVSwitch", { "VpcId", "CidrBlock" } },
	{ "vswitch", "delete", "DeleteVSwitch", { "VSwitchId" }, .options = COMMAND_ASKS },

	{ "tag", "list", "ListTagResources", { "ResourceId" },
		.columns = "RESOURCE:ResourceId KEY:TagKey VALUE:TagValue" },
	{ "tag", "create", "TagResources", { "ResourceId", "Tag" } },
	{ "tag", "delete", "UnTagResources", { "ResourceId", "TagKey" } },

	{ "access-key", "list", "ListAccessKeys",
		.columns = "ID:AccessKeyId NAME:Name STATUS:Status POLICY:Policy" },
	{ "access-key", "create", "CreateAccessKey", { "Policy", "Name", "Description" },
		.options = COMMAND_SHOWS_SECRETS },
	{ "access-key", "modify", "UpdateAccessKey", { "UserAccessKeyId" } },
	{ "access-key", "policy", "UpdateAccessKey", { "UserAccessKeyId", "Policy" },
		.doc = "Gives a key another policy." },
	{ "access-key", "enable", "UpdateAccessKey", { "UserAccessKeyId" },
		{ FIXED("Status", "Active") }, .doc = "Lets a key sign again." },
	{ "access-key", "disable", "UpdateAccessKey", { "UserAccessKeyId" },
		{ FIXED("Status", "Inactive") }, .doc = "Refuses what a key signs." },
	{ "access-key", "delete", "DeleteAccessKey", { "UserAccessKeyId" },
		.options = COMMAND_ASKS },

	{ "resource-group", "list", "ListResourceGroups",
		.columns = "ID:ResourceGroupId DEFAULT:IsDefault" },

	{ "region", "list", "DescribeRegions", .columns = "ID:RegionId NAME:LocalName" },
	{ "region", "resource-groups", "ListResourceGroups",
		.columns = "ID:ResourceGroupId DEFAULT:IsDefault" },
	{ "region", "zones", "DescribeZones", .columns = "ID:ZoneId NAME:LocalName" },
	{},
};

const struct command *command_of_noun(const char *noun)
{
	for (const struct command *command = commands; command->noun; command++)
		if (strcmp(command->noun, noun) == 0)
			return command;
	return NULL;
}

const struct command *command_find(const char *noun, const char *verb)
{
	for (const struct command *command = commands; command->noun; command++)
		if (strcmp(command->noun, noun) == 0 && strcmp(command->verb, verb) == 0)
			return command;
	return NULL;
}

const struct catalogue_action *command_action(const struct command *command)
{
	for (const struct catalogue_action *action = catalogue; action->name; action++)
		if (strcmp(action->name, command->action) == 0)
			return action;
	return NULL;
}

bool command_hides(const void *arg, const char *parameter)
{
	const struct command *command = arg;

	for (size_t i = 0; i < COMMAND_PRESETS && command->presets[i].parameter; i++)
		if (command->presets[i].is_fixed &&
			strcmp(command->presets[i].parameter, parameter) == 0)
			return true;
	return false;
}

const char *command_doc(const struct command *command)
{
	return command->doc ? command->doc : command_action(command)->doc;
}
