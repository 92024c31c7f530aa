/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens in a scenario: users' edits, peers' moods, accidents.
 */
#include "scenario/steps.h"

#include "base/parse.h"

#include <string.h>

void step_id(const char *prefix, const char *name, char *ret)
{
	(void)snprintf(ret, 32, "%s%s00000000000000000", prefix, name);
	ret[strlen(prefix) + 17] = '\0';
}

static void set_text(char **to, const char *text)
{
	free(*to);
	*to = xstrdup(text);
}

static void *make(enum kind kind, const char *name)
{
	struct resource *resource = resource_new(kind);
	char id[32];

	resource_set_defaults(kind, resource);
	step_id(kind_info(kind)->id_prefix, name, id);
	set_text(&resource->id, id);
	set_text(&resource->region_id, "local-1");
	return resource;
}

static struct addr address(const char *text)
{
	struct addr addr;

	if (addr_parse(text, &addr) < 0)
		abort();
	return addr;
}

/* Sets "IkeConfig.Psk=x" by the API's names. */
static char *set_field(enum kind kind, void *resource, char *word)
{
	const struct field *fields = kind_info(kind)->fields;
	char *value = strchr(word, '=');
	void *base = resource;
	struct fault fault = { 0 };
	char *dot, message[512];
	const struct field *field;

	if (!value)
		return xasprintf("%s has no value", word);
	*value++ = '\0';
	dot = strchr(word, '.');
	if (dot) {
		*dot = '\0';
		field = field_find(fields, word);
		if (!field)
			return xasprintf("no field %s", word);
		base = (char *)resource + field->offset;
		fields = field->object;
		word = dot + 1;
	}
	field = field_find(fields, word);
	if (!field)
		return xasprintf("no field %s", word);
	if (field_set_text(field, base, value, &fault) == 0)
		return NULL;
	fault_message(&fault, message, sizeof(message));
	return xstrdup(message);
}

static char *put(struct play *play, enum kind kind, void *resource, char **words, size_t len)
{
	char *wrong = NULL;

	for (size_t i = 0; i < len && !wrong; i++)
		wrong = set_field(kind, resource, words[i]);
	if (!wrong)
		lab_put(play->lab, kind, resource);
	resource_free(kind, resource);
	return wrong;
}

static char *do_gateway(struct play *play, char **words, size_t len)
{
	struct vpc *vpc = make(KIND_VPC, words[1]);
	struct vpn_gateway *gateway = make(KIND_VPN_GATEWAY, words[1]);

	if (prefix_parse("10.0.0.0/16", &vpc->cidr_block) < 0)
		abort();
	vpc->number = (uint32_t)words[1][0];
	set_text(&gateway->vpc_id, vpc->meta.id);
	gateway->number = (uint32_t)words[1][0];
	gateway->bandwidth = 5;
	gateway->internet_ip = gateway->local_ip = address(words[2]);
	lab_put(play->lab, KIND_VPC, vpc);
	resource_free(KIND_VPC, vpc);
	return put(play, KIND_VPN_GATEWAY, gateway, words + 3, len - 3);
}

static char *do_customer(struct play *play, char **words, size_t len)
{
	struct customer_gateway *customer = make(KIND_CUSTOMER_GATEWAY, words[1]);

	(void)len;
	customer->ip_address = address(words[2]);
	lab_put(play->lab, KIND_CUSTOMER_GATEWAY, customer);
	resource_free(KIND_CUSTOMER_GATEWAY, customer);
	return NULL;
}

static void everything(struct prefixes *prefixes)
{
	free(prefixes->items);
	prefixes->items = xcalloc(1, sizeof(*prefixes->items));
	prefixes->len = 1;
}

static char *do_connect(struct play *play, char **words, size_t len)
{
	struct vpn_connection *connection = make(KIND_VPN_CONNECTION, words[1]);
	char id[32];

	step_id("vpn-", words[2], id);
	set_text(&connection->vpn_gateway_id, id);
	step_id("cgw-", words[3], id);
	set_text(&connection->customer_gateway_id, id);
	everything(&connection->local_subnet);
	everything(&connection->remote_subnet);
	set_text(&connection->ike_config.local_id, "192.0.2.1");
	set_text(&connection->ike_config.remote_id, "peer.example");
	connection->ike_config.psk = secret_new("secret", 6);
	connection->effect_immediately = true;
	connection->number = (uint32_t)words[1][0];
	return put(play, KIND_VPN_CONNECTION, connection, words + 4, len - 4);
}

