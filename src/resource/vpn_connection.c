/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an IPsec-VPN connection is made of: the mission's encryption, BGP and health-check settings
 * with the API's defaults, and the rules between them. Rules that take other resources (peers,
 * siblings) are the action's.
 */
#include "resource/fields.h"
#include "resource/kinds.h"
#include "resource/selectors.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define LIFETIME_MAX 86400 /* seconds */

static const char *const ike_versions[] = { "ikev1", "ikev2", NULL };
static const char *const ike_modes[] = { "main", "aggressive", NULL };
static const char *const encryptions[] = { "aes", "aes192", "aes256", "des", "3des", "aes128gcm",
	"aes256gcm", "chacha20", NULL };
/* The index is enum authentication: "" is none, which only IPsec has, beside an AEAD cipher. */
static const char *const authentications[] = { "", "md5", "sha1", "sha256", "sha384", "sha512",
	NULL };
/* Phase 1 always has a group; the index is enum dh_group all the same. */
static const char *const ike_groups[] = { "", "group1", "group2", "group5", "group14", NULL };
static const char *const ipsec_groups[] = { "disabled", "group1", "group2", "group5", "group14",
	NULL };
static const char *const policies[] = { "revoke_route", "reserve_route", NULL };

static int check_tunnel_cidr(const struct field *field, const char *text, struct fault *fault)
{
	static const char *const reserved[] = { "169.254.0.0/30", "169.254.1.0/30",
		"169.254.2.0/30", "169.254.3.0/30", "169.254.4.0/30", "169.254.5.0/30",
		"169.254.169.252/30" };
	struct prefix block, range;

	if (prefix_parse(text, &block) < 0 || prefix_parse("169.254.0.0/16", &range) < 0)
		return 0;
	if (block.len != 30 || !prefix_contains(range, block))
		return field_refuse(field, fault, text, "must be a /30 inside 169.254.0.0/16",
			"use one such as 169.254.10.0/30");
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (strcmp(reserved[i], text) == 0)
			return field_refuse(field, fault, text, "is a reserved block",
				"use one such as 169.254.10.0/30");
	return 0;
}

static const struct field ike_fields[] = {
	SECRET(struct ike_config, psk, "Psk", .flags = FIELD_ZERO_DEFAULT, .min = 1, .max = 100,
		.check = rule_psk,
		.doc = "Pre-shared key: 1 to 100 digits, letters and "
		       "~`!@#$%^&*()_-+={}[]\\|;:',.<>/?; 16 random letters and digits when left "
		       "out."),
	ENUM(struct ike_config, ike_version, "IkeVersion", .values = ike_versions,
		.default_text = "ikev2", .doc = "Version of IKE."),
	ENUM(struct ike_config, ike_mode, "IkeMode", .values = ike_modes, .default_text = "main",
		.doc = "Negotiation mode of IKEv1; IKEv2 has no modes, the value is kept."),
	ENUM(struct ike_config, ike_enc_alg, "IkeEncAlg", .values = encryptions,
		.default_text = "aes",
		.doc = "Encryption of phase 1; aes has a 128-bit key. Extension: aes128gcm, "
		       "aes256gcm "
		       "and chacha20, with ikev2."),
	ENUM(struct ike_config, ike_auth_alg, "IkeAuthAlg", .values = authentications,
		.default_text = "md5",
		.doc = "Authentication of phase 1, also the PRF; the PRF alone with aes128gcm, "
		       "aes256gcm and chacha20."),
	ENUM(struct ike_config, ike_pfs, "IkePfs", .values = ike_groups, .default_text = "group2",
		.doc = "Diffie-Hellman group of phase 1."),
	U32(struct ike_config, ike_lifetime, "IkeLifetime", .flags = FIELD_ZERO_DEFAULT,
		.max = LIFETIME_MAX, .default_text = "86400",
		.doc = "Lifetime of the IKE SA in seconds; 0 is the default."),
	STRING(struct ike_config, local_id, "LocalId", .min = 1, .max = 100, .check = rule_identity,
		.doc = "Our identity, IP address or FQDN; the VPN gateway's IP address when left "
		       "out."),
	STRING(struct ike_config, remote_id, "RemoteId", .min = 1, .max = 100,
		.check = rule_identity,
		.doc = "The peer's identity; the customer gateway's IP address when left out."),
	{},
};

