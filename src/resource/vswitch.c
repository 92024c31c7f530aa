/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a vSwitch is made of. That it lies in its VPC and overlaps no sibling is the action's to
 * check: it takes other resources.
 */
#include "resource/fields.h"
#include "resource/kinds.h"

static int check_network(const struct field *field, const char *text, struct fault *fault)
{
	struct prefix network;

	if (prefix_parse(text, &network) < 0 || (network.len >= 16 && network.len <= 29))
		return 0;
	return field_refuse(field, fault, text, "must have a prefix length from 16 to 29",
		network.len < 16 ? "use a /16" : "use a /29");
}

static const struct field vswitch_fields[] = {
	META_ID(struct vswitch, "VSwitchId"),
	STRING(struct vswitch, meta.name, "VSwitchName", NAME_RULE(128),
		.doc = "Name of the vSwitch."),
	STRING(struct vswitch, meta.description, "Description", DESCRIPTION_RULE(256),
		.doc = "Description of the vSwitch."),
	META_REST(struct vswitch, FIELD_HIDDEN, 0),
	STRING(struct vswitch, vpc_id, "VpcId", .flags = FIELD_REQUIRED | FIELD_IMMUTABLE, .min = 1,
		.max = 128, .check = rule_id, .doc = "VPC it is a part of."),
	STRING(struct vswitch, zone_id, "ZoneId", .flags = FIELD_REQUIRED | FIELD_IMMUTABLE,
		.min = 1, .max = 64, .check = rule_id, .doc = "Zone, one of DescribeZones."),
	PREFIX(struct vswitch, cidr_block, "CidrBlock", .flags = FIELD_REQUIRED | FIELD_IMMUTABLE,
		.check = check_network, .doc = "Subnet of the VPC's block, /16 to /29."),
	{},
};

const struct kind_info vswitch_kind = {
	.kind = KIND_VSWITCH,
	.name = "vswitch",
	.id_prefix = "vsw-",
	.size = sizeof(struct vswitch),
	.fields = vswitch_fields,
};