static char *do_edit(struct play *play, char **words, size_t len)
{
	enum kind kind = words[0][4] == '-' ? KIND_VPN_GATEWAY : KIND_VPN_CONNECTION;
	char id[32];
	void *resource;

	step_id(kind_info(kind)->id_prefix, words[1], id);
	resource = lab_get(play->lab, kind, id);
	if (!resource)
		return xasprintf("no %s", id);
	return put(play, kind, resource, words + 2, len - 2);
}

static char *do_delete(struct play *play, char **words, size_t len)
{
	char id[32];

	(void)len;
	step_id("vco-", words[1], id);
	lab_delete(play->lab, KIND_VPN_CONNECTION, id);
	return NULL;
}

static char *do_delete_gateway(struct play *play, char **words, size_t len)
{
	char id[32];

	(void)len;
	step_id("vpn-", words[1], id);
	lab_delete(play->lab, KIND_VPN_GATEWAY, id);
	step_id("vpc-", words[1], id);
	lab_delete(play->lab, KIND_VPC, id);
	return NULL;
}

static char *do_break(struct play *play, char **words, size_t len)
{
	char id[32];

	(void)len;
	step_id("vco-", words[1], id);
	lab_put_broken(play->lab, KIND_VPN_CONNECTION, id);
	return NULL;
}

static char *do_peer(struct play *play, char **words, size_t len)
{
	enum fake_peer behaviour = strcmp(words[2], "silent") == 0          ? PEER_SILENT
				   : strcmp(words[2], "refuses-child") == 0 ? PEER_REFUSES_CHILD
									    : PEER_ANSWERS;

	fake_charon_set_peer(
		lab_charon(play->lab), words[1], behaviour, len > 3 ? words[3] : "secret");
	return NULL;
}

/* "5s" or "20ms". */
static int64_t duration_ms(const char *word)
{
	AUTO_FREE char *text = xstrdup(word);
	bool is_ms = strlen(text) > 2 && strcmp(text + strlen(text) - 2, "ms") == 0;
	uint32_t number;

	text[strlen(text) - (is_ms ? 2 : 1)] = '\0';
	if (parse_u32(text, 0, 1000000, &number) < 0)
		abort();
	return (int64_t)number * (is_ms ? 1 : 1000);
}

static char *do_run(struct play *play, char **words, size_t len)
{
	(void)len;
	/* Time to find back after a crash. */
	if (lab_run(play->lab, duration_ms(words[1])))
		(void)lab_run(play->lab, 90000);
	return NULL;
}

static char *do_restart(struct play *play, char **words, size_t len)
{
	(void)len;
	if (words[0][0] == 'A')
		lab_restart_agent(play->lab);
	else if (words[0][0] == 'P')
		lab_reconnect(play->lab);
	else
		fake_charon_restart(lab_charon(play->lab));
	return NULL;
}

static char *do_charon(struct play *play, char **words, size_t len)
{
	static const struct {
		const char *word;
		void (*call)(struct fake_charon *charon, const char *id);
	} accidents[] = {
		{ "PEER-CONNECTS", fake_charon_peer_connects },
		{ "PEER-DIES", fake_charon_peer_dies },
		{ "PEER-DELETES", fake_charon_peer_deletes },
		{ "LOSE-CHILD", fake_charon_lose_child },
		{ "DUPLICATE", fake_charon_duplicate },
		{ "FORGET", fake_charon_forget },
		{ "REFUSE", fake_charon_refuse },
		{ "ACCEPT", fake_charon_accept },
	};
	char id[32];

	(void)len;
	step_id("vco-", words[1], id);
	for (size_t i = 0; i < ARRAY_LEN(accidents); i++)
		if (strcmp(accidents[i].word, words[0]) == 0)
			accidents[i].call(lab_charon(play->lab), id);
	return NULL;
}

static char *do_narrow(struct play *play, char **words, size_t len)
{
	char id[32];

	(void)len;
	step_id("vco-", words[1], id);
	fake_charon_narrow(lab_charon(play->lab), id, words[2]);
	return NULL;
}

static struct fake_parts *parts_of(struct play *play, const char *word)
{
	return strcmp(word, "net") == 0 ? lab_net(play->lab) : lab_esp(play->lab);
}

