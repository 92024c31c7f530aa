/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which connections share phase 1, what that asks of them, and how they follow an edit. Knows which
 * settings are phase 1, not what they mean.
 */
#include "api/actions/vpn_connection_siblings.h"

#include "api/actions/find.h"
#include "resource/selectors.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What charon keeps per IKE connection. */
static const char *const phase1[] = { "IkeConfig", "EnableDpd", "EnableNatTraversal", NULL };

static const struct field *connection_field(const char *name)
{
	return field_find(kind_info(KIND_VPN_CONNECTION)->fields, name);
}

static bool is_phase1_equal(const struct vpn_connection *a, const struct vpn_connection *b)
{
	for (const char *const *name = phase1; *name; name++)
		if (!field_equal(connection_field(*name), a, b))
			return false;
	return true;
}

static bool has_same_ids(const struct vpn_connection *a, const struct vpn_connection *b)
{
	return strcmp(a->ike_config.local_id, b->ike_config.local_id) == 0 &&
	       strcmp(a->ike_config.remote_id, b->ike_config.remote_id) == 0;
}

static bool shares_phase1(const struct vpn_connection *a, const struct vpn_connection *b)
{
	return has_same_ids(a, b) && !vpn_connection_is_destination_mode(a) &&
	       !vpn_connection_is_destination_mode(b);
}

static bool is_sibling(const struct vpn_connection *a, const struct vpn_connection *b)
{
	return strcmp(a->meta.id, b->meta.id) != 0 &&
	       strcmp(a->vpn_gateway_id, b->vpn_gateway_id) == 0 &&
	       strcmp(a->customer_gateway_id, b->customer_gateway_id) == 0;
}

/* What leaves for destination mode takes its phase 1 along. */
static bool follows(const struct vpn_connection *other, const struct vpn_connection *before,
	const struct vpn_connection *connection)
{
	return before && shares_phase1(before, other) &&
	       !vpn_connection_is_destination_mode(connection);
}

int siblings_find(const struct api *api, const struct vpn_connection *before,
	const struct vpn_connection *connection, struct siblings *ret)
{
	AUTO_FOUND struct found found = {};
	int err = find_all(api, KIND_VPN_CONNECTION, NULL, connection->customer_gateway_id, &found);

	ret->items = xcalloc(found.len + 1, sizeof(*ret->items));
	for (size_t i = 0; i < found.len && !err; i++) {
		void *opened;

		if (!is_sibling(found.items[i].resource, connection))
			continue;
		err = found_open(api, &found, i, &opened);
		if (err)
			break;
		ret->items[ret->len].connection = opened;
		ret->items[ret->len].is_member = follows(opened, before, connection);
		ret->len++;
	}
	return err;
}

/* A member may not stand what is right for the one that was edited (several blocks with ikev1). */
static int check_member(const struct vpn_connection *member, struct fault *fault)
{
	struct fault inner = {};

	if (resource_check(KIND_VPN_CONNECTION, member, &inner) == 0)
		return 0;
	*fault = inner;
	return fault_setf(fault, inner.reason, "IkeConfig", NULL, inner.remedy,
		"is also that of %s, whose %.60s %.150s", member->meta.id, inner.field, inner.rule);
}

int siblings_follow(const struct api *api, const struct vpn_connection *before,
	const struct vpn_connection *connection, struct siblings *siblings, struct change *change,
	json_t *answer, struct fault *fault)
{
	json_auto_t *ids = json_array();
	int err = 0;

	if (is_phase1_equal(before, connection))
		return 0;
	for (size_t i = 0; i < siblings->len && !err; i++) {
		struct vpn_connection *member = siblings->items[i].connection;

		if (!siblings->items[i].is_member)
			continue;
		for (const char *const *name = phase1; *name; name++)
			field_copy(connection_field(*name), member, connection);
		err = check_member(member, fault);
		change_put(change, api, KIND_VPN_CONNECTION, member);
		json_array_append_new(ids, json_string(member->meta.id));
	}
	if (!err && json_array_size(ids))
		json_object_set_new(
			answer, "AlsoModified", json_pack("{s:O}", "VpnConnectionId", ids));
	return err;
}

static int refuse_alone(const struct vpn_connection *connection, const struct vpn_connection *other,
	struct fault *fault)
{
	const struct ike_config *ike = &connection->ike_config;
	const char *rule = vpn_connection_is_destination_mode(other)
				   ? "with LocalSubnet and RemoteSubnet 0.0.0.0/0"
				   : "for networks that 0.0.0.0/0 covers";

	return fault_setf(fault, REASON_VPN_CONNECTION_EXISTS, "IkeConfig.RemoteId", ike->remote_id,
		"choose another LocalId or RemoteId, or modify that connection",
		"together with LocalId %.60s is used by %s %s", ike->local_id, other->meta.id,
		rule);
}

/* code: as a single field's refusal has it. The value is shown where it is no secret. */
static int refuse_field(const struct field *field, const char *parent, const void *base,
	const void *other_base, const struct vpn_connection *other, struct fault *fault)
{
	AUTO_FREE char *value = field_to_text(field, base);
	AUTO_FREE char *wanted = field_to_text(field, other_base);
	AUTO_FREE char *remedy =
		*wanted ? xasprintf("use %s, or another LocalId or RemoteId", wanted)
			: xstrdup("give the same, or another LocalId or RemoteId");

	(void)fault_setf(fault, REASON_PARAMETER_INVALID, field->name, value, remedy,
		"must be that of %s, which has the same peer and identities and therefore the same "
		"phase 1",
		other->meta.id);
	snprintf(fault->code, sizeof(fault->code), "Invalid%.50s", field->name);
	if (parent)
		fault_nest(fault, parent);
	return -EINVAL;
}

