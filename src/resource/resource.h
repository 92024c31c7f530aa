/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nouns of the gateway as values. Words, enum texts and field names are the cloud API's; every
 * string is owned by its struct and freed by resource_clear(). Ids: "vpc-", "vsw-", "vpn-", "cgw-",
 * "vco-" and 17 lower-case alphanumerics.
 */
#pragma once

#include "base/addr.h"
#include "base/secret.h"
#include "resource/field.h"

#include <jansson.h>

struct vault;

enum kind {
	KIND_VPC,
	KIND_VSWITCH,
	KIND_VPN_GATEWAY,
	KIND_CUSTOMER_GATEWAY,
	KIND_VPN_CONNECTION,
	KIND_VPN_ROUTE_ENTRY,
	KIND_VPN_PBR_ROUTE_ENTRY,
	KIND_ACCESS_KEY,
	KIND_COUNT,
};

struct kind_info {
	enum kind kind;
	const char *name;      /* in keys and logs: "vpn-connection" */
	const char *id_prefix; /* "vco-" */
	size_t size;           /* of its struct */
	const struct field *fields;
	/* Rules between the fields of one resource. 0 or a fault. */
	int (*check)(const void *resource, struct fault *fault);
};

const struct kind_info *kind_info(enum kind kind);
/* By name ("vpn-connection"); NULL when there is none. */
const struct kind_info *kind_find(const char *name);

struct prefixes {
	struct prefix *items;
	size_t len;
};
struct tag {
	char *key, *value; /* value may be "" */
};
struct tags {
	struct tag *items;
	size_t len;
};

/* What every kind starts with. */
struct resource {
	char *id;
	char *name;
	char *description;
	char *region_id;
	char *resource_group_id;
	uint64_t create_time_ms; /* wall clock */
	struct tags tags;
	uint64_t revision; /* of the stored document it was read from; 0 = never stored; not a field
			    */
};

/* An isolated IPv4 routing domain. lan_*: our extension, what its LAN side is attached to. */
struct vpc {
	struct resource meta;
	struct prefix cidr_block;
	struct prefixes user_cidrs;
	char *router_id;      /* vrt-... */
	char *route_table_id; /* vtb-... */
	uint32_t number;      /* small integer, unique among VPCs; names the namespace's links */
	char *lan_interface;  /* link of the gateway machine to be moved into the VPC; "" = none */
	struct addr lan_address; /* of the gateway on that link */
	uint32_t lan_prefix_len;
};

struct vswitch {
	struct resource meta;
	char *vpc_id;
	char *zone_id;
	struct prefix cidr_block;
};

enum vpn_network_type { NETWORK_PUBLIC, NETWORK_PRIVATE };
enum vpn_charge_type { CHARGE_POSTPAY, CHARGE_PREPAY };

struct vpn_gateway {
	struct resource meta;
	char *vpc_id;
	char *vswitch_id;
	struct addr internet_ip; /* the tunnel's public end, out of the pool */
	struct addr local_ip;    /* the same, or this machine's address behind 1:1 NAT */
	uint32_t bandwidth;      /* Mbit/s */
	uint32_t number;         /* small integer, unique among gateways; names its route tables */
	int network_type;        /* enum vpn_network_type */
	int charge_type;         /* enum vpn_charge_type */
	uint32_t period;         /* months, 0 with POSTPAY */
	bool enable_ipsec, enable_ssl;
	uint32_t ssl_connections;
	bool auto_propagate;
	bool udp_encapsulation; /* our extension: forced wherever the peer can */
};

struct customer_gateway {
	struct resource meta;
	struct addr ip_address;
	uint32_t asn;            /* 0 = not given */
	struct secret *auth_key; /* BGP; NULL = none */
};

enum ike_version { IKE_V1, IKE_V2 };
enum ike_mode { IKE_MAIN, IKE_AGGRESSIVE };
enum encryption {
	ENC_AES,
	ENC_AES192,
	ENC_AES256,
	ENC_DES,
	ENC_3DES,
	/* AEAD, our extension */
	ENC_AES128GCM,
	ENC_AES256GCM,
	ENC_CHACHA20
};
/* Authenticates by itself: in IKE the authentication algorithm is the PRF alone, in IPsec there is
 * none. */
static inline bool encryption_is_aead(int encryption)
{
	return encryption >= ENC_AES128GCM;
}
enum authentication { AUTH_NONE, AUTH_MD5, AUTH_SHA1, AUTH_SHA256, AUTH_SHA384, AUTH_SHA512 };
/* PFS_DISABLED is legal in IpsecConfig only. */
enum dh_group { PFS_DISABLED, PFS_GROUP1, PFS_GROUP2, PFS_GROUP5, PFS_GROUP14 };

struct ike_config {
	int ike_version, ike_mode, ike_enc_alg, ike_auth_alg, ike_pfs;
	uint32_t ike_lifetime; /* seconds; 0 is stored as the default */
	char *local_id, *remote_id;
	struct secret *psk;
};

