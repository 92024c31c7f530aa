/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VPC whose two connections speak BGP; the peer of the first one has a key. Opened by a vault of
 * its own, because keys are sealed in documents.
 */
#pragma once

#include "support/temp_dir.h"
#include "unit/reconcile/documents.h"

#include "resource/vault.h"

struct sample {
	char *dir;
	struct vault *vault;
	struct world *world;
};

#define SAMPLE_KEY "k!#$&'()*key\\"

static inline void sample_set(struct sample *sample, enum kind kind, void *resource)
{
	AUTO_FREE char *key =
		xasprintf("%s/%s", kind_info(kind)->name, ((struct resource *)resource)->id);
	json_t *document = resource_encode(kind, resource, sample->vault);
	struct fault fault = { 0 };

	if (world_set(sample->world, key, document, 1, &fault) < 0)
		fail_msg("%s: %s %s", key, fault.field, fault.rule);
	json_decref(document);
	resource_free(kind, resource);
}

static inline void sample_peer(struct sample *sample, const char *id, uint32_t asn, const char *key)
{
	struct customer_gateway *peer = resource_new(KIND_CUSTOMER_GATEWAY);

	resource_set_defaults(KIND_CUSTOMER_GATEWAY, peer);
	free(peer->meta.id);
	peer->meta.id = xstrdup(id);
	assert_int_equal(addr_parse("203.0.113.9", &peer->ip_address), 0);
	peer->asn = asn;
	if (key)
		peer->auth_key = secret_new(key, strlen(key));
	sample_set(sample, KIND_CUSTOMER_GATEWAY, peer);
}

/* more: further fields of BgpConfig, such as ",'LocalAsn':4200000001". */
static inline void sample_session(
	struct sample *sample, const char *id, uint32_t number, const char *more)
{
	AUTO_FREE char *key = xasprintf("vpn-connection/%s", id);
	AUTO_FREE char *text =
		xasprintf("{'VpnGatewayId':'vpn-a','CustomerGatewayId':'cgw-%s','Number':%u,"
			  "'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0',"
			  "'BgpConfig':{'EnableBgp':true,'TunnelCidr':'169.254.%u.0/30',"
			  "'LocalBgpIp':'169.254.%u.1'%s}}",
			id + strlen("vco-"), number, 10 + number, 10 + number, more);

	world_put(sample->world, key, text);
}

static inline void sample_init(struct sample *sample)
{
	AUTO_FREE char *path = NULL;

	sample->dir = temp_dir_new();
	path = xasprintf("%s/key", sample->dir);
	assert_int_equal(vault_open(path, true, &sample->vault), 0);
	sample->world = world_new(sample->vault);
	world_put(sample->world, "vpc/vpc-a", "{'Number':1,'CidrBlock':'10.0.0.0/16'}");
	world_put(sample->world, "vpc/vpc-b", "{'Number':2,'CidrBlock':'10.1.0.0/16'}");
	world_put(sample->world, "vswitch/vsw-a",
		"{'VpcId':'vpc-a','ZoneId':'z','CidrBlock':'10.0.1.0/24'}");
	world_put(sample->world, "vswitch/vsw-b",
		"{'VpcId':'vpc-b','ZoneId':'z','CidrBlock':'10.1.1.0/24'}");
	world_put(sample->world, "vpn-gateway/vpn-a",
		"{'VpcId':'vpc-a','Number':3,'Bandwidth':5,'InternetIp':'198.51.100.9','LocalIp':'"
		"192.0.2.1'}");
	world_put(sample->world, "vpn-gateway/vpn-b",
		"{'VpcId':'vpc-b','Number':4,'Bandwidth':5,'InternetIp':'198.51.100.8','LocalIp':'"
		"192.0.2.2'}");
	sample_peer(sample, "cgw-a", 65001, SAMPLE_KEY);
	sample_peer(sample, "cgw-b", 4200000002U, NULL);
	sample_session(sample, "vco-a", 7, "");
	sample_session(sample, "vco-b", 8, ",'LocalAsn':64512");
}

static inline void sample_done(struct sample *sample)
{
	world_free(sample->world);
	vault_free(sample->vault);
	temp_dir_free(sample->dir);
}

static inline const struct vpn_connection *sample_connection(
	const struct sample *sample, const char *id)
{
	return world_get(sample->world, KIND_VPN_CONNECTION, id);
}
