/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VPN gateways: a public address of the pool for a VPC. Status is what the agent has applied.
 */
#include "api/actions/vpn_gateway.h"
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/guard.h"
#include "api/actions/listing.h"
#include "api/actions/quota.h"
#include "api/actions/unused.h"
#include "api/check.h"
#include "resource/places.h"

#include <errno.h>
#include <string.h>

static const struct unsupported create_unsupported[] = {
	{ "EnableSsl", "false", "leave it out and create IPsec connections" },
	{ "VpnType", "Normal", "use Normal; IPsec with AES needs no special gateway" },
	{ "NetworkType", "public", "use public with an address of [pool] the peers reach" },
	{ "GatewayType", "Traditional", "use Traditional" },
	{ "DisasterRecoveryVSwitchId", NULL,
		"leave it out; for redundancy create two connections with weights 100 and 0" },
	{},
};

/* The first address of the pool that no gateway has. The caller holds the creation's number. */
static int choose_address(const struct api *api, struct vpn_gateway *gateway, struct fault *fault)
{
	const struct config *config = api->config;
	AUTO_FOUND struct found found = {};
	int err = find_all(api, KIND_VPN_GATEWAY, NULL, NULL, &found);

	if (err)
		return err;
	for (size_t i = 0; i < config->pool_len; i++) {
		bool is_used = false;

		for (size_t j = 0; j < found.len && !is_used; j++) {
			const struct vpn_gateway *other = found.items[j].resource;

			is_used = addr_equal(other->internet_ip, config->pool[i].internet_ip) ||
				  addr_equal(other->local_ip, config->pool[i].local_ip);
		}
		if (is_used)
			continue;
		gateway->internet_ip = config->pool[i].internet_ip;
		gateway->local_ip = config->pool[i].local_ip;
		return 0;
	}
	return fault_setf(fault, REASON_QUOTA_FULL, NULL, NULL,
		"add one to [pool] in vpngw.conf, or delete a VPN gateway",
		"every one of the %zu public addresses is in use", config->pool_len);
}

/* The given vSwitch, or the VPC's first one; "" when it has none. */
static int choose_vswitch(const struct api *api, const struct request *request,
	struct change *change, struct vpn_gateway *gateway, struct fault *fault)
{
	AUTO_RESOURCE(vswitch) struct vswitch *given = NULL;
	AUTO_FOUND struct found found = {};
	const struct vswitch *chosen = NULL;
	int err = 0;

	if (*gateway->vswitch_id) {
		err = find_resource(api, request, KIND_VSWITCH, "VSwitchId", &given, fault);
		if (!err && strcmp(given->vpc_id, gateway->vpc_id) != 0)
			return fault_setf(fault, REASON_VSWITCH_NOT_FOUND, "VSwitchId",
				given->meta.id, "choose one of that VPC", "is not part of %s",
				gateway->vpc_id);
		chosen = given;
	} else {
		err = find_owned(api, KIND_VSWITCH, "VpcId", gateway->vpc_id, &found);
		if (found.len)
			chosen = found.items[0].resource;
	}
	if (err || !chosen)
		return err;
	change_check(change, KIND_VSWITCH, chosen);
	free(gateway->vswitch_id);
	gateway->vswitch_id = xstrdup(chosen->meta.id);
	return guard_take(api, change, chosen->meta.id);
}

/* Has a gateway of the VPC the place that goes with this number? */
static bool is_place_taken(const void *arg, uint32_t number)
{
	const struct found *found = arg;

	for (size_t i = 0; i < found->len; i++) {
		const struct vpn_gateway *other = found->items[i].resource;

		if (other->number % VPN_GATEWAY_PLACES == number % VPN_GATEWAY_PLACES)
			return true;
	}
	return false;
}

/* The caller holds the VPC's guard. */
static int choose_number(const struct api *api, struct change *change, struct vpn_gateway *gateway,
	struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	int err = find_owned(api, KIND_VPN_GATEWAY, "VpcId", gateway->vpc_id, &found);

	if (!err && found.len >= VPN_GATEWAY_PLACES)
		return fault_setf(fault, REASON_QUOTA_FULL, "VpcId", gateway->vpc_id,
			"use another VPC, or delete a VPN gateway of this one",
			"has %d VPN gateways, and there is no room for more", VPN_GATEWAY_PLACES);
	return err ? err
		   : number_next_free(api, change, KIND_VPN_GATEWAY, is_place_taken, &found,
			     &gateway->number);
}

static void name_or_id(struct vpn_gateway *gateway)
{
	if (*gateway->meta.name)
		return;
	free(gateway->meta.name);
	gateway->meta.name = xstrdup(gateway->meta.id);
}

