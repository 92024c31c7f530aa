/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPsec-VPN connections. Their rules are in vpn_connection_rules.c, their answers in
 * vpn_connection_answer.c.
 */
#include "api/actions/vpn_connection.h"

#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/guard.h"
#include "api/actions/listing.h"
#include "api/actions/quota.h"
#include "api/actions/vpn_connection_siblings.h"
#include "api/actions/vpn_route_automatic.h"

#include <errno.h>
#include <string.h>

#define PSK_RANDOM_LEN 16

/* The cloud's choice when the user makes none; to be seen in DescribeVpnConnection. */
static void make_psk(struct ike_config *ike)
{
	char text[PSK_RANDOM_LEN + 1];

	random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", text,
		PSK_RANDOM_LEN);
	ike->psk = secret_new(text, PSK_RANDOM_LEN);
	wipe(text, sizeof(text));
}

/* Both ends must still be there, unchanged, when this commits; and their deletion must see it. */
static int hold_ends(const struct api *api, struct change *change,
	const struct vpn_gateway *gateway, const struct customer_gateway *peer)
{
	int err = guard_take(api, change, gateway->meta.id);

	if (!err)
		err = guard_take(api, change, peer->meta.id);
	change_check(change, KIND_VPN_GATEWAY, gateway);
	change_check(change, KIND_CUSTOMER_GATEWAY, peer);
	return err;
}

static void take_from_gateway(struct resource *resource, const struct vpn_gateway *gateway)
{
	free(resource->region_id);
	resource->region_id = xstrdup(gateway->meta.region_id);
	free(resource->resource_group_id);
	resource->resource_group_id = xstrdup(gateway->meta.resource_group_id);
}

static int create_vpn_connection(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const char *const shown[] = { "CreateTime", "Name", "VpnConnectionId", NULL };
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_RESOURCE(customer_gateway) struct customer_gateway *peer = NULL;
	AUTO_SIBLINGS struct siblings siblings = {};
	int err = vpn_connection_unsupported(request, fault);

	if (!err)
		err = given_new(api, request, KIND_VPN_CONNECTION, &connection, fault);
	if (!err)
		err = vpn_connection_settle_integrity(request, connection, fault);
	if (!err)
		err = find_resource(
			api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);
	if (!err)
		err = find_resource(
			api, request, KIND_CUSTOMER_GATEWAY, "CustomerGatewayId", &peer, fault);
	if (!err)
		err = vpn_connection_check_ends(gateway, peer, fault);
	if (!err)
		err = number_next(api, change, KIND_VPN_CONNECTION, &connection->number);
	if (err)
		return err;
	take_from_gateway(&connection->meta, gateway);
	vpn_connection_fill_ids(connection, gateway, peer);
	if (!connection->ike_config.psk)
		make_psk(&connection->ike_config);
	err = resource_check(KIND_VPN_CONNECTION, connection, fault);
	if (!err)
		err = vpn_connection_check_network(api, change, connection, gateway, peer, fault);
	if (!err)
		err = hold_ends(api, change, gateway, peer);
	if (!err)
		err = quota_check(api, QUOTA_VPN_CONNECTIONS, gateway->meta.id, 1, fault);
	if (!err)
		err = siblings_find(api, NULL, connection, &siblings);
	if (!err)
		err = siblings_check(NULL, connection, &siblings, fault);
	if (!err)
		err = automatic_routes_follow(api, request, connection, change, fault);
	if (err)
		return err;
	change_put(change, api, KIND_VPN_CONNECTION, connection);
	change->resource_id = xstrdup(connection->meta.id);
	answer_some(KIND_VPN_CONNECTION, connection, shown, answer);
	return 0;
}

static int describe_vpn_connection(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	int err = find_resource(
		api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &connection, fault);

	(void)change;
	return err ? err : vpn_connection_describe(api, connection, answer);
}

static int matches(const struct api *api, const struct request *request, const void *resource)
{
	const struct vpn_connection *connection = resource;

	(void)api;
	return filter_ids(request, "VpnConnectionId", connection->meta.id) &&
	       filter_text(request, "VpnGatewayId", connection->vpn_gateway_id) &&
	       filter_text(request, "CustomerGatewayId", connection->customer_gateway_id);
}

/* The list calls the tags "Tag", the single answer "Tags"; so do the clients. It has no zone. */
static int describe_entry(const struct api *api, const void *resource, json_t *entry)
{
	int err = vpn_connection_describe(api, resource, entry);

	json_object_set(entry, "Tag", json_object_get(entry, "Tags"));
	json_object_del(entry, "Tags");
	json_object_del(entry, "ZoneNo");
	return err;
}

