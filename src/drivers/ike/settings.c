/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes load-conn and load-shared. Everything charon would otherwise choose itself and that was
 * measured to go wrong is said: times, uniqueness, actions, MOBIKE (docs/decisions).
 */
#include "drivers/ike/settings.h"

#include "base/strbuf.h"

#include <string.h>

/* A dead peer is found 30 s after its last sign of life. IKEv2 ignores the timeout: there the
   retransmits of charon's own configuration fill the other 20 s. */
#define DPD_DELAY "10s"
#define DPD_TIMEOUT "30s"
#define REPLAY_WINDOW 2048
/* Below it there would be no room for a rekeying before the end. */
#define LIFE_MIN 4
#define MARGIN_MIN 30

static const char *const encryptions[] = {
	[ENC_AES] = "aes128",
	[ENC_AES192] = "aes192",
	[ENC_AES256] = "aes256",
	[ENC_DES] = "des",
	[ENC_3DES] = "3des",
	[ENC_AES128GCM] = "aes128gcm16",
	[ENC_AES256GCM] = "aes256gcm16",
	[ENC_CHACHA20] = "chacha20poly1305",
};
static const char *const authentications[] = {
	[AUTH_MD5] = "md5",
	[AUTH_SHA1] = "sha1",
	[AUTH_SHA256] = "sha256",
	[AUTH_SHA384] = "sha384",
	[AUTH_SHA512] = "sha512",
};
static const char *const groups[] = {
	[PFS_DISABLED] = NULL,
	[PFS_GROUP1] = "modp768",
	[PFS_GROUP2] = "modp1024",
	[PFS_GROUP5] = "modp1536",
	[PFS_GROUP14] = "modp2048",
};

struct ike_times ike_times_of(uint32_t lifetime)
{
	uint32_t life = lifetime < LIFE_MIN ? LIFE_MIN : lifetime;
	/* A tenth: both sides of an IKEv1 pair reauthenticating in the same window lose the
	   CHILD_SA, so they are spread over at least that much. */
	uint32_t margin = life / 10;

	/* A rekeying that loses a message, sent again after 5 s, must still be over before the end,
	   in a lifetime of 20 s too. */
	if (margin < MARGIN_MIN)
		margin = life * 2 / 5 < MARGIN_MIN ? life * 2 / 5 : MARGIN_MIN;

	return (struct ike_times){
		.life = life,
		.rekey = life - margin,
		.over = margin,
		.rand = life / 10 ? life / 10 : 1,
	};
}

/* Beside an AEAD cipher an authentication algorithm is the PRF, and in ESP there is none. */
char *ike_proposal_text(int encryption, int authentication, int group)
{
	const char *group_text = groups[group], *prefix = "";

	if (authentication != AUTH_NONE)
		prefix = encryption_is_aead(encryption) ? "-prf" : "-";
	return xasprintf("%s%s%s%s%s", encryptions[encryption], prefix,
		authentication == AUTH_NONE ? "" : authentications[authentication],
		group_text ? "-" : "", group_text ? group_text : "");
}

char *ike_identity_text(const char *id, struct addr otherwise)
{
	struct addr addr;

	if (!id || !*id) {
		char text[ADDR_TEXT_SIZE];

		addr_format(otherwise, text);
		return xstrdup(text);
	}
	if (addr_parse(id, &addr) == 0)
		return xstrdup(id);
	/* Without a prefix charon would guess: "*" any identity, "C=..." a distinguished name. */
	if (id[0] == '@')
		return xasprintf("fqdn:%s", id + 1);
	return xasprintf("%s:%s", strchr(id, '@') ? "rfc822" : "fqdn", id);
}

static char *local_identity(const struct ike_settings *settings)
{
	return ike_identity_text(
		settings->connection->ike_config.local_id, settings->gateway->internet_ip);
}

static char *remote_identity(const struct ike_settings *settings)
{
	return ike_identity_text(
		settings->connection->ike_config.remote_id, settings->customer_gateway->ip_address);
}

static void list_of_one(struct vici_message *ret, const char *name, const char *text)
{
	vici_list_start(ret, name);
	vici_list_item(ret, text);
	vici_list_end(ret);
}

static void address(struct vici_message *ret, const char *name, struct addr addr)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(addr, text);
	list_of_one(ret, name, text);
}

static void seconds(struct vici_message *ret, const char *name, uint32_t value)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%us", value);
	vici_value(ret, name, text);
}

static void selectors(struct vici_message *ret, const char *name, const struct prefixes *prefixes)
{
	if (prefixes->len == 0) {
		list_of_one(ret, name, "0.0.0.0/0");
		return;
	}
	vici_list_start(ret, name);
	for (size_t i = 0; i < prefixes->len; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(prefixes->items[i], text);
		vici_list_item(ret, text);
	}
	vici_list_end(ret);
}

static void auth(struct vici_message *ret, const char *name, const char *id)
{
	vici_section_start(ret, name);
	vici_value(ret, "auth", "psk");
	vici_value(ret, "id", id);
	vici_section_end(ret);
}

