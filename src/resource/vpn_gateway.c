/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a VPN gateway is made of. Which public address it gets is the action's to choose.
 */
#include "resource/fields.h"
#include "resource/kinds.h"

static const char *const bandwidths[] = { "5", "10", "20", "50", "100", "200", "500", "1000",
	NULL };
static const char *const periods[] = { "1", "2", "3", "4", "5", "6", "7", "8", "9", "12", "24",
	"36", NULL };
static const char *const network_types[] = { "public", "private", NULL };
static const char *const charge_types[] = { "POSTPAY", "PREPAY", NULL };

static const struct field vpn_gateway_fields[] = {
	META_ID(struct vpn_gateway, "VpnGatewayId"),
	STRING(struct vpn_gateway, meta.name, "Name", .min = 2, .max = 100,
		.check = rule_gateway_name, .reason = REASON_NAME_INVALID,
		.doc = "Name; the identifier when left out."),
	STRING(struct vpn_gateway, meta.description, "Description", DESCRIPTION_RULE(100),
		.doc = "Description of the gateway."),
	META_REST(struct vpn_gateway, FIELD_HIDDEN, 0),
	STRING(struct vpn_gateway, vpc_id, "VpcId", .flags = FIELD_REQUIRED | FIELD_IMMUTABLE,
		.min = 1, .max = 128, .check = rule_id, .doc = "VPC the gateway belongs to."),
	STRING(struct vpn_gateway, vswitch_id, "VSwitchId", .flags = FIELD_IMMUTABLE, .min = 1,
		.max = 128, .check = rule_id,
		.doc = "vSwitch of the VPC; the first one when left out."),
	ADDR(struct vpn_gateway, internet_ip, "InternetIp",
		.flags = FIELD_INTERNAL | FIELD_NULLABLE, .check = rule_host_address,
		.doc = "Public end of its tunnels."),
	ADDR(struct vpn_gateway, local_ip, "LocalIp",
		.flags = FIELD_INTERNAL | FIELD_NULLABLE | FIELD_HIDDEN, .check = rule_host_address,
		.doc = "This machine's address behind 1:1 NAT, or the public one."),
	U32(struct vpn_gateway, bandwidth, "Bandwidth",
		.flags = FIELD_REQUIRED | FIELD_IMMUTABLE | FIELD_HIDDEN, .values = bandwidths,
		.doc = "Mbit/s."),
	U32(struct vpn_gateway, number, "Number",
		.flags = FIELD_INTERNAL | FIELD_HIDDEN | FIELD_REQUIRED, .min = 1,
		.max = UINT32_MAX, .doc = "Small number that names its route tables."),
	ENUM(struct vpn_gateway, network_type, "NetworkType", .flags = FIELD_IMMUTABLE,
		.values = network_types, .default_text = "public", .doc = "Reached over what."),
	ENUM(struct vpn_gateway, charge_type, "InstanceChargeType",
		.flags = FIELD_IMMUTABLE | FIELD_HIDDEN, .values = charge_types,
		.default_text = "POSTPAY", .doc = "Billing; only echoed as ChargeType."),
	U32(struct vpn_gateway, period, "Period",
		.flags = FIELD_IMMUTABLE | FIELD_HIDDEN | FIELD_NULLABLE, .values = periods,
		.doc = "Months, with PREPAY; makes EndTime."),
	BOOL(struct vpn_gateway, enable_ipsec, "EnableIpsec",
		.flags = FIELD_IMMUTABLE | FIELD_HIDDEN, .default_text = "true",
		.doc = "IPsec connections can be created."),
	BOOL(struct vpn_gateway, enable_ssl, "EnableSsl", .flags = FIELD_IMMUTABLE | FIELD_HIDDEN,
		.default_text = "false", .doc = "SSL-VPN."),
	U32(struct vpn_gateway, ssl_connections, "SslConnections", .flags = FIELD_IMMUTABLE,
		.answer_name = "SslMaxConnections", .values = bandwidths, .default_text = "5",
		.doc = "SSL-VPN connections, echoed."),
	BOOL(struct vpn_gateway, auto_propagate, "AutoPropagate", .default_text = "false",
		.doc = "Routes learnt over BGP enter the VPC."),
	BOOL(struct vpn_gateway, udp_encapsulation, "UdpEncapsulation", .flags = FIELD_HIDDEN,
		.default_text = "false",
		.doc = "Extension: ESP goes inside UDP also without a NAT device on the path."),
	{},
};

static int check(const void *resource, struct fault *fault)
{
	const struct vpn_gateway *gateway = resource;

	if (gateway->period && gateway->charge_type != CHARGE_PREPAY)
		return fault_set(fault, REASON_PARAMETER_INVALID, "Period", NULL,
			"must be given with InstanceChargeType PREPAY only", "leave it out");
	return 0;
}

const struct kind_info vpn_gateway_kind = {
	.kind = KIND_VPN_GATEWAY,
	.name = "vpn-gateway",
	.id_prefix = "vpn-",
	.size = sizeof(struct vpn_gateway),
	.fields = vpn_gateway_fields,
	.check = check,
};
