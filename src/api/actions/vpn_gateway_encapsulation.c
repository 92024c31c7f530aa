/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own actions on how ESP of a gateway travels: inside UDP also where no NAT device asks for it,
 * or as an IP protocol of its own. The agent makes the tunnels anew that this changes.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"

static void answer_gateway(const struct vpn_gateway *gateway, json_t *answer)
{
	answer_text(answer, "VpnGatewayId", gateway->meta.id);
	answer_bool(answer, "UdpEncapsulation", gateway->udp_encapsulation);
}

static int modify_encapsulation(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *before = NULL, *gateway = NULL;
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &before, fault);

	if (err)
		return err;
	gateway = resource_dup(KIND_VPN_GATEWAY, before);
	err = given_fields(request, KIND_VPN_GATEWAY, gateway, fault);
	if (err)
		return err;
	change->resource_id = xstrdup(gateway->meta.id);
	change_replace(change, api, KIND_VPN_GATEWAY, before, gateway);
	answer_gateway(gateway, answer);
	return 0;
}

static int describe_encapsulation(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);

	(void)change;
	if (!err)
		answer_gateway(gateway, answer);
	return err;
}

static const struct parameter modify_parameters[] = {
	{ .name = "VpnGatewayId", .required = true, .doc = "The VPN gateway." },
	{ .name = "UdpEncapsulation",
		.required = true,
		.type = PARAM_BOOL,
		.doc = "true: ESP goes inside UDP wherever the peer supports NAT traversal." },
	{},
};

static const struct parameter describe_parameters[] = {
	{ .name = "VpnGatewayId", .required = true, .doc = "The VPN gateway." },
	{},
};

const struct action vpn_gateway_encapsulation_actions[] = {
	{ "ModifyVpnGatewayEncapsulation", API_VERSION_VPNGW, true, modify_parameters,
		modify_encapsulation,
		"Sends ESP of a gateway's connections inside UDP also without a NAT device on the "
		"path, which is much faster here. Connections with EnableNatTraversal=false are "
		"not touched, the others are negotiated anew." },
	{ "DescribeVpnGatewayEncapsulation", API_VERSION_VPNGW, false, describe_parameters,
		describe_encapsulation, "Shows whether a gateway forces ESP into UDP." },
	{},
};