static int create_vpn_gateway(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const char *const shown[] = { "Name", "VpnGatewayId", NULL };
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	int err = given_unsupported(request, create_unsupported, fault);

	if (!err)
		err = given_new(api, request, KIND_VPN_GATEWAY, &gateway, fault);
	if (!err)
		err = find_resource(api, request, KIND_VPC, "VpcId", &vpc, fault);
	if (err)
		return err;
	free(gateway->meta.region_id);
	gateway->meta.region_id = xstrdup(vpc->meta.region_id);
	name_or_id(gateway);
	change_check(change, KIND_VPC, vpc);
	err = guard_take(api, change, vpc->meta.id);
	if (!err)
		err = choose_vswitch(api, request, change, gateway, fault);
	if (!err)
		err = choose_number(api, change, gateway, fault);
	if (!err)
		err = quota_check(api, QUOTA_VPN_GATEWAYS, NULL, 1, fault);
	if (!err)
		err = choose_address(api, gateway, fault);
	if (!err)
		err = resource_check(KIND_VPN_GATEWAY, gateway, fault);
	if (err)
		return err;
	change_put(change, api, KIND_VPN_GATEWAY, gateway);
	change->resource_id = xstrdup(gateway->meta.id);
	answer_some(KIND_VPN_GATEWAY, gateway, shown, answer);
	json_object_set_new(answer, "OrderId", json_integer(0));
	return 0;
}

static int matches(const struct api *api, const struct request *request, const void *resource)
{
	const struct vpn_gateway *gateway = resource;
	const char *state = NULL;
	int err = 0;

	if (!filter_ids(request, "VpnGatewayId", gateway->meta.id) ||
		!filter_text(request, "VpcId", gateway->vpc_id) ||
		!filter_text(request, "BusinessStatus", "Normal") ||
		!filter_text(request, "GatewayType", "Traditional"))
		return 0;
	if (params_get(&request->params, "Status"))
		err = state_read(api, KIND_VPN_GATEWAY, &gateway->meta, &state);
	return err ? err : !state || filter_text(request, "Status", state);
}

/* An order that is to come: asked for, the member is there, and there is none. */
static int answer_reservation(const struct request *request, json_t *entry, struct fault *fault)
{
	bool is_asked = false;
	int err = check_bool(&request->params, "IncludeReservationData", &is_asked, fault);

	if (!err && is_asked)
		json_object_set_new(entry, "ReservationData", json_object());
	return err;
}

static int describe_vpn_gateways(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const struct listing listing = { KIND_VPN_GATEWAY, NULL, "VpnGateways", "VpnGateway",
		matches, vpn_gateway_describe, true };

	int err = listing_answer(api, request, &listing, answer);
	json_t *entry;
	size_t i;

	(void)change;
	json_array_foreach (
		json_object_get(json_object_get(answer, "VpnGateways"), "VpnGateway"), i, entry)
		if (!err)
			err = answer_reservation(request, entry, fault);
	return err;
}

static int describe_vpn_gateway(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);

	(void)change;
	if (!err)
		err = vpn_gateway_describe(api, gateway, answer);
	return err ? err : answer_reservation(request, answer, fault);
}

/* What connections learn would be lost to the VPC. The guard keeps BGP from being turned on. */
static int check_no_bgp(const struct api *api, struct change *change,
	const struct vpn_gateway *gateway, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	int err = guard_take(api, change, gateway->meta.id);

	if (!err)
		err = find_owned(
			api, KIND_VPN_CONNECTION, "VpnGatewayId", gateway->meta.id, &found);
	for (size_t i = 0; !err && i < found.len; i++) {
		const struct vpn_connection *connection = found.items[i].resource;

		if (connection->bgp_config.enable_bgp)
			return fault_setf(fault, REASON_DEPENDENCY, "AutoPropagate", "false",
				"turn BGP off on its connections first",
				"is possible when no connection uses BGP, and %s does",
				connection->meta.id);
	}
	return err;
}

static int modify_vpn_gateway(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *before = NULL, *gateway = NULL;
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &before, fault);

	if (!err)
		err = given_unchanged(request, KIND_VPN_GATEWAY, before,
			"create another VPN gateway; MoveVpnResourceGroup changes its group",
			fault);
	if (err)
		return err;
	gateway = resource_dup(KIND_VPN_GATEWAY, before);
	err = given_fields(request, KIND_VPN_GATEWAY, gateway, fault);
	if (err)
		return err;
	name_or_id(gateway);
	err = resource_check(KIND_VPN_GATEWAY, gateway, fault);
	if (!err && before->auto_propagate && !gateway->auto_propagate)
		err = check_no_bgp(api, change, gateway, fault);
	if (err)
		return err;
	change->resource_id = xstrdup(gateway->meta.id);
	change_replace(change, api, KIND_VPN_GATEWAY, before, gateway);
	return vpn_gateway_describe_modified(api, gateway, change->len > 0, answer);
}

