/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Customer gateways: who the peers are. One per address and region.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/guard.h"
#include "api/actions/listing.h"
#include "api/actions/quota.h"
#include "api/actions/unused.h"

#include <errno.h>
#include <string.h>

#define ADDRESSES_GUARD "customer-gateway-addresses"

static const char *const shown[] = { "CreateTime", "CustomerGatewayId", "Description", "IpAddress",
	"Name", NULL };

static int check_address_is_free(
	const struct api *api, const struct customer_gateway *gateway, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	char text[ADDR_TEXT_SIZE];
	int err;

	addr_format(gateway->ip_address, text);
	err = find_all(api, KIND_CUSTOMER_GATEWAY, NULL, text, &found);
	for (size_t i = 0; !err && i < found.len; i++) {
		const struct customer_gateway *other = found.items[i].resource;

		if (addr_equal(other->ip_address, gateway->ip_address) &&
			strcmp(other->meta.region_id, gateway->meta.region_id) == 0)
			return fault_setf(fault, REASON_IP_ADDRESS_EXISTS, "IpAddress", text,
				"use that one", "is the address of %s", other->meta.id);
	}
	return err;
}

static int create_customer_gateway(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(customer_gateway) struct customer_gateway *gateway = NULL;
	int err = given_new(api, request, KIND_CUSTOMER_GATEWAY, &gateway, fault);

	if (!err)
		err = resource_check(KIND_CUSTOMER_GATEWAY, gateway, fault);
	if (!err)
		err = guard_take(api, change, ADDRESSES_GUARD);
	if (!err)
		err = quota_check(api, QUOTA_CUSTOMER_GATEWAYS, gateway->meta.region_id, 1, fault);
	if (!err)
		err = check_address_is_free(api, gateway, fault);
	if (err)
		return err;
	change_put(change, api, KIND_CUSTOMER_GATEWAY, gateway);
	change->resource_id = xstrdup(gateway->meta.id);
	answer_some(KIND_CUSTOMER_GATEWAY, gateway, shown, answer);
	return 0;
}

static int describe(const struct api *api, const void *resource, json_t *answer)
{
	(void)api;
	answer_fields(KIND_CUSTOMER_GATEWAY, resource, answer);
	return 0;
}

static int describe_customer_gateway(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(customer_gateway) struct customer_gateway *gateway = NULL;
	int err = find_resource(
		api, request, KIND_CUSTOMER_GATEWAY, "CustomerGatewayId", &gateway, fault);

	(void)change;
	return err ? err : describe(api, gateway, answer);
}

static int matches(const struct api *api, const struct request *request, const void *resource)
{
	const struct customer_gateway *gateway = resource;

	(void)api;
	return filter_ids(request, "CustomerGatewayId", gateway->meta.id);
}

static int describe_customer_gateways(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const struct listing listing = { KIND_CUSTOMER_GATEWAY, NULL, "CustomerGateways",
		"CustomerGateway", matches, describe, true, true };

	(void)change;
	(void)fault;
	return listing_answer(api, request, &listing, answer);
}

static int modify_customer_gateway(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(customer_gateway) struct customer_gateway *before = NULL, *gateway = NULL;
	int err = find_resource(
		api, request, KIND_CUSTOMER_GATEWAY, "CustomerGatewayId", &before, fault);

	if (!err)
		err = given_unchanged(request, KIND_CUSTOMER_GATEWAY, before,
			"create another customer gateway", fault);
	if (err)
		return err;
	gateway = resource_dup(KIND_CUSTOMER_GATEWAY, before);
	err = given_fields(request, KIND_CUSTOMER_GATEWAY, gateway, fault);
	if (!err)
		err = resource_check(KIND_CUSTOMER_GATEWAY, gateway, fault);
	if (err)
		return err;
	change->resource_id = xstrdup(gateway->meta.id);
	change_replace(change, api, KIND_CUSTOMER_GATEWAY, before, gateway);
	answer_some(KIND_CUSTOMER_GATEWAY, gateway, shown, answer);
	answer_text(answer, "ResourceGroupId", gateway->meta.resource_group_id);
	return 0;
}

static int delete_customer_gateway(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(customer_gateway) struct customer_gateway *gateway = NULL;
	int err = find_resource(
		api, request, KIND_CUSTOMER_GATEWAY, "CustomerGatewayId", &gateway, fault);

	(void)answer;
	return err ? err
		   : delete_unused(api, change, KIND_CUSTOMER_GATEWAY, &gateway->meta,
			     KIND_VPN_CONNECTION, "CustomerGatewayId", fault);
}

static const struct parameter create_parameters[] = {
	{ .name = "IpAddress", .required = true, .doc = "Public IPv4 address of the device." },
	{ .name = "Name", .doc = "1 to 100 characters." },
	{ .name = "Description", .doc = "1 to 100 characters." },
	{ .name = "Asn", .doc = "AS number, 1 to 4294967295 or a.b; not 45104." },
	{ .name = "AuthKey", .doc = "Key of the BGP session, 1 to 64 characters." },
	{ .name = "ResourceGroupId", .doc = "Resource group; the default one when left out." },
	{ .name = "Tags", .type = PARAM_TAGS, .max = 20, .doc = "Tags." },
	{},
};

static const struct parameter list_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "CustomerGatewayId", .doc = "Only these customer gateways, with commas." },
	{ .name = "ResourceGroupId", .doc = "Only those of this resource group." },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 20, .doc = "Only those with these tags." },
	{},
};

static const struct parameter one_parameters[] = {
	{ .name = "CustomerGatewayId", .required = true, .doc = "The customer gateway." },
	{},
};

static const struct parameter modify_parameters[] = {
	{ .name = "CustomerGatewayId", .required = true, .doc = "The customer gateway." },
	{ .name = "Name", .doc = "1 to 100 characters; empty: no name." },
	{ .name = "Description", .doc = "1 to 100 characters; empty: none." },
	{ .name = "AuthKey", .doc = "Key of the BGP session; empty: none." },
	{},
};

const struct action customer_gateway_actions[] = {
	{ "CreateCustomerGateway", API_VERSION_VPC, true, create_parameters,
		create_customer_gateway, "Registers a device of a data centre by its address." },
	{ "DescribeCustomerGateway", API_VERSION_VPC, false, one_parameters,
		describe_customer_gateway, "Describes one customer gateway." },
	{ "DescribeCustomerGateways", API_VERSION_VPC, false, list_parameters,
		describe_customer_gateways, "Lists customer gateways, oldest first." },
	{ "ModifyCustomerGatewayAttribute", API_VERSION_VPC, true, modify_parameters,
		modify_customer_gateway,
		"Changes what was given. The address and the AS number stay." },
	{ "DeleteCustomerGateway", API_VERSION_VPC, true, one_parameters, delete_customer_gateway,
		"Deletes a customer gateway. Refused while a connection leads to it." },
	{},
};
