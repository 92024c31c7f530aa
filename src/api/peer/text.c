/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values, comments and words for the formats. Knows strongSwan's words, which libreswan mostly
 * shares, and no syntax.
 */
#include "api/peer/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct word {
	const char *ours, *theirs;
};

static const struct word ciphers[] = { { "aes", "aes128" }, { "aes192", "aes192" },
	{ "aes256", "aes256" }, { "des", "des" }, { "3des", "3des" },
	{ "aes128gcm", "aes128gcm16" }, { "aes256gcm", "aes256gcm16" },
	{ "chacha20", "chacha20poly1305" }, {} };
static const struct word hashes[] = { { "md5", "md5" }, { "sha1", "sha1" }, { "sha256", "sha256" },
	{ "sha384", "sha384" }, { "sha512", "sha512" }, {} };
static const struct word groups[] = { { "disabled", "" }, { "group1", "modp768" },
	{ "group2", "modp1024" }, { "group5", "modp1536" }, { "group14", "modp2048" },
	{ "group15", "modp3072" }, { "group16", "modp4096" }, { "group17", "modp6144" },
	{ "group18", "modp8192" }, { "group19", "ecp256" }, { "group20", "ecp384" },
	{ "group21", "ecp521" }, { "group31", "curve25519" }, {} };

/* Both keys in one: an AEAD's words end so, and it takes no authentication of its own. */
static bool is_aead(const char *cipher)
{
	return strstr(cipher, "gcm") || strstr(cipher, "chacha20");
}

char *peer_value(const struct vpn_connection *connection, const char *path)
{
	const struct field *fields = kind_info(KIND_VPN_CONNECTION)->fields, *field;
	const char *dot = strchr(path, '.');
	const void *base = connection;

	if (dot) {
		AUTO_FREE char *name = xstrndup(path, (size_t)(dot - path));

		field = field_find(fields, name);
		base = (const char *)base + field->offset;
		fields = field->object;
		path = dot + 1;
	}
	return field_to_text(field_find(fields, path), base);
}

char *peer_networks(const struct prefixes *prefixes, const char *separator)
{
	struct strbuf buf = STRBUF_INIT(4096);

	for (size_t i = 0; i < prefixes->len; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(prefixes->items[i], text);
		strbuf_addf(&buf, "%s%s", i ? separator : "", text);
	}
	return prefixes->len ? strbuf_take(&buf) : xstrdup("0.0.0.0/0");
}

char *peer_address(struct addr addr)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(addr, text);
	return xstrdup(text);
}

void peer_comment(struct strbuf *out, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
	strbuf_addf(out, "#%s%s\n", *text ? " " : "", text);
}

void peer_header(struct strbuf *out, const struct peer_config *config)
{
	for (size_t i = 0; i < config->len; i++) {
		const struct resource *meta = &config->views[i].connection.meta;

		peer_comment(out, "%s %s%s%s, revision %llu",
			i ? "and, over the same IKE_SA," : "IPsec connection", meta->id,
			*meta->name ? " " : "", meta->name, (unsigned long long)meta->revision);
	}
}

const char *peer_psk(const struct peer_config *config)
{
	const struct secret *psk = config->views[0].connection.ike_config.psk;

	return config->shows_psk && psk ? (const char *)psk->bytes : PEER_PSK_PLACEHOLDER;
}

int peer_refuse(struct fault *fault, const char *product, const char *field, const char *value,
	const char *remedy)
{
	fault_setf(fault, REASON_PARAMETER_INVALID, field, value, remedy,
		"cannot be configured in %s", product);
	(void)snprintf(fault->code, sizeof(fault->code), "InvalidConfigFormat");
	return -EINVAL;
}

static const char *find(const struct word *words, const char *text)
{
	for (; words->ours; words++)
		if (strcmp(words->ours, text) == 0)
			return words->theirs;
	return NULL;
}

/* prf: what an AEAD is followed by, NULL where it stands alone. */
static int make_proposal(const struct vpn_connection *connection, const char *const paths[3],
	const char *prf, char **ret, struct fault *fault)
{
	AUTO_FREE char *cipher = peer_value(connection, paths[0]);
	AUTO_FREE char *hash = peer_value(connection, paths[1]);
	AUTO_FREE char *group = peer_value(connection, paths[2]);
	const char *words[] = { find(ciphers, cipher), find(hashes, hash), find(groups, group) };
	bool has_hash;

	if (!words[0] || !words[2])
		return peer_refuse(fault, "strongSwan", paths[words[0] ? 2 : 0],
			words[0] ? group : cipher, "take the format sheet");
	has_hash = (!is_aead(cipher) || prf) && words[1];
	*ret = xasprintf("%s%s%s%s%s%s", words[0], has_hash ? "-" : "",
		has_hash && is_aead(cipher) ? prf : "", has_hash ? words[1] : "",
		*words[2] ? "-" : "", words[2]);
	return 0;
}

int peer_ike_proposal(const struct vpn_connection *connection, char **ret, struct fault *fault)
{
	static const char *const paths[] = { "IkeConfig.IkeEncAlg", "IkeConfig.IkeAuthAlg",
		"IkeConfig.IkePfs" };

	return make_proposal(connection, paths, "prf", ret, fault);
}

int peer_esp_proposal(const struct vpn_connection *connection, char **ret, struct fault *fault)
{
	static const char *const paths[] = { "IpsecConfig.IpsecEncAlg", "IpsecConfig.IpsecAuthAlg",
		"IpsecConfig.IpsecPfs" };

	return make_proposal(connection, paths, NULL, ret, fault);
}

enum peer_identity peer_identity_of(const char *id, const char **ret_text)
{
	struct addr addr;

	*ret_text = id;
	if (addr_parse(id, &addr) == 0)
		return PEER_IDENTITY_ADDRESS;
	if (*id == '@')
		(*ret_text)++;
	return *id != '@' && strchr(id, '@') ? PEER_IDENTITY_MAIL : PEER_IDENTITY_FQDN;
}

struct peer_times peer_times_of(uint32_t lifetime)
{
	uint32_t life = lifetime < 10 ? 10 : lifetime;

	return (struct peer_times){ .rekey = life - life / 5, .rand = life / 10 };
}
