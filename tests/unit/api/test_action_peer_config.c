/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/peer: what each format says, to the letter where another program reads it; texts of users
 * stay texts; what a format cannot say is refused; the key shows only where it may.
 */
#include "support/unit.h"

#include "api/peer/peer.h"

struct sample {
	struct vpn_connection *connections[2];
	struct peer_view views[2];
	struct peer_config config;
};

static void set(struct vpn_connection *connection, const char *name, const char *text)
{
	struct fault fault = {};

	if (field_set_text(field_find(kind_info(KIND_VPN_CONNECTION)->fields, name), connection,
		    text, &fault) < 0)
		fail_msg("%s: %s", name, fault.rule);
}

static struct vpn_connection *make_connection(const char *id, uint32_t number)
{
	struct vpn_connection *connection = resource_new(KIND_VPN_CONNECTION);

	resource_set_defaults(KIND_VPN_CONNECTION, connection);
	free(connection->meta.id);
	connection->meta.id = xstrdup(id);
	connection->meta.revision = 7;
	connection->number = number;
	set(connection, "LocalSubnet", "192.168.0.0/24");
	set(connection, "RemoteSubnet", "10.1.0.0/16");
	set(connection, "IkeConfig",
		"{\"Psk\":\"key\",\"IkeAuthAlg\":\"sha1\",\"LocalId\":\"198.51.100.1\","
		"\"RemoteId\":\"203.0.113.10\",\"IkePfs\":\"group14\",\"IkeLifetime\":7200}");
	set(connection, "IpsecConfig",
		"{\"IpsecAuthAlg\":\"sha256\",\"IpsecPfs\":\"group5\",\"IpsecLifetime\":3600}");
	return connection;
}

static void view_init(struct peer_view *view, const struct vpn_connection *connection)
{
	*view = (struct peer_view){ .connection = *connection, .peer_asn = 45104 };
	assert_int_equal(addr_parse("198.51.100.1", &view->local), 0);
	assert_int_equal(addr_parse("203.0.113.10", &view->remote), 0);
	assert_int_equal(addr_parse("169.254.10.1", &view->peer_bgp_ip), 0);
	view->routes = view->connection.remote_subnet;
}

static void sample_init(struct sample *sample)
{
	*sample = (struct sample){ .config = { .len = 1, .shows_psk = true } };
	sample->connections[0] = make_connection("vco-a", 3);
	sample->connections[1] = make_connection("vco-b", 4);
	sample->config.views = sample->views;
}

static void sample_done(struct sample *sample)
{
	for (size_t i = 0; i < ARRAY_LEN(sample->connections); i++)
		resource_free(KIND_VPN_CONNECTION, sample->connections[i]);
}

static const struct peer_format *format_of(const char *name)
{
	const struct peer_format *format = peer_formats;

	while (format->name && strcmp(format->name, name) != 0)
		format++;
	assert_non_null(format->name);
	return format;
}

/* An own string. */
static char *render(struct sample *sample, const char *format)
{
	struct strbuf out = STRBUF_INIT(PEER_CONFIG_MAX);
	struct fault fault = {};

	for (size_t i = 0; i < sample->config.len; i++)
		view_init(&sample->views[i], sample->connections[i]);
	if (format_of(format)->render(&sample->config, &out, &fault) < 0)
		fail_msg("%s: %s %s", format, fault.field, fault.rule);
	return strbuf_take(&out);
}

static void refuse(struct sample *sample, const char *format, const char *field)
{
	AUTO_STRBUF struct strbuf out = STRBUF_INIT(PEER_CONFIG_MAX);
	struct fault fault = {};

	for (size_t i = 0; i < sample->config.len; i++)
		view_init(&sample->views[i], sample->connections[i]);
	assert_true(format_of(format)->render(&sample->config, &out, &fault) < 0);
	assert_string_equal(fault.field, field);
	assert_true(*fault.remedy);
}

static void has(struct sample *sample, const char *format, const char *part)
{
	AUTO_FREE char *text = render(sample, format);

	if (!strstr(text, part))
		fail_msg("%s lacks %s:\n%s", format, part, text);
}

static void has_not(struct sample *sample, const char *format, const char *part)
{
	AUTO_FREE char *text = render(sample, format);

	if (strstr(text, part))
		fail_msg("%s has %s:\n%s", format, part, text);
}