struct ipsec_config {
	int ipsec_enc_alg, ipsec_auth_alg, ipsec_pfs;
	uint32_t ipsec_lifetime; /* seconds */
};

enum health_check_policy { POLICY_REVOKE_ROUTE, POLICY_RESERVE_ROUTE };

struct health_check_config {
	bool enable;
	struct addr dip, sip; /* 0 = not given */
	uint32_t interval;    /* seconds */
	uint32_t retry;
	int policy; /* enum health_check_policy */
};

struct bgp_config {
	bool enable_bgp;
	uint32_t local_asn;
	struct prefix tunnel_cidr; /* /30; len 0 = not given */
	struct addr local_bgp_ip;  /* 0 = not given */
};

/* LocalSubnet = RemoteSubnet = 0.0.0.0/0 is destination routing, anything else protected data
 * flows. */
struct vpn_connection {
	struct resource meta;
	char *vpn_gateway_id;
	char *customer_gateway_id;
	struct prefixes local_subnet, remote_subnet;
	bool effect_immediately;
	bool auto_config_route;
	bool enable_dpd;
	bool enable_nat_traversal;
	struct ike_config ike_config;
	struct ipsec_config ipsec_config;
	struct health_check_config health_check_config;
	struct bgp_config bgp_config;
	uint32_t number; /* unique among connections and never reused soon: if_id and link name */
	bool disabled;   /* our extension: it is kept, but negotiated by neither side */
	uint32_t
		resets; /* how often its SAs were to be made anew; another number, another tunnel */
};

bool vpn_connection_is_destination_mode(const struct vpn_connection *connection);
/* The other usable address of TunnelCidr, the peer's; 0 when LocalBgpIp is not given. */
struct addr vpn_connection_peer_bgp_ip(const struct vpn_connection *connection);

/* A destination-based route; its id is "<gateway>.<next hop>.<destination with - for />". */
struct vpn_route_entry {
	struct resource meta;
	char *vpn_gateway_id;
	char *next_hop; /* vco-... */
	struct prefix route_dest;
	uint32_t weight; /* 100 active, 0 standby */
	bool publish_vpc;
};

/* That id; an own string. */
char *vpn_route_entry_id(
	const char *vpn_gateway_id, const char *next_hop, struct prefix route_dest);

/* A policy-based route: by source and destination, before all destination-based ones; its id is
 * "<gateway>.<next hop>.<source>.<destination>", each with - for /. */
struct vpn_pbr_route_entry {
	struct resource meta;
	char *vpn_gateway_id;
	char *next_hop; /* vco-... */
	struct prefix route_source, route_dest;
	uint32_t weight;   /* 100 active, 0 standby */
	uint32_t priority; /* 1 to 100, the lowest first */
	bool publish_vpc;
	bool is_automatic; /* made of a connection's protected data flows (AutoConfigRoute) */
};

/* That id; an own string. */
char *vpn_pbr_route_entry_id(const char *vpn_gateway_id, const char *next_hop,
	struct prefix route_source, struct prefix route_dest);

/* Whose signature opens the API. */
struct access_key {
	struct resource meta; /* id = AccessKeyId */
	struct secret *secret;
	char *policy; /* resource/policy.h */
	bool enabled;
};

/* Storage for any kind: resource_new() gives zeroed memory of the kind's size. */
void *resource_new(enum kind kind);
void resource_clear(enum kind kind, void *resource);
void resource_free(enum kind kind, void *resource); /* NULL is fine */
void *resource_dup(enum kind kind, const void *resource);
/* Defaults of the table into every field that has one; strings and secrets are allocated. */
void resource_set_defaults(enum kind kind, void *resource);
/* The same values (not: the same revision)? */
bool resource_equal(enum kind kind, const void *a, const void *b);
/* Single-resource rules: every field's and the kind's. 0 or -EINVAL with the fault. */
MUST_CHECK int resource_check(enum kind kind, const void *resource, struct fault *fault);

/*
 * Stored documents. The vault seals FIELD_SECRETs, bound to kind, id and field, so that a sealed
 * value cannot be moved to another place. Decoding refuses unknown, ill-typed and illegal fields;
 * fields a document lacks get their defaults, no string is NULL afterwards. ret_resource is not
 * read and written only on success.
 */
json_t *resource_encode(enum kind kind, const void *resource, const struct vault *vault);
MUST_CHECK int resource_decode(enum kind kind, const json_t *document, const struct vault *vault,
	void *ret_resource, struct fault *fault);
/* Only the sealed secrets of a document, or NULL when it has none. The caller's. */
json_t *resource_sealed(enum kind kind, const json_t *document);
/* Opens what resource_sealed() kept into the resource of that document, decoded without a vault. */
MUST_CHECK int resource_unseal(enum kind kind, const json_t *sealed, const struct vault *vault,
	void *resource, struct fault *fault);

#define RESOURCE_ID_SIZE 32
/* A fresh id with the kind's prefix. ret: at least RESOURCE_ID_SIZE bytes. */
void resource_make_id(const char *prefix, char *ret);
