/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting against the configuration. One row per quota says what is counted and which key raises
 * it.
 */
#include "api/actions/quota.h"

#include "api/actions/find.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const struct row {
	enum kind kind;
	enum reason reason;
	size_t offset;     /* of the limit in struct config_quotas; 0 there: no limit */
	const char *key;   /* of the configuration */
	const char *field; /* parameter that names the scope; "": the account */
	const char *scope; /* field of the kind that is compared with it; NULL: none */
	bool is_below;     /* the scope starts the ids of what is counted */
	const char *noun;
} rows[] = {
#define LIMIT(member) offsetof(struct config_quotas, member), #member
	[QUOTA_VPN_GATEWAYS] = { KIND_VPN_GATEWAY, REASON_QUOTA_FULL, LIMIT(vpn_gateways), "", NULL,
		false, "VPN gateways" },
	[QUOTA_CUSTOMER_GATEWAYS] = { KIND_CUSTOMER_GATEWAY, REASON_QUOTA_FULL,
		LIMIT(customer_gateways_per_region), "RegionId", "RegionId", false,
		"customer gateways" },
	[QUOTA_VPN_CONNECTIONS] = { KIND_VPN_CONNECTION, REASON_QUOTA_FULL,
		LIMIT(vpn_connections_per_gateway), "VpnGatewayId", "VpnGatewayId", false,
		"connections" },
	[QUOTA_ROUTE_ENTRIES] = { KIND_VPN_ROUTE_ENTRY, REASON_QUOTA_FULL,
		LIMIT(route_entries_per_gateway), "VpnGatewayId", NULL, true,
		"destination-based routes" },
	[QUOTA_PBR_ROUTE_ENTRIES] = { KIND_VPN_PBR_ROUTE_ENTRY, REASON_QUOTA_FULL,
		LIMIT(pbr_route_entries_per_gateway), "VpnGatewayId", NULL, true,
		"policy-based routes" },
	[QUOTA_AUTOMATIC_ROUTE_ENTRIES] = { KIND_VPN_PBR_ROUTE_ENTRY, REASON_POLICY_ROUTE_QUOTA,
		LIMIT(pbr_route_entries_per_gateway), "VpnGatewayId", NULL, true,
		"policy-based routes" },
#undef LIMIT
};

/* At least as many as count: exact, unless a field of the resources has to be looked at. */
static uint64_t count_near(const struct api *api, const struct row *row, const char *scope)
{
	AUTO_FREE char *below = row->is_below ? xasprintf("%s.", scope) : NULL;

	return snapshot_near(api->snapshot, row->kind, below, row->scope ? scope : NULL).len +
	       snapshot_unreadable(api->snapshot, row->kind).len;
}

static int count_of_scope(
	const struct api *api, const struct row *row, const char *scope, uint64_t *ret)
{
	AUTO_FOUND struct found found = {};
	int err = find_owned(api, row->kind, row->scope, scope, &found);

	*ret = found.len;
	return err;
}

int quota_check(
	const struct api *api, enum quota quota, const char *scope, int more, struct fault *fault)
{
	const struct row *row = &rows[quota];
	AUTO_FREE char *remedy =
		xasprintf("delete some, or raise %s in [quotas] of vpngw.conf", row->key);
	uint32_t max;
	uint64_t now;
	int err = 0;

	memcpy(&max, (const char *)&api->config->quotas + row->offset, sizeof(max));
	if (!max || more <= 0)
		return 0;
	now = count_near(api, row, scope);
	if (row->scope && now + (unsigned int)more > max)
		err = count_of_scope(api, row, scope, &now);
	if (err || now + (unsigned int)more <= max)
		return err;
	return fault_setf(fault, row->reason, *row->field ? row->field : NULL, scope, remedy,
		"%shas %" PRIu64 " %s and would get %d more; at most %" PRIu32 " are allowed",
		*row->field ? "" : "the account ", now, row->noun, more, max);
}
