/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway's routes that users make: destination-based and policy-based ones. The API knows a
 * route by a tuple of its fields and all of its values by name, so that both tables are one thing
 * here: what differs between them is a struct route_table, the rest follows from the kind's fields
 * and the action's parameters. Functions return 0, or -EINVAL with the fault, or a store error.
 */
#pragma once

#include "api/action.h"
#include "api/actions/quota.h"

struct route_table {
	enum kind kind;
	enum quota quota;
	const char *const *tuple; /* fields that tell its routes apart, of a gateway and next hop */
	const char *const *shown; /* fields in lists */
	char *(*make_id)(const void *entry); /* an own string */
	const char *weight_action;           /* changes a weight */
	const char *list_action;
};

extern const struct route_table destination_routes, policy_routes;

/* An entry of either table. */
struct route {
	const struct route_table *table;
	void *entry; /* the struct of the table's kind; owned */
};

void route_clear(struct route *route);
#define AUTO_ROUTE CLEANUP(route_clear)

/* Row of a field that every route has. */
const struct field *route_field(const struct route_table *table, const char *name);
/* "published" or "normal". */
const char *route_state(const struct route_table *table, const void *entry);
/* The fields of a list, and State. */
void route_answer(const struct route_table *table, const void *entry, json_t *answer);

/* A parameter into the field of its name. */
MUST_CHECK int route_take(const struct request *request, const struct route *route,
	const char *name, struct fault *fault);
/* The connection in NextHop; it must be one of this gateway. */
MUST_CHECK int route_find_next_hop(const struct api *api, const struct request *request,
	const struct vpn_gateway *gateway, struct vpn_connection **ret, struct fault *fault);
/* Refuses when the route's tuple is taken. */
MUST_CHECK int route_check_new(
	const struct api *api, const struct route *route, struct fault *fault);
/* The route of VpnGatewayId, NextHop and the table's tuple. ret must be empty. */
MUST_CHECK int route_find(const struct api *api, const struct request *request,
	const struct route_table *table, struct route *ret, struct fault *fault);
/* Values that are given must be the route's: the cloud counts them into the identity. */
MUST_CHECK int route_check_given(
	const struct request *request, const struct route *route, struct fault *fault);

/* The actions, for a table. */
MUST_CHECK int route_create(const struct api *api, const struct request *request,
	const struct route_table *table, struct change *change, json_t *answer,
	struct fault *fault);
/* Every parameter "New<field>" into its field; at least one must be given. */
MUST_CHECK int route_modify(const struct api *api, const struct request *request,
	const struct route_table *table, struct change *change, struct fault *fault);
MUST_CHECK int route_delete(const struct api *api, const struct request *request,
	const struct route_table *table, struct change *change, struct fault *fault);
/* PublishVpnRouteEntry, for both. */
int vpn_route_publish(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault);
extern const struct parameter vpn_route_publish_parameters[];

#define ROUTE_TUPLE_PARAMETERS                                                                     \
	{ .name = "VpnGatewayId", .required = true, .doc = "The gateway." },                       \
		{ .name = "NextHop", .required = true, .doc = "Connection of the gateway." },      \
	{                                                                                          \
		.name = "RouteDest", .required = true, .doc = "Destination."                       \
	}
#define ROUTE_WEIGHT_PARAMETER                                                                     \
	{                                                                                          \
		.name = "Weight", .required = true, .doc = "100 (active) or 0 (standby)."          \
	}
#define ROUTE_OVERLAY_PARAMETER                                                                    \
	{                                                                                          \
		.name = "OverlayMode", .doc = "Only Ipsec exists."                                 \
	}
#define ROUTE_CREATE_PARAMETERS                                                                    \
	{ .name = "PublishVpc",                                                                    \
		.type = PARAM_BOOL,                                                                \
		.required = true,                                                                  \
		.doc = "Also for packets that come from the VPC." },                               \
	{                                                                                          \
		.name = "Description", .doc = "1 to 100 characters."                               \
	}
