/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a VPC is made of and which VPCs are legal. Whether its LAN link exists is the agent's to
 * find out.
 */
#include "resource/fields.h"
#include "resource/kinds.h"

#include <errno.h>
#include <string.h>

/* A VPC is a site's own address space: no range that means something else to every router. */
static int check_network(const struct field *field, const char *text, struct fault *fault)
{
	static const char *const refused[] = { "0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
		"169.254.0.0/16", "224.0.0.0/3" };
	struct prefix network, other;

	if (prefix_parse(text, &network) < 0)
		return 0;
	if (network.len < 8 || network.len > 28)
		return field_refuse(field, fault, text, "must have a prefix length from 8 to 28",
			network.len < 8 ? "use 10.0.0.0/8" : "use a /28");
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (prefix_parse(refused[i], &other) == 0 && prefix_overlaps(network, other))
			return fault_setf(fault, REASON_CIDR_CONFLICT, field->name, text,
				"use a block of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
				"must not overlap %s", refused[i]);
	return 0;
}

static int check_link(const struct field *field, const char *text, struct fault *fault)
{
	if (!strpbrk(text, "/: \t") && strcmp(text, ".") != 0 && strcmp(text, "..") != 0)
		return 0;
	return field_refuse(field, fault, text, "must be the name of a network link",
		"see the names in the output of: ip link");
}

static const struct field vpc_fields[] = {
	META_ID(struct vpc, "VpcId"),
	STRING(struct vpc, meta.name, "VpcName", NAME_RULE(128), .doc = "Name of the VPC."),
	STRING(struct vpc, meta.description, "Description", DESCRIPTION_RULE(256),
		.doc = "Description of the VPC."),
	META_REST(struct vpc, 0, 0),
	PREFIX(struct vpc, cidr_block, "CidrBlock", .flags = FIELD_IMMUTABLE,
		.default_text = "172.16.0.0/12", .check = check_network,
		.doc = "Address block of the VPC, /8 to /28."),
	PREFIXES(struct vpc, user_cidrs, "UserCidr",
		.flags = FIELD_IMMUTABLE | FIELD_HIDDEN | FIELD_NULLABLE, .max = 3,
		.doc = "Further blocks that belong to the VPC, at most 3."),
	STRING(struct vpc, router_id, "VRouterId", .flags = FIELD_INTERNAL, .min = 1, .max = 64,
		.check = rule_id, .doc = "Identifier of the router."),
	STRING(struct vpc, route_table_id, "RouteTableId", .flags = FIELD_INTERNAL | FIELD_HIDDEN,
		.min = 1, .max = 64, .check = rule_id, .doc = "Identifier of the route table."),
	U32(struct vpc, number, "Number", .flags = FIELD_INTERNAL | FIELD_HIDDEN | FIELD_REQUIRED,
		.min = 1, .max = UINT32_MAX, .doc = "Small number for names of links."),
	STRING(struct vpc, lan_interface, "Interface", .flags = FIELD_INTERNAL | FIELD_HIDDEN,
		.min = 1, .max = 15, .check = check_link,
		.doc = "Link of the gateway machine that is the LAN side of the VPC."),
	ADDR(struct vpc, lan_address, "LanAddress",
		.flags = FIELD_INTERNAL | FIELD_HIDDEN | FIELD_NULLABLE, .check = rule_host_address,
		.doc = "Address of the gateway on that link."),
	U32(struct vpc, lan_prefix_len, "LanPrefixLength", .flags = FIELD_INTERNAL | FIELD_HIDDEN,
		.max = 32, .doc = "Prefix length of that address."),
	{},
};

static int check(const void *resource, struct fault *fault)
{
	const struct vpc *vpc = resource;
	bool has_interface = vpc->lan_interface && *vpc->lan_interface;

	if (has_interface && (!vpc->lan_address.v4 || !vpc->lan_prefix_len))
		return fault_set(fault, REASON_PARAMETER_INVALID, "IpAddress", NULL,
			"must be given with an interface", "use a CIDR such as 10.0.0.1/24");
	if (!has_interface && vpc->lan_address.v4)
		return fault_set(fault, REASON_PARAMETER_INVALID, "Interface", NULL,
			"must be given with an address", NULL);
	return 0;
}

const struct kind_info vpc_kind = {
	.kind = KIND_VPC,
	.name = "vpc",
	.id_prefix = "vpc-",
	.size = sizeof(struct vpc),
	.fields = vpc_fields,
	.check = check,
};
