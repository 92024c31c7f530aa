/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own actions: the LAN side of a VPC, and everything that is known about a connection.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/guard.h"
#include "api/actions/vpn_connection.h"
#include "base/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LAN_GUARD "lan-interfaces"
#define TUNNEL_PREFIX "vco"

static int refuse_address(struct fault *fault, const char *text, const char *rule)
{
	fault_set(fault, REASON_PARAMETER_INVALID, "IpAddress", text, rule,
		"write the gateway's address and the prefix length, such as 10.0.0.1/24");
	snprintf(fault->code, sizeof(fault->code), "InvalidIpAddress");
	return -EINVAL;
}

/* "10.0.0.1/24": an address of a host with the length of its subnet. */
static int read_address(const char *text, struct vpc *vpc, struct fault *fault)
{
	const char *slash = strchr(text, '/');
	AUTO_FREE char *address = xstrndup(text, slash ? (size_t)(slash - text) : strlen(text));
	struct field field = *field_find(kind_info(KIND_VPC)->fields, "LanAddress");
	struct prefix network;

	field.name = "IpAddress";
	if (!*address || field_set_text(&field, vpc, address, fault) < 0)
		return *address ? -EINVAL : refuse_address(fault, text, "has no address");
	if (!slash || parse_u32(slash + 1, 1, 30, &vpc->lan_prefix_len) < 0)
		return refuse_address(
			fault, text, "must be an IPv4 address and a prefix length from 1 to 30");
	network = (struct prefix){ vpc->lan_address, (uint8_t)vpc->lan_prefix_len };
	if (addr_equal(prefix_first(network), vpc->lan_address) ||
		addr_equal(prefix_last(network), vpc->lan_address))
		return refuse_address(
			fault, text, "must not be the network's first or last address");
	return 0;
}

/* The machine's loopback cannot be moved, and tunnel devices are the agent's own. */
static int check_name(const struct vpc *vpc, struct fault *fault)
{
	const char *name = vpc->lan_interface, *rule = NULL;
	uint32_t number;

	if (strcmp(name, "lo") == 0)
		rule = "must not be the loopback";
	if (strncmp(name, TUNNEL_PREFIX, strlen(TUNNEL_PREFIX)) == 0 &&
		parse_u32(name + strlen(TUNNEL_PREFIX), 0, UINT32_MAX, &number) == 0)
		rule = "must not have the name of a connection's tunnel device";
	if (!rule)
		return 0;
	fault_set(fault, REASON_PARAMETER_INVALID, "Interface", name, rule,
		"name a link of the gateway machine that leads to the VPC's hosts, such as eth1");
	snprintf(fault->code, sizeof(fault->code), "InvalidInterface");
	return -EINVAL;
}

/* A link can be in one place only. */
static int check_interface(const struct api *api, const struct vpc *vpc, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	int err = find_all(api, KIND_VPC, NULL, NULL, &found);

	for (size_t i = 0; !err && i < found.len; i++) {
		const struct vpc *other = found.items[i].resource;

		if (strcmp(other->meta.id, vpc->meta.id) != 0 &&
			strcmp(other->lan_interface, vpc->lan_interface) == 0)
			return fault_setf(fault, REASON_DEPENDENCY, "Interface", vpc->lan_interface,
				"detach it there with DetachVpcLan", "is the LAN side of %s",
				other->meta.id);
	}
	return err;
}

static void answer_lan(const struct vpc *vpc, json_t *answer)
{
	char address[ADDR_TEXT_SIZE];
	AUTO_FREE char *text = NULL;

	addr_format(vpc->lan_address, address);
	text = vpc->lan_address.v4 ? xasprintf("%s/%u", address, (unsigned int)vpc->lan_prefix_len)
				   : xstrdup("");
	answer_text(answer, "VpcId", vpc->meta.id);
	answer_text(answer, "Interface", vpc->lan_interface);
	answer_text(answer, "IpAddress", text);
}

static int attach_vpc_lan(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpc) struct vpc *before = NULL, *vpc = NULL;
	const struct field *field = field_find(kind_info(KIND_VPC)->fields, "Interface");
	int err = find_resource(api, request, KIND_VPC, "VpcId", &before, fault);

	if (err)
		return err;
	vpc = resource_dup(KIND_VPC, before);
	err = field_set_text(field, vpc, params_get(&request->params, "Interface"), fault);
	if (!err)
		err = check_name(vpc, fault);
	if (!err)
		err = read_address(params_get(&request->params, "IpAddress"), vpc, fault);
	if (!err)
		err = resource_check(KIND_VPC, vpc, fault);
	if (!err)
		err = guard_take(api, change, LAN_GUARD);
	if (!err)
		err = check_interface(api, vpc, fault);
	if (err)
		return err;
	if (*before->lan_interface && strcmp(before->lan_interface, vpc->lan_interface) != 0)
		return fault_setf(fault, REASON_DEPENDENCY, "VpcId", vpc->meta.id,
			"detach it with DetachVpcLan first", "has %s as its LAN side",
			before->lan_interface);
	change->resource_id = xstrdup(vpc->meta.id);
	change_replace(change, api, KIND_VPC, before, vpc);
	answer_lan(vpc, answer);
	return 0;
}