static char *do_lose(struct play *play, char **words, size_t len)
{
	char id[32];
	AUTO_FREE char *key = NULL;

	(void)len;
	step_id("vco-", words[3], id);
	key = xasprintf("%s/%s", words[2], id);
	fake_parts_remove(parts_of(play, words[1]), key);
	return NULL;
}

static char *do_fail(struct play *play, char **words, size_t len)
{
	char id[32];
	uint32_t times;

	(void)len;
	step_id("vco-", words[2], id);
	if (parse_u32(words[3], 0, 1000000, &times) < 0)
		return xstrdup("FAIL part name times");
	fake_parts_fail(parts_of(play, words[1]), id, times);
	return NULL;
}

static char *do_foreign(struct play *play, char **words, size_t len)
{
	(void)len;
	fake_parts_add_foreign(parts_of(play, words[1]), words[2]);
	return NULL;
}

static char *do_wake(struct play *play, char **words, size_t len)
{
	(void)len;
	lab_wake(play->lab, (uint32_t)words[1][0]);
	return NULL;
}

static char *do_reset(struct play *play, char **words, size_t len)
{
	char id[32];

	(void)len;
	step_id("vco-", words[1], id);
	lab_reset(play->lab, id);
	return NULL;
}

static void look(const struct play *play, const char *id, struct kept *ret)
{
	struct fake_charon *charon = lab_charon(play->lab);

	*ret = (struct kept){
		.ended = fake_charon_count(charon, "ended", id),
		.initiated = fake_charon_count(charon, "initiate", id),
		.net = fake_parts_changes(lab_net(play->lab), id),
		.esp = fake_parts_changes(lab_esp(play->lab), id),
	};
	(void)snprintf(ret->id, sizeof(ret->id), "%s", id);
}

static char *do_keep(struct play *play, char **words, size_t len)
{
	char id[32];

	(void)len;
	if (play->kept_len == KEPT_MAX)
		return xstrdup("too many kept");
	step_id("vco-", words[1], id);
	look(play, id, &play->kept[play->kept_len++]);
	return NULL;
}

char *step_check_kept(const struct play *play)
{
	for (size_t i = 0; i < play->kept_len; i++) {
		const struct kept *was = &play->kept[i];
		struct kept is;

		look(play, was->id, &is);
		if (is.ended != was->ended || is.initiated != was->initiated ||
			is.net != was->net || is.esp != was->esp)
			return xasprintf("%s was touched", was->id);
	}
	return NULL;
}

char *step_do(struct play *play, char **words, size_t len)
{
	static const struct {
		const char *word;
		size_t min; /* words */
		char *(*call)(struct play *play, char **words, size_t len);
	} steps[] = {
		{ "GATEWAY", 3, do_gateway },
		{ "CUSTOMER", 3, do_customer },
		{ "CONNECT", 4, do_connect },
		{ "EDIT", 3, do_edit },
		{ "EDIT-GATEWAY", 3, do_edit },
		{ "DELETE", 2, do_delete },
		{ "DELETE-GATEWAY", 2, do_delete_gateway },
		{ "BREAK", 2, do_break },
		{ "PEER", 3, do_peer },
		{ "RUN", 2, do_run },
		{ "AGENT-RESTARTS", 1, do_restart },
		{ "CHARON-RESTARTS", 1, do_restart },
		{ "PLUG-IN-RECONNECTS", 1, do_restart },
		{ "PEER-CONNECTS", 2, do_charon },
		{ "PEER-DIES", 2, do_charon },
		{ "PEER-DELETES", 2, do_charon },
		{ "LOSE-CHILD", 2, do_charon },
		{ "DUPLICATE", 2, do_charon },
		{ "FORGET", 2, do_charon },
		{ "REFUSE", 2, do_charon },
		{ "ACCEPT", 2, do_charon },
		{ "NARROW", 3, do_narrow },
		{ "LOSE", 4, do_lose },
		{ "FAIL", 4, do_fail },
		{ "FOREIGN", 3, do_foreign },
		{ "WAKE", 2, do_wake },
		{ "RESET", 2, do_reset },
		{ "KEEP", 2, do_keep },
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (strcmp(steps[i].word, words[0]) == 0)
			return len < steps[i].min ? xasprintf("%s: too few words", words[0])
						  : steps[i].call(play, words, len);
	return xasprintf("unknown step %s", words[0]);
}
