/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DescribeRouteTableList, and what it shares with the descriptions of VPCs.
 */
#pragma once

#include "api/action.h"

extern const struct parameter vpc_route_table_parameters[];
int vpc_describe_route_tables(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault);
/* Ids of the VPC's vSwitches, a JSON array. */
MUST_CHECK int vpc_vswitch_ids(const struct api *api, const struct vpc *vpc, json_t **ret);