static void swanctl_to_the_letter(void **state)
{
	struct sample sample;
	AUTO_FREE char *text = NULL;

	(void)state;
	sample_init(&sample);
	text = render(&sample, "swanctl-policy");
	assert_string_equal(strstr(text, "connections {"),
		"connections {\n"
		"\tvco-a {\n"
		"\t\tversion = 2\n"
		"\t\tremote_addrs = 203.0.113.10\n"
		"\t\tproposals = aes128-sha1-modp2048\n"
		"\t\trekey_time = 5760s\n"
		"\t\tover_time = 1440s\n"
		"\t\trand_time = 720s\n"
		"\t\tmobike = no\n"
		"\t\tencap = no\n"
		"\t\tsend_cert = never\n"
		"\t\tdpd_delay = 10s\n"
		"\t\tlocal {\n"
		"\t\t\tauth = psk\n"
		"\t\t\tid = \"198.51.100.1\"\n"
		"\t\t}\n"
		"\t\tremote {\n"
		"\t\t\tauth = psk\n"
		"\t\t\tid = \"203.0.113.10\"\n"
		"\t\t}\n"
		"\t\tchildren {\n"
		"\t\t\tvco-a {\n"
		"\t\t\t\tlocal_ts = 192.168.0.0/24\n"
		"\t\t\t\tremote_ts = 10.1.0.0/16\n"
		"\t\t\t\tesp_proposals = aes128-sha256-modp1536\n"
		"\t\t\t\tmode = tunnel\n"
		"\t\t\t\tlife_time = 3600s\n"
		"\t\t\t\trekey_time = 2880s\n"
		"\t\t\t\trand_time = 360s\n"
		"\t\t\t\tstart_action = trap\n"
		"\t\t\t\tdpd_action = trap\n"
		"\t\t\t}\n"
		"\t\t}\n"
		"\t}\n"
		"}\n"
		"secrets {\n"
		"\tike-vco-a {\n"
		"\t\tid-1 = \"198.51.100.1\"\n"
		"\t\tid-2 = \"203.0.113.10\"\n"
		"\t\tsecret = \"key\"\n"
		"\t}\n"
		"}\n");
	sample_done(&sample);
}

static void libreswan_to_the_letter(void **state)
{
	struct sample sample;
	AUTO_FREE char *text = NULL, *secrets = NULL;

	(void)state;
	sample_init(&sample);
	text = render(&sample, "libreswan");
	assert_string_equal(strstr(text, "conn vco-a"), "conn vco-a\n"
							"\ttype=tunnel\n"
							"\tauthby=secret\n"
							"\tikev2=insist\n"
							"\tleft=%defaultroute\n"
							"\tleftid=\"198.51.100.1\"\n"
							"\tleftsubnet=192.168.0.0/24\n"
							"\tright=203.0.113.10\n"
							"\trightid=\"203.0.113.10\"\n"
							"\trightsubnet=10.1.0.0/16\n"
							"\tike=aes128-sha1;modp2048\n"
							"\tesp=aes128-sha256;modp1536\n"
							"\tpfs=yes\n"
							"\tikelifetime=7200s\n"
							"\tsalifetime=3600s\n"
							"\tmobike=no\n"
							"\tencapsulation=auto\n"
							"\tdpddelay=10\n"
							"\tdpdaction=hold\n"
							"\tauto=ondemand\n\n");
	assert_null(strstr(text, "\"key\""));
	set(sample.connections[0], "IkeConfig", "{\"RemoteId\":\"hq.example\"}");
	secrets = render(&sample, "libreswan-secrets");
	assert_non_null(strstr(secrets, "\n198.51.100.1 @hq.example : PSK \"key\"\n"));
	sample_done(&sample);
}