static int describe_vpn_connections(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const struct listing listing = { KIND_VPN_CONNECTION, NULL, "VpnConnections",
		"VpnConnection", matches, describe_entry, true, true };

	(void)change;
	(void)fault;
	return listing_answer(api, request, &listing, answer);
}

/* Fills connection, a copy of before, with what was given and what follows from it. */
static int apply_given(const struct api *api, const struct request *request, struct change *change,
	const struct vpn_connection *before, struct vpn_connection *connection, struct fault *fault)
{
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_RESOURCE(customer_gateway) struct customer_gateway *peer = NULL;
	int err = given_fields(request, KIND_VPN_CONNECTION, connection, fault);

	if (!err)
		err = vpn_connection_settle_integrity(request, connection, fault);
	if (!err)
		err = find_by_id(api, KIND_VPN_GATEWAY, connection->vpn_gateway_id, &gateway);
	if (!err)
		err = find_by_id(
			api, KIND_CUSTOMER_GATEWAY, connection->customer_gateway_id, &peer);
	if (err)
		return err == -ENOENT ? -EBADMSG : err;
	vpn_connection_fill_ids(connection, gateway, peer);
	if (!connection->ike_config.psk)
		connection->ike_config.psk = secret_dup(before->ike_config.psk);
	err = resource_check(KIND_VPN_CONNECTION, connection, fault);
	if (!err)
		err = vpn_connection_check_network(api, change, connection, gateway, peer, fault);
	if (!err)
		err = hold_ends(api, change, gateway, peer);
	return err;
}

/* Whether the connection asks for other routes than before. */
static bool has_other_routes(
	const struct vpn_connection *before, const struct vpn_connection *connection)
{
	static const char *const names[] = { "LocalSubnet", "RemoteSubnet", "AutoConfigRoute" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!field_equal(field_find(kind_info(KIND_VPN_CONNECTION)->fields, names[i]),
			    before, connection))
			return true;
	return false;
}

/* The connections beside it and the routes through it. */
static int follow(const struct api *api, const struct request *request, struct change *change,
	const struct vpn_connection *before, const struct vpn_connection *connection,
	json_t *answer, struct fault *fault)
{
	AUTO_SIBLINGS struct siblings siblings = {};
	int err = siblings_find(api, before, connection, &siblings);

	if (!err)
		err = siblings_follow(api, before, connection, &siblings, change, answer, fault);
	if (!err)
		err = siblings_check(before, connection, &siblings, fault);
	if (!err && has_other_routes(before, connection))
		err = automatic_routes_follow(api, request, connection, change, fault);
	return err;
}

static int modify_vpn_connection(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *before = NULL, *connection = NULL;
	int err = vpn_connection_unsupported(request, fault);

	if (!err)
		err = find_resource(
			api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &before, fault);
	if (err)
		return err;
	err = given_unchanged(request, KIND_VPN_CONNECTION, before,
		"create another connection and delete this one", fault);
	if (err)
		return err;
	connection = resource_dup(KIND_VPN_CONNECTION, before);
	err = apply_given(api, request, change, before, connection, fault);
	if (!err)
		err = follow(api, request, change, before, connection, answer, fault);
	if (err)
		return err;
	change->resource_id = xstrdup(connection->meta.id);
	change_replace(change, api, KIND_VPN_CONNECTION, before, connection);
	return vpn_connection_describe_modified(api, connection, answer);
}

static int delete_vpn_connection(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	int err = find_resource(
		api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &connection, fault);

	(void)answer;
	if (!err)
		err = guard_remove(api, change, connection->meta.id);
	if (!err)
		err = automatic_routes_remove(api, connection, change, fault);
	if (err)
		return err;
	change_delete(change, KIND_VPN_CONNECTION, connection);
	change->resource_id = xstrdup(connection->meta.id);
	return 0;
}