static int detach_vpc_lan(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	int err = find_resource(api, request, KIND_VPC, "VpcId", &vpc, fault);

	if (err)
		return err;
	change->resource_id = xstrdup(vpc->meta.id);
	if (*vpc->lan_interface) {
		free(vpc->lan_interface);
		vpc->lan_interface = xstrdup("");
		vpc->lan_address = (struct addr){};
		vpc->lan_prefix_len = 0;
		change_put(change, api, KIND_VPC, vpc);
	}
	answer_lan(vpc, answer);
	return 0;
}

static json_t *conditions(const struct status *status)
{
	json_t *list = json_array();

	for (int type = 0; type < CONDITION_COUNT; type++) {
		const struct condition *condition = &status->conditions[type];
		const char *text = condition->message && *condition->message
					   ? condition->message
					   : reason_text(condition->reason);

		if (condition->known)
			json_array_append_new(
				list, json_pack("{s:s, s:b, s:s, s:s, s:I}", "Type",
					      condition_name((enum condition_type)type), "Status",
					      condition->is_true, "Reason",
					      reason_code(condition->reason), "Message", text,
					      "Since", (json_int_t)condition->since_ms));
	}
	return list;
}

static void answer_conditions(const struct status *status, json_t *answer)
{
	json_object_set_new(
		answer, "Conditions", json_pack("{s:o}", "Condition", conditions(status)));
}

static int describe_vpc_lan(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	const struct status *status;
	int err = find_resource(api, request, KIND_VPC, "VpcId", &vpc, fault);

	(void)change;
	if (!err)
		err = status_get(api, KIND_VPC, vpc->meta.id, &status);
	if (err)
		return err;
	answer_lan(vpc, answer);
	answer_text(answer, "State", status_state(status, vpc->meta.revision));
	answer_conditions(status, answer);
	return 0;
}

static void answer_negotiated(const struct negotiated *negotiated, json_t *answer)
{
	char address[ADDR_TEXT_SIZE] = "";

	if (negotiated->peer_address.v4)
		addr_format(negotiated->peer_address, address);
	json_object_set_new(answer, "Negotiated",
		json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:i}", "IkeProposal",
			negotiated->ike_proposal ? negotiated->ike_proposal : "", "EspProposal",
			negotiated->esp_proposal ? negotiated->esp_proposal : "", "LocalSelectors",
			negotiated->local_selectors ? negotiated->local_selectors : "",
			"RemoteSelectors",
			negotiated->remote_selectors ? negotiated->remote_selectors : "",
			"Initiator", negotiated->is_initiator, "NatDetected",
			negotiated->nat_detected, "PeerAddress", address, "PeerPort",
			(int)negotiated->peer_port));
}

/* What the data plane counted, as the agent stored it; an empty object when there is nothing. */
static int answer_counters(const struct api *api, const char *id, json_t *answer)
{
	AUTO_FREE char *key = xasprintf("counter/vpn-connection/%s", id);
	struct store_entry entry = {};
	json_t *counters = NULL;
	int err = store_get(api->store, key, &entry);

	if (!err)
		counters = json_loads(entry.value, JSON_REJECT_DUPLICATES, NULL);
	store_entry_clear(&entry);
	json_object_set_new(answer, "Counters", counters ? counters : json_object());
	return err == -ENOENT ? 0 : err;
}

static int describe_detail(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	const struct status *status;
	int err = find_resource(
		api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &connection, fault);

	(void)change;
	if (!err)
		err = answer_counters(api, connection->meta.id, answer);
	if (!err)
		err = status_get(api, KIND_VPN_CONNECTION, connection->meta.id, &status);
	if (err)
		return err;
	answer_text(answer, "VpnConnectionId", connection->meta.id);
	answer_text(answer, "State", status_state(status, connection->meta.revision));
	answer_text(answer, "Status", status_negotiation(status));
	answer_bool(answer, "Enabled", !connection->disabled);
	json_object_set_new(
		answer, "Revision", json_integer((json_int_t)connection->meta.revision));
	json_object_set_new(
		answer, "AppliedRevision", json_integer((json_int_t)status->applied_revision));
	answer_conditions(status, answer);
	answer_negotiated(&status->negotiated, answer);
	return 0;
}

static const struct parameter attach_parameters[] = {
	{ .name = "VpcId", .required = true, .doc = "The VPC." },
	{ .name = "Interface", .required = true, .doc = "Link of the gateway machine." },
	{ .name = "IpAddress",
		.required = true,
		.doc = "Address of the gateway on it, with the prefix length: 10.0.0.1/24." },
	{},
};

static const struct parameter vpc_parameters[] = {
	{ .name = "VpcId", .required = true, .doc = "The VPC." },
	{},
};

static const struct parameter connection_parameters[] = {
	{ .name = "VpnConnectionId", .required = true, .doc = "The connection." },
	{},
};

const struct action extension_actions[] = {
	{ "AttachVpcLan", API_VERSION_VPNGW, true, attach_parameters, attach_vpc_lan,
		"Makes a link of the gateway machine the LAN side of a VPC: it moves into the "
		"VPC's "
		"network namespace." },
	{ "DetachVpcLan", API_VERSION_VPNGW, true, vpc_parameters, detach_vpc_lan,
		"Gives the link back to the machine. Nothing happens when there is none." },
	{ "DescribeVpcLan", API_VERSION_VPNGW, false, vpc_parameters, describe_vpc_lan,
		"Shows the LAN side of a VPC." },
	{ "DescribeVpnConnectionDetail", API_VERSION_VPNGW, false, connection_parameters,
		describe_detail,
		"Why a connection is up or not: conditions, negotiated values, counters." },
	{},
};