static void version_one_and_its_modes(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	set(sample.connections[0], "IkeConfig", "{\"IkeVersion\":\"ikev1\"}");
	has(&sample, "swanctl-policy", "version = 1\n");
	has(&sample, "swanctl-policy", "reauth_time = 5760s\n");
	has(&sample, "swanctl-policy", "dpd_timeout = 30s\n");
	has_not(&sample, "swanctl-policy", "aggressive");
	has(&sample, "libreswan", "ikev2=no\n");
	has(&sample, "libreswan", "\nconfig setup\n\tikev1-policy=accept\n");
	set(sample.connections[0], "IkeConfig", "{\"IkeMode\":\"aggressive\"}");
	has(&sample, "swanctl-policy", "aggressive = yes\n");
	has(&sample, "swanctl-policy", "i_dont_care_about_security_and_use_aggressive_mode_psk");
	has(&sample, "libreswan", "aggressive=yes\n");
	has(&sample, "sheet", "aggressive");
	sample_done(&sample);
}

static void what_is_off(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	sample.connections[0]->enable_dpd = false;
	sample.connections[0]->enable_nat_traversal = false;
	set(sample.connections[0], "IpsecConfig", "{\"IpsecPfs\":\"disabled\"}");
	has_not(&sample, "swanctl-policy", "dpd_delay");
	has(&sample, "swanctl-policy", "dpd_action = clear\n");
	has(&sample, "swanctl-policy", "esp_proposals = aes128-sha256\n");
	has(&sample, "swanctl-policy", "NAT traversal is off");
	has_not(&sample, "libreswan", "dpd");
	has(&sample, "libreswan", "encapsulation=no\n");
	has(&sample, "libreswan", "esp=aes128-sha256\n\tpfs=no\n");
	sample_done(&sample);
}

static void identities(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	set(sample.connections[0], "IkeConfig",
		"{\"LocalId\":\"@branch\",\"RemoteId\":\"us@hq.example\"}");
	has(&sample, "swanctl-policy", "id = \"fqdn:branch\"\n");
	has(&sample, "swanctl-policy", "id-2 = \"rfc822:us@hq.example\"\n");
	has(&sample, "libreswan", "leftid=\"@branch\"\n");
	has(&sample, "libreswan", "rightid=\"us@hq.example\"\n");
	set(sample.connections[0], "IkeConfig", "{\"LocalId\":\"a\\\"b\\\\c\"}");
	has(&sample, "swanctl-policy", "id = \"fqdn:a\\\"b\\\\c\"\n");
	/* Ours is theirs: the refusal names the field of the gateway's side. */
	refuse(&sample, "libreswan", "IkeConfig.RemoteId");
	refuse(&sample, "libreswan-secrets", "IkeConfig.RemoteId");
	sample_done(&sample);
}

static void hostile_texts(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	free(sample.connections[0]->meta.name);
	sample.connections[0]->meta.name = xstrdup("x\nconn evil\r\n\tauto=start\033[2J");
	has(&sample, "swanctl-policy", "# IPsec connection vco-a x?conn evil???auto=start?[2J, ");
	has_not(&sample, "libreswan", "\nconn evil");
	has_not(&sample, "sheet", "\nconn evil");
	has_not(&sample, "libreswan-secrets", "\nconn evil");
	set(sample.connections[0], "IkeConfig", "{\"Psk\":\"a\\\\b#{}';$%\"}");
	has(&sample, "swanctl-policy", "secret = \"a\\\\b#{}';$%\"\n");
	has(&sample, "libreswan-secrets", "PSK \"a\\b#{}';$%\"\n");
	/* It would be taken for hexadecimal digits or for base64. */
	set(sample.connections[0], "IkeConfig", "{\"Psk\":\"0xab\"}");
	has(&sample, "swanctl-policy", "secret = 0x30786162\n");
	set(sample.connections[0], "IkeConfig", "{\"Psk\":\"0Sab\"}");
	has(&sample, "swanctl-policy", "secret = 0x30536162\n");
	sample_done(&sample);
}

static void without_the_permission(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	sample.config.shows_psk = false;
	set(sample.connections[0], "IkeConfig", "{\"Psk\":\"very-secret\"}");
	for (const struct peer_format *format = peer_formats; format->name; format++) {
		has_not(&sample, format->name, "very-secret");
		if (format->has_psk)
			has(&sample, format->name, PEER_PSK_PLACEHOLDER);
	}
	sample_done(&sample);
}

