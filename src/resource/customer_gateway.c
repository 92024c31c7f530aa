/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a customer gateway is made of. That no other one has its address is the action's to check.
 */
#include "resource/fields.h"
#include "resource/kinds.h"

#include <string.h>

static int check_address(const struct field *field, const char *text, struct fault *fault)
{
	static const char *const refused[] = { "0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
		"169.254.0.0/16", "224.0.0.0/4", "255.0.0.0/8" };
	struct prefix range;
	struct addr addr;

	if (addr_parse(text, &addr) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (prefix_parse(refused[i], &range) == 0 && prefix_has(range, addr))
			return fault_setf(fault, field->reason, field->name, text,
				"give the address the gateway reaches the device at",
				"must not lie in %s", refused[i]);
	return 0;
}

static int check_asn(const struct field *field, const char *text, struct fault *fault)
{
	if (strcmp(text, "45104") != 0 && strcmp(text, "0.45104") != 0)
		return 0;
	return field_refuse(field, fault, text, "must not be the gateway's own default AS number",
		"use a private one: 64512 to 65534");
}

static const struct field customer_gateway_fields[] = {
	META_ID(struct customer_gateway, "CustomerGatewayId"),
	STRING(struct customer_gateway, meta.name, "Name", NAME_RULE(100),
		.doc = "Name of the customer gateway."),
	STRING(struct customer_gateway, meta.description, "Description", DESCRIPTION_RULE(100),
		.doc = "Description of the customer gateway."),
	META_REST(struct customer_gateway, FIELD_HIDDEN, 0),
	ADDR(struct customer_gateway, ip_address, "IpAddress",
		.flags = FIELD_REQUIRED | FIELD_IMMUTABLE, .check = check_address,
		.reason = REASON_IP_ADDRESS_FORMAT,
		.doc = "Public IPv4 address of the device in the data centre."),
	ASN(struct customer_gateway, asn, "Asn", .flags = FIELD_IMMUTABLE | FIELD_NULLABLE,
		.check = check_asn, .doc = "AS number of the device; needed for BGP."),
	SECRET(struct customer_gateway, auth_key, "AuthKey", .flags = FIELD_NULLABLE, .min = 1,
		.max = 64, .check = rule_auth_key, .doc = "Key of the BGP session (TCP-MD5)."),
	{},
};

const struct kind_info customer_gateway_kind = {
	.kind = KIND_CUSTOMER_GATEWAY,
	.name = "customer-gateway",
	.id_prefix = "cgw-",
	.size = sizeof(struct customer_gateway),
	.fields = customer_gateway_fields,
};
