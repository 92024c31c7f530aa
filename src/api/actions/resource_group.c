/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving into another resource group. What hangs on a resource moves with it: the connections of a
 * VPN gateway, the vSwitches of a VPC.
 */
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Puts the resource into the group unless it is there already. */
static void move(const struct api *api, struct change *change, enum kind kind,
	struct resource *resource, const char *group)
{
	if (strcmp(resource->resource_group_id, group) == 0)
		return;
	free(resource->resource_group_id);
	resource->resource_group_id = xstrdup(group);
	change_put(change, api, kind, resource);
}

/* Everything of the kind whose field `owner_field` is the owner's id. */
static int move_dependents(const struct api *api, struct change *change, enum kind kind,
	const char *owner_field, const char *owner, const char *group)
{
	AUTO_FOUND struct found found = {};
	int err = guard_take(api, change, owner);

	if (!err)
		err = find_owned(api, kind, owner_field, owner, &found);
	for (size_t i = 0; i < found.len && !err; i++) {
		void *resource;

		err = found_open(api, &found, i, &resource);
		if (err)
			break;
		move(api, change, kind, resource, group);
		resource_free(kind, resource);
	}
	return err;
}

static int check_group(const struct api *api, const struct request *request, struct fault *fault)
{
	struct resource wanted = { .resource_group_id = xstrdup(
					   params_get(&request->params, "NewResourceGroupId")) };
	int err = given_resource_group(api, &wanted, fault);

	free(wanted.resource_group_id);
	if (err)
		snprintf(fault->field, sizeof(fault->field), "NewResourceGroupId");
	return err;
}

/* Moves what the parameter `id` names and, where dependent is a kind, what hangs on it. */
static int move_found(const struct api *api, const struct request *request, struct change *change,
	enum kind kind, const char *id, enum kind dependent, const char *owner_field,
	struct fault *fault)
{
	const char *group = params_get(&request->params, "NewResourceGroupId");
	struct resource *resource = NULL;
	int err = check_group(api, request, fault);

	if (!err)
		err = find_resource(api, request, kind, id, &resource, fault);
	if (err)
		return err;
	change->resource_id = xstrdup(resource->id);
	if (dependent != KIND_COUNT)
		err = move_dependents(api, change, dependent, owner_field, resource->id, group);
	if (!err)
		move(api, change, kind, resource, group);
	resource_free(kind, resource);
	return err;
}

static int move_vpn(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	const char *type = params_get(&request->params, "ResourceType");

	(void)answer;
	if (strcasecmp(type, "VpnAttachment") == 0)
		return fault_set(fault, REASON_UNSUPPORTED, "ResourceType", type,
			"does not exist here: every connection belongs to a VPN gateway",
			"move the gateway with VpnGateway; its connections follow");
	if (strcasecmp(type, "CustomerGateway") == 0)
		return move_found(api, request, change, KIND_CUSTOMER_GATEWAY, "InstanceId",
			KIND_COUNT, NULL, fault);
	return move_found(api, request, change, KIND_VPN_GATEWAY, "InstanceId", KIND_VPN_CONNECTION,
		"VpnGatewayId", fault);
}

static int move_vpc(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	(void)answer;
	return move_found(
		api, request, change, KIND_VPC, "ResourceId", KIND_VSWITCH, "VpcId", fault);
}

static const char *const vpn_types[] = { "VpnGateway", "CustomerGateway", "VpnAttachment", NULL };
static const char *const vpc_types[] = { "VPC", NULL };

#define GROUP_PARAMETER                                                                            \
	{                                                                                          \
		.name = "NewResourceGroupId", .required = true,                                    \
		.doc = "A resource group of the configuration."                                    \
	}

static const struct parameter vpn_parameters[] = {
	{ .name = "ResourceType",
		.required = true,
		.values = vpn_types,
		.any_case = true,
		.doc = "In any case. There are no attachments here." },
	{ .name = "InstanceId", .required = true, .doc = "What to move." },
	GROUP_PARAMETER,
	{},
};

static const struct parameter vpc_parameters[] = {
	{ .name = "ResourceType",
		.required = true,
		.values = vpc_types,
		.any_case = true,
		.doc = "In any case. VPN gateways are moved with MoveVpnResourceGroup." },
	{ .name = "ResourceId", .required = true, .doc = "The VPC." },
	GROUP_PARAMETER,
	{},
};

const struct action resource_group_actions[] = {
	{ "MoveVpnResourceGroup", API_VERSION_VPC, true, vpn_parameters, move_vpn,
		"Moves a VPN gateway with its connections, or a customer gateway, into another "
		"resource group." },
	{ "MoveResourceGroup", API_VERSION_VPC, true, vpc_parameters, move_vpc,
		"Moves a VPC with its vSwitches into another resource group." },
	{},
};