static void several_blocks_and_a_group(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	set(sample.connections[0], "RemoteSubnet", "10.1.0.0/16,10.2.0.0/16");
	has(&sample, "swanctl-policy", "remote_ts = 10.1.0.0/16,10.2.0.0/16\n");
	refuse(&sample, "libreswan", "LocalSubnet");
	set(sample.connections[0], "RemoteSubnet", "10.1.0.0/16");
	set(sample.connections[1], "RemoteSubnet", "10.2.0.0/16");
	sample.config.len = 2;
	has(&sample, "swanctl-policy", "\t\t\tvco-b {\n");
	has(&sample, "swanctl-policy", "and, over the same IKE_SA, vco-b");
	has(&sample, "libreswan", "conn vco-b\n");
	has(&sample, "sheet", "IPsec (phase 2) of vco-b");
	has(&sample, "json", "\"vco-b\"");
	sample_done(&sample);
}

static void routes_and_interfaces(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	set(sample.connections[0], "BgpConfig",
		"{\"EnableBgp\":true,\"LocalAsn\":65001,\"TunnelCidr\":\"169.254.10.0/30\","
		"\"LocalBgpIp\":\"169.254.10.2\"}");
	has(&sample, "swanctl-route", "if_id_in = 3\n\t\t\t\tif_id_out = 3\n");
	has(&sample, "swanctl-route", "#   ip link add vco3 type xfrm if_id 3\n");
	has(&sample, "swanctl-route", "#   ip address add 169.254.10.2/30 dev vco3\n");
	has(&sample, "swanctl-route", "#   ip route add 10.1.0.0/16 dev vco3\n");
	has_not(&sample, "swanctl-policy", "if_id");
	has(&sample, "sheet", "gateway's AS number          45104");
	has(&sample, "json", "\"PeerAsn\": \"45104\"");
	set(sample.connections[0], "LocalSubnet", "0.0.0.0/0");
	set(sample.connections[0], "RemoteSubnet", "0.0.0.0/0");
	has(&sample, "libreswan", "ipsec-interface=3\n\tleftupdown=%disabled\n");
	has(&sample, "libreswan", "#   ip link add ipsec3 type xfrm if_id 3\n");
	has(&sample, "libreswan", "#   ip route add 0.0.0.0/0 dev ipsec3\n");
	sample_done(&sample);
}

static void what_libreswan_lacks(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	set(sample.connections[0], "IkeConfig", "{\"IkePfs\":\"group2\"}");
	refuse(&sample, "libreswan", "IkeConfig.IkePfs");
	has(&sample, "swanctl-policy", "modp1024");
	set(sample.connections[0], "IkeConfig", "{\"IkePfs\":\"group5\"}");
	set(sample.connections[0], "IpsecConfig", "{\"IpsecEncAlg\":\"des\"}");
	refuse(&sample, "libreswan", "IpsecConfig.IpsecEncAlg");
	sample_done(&sample);
}

static void ciphers_that_authenticate(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	set(sample.connections[0], "IkeConfig", "{\"IkeEncAlg\":\"aes128gcm\"}");
	sample.connections[0]->ipsec_config.ipsec_enc_alg = ENC_CHACHA20;
	sample.connections[0]->ipsec_config.ipsec_auth_alg = AUTH_NONE;
	has(&sample, "swanctl-policy", "proposals = aes128gcm16-prfsha1-modp2048\n");
	has(&sample, "swanctl-policy", "esp_proposals = chacha20poly1305-modp1536\n");
	refuse(&sample, "libreswan", "IkeConfig.IkeEncAlg");
	sample_done(&sample);
}

static void every_format_has_a_name(void **state)
{
	size_t i = 0;

	(void)state;
	for (; peer_formats[i].name; i++)
		assert_string_equal(peer_formats[i].name, peer_format_names[i]);
	assert_null(peer_format_names[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(swanctl_to_the_letter),
		cmocka_unit_test(libreswan_to_the_letter),
		cmocka_unit_test(version_one_and_its_modes),
		cmocka_unit_test(what_is_off),
		cmocka_unit_test(identities),
		cmocka_unit_test(hostile_texts),
		cmocka_unit_test(without_the_permission),
		cmocka_unit_test(several_blocks_and_a_group),
		cmocka_unit_test(routes_and_interfaces),
		cmocka_unit_test(what_libreswan_lacks),
		cmocka_unit_test(ciphers_that_authenticate),
		cmocka_unit_test(every_format_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