static const struct field ipsec_fields[] = {
	ENUM(struct ipsec_config, ipsec_enc_alg, "IpsecEncAlg", .values = encryptions,
		.default_text = "aes",
		.doc = "Encryption of phase 2; aes has a 128-bit key. Extension: aes128gcm, "
		       "aes256gcm "
		       "and, with ikev2, chacha20; these have no IpsecAuthAlg."),
	ENUM(struct ipsec_config, ipsec_auth_alg, "IpsecAuthAlg", .values = authentications,
		.flags = FIELD_NULLABLE, .default_text = "md5",
		.doc = "Authentication of phase 2; must be left out with aes128gcm, aes256gcm and "
		       "chacha20."),
	ENUM(struct ipsec_config, ipsec_pfs, "IpsecPfs", .values = ipsec_groups,
		.default_text = "group2",
		.doc = "Diffie-Hellman group of each renegotiation; disabled means no PFS."),
	U32(struct ipsec_config, ipsec_lifetime, "IpsecLifetime", .flags = FIELD_ZERO_DEFAULT,
		.max = LIFETIME_MAX, .default_text = "86400",
		.doc = "Lifetime of the IPsec SA in seconds; 0 is the default."),
	{},
};

static const struct field health_fields[] = {
	BOOL(struct health_check_config, enable, "Enable", .flags = FIELD_AS_TEXT,
		.default_text = "false", .doc = "Probe the data centre through the tunnel."),
	ADDR(struct health_check_config, dip, "Dip", .flags = FIELD_NULLABLE,
		.check = rule_host_address,
		.doc = "Address in the data centre that answers ICMP echo."),
	ADDR(struct health_check_config, sip, "Sip", .flags = FIELD_NULLABLE,
		.check = rule_host_address, .doc = "Source address, of the VPC."),
	U32(struct health_check_config, interval, "Interval", .flags = FIELD_ZERO_DEFAULT,
		.max = 3600, .default_text = "3", .doc = "Seconds between probes."),
	U32(struct health_check_config, retry, "Retry", .flags = FIELD_ZERO_DEFAULT, .max = 100,
		.default_text = "3", .doc = "Probes without answer until it failed."),
	ENUM(struct health_check_config, policy, "Policy", .values = policies,
		.default_text = "revoke_route", .doc = "What a failure does to its routes."),
	{},
};

static const struct field bgp_fields[] = {
	BOOL(struct bgp_config, enable_bgp, "EnableBgp", .flags = FIELD_AS_TEXT,
		.default_text = "false", .doc = "Learn and advertise routes."),
	ASN(struct bgp_config, local_asn, "LocalAsn", .default_text = "45104",
		.doc = "Our AS number, also as two parts a.b; a private one is advised."),
	PREFIX(struct bgp_config, tunnel_cidr, "TunnelCidr", .flags = FIELD_NULLABLE,
		.check = check_tunnel_cidr, .doc = "A /30 inside 169.254.0.0/16."),
	ADDR(struct bgp_config, local_bgp_ip, "LocalBgpIp", .flags = FIELD_NULLABLE,
		.doc = "Our address inside that block."),
	{},
};

