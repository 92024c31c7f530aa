/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world out of short documents, for tests of what stands on it. Documents lack what has a default
 * and hold no secret, so no vault is needed.
 */
#pragma once

#include "reconcile/world.h"

/* key: "<kind>/<id>"; text: the document with ' for ", the id left out. */
static inline void world_put(struct world *world, const char *key, const char *text)
{
	AUTO_FREE char *plain = xstrdup(text);
	const char *slash = strchr(key, '/');
	AUTO_FREE char *name = xstrndup(key, (size_t)(slash - key));
	struct fault fault = { 0 };
	json_t *document;

	for (char *at = plain; *at; at++)
		if (*at == '\'')
			*at = '"';
	document = json_loads(plain, 0, NULL);
	assert_non_null(document);
	json_object_set_new(document, kind_find(name)->fields[0].name, json_string(slash + 1));
	if (world_set(world, key, document, 1, &fault) < 0) {
		char message[512];

		fault_message(&fault, message, sizeof(message));
		fail_msg("%s: %s", key, message);
	}
	json_decref(document);
}

static inline void world_drop(struct world *world, const char *key)
{
	struct fault fault = { 0 };

	assert_int_equal(world_set(world, key, NULL, 2, &fault), 0);
}

/* One VPC with a gateway, two connections and two routes, one of them published. */
static inline struct world *world_sample(void)
{
	struct world *world = world_new(NULL);

	world_put(world, "vpc/vpc-a",
		"{'Number':1,'CidrBlock':'10.0.0.0/16','Interface':'lan0',"
		"'LanAddress':'10.0.0.1','LanPrefixLength':24}");
	world_put(world, "vpc/vpc-b", "{'Number':2,'CidrBlock':'10.1.0.0/16'}");
	world_put(world, "vpn-gateway/vpn-a",
		"{'VpcId':'vpc-a','Number':3,'Bandwidth':5,'LocalIp':'192.0.2.1'}");
	world_put(world, "vpn-connection/vco-a",
		"{'VpnGatewayId':'vpn-a','CustomerGatewayId':'cgw-a','Number':7,"
		"'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0'}");
	world_put(world, "vpn-connection/vco-b",
		"{'VpnGatewayId':'vpn-a','CustomerGatewayId':'cgw-b','Number':8,"
		"'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0'}");
	world_put(world, "vpn-route-entry/vpn-a.vco-a.10.9.0.0-16",
		"{'VpnGatewayId':'vpn-a','NextHop':'vco-a','RouteDest':'10.9.0.0/16',"
		"'Weight':100,'PublishVpc':true}");
	world_put(world, "vpn-route-entry/vpn-a.vco-b.10.9.0.0-16",
		"{'VpnGatewayId':'vpn-a','NextHop':'vco-b','RouteDest':'10.9.0.0/16',"
		"'Weight':0,'PublishVpc':false}");
	return world;
}
