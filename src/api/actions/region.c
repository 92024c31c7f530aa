/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions, zones and resource groups: the configuration's lists.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/listing.h"
#include "api/actions/vpn_gateway.h"

#include <string.h>

static const char *const zone_types[] = { "AvailabilityZone", "LocalZone", NULL };

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

static const struct config_region *find_region(const struct api *api, const char *id)
{
	for (size_t i = 0; i < api->config->regions_len; i++)
		if (strcmp(api->config->regions[i].id, id) == 0)
			return &api->config->regions[i];
	return NULL;
}

static int describe_zones(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	const struct config_region *region = find_region(api, request_region(api, request));
	json_t *list = json_array();

	(void)change;
	(void)fault;
	if (filter_text(request, "ZoneType", zone_types[0]))
		for (char **zone = region->zones; *zone; zone++)
			json_array_append_new(
				list, json_pack("{s:s, s:s, s:s}", "ZoneId", *zone, "LocalName",
					      *zone, "ZoneType", zone_types[0]));
	json_object_set_new(answer, "Zones", json_pack("{s:o}", "Zone", list));
	return 0;
}

/* A gateway of any bandwidth can be in any zone; only Traditional ones exist. */
static int describe_gateway_zones(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	const struct config_region *region = find_region(api, request_region(api, request));
	json_t *list = json_array();

	(void)change;
	(void)fault;
	if (filter_text(request, "GatewayType", vpn_gateway_types[0]))
		for (char **zone = region->zones; *zone; zone++)
			json_array_append_new(
				list, json_pack("{s:s, s:s}", "ZoneId", *zone, "ZoneName", *zone));
	answer_text(answer, "RegionId", region->id);
	json_object_set_new(answer, "AvailableZoneIdList", list);
	return 0;
}

static int list_resource_groups(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	json_t *list = json_array();

	(void)request;
	(void)change;
	(void)fault;
	for (size_t i = 0; api->config->resource_groups[i]; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:b}", "ResourceGroupId",
				      api->config->resource_groups[i], "IsDefault", i == 0));
	json_object_set_new(answer, "ResourceGroups", json_pack("{s:o}", "ResourceGroup", list));
	return 0;
}

static int check_bgp_enabled(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	(void)api;
	(void)request;
	(void)change;
	(void)fault;
	answer_bool(answer, "BgpEnabled", true);
	return 0;
}

static const char *const languages[] = { "zh-CN", "en-US", NULL };
static const char *const specs[] = { "5M", "10M", "20M", "50M", "100M", "200M", "500M", "1000M",
	NULL };

#define LANGUAGE_PARAMETER                                                                         \
	{                                                                                          \
		.name = "AcceptLanguage", .doc = "Names are the configuration's, in its language." \
	}

static const struct parameter no_parameters[] = { {} };

static const struct parameter region_parameters[] = {
	LANGUAGE_PARAMETER,
	{ .name = "ProductType", .doc = "Every region has every product." },
	{},
};

static const struct parameter zone_parameters[] = {
	LANGUAGE_PARAMETER,
	{ .name = "ZoneType", .values = zone_types, .doc = "There are no local zones." },
	{},
};

static const struct parameter gateway_zone_parameters[] = {
	{ .name = "Spec",
		.required = true,
		.values = specs,
		.doc = "Bandwidth of the gateway; every zone has all." },
	{ .name = "GatewayType",
		.values = vpn_gateway_types,
		.doc = "Only Traditional ones exist; no zone has the other." },
	{ .name = "AcceptLanguage",
		.values = languages,
		.doc = "Names are the configuration's, in its language." },
	{},
};

const struct action region_actions[] = {
	{ "DescribeRegions", API_VERSION_VPC, false, region_parameters, describe_regions,
		"The configured regions." },
	{ "DescribeZones", API_VERSION_VPC, false, zone_parameters, describe_zones,
		"The zones of the region." },
	{ "DescribeVpnGatewayAvailableZones", API_VERSION_VPC, false, gateway_zone_parameters,
		describe_gateway_zones, "The zones of the region a VPN gateway can be in." },
	{ "CheckVpnBgpEnabled", API_VERSION_VPC, false, no_parameters, check_bgp_enabled,
		"Whether connections can use BGP: always." },
	{ "ListResourceGroups", API_VERSION_VPNGW, false, no_parameters, list_resource_groups,
		"The configured resource groups; the first is the default one." },
	{},
};