static void child(struct vici_message *ret, const struct ike_settings *settings)
{
	const struct vpn_connection *connection = settings->connection;
	const struct ipsec_config *ipsec = &connection->ipsec_config;
	struct ike_times times = ike_times_of(ipsec->ipsec_lifetime);
	AUTO_FREE char *plain =
		ike_proposal_text(ipsec->ipsec_enc_alg, ipsec->ipsec_auth_alg, ipsec->ipsec_pfs);
	/* IKEv2 takes 64-bit sequence numbers from a peer that insists and asks for none: some
	   peers refuse them. */
	AUTO_FREE char *proposal = xasprintf(
		"%s%s", plain, connection->ike_config.ike_version == IKE_V2 ? "-noesn-esn" : "");

	vici_section_start(ret, connection->meta.id);
	list_of_one(ret, "esp_proposals", proposal);
	selectors(ret, "local_ts", &connection->local_subnet);
	selectors(ret, "remote_ts", &connection->remote_subnet);
	vici_value(ret, "mode", "tunnel");
	seconds(ret, "life_time", times.life);
	seconds(ret, "rekey_time", times.rekey);
	seconds(ret, "rand_time", times.rand);
	vici_value_u32(ret, "replay_window", REPLAY_WINDOW);
	/* The agent initiates: with start_action charon tears SAs down on every reload. */
	vici_value(ret, "start_action", "none");
	vici_value(ret, "close_action", "none");
	vici_value(ret, "dpd_action", "clear");
	/* Said of the child alone: what the connection says may not differ between its children. */
	vici_value_u32(ret, "if_id_in", connection->number);
	vici_value_u32(ret, "if_id_out", connection->number);
	vici_section_end(ret);
}

static void ike_lifetime(struct vici_message *ret, const struct ike_config *ike)
{
	struct ike_times times = ike_times_of(ike->ike_lifetime);
	bool is_v2 = ike->ike_version == IKE_V2;

	/* IKEv1 knows no rekeying of phase 1, it authenticates again. */
	seconds(ret, "rekey_time", is_v2 ? times.rekey : 0);
	seconds(ret, "reauth_time", is_v2 ? 0 : times.rekey);
	seconds(ret, "over_time", times.over);
	seconds(ret, "rand_time", times.rand);
}

void ike_load_conn(
	const char *name, const struct ike_settings *members, size_t len, struct vici_message *ret)
{
	const struct ike_settings *settings = &members[0];
	const struct vpn_connection *connection = settings->connection;
	const struct ike_config *ike = &connection->ike_config;
	bool is_v2 = ike->ike_version == IKE_V2;
	AUTO_FREE char *proposal =
		ike_proposal_text(ike->ike_enc_alg, ike->ike_auth_alg, ike->ike_pfs);
	AUTO_FREE char *local_id = local_identity(settings);
	AUTO_FREE char *remote_id = remote_identity(settings);

	vici_section_start(ret, name);
	vici_value(ret, "version", is_v2 ? "2" : "1");
	if (!is_v2)
		vici_value(ret, "aggressive", ike->ike_mode == IKE_AGGRESSIVE ? "yes" : "no");
	address(ret, "local_addrs", settings->gateway->local_ip);
	address(ret, "remote_addrs", settings->customer_gateway->ip_address);
	list_of_one(ret, "proposals", proposal);
	/* MOBIKE moves to port 4500 without need and tells the peer every local address. */
	vici_value(ret, "mobike", "no");
	/* charon makes the peer believe in a NAT device. */
	vici_value(ret, "encap",
		settings->gateway->udp_encapsulation && connection->enable_nat_traversal ? "yes"
											 : "no");
	vici_value(ret, "fragmentation", "yes");
	vici_value(ret, "send_certreq", "no");
	vici_value(ret, "send_cert", "never");
	/* The agent tries again itself, with its own delays. */
	vici_value(ret, "keyingtries", "1");
	/* Replacing makes collisions of IKEv1 reauthentication worse (measured). */
	vici_value(ret, "unique", is_v2 ? "replace" : "no");
	vici_value(ret, "dpd_delay", connection->enable_dpd ? DPD_DELAY : "0s");
	if (!is_v2 && connection->enable_dpd)
		vici_value(ret, "dpd_timeout", DPD_TIMEOUT);
	ike_lifetime(ret, ike);
	auth(ret, "local", local_id);
	auth(ret, "remote", remote_id);
	vici_section_start(ret, "children");
	for (size_t i = 0; i < len; i++)
		child(ret, &members[i]);
	vici_section_end(ret);
	vici_section_end(ret);
}

void ike_load_shared(
	const struct ike_settings *settings, const char *key_id, struct vici_message *ret)
{
	const struct secret *psk = settings->connection->ike_config.psk;
	AUTO_FREE char *local_id = local_identity(settings);
	AUTO_FREE char *remote_id = remote_identity(settings);

	vici_value(ret, "id", key_id);
	vici_value(ret, "type", "IKE");
	vici_value_bytes(ret, "data", psk ? psk->bytes : NULL, psk ? psk->size : 0);
	vici_list_start(ret, "owners");
	vici_list_item(ret, local_id);
	vici_list_item(ret, remote_id);
	vici_list_end(ret);
}