static const struct field vpn_connection_fields[] = {
	META_ID(struct vpn_connection, "VpnConnectionId"),
	STRING(struct vpn_connection, meta.name, "Name", NAME_RULE(100),
		.doc = "Name of the connection."),
	STRING(struct vpn_connection, meta.description, "Description",
		.flags = FIELD_INTERNAL | FIELD_HIDDEN, DESCRIPTION_RULE(100),
		.doc = "Not settable through the API."),
	META_REST(struct vpn_connection, FIELD_HIDDEN, 0),
	STRING(struct vpn_connection, vpn_gateway_id, "VpnGatewayId",
		.flags = FIELD_REQUIRED | FIELD_IMMUTABLE, .min = 1, .max = 128, .check = rule_id,
		.doc = "VPN gateway it runs on."),
	STRING(struct vpn_connection, customer_gateway_id, "CustomerGatewayId",
		.flags = FIELD_REQUIRED | FIELD_IMMUTABLE, .min = 1, .max = 128, .check = rule_id,
		.doc = "Customer gateway it leads to."),
	PREFIXES(struct vpn_connection, local_subnet, "LocalSubnet", .flags = FIELD_REQUIRED,
		.max = 10, .reason = REASON_LOCAL_SUBNET,
		.doc = "CIDR blocks of the VPC side, with commas. 0.0.0.0/0 on both sides is "
		       "destination routing, anything else protected data flows."),
	PREFIXES(struct vpn_connection, remote_subnet, "RemoteSubnet", .flags = FIELD_REQUIRED,
		.max = 10, .reason = REASON_REMOTE_SUBNET,
		.doc = "CIDR blocks of the data-centre side, with commas."),
	BOOL(struct vpn_connection, effect_immediately, "EffectImmediately",
		.default_text = "false", .doc = "Negotiate at once; else when traffic appears."),
	BOOL(struct vpn_connection, auto_config_route, "AutoConfigRoute", .flags = FIELD_HIDDEN,
		.default_text = "true", .doc = "Add routes for protected data flows."),
	BOOL(struct vpn_connection, enable_dpd, "EnableDpd", .default_text = "true",
		.doc = "Dead peer detection, 30 s."),
	BOOL(struct vpn_connection, enable_nat_traversal, "EnableNatTraversal",
		.default_text = "true",
		.doc = "Find NAT devices on the path and work through them."),
	OBJECT(struct vpn_connection, ike_config, struct ike_config, "IkeConfig",
		.object = ike_fields, .doc = "Phase 1."),
	OBJECT(struct vpn_connection, ipsec_config, struct ipsec_config, "IpsecConfig",
		.object = ipsec_fields, .doc = "Phase 2."),
	OBJECT(struct vpn_connection, health_check_config, struct health_check_config,
		"HealthCheckConfig", .answer_name = "VcoHealthCheck", .object = health_fields,
		.doc = "Probes through the tunnel."),
	OBJECT(struct vpn_connection, bgp_config, struct bgp_config, "BgpConfig",
		.answer_name = "VpnBgpConfig", .object = bgp_fields, .doc = "Dynamic routing."),
	U32(struct vpn_connection, number, "Number",
		.flags = FIELD_INTERNAL | FIELD_HIDDEN | FIELD_REQUIRED, .min = 1,
		.max = UINT32_MAX, .doc = "Names the tunnel's interface."),
	BOOL(struct vpn_connection, disabled, "Disabled", .flags = FIELD_INTERNAL | FIELD_HIDDEN,
		.default_text = "false", .doc = "Kept, but not negotiated."),
	U32(struct vpn_connection, resets, "Resets", .flags = FIELD_INTERNAL | FIELD_HIDDEN,
		.max = UINT32_MAX, .default_text = "0", .doc = "How often it was reset."),
	{},
};

bool vpn_connection_is_destination_mode(const struct vpn_connection *connection)
{
	return connection->local_subnet.len == 1 && connection->remote_subnet.len == 1 &&
	       connection->local_subnet.items[0].len == 0 &&
	       connection->remote_subnet.items[0].len == 0;
}

struct addr vpn_connection_peer_bgp_ip(const struct vpn_connection *connection)
{
	struct addr local = connection->bgp_config.local_bgp_ip;

	/* Of a /30 the usable ones end in 01 and 10. */
	return (struct addr){ local.v4 ? local.v4 ^ htonl(3) : 0 };
}

static int check_versions(const struct vpn_connection *connection, struct fault *fault)
{
	static const char rule[] = "must be a single CIDR block with ikev1";
	static const char remedy[] = "set IkeConfig.IkeVersion to ikev2";

	if (connection->ike_config.ike_version == IKE_V2)
		return 0;
	if (connection->local_subnet.len > 1)
		return fault_set(fault, REASON_LOCAL_SUBNET, "LocalSubnet", NULL, rule, remedy);
	if (connection->remote_subnet.len > 1)
		return fault_set(fault, REASON_REMOTE_SUBNET, "RemoteSubnet", NULL, rule, remedy);
	return 0;
}

/* RFC 5282: AEAD in IKE needs version 2; RFC 4106 has GCM for both, RFC 7634 only for version 2. */
static int check_aead(const struct vpn_connection *connection, struct fault *fault)
{
	const struct ike_config *ike = &connection->ike_config;
	const struct ipsec_config *ipsec = &connection->ipsec_config;

	if (ike->ike_version == IKE_V1 && encryption_is_aead(ike->ike_enc_alg))
		return fault_set(fault, REASON_PARAMETER_INVALID, "IkeConfig.IkeEncAlg",
			encryptions[ike->ike_enc_alg], "is not defined for ikev1",
			"set IkeConfig.IkeVersion to ikev2, or use aes256");
	if (ike->ike_version == IKE_V1 && ipsec->ipsec_enc_alg == ENC_CHACHA20)
		return fault_set(fault, REASON_PARAMETER_INVALID, "IpsecConfig.IpsecEncAlg",
			encryptions[ipsec->ipsec_enc_alg], "is not defined for ikev1",
			"set IkeConfig.IkeVersion to ikev2, or use aes256gcm");
	if (encryption_is_aead(ipsec->ipsec_enc_alg) && ipsec->ipsec_auth_alg != AUTH_NONE)
		return fault_setf(fault, REASON_PARAMETER_INVALID, "IpsecConfig.IpsecAuthAlg",
			authentications[ipsec->ipsec_auth_alg], "leave IpsecAuthAlg out",
			"must be left out with IpsecEncAlg %s, which authenticates by itself",
			encryptions[ipsec->ipsec_enc_alg]);
	return 0;
}