#define SETTINGS_PARAMETERS                                                                        \
	{ .name = "Name", .doc = "1 to 100 characters." },                                         \
		{ .name = "EffectImmediately",                                                     \
			.type = PARAM_BOOL,                                                        \
			.doc = "true: negotiate at once; false: with the first packet." },         \
		{ .name = "AutoConfigRoute",                                                       \
			.type = PARAM_BOOL,                                                        \
			.doc = "Policy routes for the protected data flows." },                    \
		{ .name = "EnableDpd", .type = PARAM_BOOL, .doc = "Dead peer detection, 30 s." },  \
		{ .name = "EnableNatTraversal", .type = PARAM_BOOL, .doc = "NAT traversal." },     \
		{ .name = "IkeConfig", .type = PARAM_JSON, .doc = "Phase 1." },                    \
		{ .name = "IpsecConfig", .type = PARAM_JSON, .doc = "Phase 2." },                  \
		{ .name = "HealthCheckConfig",                                                     \
			.type = PARAM_JSON,                                                        \
			.doc = "Probes through the tunnel: Enable, Dip, Sip, Interval, Retry, "    \
			       "Policy." },                                                        \
	{                                                                                          \
		.name = "BgpConfig", .type = PARAM_JSON,                                           \
		.doc = "Dynamic routing: EnableBgp, LocalAsn, TunnelCidr, LocalBgpIp."             \
	}

#define UNSUPPORTED_PARAMETERS                                                                     \
	{ .name = "EnableTunnelsBgp", .type = PARAM_BOOL, .doc = "Only false is supported." },     \
		{ .name = "RemoteCaCertificate", .doc = "Not supported: keys are pre-shared." },   \
	{                                                                                          \
		.name = "TunnelOptionsSpecification", .type = PARAM_LIST,                          \
		.doc = "Not supported: connections have one tunnel."                               \
	}

static const struct parameter create_parameters[] = {
	{ .name = "VpnGatewayId", .required = true, .doc = "VPN gateway." },
	{ .name = "CustomerGatewayId", .required = true, .doc = "Customer gateway." },
	{ .name = "LocalSubnet",
		.required = true,
		.doc = "CIDR blocks, with commas; 0.0.0.0/0 on both sides: destination routing." },
	{ .name = "RemoteSubnet",
		.required = true,
		.doc = "CIDR blocks, with commas; 0.0.0.0/0 on both sides: destination routing." },
	SETTINGS_PARAMETERS,
	UNSUPPORTED_PARAMETERS,
	{ .name = "Tags", .type = PARAM_TAGS, .max = 20, .doc = "Tags." },
	{},
};

static const struct parameter modify_parameters[] = {
	{ .name = "VpnConnectionId", .required = true, .doc = "The connection." },
	{ .name = "LocalSubnet",
		.doc = "CIDR blocks, with commas; 0.0.0.0/0 on both sides: destination routing." },
	{ .name = "RemoteSubnet",
		.doc = "CIDR blocks, with commas; 0.0.0.0/0 on both sides: destination routing." },
	SETTINGS_PARAMETERS,
	UNSUPPORTED_PARAMETERS,
	{},
};

static const struct parameter list_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpnConnectionId", .doc = "Only these connections, with commas." },
	{ .name = "VpnGatewayId", .doc = "Only connections of this gateway." },
	{ .name = "CustomerGatewayId", .doc = "Only connections to this customer gateway." },
	{ .name = "ResourceGroupId", .doc = "Only connections of this resource group." },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 20, .doc = "Only those with these tags." },
	{},
};

static const struct parameter one_parameters[] = {
	{ .name = "VpnConnectionId", .required = true, .doc = "The connection." },
	{},
};

const struct action vpn_connection_actions[] = {
	{ "CreateVpnConnection", API_VERSION_VPC, true, create_parameters, create_vpn_connection,
		"Creates an IPsec-VPN connection. Left out: ikev2, main, aes, md5, group2, 86400 s "
		"and a random pre-shared key." },
	{ "DescribeVpnConnection", API_VERSION_VPC, false, one_parameters, describe_vpn_connection,
		"Describes one connection." },
	{ "DescribeVpnConnections", API_VERSION_VPC, false, list_parameters,
		describe_vpn_connections, "Lists connections, oldest first." },
	{ "ModifyVpnConnectionAttribute", API_VERSION_VPC, true, modify_parameters,
		modify_vpn_connection,
		"Changes what was given, key by key also inside the JSON parameters. The gateway "
		"and the customer gateway stay. Connections with the same gateway, customer "
		"gateway "
		"and identities share IkeConfig, EnableDpd and EnableNatTraversal: those follow, "
		"and "
		"AlsoModified names them." },
	{ "DeleteVpnConnection", API_VERSION_VPC, true, one_parameters, delete_vpn_connection,
		"Deletes a connection and the routes that came with it. Refused while a route made "
		"by hand points to it, so that no route is left behind pointing to nothing." },
	{},
};