static int check_phase1(const struct vpn_connection *connection, const struct vpn_connection *other,
	struct fault *fault)
{
	const struct field *field = connection_field("IkeConfig")->object;

	for (; field->name; field++)
		if (!field_equal(field, &connection->ike_config, &other->ike_config))
			return refuse_field(field, "IkeConfig", &connection->ike_config,
				&other->ike_config, other, fault);
	for (const char *const *name = phase1; *name; name++) {
		field = connection_field(*name);
		if (!field_equal(field, connection, other))
			return refuse_field(field, NULL, connection, other, other, fault);
	}
	return 0;
}

static int refuse_pair(const struct selector_pair *pair, const struct selector_pair *taken,
	const struct vpn_connection *other, struct fault *fault)
{
	char local[PREFIX_TEXT_SIZE], remote[PREFIX_TEXT_SIZE];
	char taken_local[PREFIX_TEXT_SIZE], taken_remote[PREFIX_TEXT_SIZE];

	prefix_format(pair->local, local);
	prefix_format(pair->remote, remote);
	prefix_format(taken->local, taken_local);
	prefix_format(taken->remote, taken_remote);
	return fault_setf(fault, REASON_REMOTE_SUBNET, "RemoteSubnet", remote,
		"give other networks, or another customer gateway for a standby connection",
		"together with LocalSubnet %s overlaps %s to %s of %s, which has the same peer",
		local, taken_local, taken_remote, other->meta.id);
}

/* Of one peer and pair of identities. */
static int check_same_ids(const struct vpn_connection *connection,
	const struct vpn_connection *other, struct fault *fault)
{
	struct selector_pair pair, taken;
	int err;

	if (!shares_phase1(connection, other))
		return refuse_alone(connection, other, fault);
	err = check_phase1(connection, other, fault);
	if (!err && selectors_overlap(connection, other, &pair, &taken))
		err = refuse_pair(&pair, &taken, other, fault);
	return err;
}

/* Standing by for each other is for two customer gateways: two ways, not one twice. */
static int check_pairs(const struct vpn_connection *connection, const struct vpn_connection *other,
	struct fault *fault)
{
	struct selector_pair pair;

	if (vpn_connection_is_destination_mode(connection) ||
		!selectors_share(connection, other, &pair))
		return 0;
	return refuse_pair(&pair, &pair, other, fault);
}

static bool finds_psk_by_address(const struct vpn_connection *connection)
{
	return connection->ike_config.ike_version == IKE_V1 &&
	       connection->ike_config.ike_mode == IKE_MAIN;
}

/*
 * In main mode the identities are encrypted with a key made from the pre-shared key, so that this
 * one can only be found by the peer's address (RFC 2409, 5.4): it is one for all of a peer's.
 */
static int check_psk(const struct vpn_connection *connection, const struct vpn_connection *other,
	struct fault *fault)
{
	if (!finds_psk_by_address(connection) || !finds_psk_by_address(other) ||
		secret_equal(connection->ike_config.psk, other->ike_config.psk))
		return 0;
	fault_setf(fault, REASON_PARAMETER_INVALID, "IkeConfig.Psk", NULL,
		"give the same key, or use ikev2 or aggressive mode",
		"must be that of %s, which leads to the same peer: ikev1 in main mode finds the "
		"key "
		"by the peer's address only",
		other->meta.id);
	snprintf(fault->code, sizeof(fault->code), "InvalidPsk");
	return -EINVAL;
}

/* A key that several connections share must be changed one connection after the other. */
static bool is_free_to_change_key(const struct vpn_connection *before)
{
	return before && finds_psk_by_address(before);
}

static int check_two(const struct vpn_connection *before, const struct vpn_connection *connection,
	const struct vpn_connection *other, struct fault *fault)
{
	int err;

	if (has_same_ids(connection, other))
		return check_same_ids(connection, other, fault);
	err = check_pairs(connection, other, fault);
	if (!err && !is_free_to_change_key(before))
		err = check_psk(connection, other, fault);
	return err;
}

int siblings_check(const struct vpn_connection *before, const struct vpn_connection *connection,
	const struct siblings *siblings, struct fault *fault)
{
	const struct sibling *items = siblings->items;
	int err = 0;

	for (size_t i = 0; i < siblings->len && !err; i++)
		err = check_two(before, connection, items[i].connection, fault);
	for (size_t i = 0; i < siblings->len; i++)
		for (size_t j = 0; j < siblings->len && !err; j++)
			if (items[i].is_member && !items[j].is_member)
				err = check_two(
					before, items[i].connection, items[j].connection, fault);
	return err;
}

void siblings_clear(struct siblings *siblings)
{
	for (size_t i = 0; i < siblings->len; i++)
		resource_free(KIND_VPN_CONNECTION, siblings->items[i].connection);
	free(siblings->items);
	*siblings = (struct siblings){};
}