static int check_bgp(const struct bgp_config *bgp, struct fault *fault)
{
	char block[PREFIX_TEXT_SIZE], address[ADDR_TEXT_SIZE], remedy[64];
	uint32_t host = ntohl(bgp->local_bgp_ip.v4) & 3;
	struct addr usable = { bgp->tunnel_cidr.addr.v4 | htonl(1) };

	if (bgp->enable_bgp && !bgp->tunnel_cidr.len)
		return fault_set(fault, REASON_PARAMETER_INVALID, "BgpConfig.TunnelCidr", NULL,
			"must be given when BGP is on", "use one such as 169.254.10.0/30");
	if (bgp->enable_bgp && !bgp->local_bgp_ip.v4)
		return fault_set(fault, REASON_PARAMETER_INVALID, "BgpConfig.LocalBgpIp", NULL,
			"must be given when BGP is on", "use an address of TunnelCidr");
	if (!bgp->local_bgp_ip.v4 || !bgp->tunnel_cidr.len)
		return 0;
	if (prefix_has(bgp->tunnel_cidr, bgp->local_bgp_ip) && host != 0 && host != 3)
		return 0;
	addr_format(usable, address);
	snprintf(remedy, sizeof(remedy), "use %s", address);
	addr_format(bgp->local_bgp_ip, address);
	prefix_format(bgp->tunnel_cidr, block);
	return fault_setf(fault, REASON_PARAMETER_INVALID, "BgpConfig.LocalBgpIp", address, remedy,
		"must be one of the two usable addresses of TunnelCidr %s", block);
}

static bool is_among(const struct prefixes *blocks, struct addr addr)
{
	for (size_t i = 0; i < blocks->len; i++)
		if (prefix_has(blocks->items[i], addr))
			return true;
	return false;
}

/* In protected-data-flows mode nothing else passes. */
static int check_bgp_passes(const struct vpn_connection *connection, struct fault *fault)
{
	struct addr local = connection->bgp_config.local_bgp_ip;
	struct addr peer = vpn_connection_peer_bgp_ip(connection);
	char local_text[ADDR_TEXT_SIZE], peer_text[ADDR_TEXT_SIZE], remedy[120];

	if (!connection->bgp_config.enable_bgp || vpn_connection_is_destination_mode(connection) ||
		(is_among(&connection->local_subnet, local) &&
			is_among(&connection->remote_subnet, peer)))
		return 0;
	addr_format(local, local_text);
	addr_format(peer, peer_text);
	snprintf(remedy, sizeof(remedy),
		"add %s/32 to LocalSubnet and %s/32 to RemoteSubnet, or set both to 0.0.0.0/0",
		local_text, peer_text);
	return fault_setf(fault, REASON_PARAMETER_INVALID, "BgpConfig.EnableBgp", "true", remedy,
		"needs both addresses of TunnelCidr among the protected networks: %s in "
		"LocalSubnet, %s in RemoteSubnet",
		local_text, peer_text);
}

static int check_health(const struct health_check_config *health, struct fault *fault)
{
	if (health->enable && !health->dip.v4)
		return fault_set(fault, REASON_PARAMETER_INVALID, "HealthCheckConfig.Dip", NULL,
			"must be given when the health check is on",
			"give an address of the data centre that answers ping");
	if (health->enable && !health->sip.v4)
		return fault_set(fault, REASON_PARAMETER_INVALID, "HealthCheckConfig.Sip", NULL,
			"must be given when the health check is on", "give an address of the VPC");
	if (health->dip.v4 && addr_equal(health->dip, health->sip))
		return fault_set(fault, REASON_PARAMETER_INVALID, "HealthCheckConfig.Sip", NULL,
			"must differ from Dip", "give an address of the VPC");
	return 0;
}

static int check(const void *resource, struct fault *fault)
{
	const struct vpn_connection *connection = resource;
	int err = check_versions(connection, fault);

	if (!err)
		err = check_aead(connection, fault);
	if (!err && !vpn_connection_is_destination_mode(connection))
		err = selectors_check(connection, fault);
	if (!err)
		err = check_bgp(&connection->bgp_config, fault);
	if (!err)
		err = check_bgp_passes(connection, fault);
	if (!err)
		err = check_health(&connection->health_check_config, fault);
	return err;
}

const struct kind_info vpn_connection_kind = {
	.kind = KIND_VPN_CONNECTION,
	.name = "vpn-connection",
	.id_prefix = "vco-",
	.size = sizeof(struct vpn_connection),
	.fields = vpn_connection_fields,
	.check = check,
};