static int delete_vpn_gateway(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);

	(void)answer;
	return err ? err
		   : delete_unused(api, change, KIND_VPN_GATEWAY, &gateway->meta,
			     KIND_VPN_CONNECTION, "VpnGatewayId", fault);
}

static const char *const network_types[] = { "public", "private", NULL };
static const char *const vpn_types[] = { "Normal", "NationalStandard", NULL };
static const char *const states[] = { "init", "provisioning", "active", "updating", "deleting",
	NULL };
static const char *const business_states[] = { "Normal", "FinancialLocked", NULL };

static const struct parameter create_parameters[] = {
	{ .name = "VpcId", .required = true, .doc = "VPC the gateway belongs to." },
	{ .name = "VSwitchId", .doc = "vSwitch of the VPC; its first one when left out." },
	{ .name = "Bandwidth",
		.required = true,
		.doc = "Mbit/s: 5, 10, 20, 50, 100, 200, 500 or 1000." },
	{ .name = "Name", .doc = "2 to 100 characters; the identifier when left out." },
	{ .name = "NetworkType", .values = network_types, .doc = "Only public is supported." },
	{ .name = "VpnType", .values = vpn_types, .doc = "Only Normal is supported." },
	{ .name = "DisasterRecoveryVSwitchId", .doc = "Not supported: gateways have one tunnel." },
	{ .name = "EnableIpsec", .type = PARAM_BOOL, .doc = "Default true." },
	{ .name = "EnableSsl", .type = PARAM_BOOL, .doc = "Only false is supported." },
	{ .name = "SslConnections", .doc = "Echoed; default 5." },
	{ .name = "InstanceChargeType", .doc = "POSTPAY (default) or PREPAY; nothing is billed." },
	{ .name = "Period", .doc = "Months, with PREPAY: gives EndTime. Nothing ends then." },
	{ .name = "AutoPay", .type = PARAM_BOOL, .doc = "Nothing is billed, so nothing is paid." },
	{ .name = "ResourceGroupId", .doc = "Resource group; the default one when left out." },
	{},
};

static const struct parameter list_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpnGatewayId", .doc = "Only these gateways, with commas." },
	{ .name = "VpcId", .doc = "Only gateways of this VPC." },
	{ .name = "Status",
		.values = states,
		.doc = "Only gateways in this state; here they are active or updating." },
	{ .name = "BusinessStatus", .values = business_states, .doc = "Every gateway is Normal." },
	{ .name = "GatewayType",
		.values = vpn_gateway_types,
		.doc = "Every gateway is Traditional." },
	{ .name = "ResourceGroupId", .doc = "Only gateways of this resource group." },
	{ .name = "IncludeReservationData", .type = PARAM_BOOL, .doc = "There is none." },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 20, .doc = "Only gateways with these tags." },
	{},
};

static const struct parameter one_parameters[] = {
	{ .name = "VpnGatewayId", .required = true, .doc = "The gateway." },
	{ .name = "IncludeReservationData", .type = PARAM_BOOL, .doc = "There is none." },
	{},
};

static const struct parameter delete_parameters[] = {
	{ .name = "VpnGatewayId", .required = true, .doc = "The gateway." },
	{},
};

static const struct parameter modify_parameters[] = {
	{ .name = "VpnGatewayId", .required = true, .doc = "The gateway." },
	{ .name = "Name", .doc = "2 to 100 characters; empty: the identifier." },
	{ .name = "Description", .doc = "Up to 100 characters." },
	{ .name = "AutoPropagate", .type = PARAM_BOOL, .doc = "BGP routes enter the VPC." },
	{},
};

const struct action vpn_gateway_actions[] = {
	{ "CreateVpnGateway", API_VERSION_VPC, true, create_parameters, create_vpn_gateway,
		"Creates a VPN gateway with the first free public address of the pool." },
	{ "DescribeVpnGateway", API_VERSION_VPC, false, one_parameters, describe_vpn_gateway,
		"Describes one VPN gateway." },
	{ "DescribeVpnGateways", API_VERSION_VPC, false, list_parameters, describe_vpn_gateways,
		"Lists VPN gateways, oldest first." },
	{ "ModifyVpnGatewayAttribute", API_VERSION_VPC, true, modify_parameters, modify_vpn_gateway,
		"Changes what was given; the rest keeps its value." },
	{ "DeleteVpnGateway", API_VERSION_VPC, true, delete_parameters, delete_vpn_gateway,
		"Deletes a VPN gateway. Refused while it has connections." },
	{},
};
