/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions and zones: the configuration's lists.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"

#include <string.h>

static int describe_regions(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	json_t *list = json_array();

	(void)change;
	(void)fault;
	for (size_t i = 0; i < api->config->regions_len; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "RegionId", api->config->regions[i].id,
				      "LocalName", api->config->regions[i].local_name,
				      "RegionEndpoint", request->host ? request->host : ""));
	json_object_set_new(answer, "Regions", json_pack("{s:o}", "Region", list));
	return 0;
}

static int describe_zones(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	const char *region = request_region(api, request);
	json_t *list = json_array();

	(void)change;
	(void)fault;
	for (size_t i = 0; i < api->config->regions_len; i++) {
		if (strcmp(api->config->regions[i].id, region) != 0)
			continue;
		for (char **zone = api->config->regions[i].zones; *zone; zone++)
			json_array_append_new(
				list, json_pack("{s:s, s:s, s:s}", "ZoneId", *zone, "LocalName",
					      *zone, "ZoneType", "AvailabilityZone"));
	}
	json_object_set_new(answer, "Zones", json_pack("{s:o}", "Zone", list));
	return 0;
}

static const struct parameter no_parameters[] = { {} };

const struct action region_actions[] = {
	{ "DescribeRegions", API_VERSION_VPC, false, no_parameters, describe_regions,
		"The configured regions." },
	{ "DescribeZones", API_VERSION_VPC, false, no_parameters, describe_zones,
		"The zones of the region." },
	{},
};
