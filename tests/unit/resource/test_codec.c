/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode(encode(x)) = x for random resources of every kind, what decoding refuses, and that a
 * sealed secret is bound to its place.
 */
#include "resource/resource.h"
#include "resource/vault.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 300

static struct vault *vault;
static uint64_t seed;

static uint32_t random_below(uint32_t end)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % end;
}

static struct prefix random_prefix(void)
{
	struct prefix prefix = { .addr = { random_below(UINT32_MAX) },
		.len = (uint8_t)(1 + random_below(32)) };

	prefix.addr = prefix_first(prefix);
	return prefix;
}

/* A value that the row's rules accept, by trying; absent when luck is out. */
static void randomise(const struct field *field, void *base)
{
	struct fault fault;

	for (int attempt = 0; attempt < 50; attempt++) {
		AUTO_FREE char *text = NULL;
		char prefix[PREFIX_TEXT_SIZE], other[PREFIX_TEXT_SIZE];
		int err;

		prefix_format(random_prefix(), prefix);
		prefix_format(random_prefix(), other);
		switch (field->type) {
		case FIELD_STRING:
		case FIELD_SECRET:
			text = xasprintf("x%" PRIu32, random_below(UINT32_MAX));
			break;
		case FIELD_BOOL:
			text = xstrdup(random_below(2) ? "true" : "false");
			break;
		case FIELD_U32:
		case FIELD_U64:
		case FIELD_ASN:
			text = field->values ? xstrdup(field->values[random_below(2)])
					     : xasprintf("%" PRIu32,
						       random_below(1u << random_below(32)));
			break;
		case FIELD_ENUM:
			text = xstrdup(field->values[random_below(2)]);
			break;
		case FIELD_ADDR:
			text = xstrndup(prefix, strcspn(prefix, "/"));
			break;
		case FIELD_PREFIX:
			text = xstrdup(prefix);
			break;
		case FIELD_PREFIXES:
			text = xasprintf("%s,%s", prefix, other);
			break;
		case FIELD_TAGS: {
			json_auto_t *tags = json_pack("[{s:s,s:s},{s:s,s:s}]", "Key", prefix,
				"Value", other, "Key", "k", "Value", "\u00fc\\");

			assert_int_equal(
				field_set_json(field, base, tags, FIELD_STYLE_DOCUMENT, &fault), 0);
			return;
		}
		case FIELD_OBJECT:
			for (const struct field *member = field->object; member->name; member++)
				randomise(member, (char *)base + field->offset);
			return;
		default:
			fail();
		}
		err = field_set_text(field, base, text, &fault);
		if (!err)
			return;
	}
}

static void *random_resource(enum kind kind)
{
	void *resource = resource_new(kind);
	struct resource *meta = resource;

	resource_set_defaults(kind, resource);
	for (const struct field *field = kind_info(kind)->fields; field->name; field++)
		if (random_below(4) || field->flags & FIELD_REQUIRED)
			randomise(field, resource);
	meta->revision = 0;
	return resource;
}

static void decoding_reverses_encoding(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS * KIND_COUNT; i++) {
		enum kind kind = (enum kind)(i % KIND_COUNT);
		uint64_t now = seed;
		void *resource = random_resource(kind);
		void *copy = resource_dup(kind, resource);
		void *again = resource_new(kind);
		json_auto_t *document = resource_encode(kind, resource, vault);
		AUTO_FREE char *text = json_dumps(document, JSON_SORT_KEYS);
		json_auto_t *read = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		struct fault fault = {};

		if (resource_decode(kind, read, vault, again, &fault) < 0)
			fail_msg("seed %" PRIu64 ": %s: %s %s", now, text, fault.field, fault.rule);
		if (!resource_equal(kind, resource, again) || !resource_equal(kind, resource, copy))
			fail_msg("seed %" PRIu64 ": %s", now, text);
		resource_free(kind, resource);
		resource_free(kind, copy);
		resource_free(kind, again);
	}
}

static struct customer_gateway *gateway(const char *id)
{
	struct customer_gateway *gateway = resource_new(KIND_CUSTOMER_GATEWAY);

	resource_set_defaults(KIND_CUSTOMER_GATEWAY, gateway);
	free(gateway->meta.id);
	gateway->meta.id = xstrdup(id);
	assert_int_equal(addr_parse("198.51.100.1", &gateway->ip_address), 0);
	gateway->auth_key = secret_new("hunter2", 7);
	return gateway;
}

static int decode(const json_t *document, struct fault *fault)
{
	void *ret = resource_new(KIND_CUSTOMER_GATEWAY);
	int err = resource_decode(KIND_CUSTOMER_GATEWAY, document, vault, ret, fault);

	resource_free(KIND_CUSTOMER_GATEWAY, ret);
	return err;
}

static void secrets_are_bound_to_their_place(void **state)
{
	struct customer_gateway *a = gateway("cgw-a"), *b = gateway("cgw-b");
	json_auto_t *document_a = resource_encode(KIND_CUSTOMER_GATEWAY, a, vault);
	json_auto_t *document_b = resource_encode(KIND_CUSTOMER_GATEWAY, b, vault);
	AUTO_FREE char *text = json_dumps(document_a, 0);
	struct fault fault = {};

	(void)state;
	assert_null(strstr(text, "hunter2"));
	assert_int_equal(decode(document_a, &fault), 0);
	json_object_set(document_a, "AuthKey", json_object_get(document_b, "AuthKey"));
	assert_int_not_equal(decode(document_a, &fault), 0);
	assert_string_equal(fault.field, "AuthKey");
	resource_free(KIND_CUSTOMER_GATEWAY, a);
	resource_free(KIND_CUSTOMER_GATEWAY, b);
}

static void documents_are_read_strictly(void **state)
{
	static const struct {
		const char *name, *json; /* NULL: removed */
		const char *field;       /* NULL: fine */
	} cases[] = {
		{ "Name", "\"n\"", NULL },
		{ "Name", NULL, NULL },
		{ "Name", "1", "Name" },
		{ "name", "\"n\"", "name" },
		{ "Asn", "65000", NULL },
		{ "Asn", "\"65000\"", "Asn" },
		{ "Asn", "45104", "Asn" },
		{ "IpAddress", NULL, "IpAddress" },
		{ "IpAddress", "\"127.0.0.1\"", "IpAddress" },
		{ "IpAddress", "null", "IpAddress" },
		{ "AuthKey", "\"\"", "AuthKey" },
		{ "AuthKey", "1", "AuthKey" },
		{ "Extra", "1", "Extra" },
		{ "Tags", "{}", "Tags" },
		{ "CustomerGatewayId", NULL, "AuthKey" },
	};
	struct customer_gateway *a = gateway("cgw-a");
	json_auto_t *document = resource_encode(KIND_CUSTOMER_GATEWAY, a, vault);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_auto_t *changed = json_deep_copy(document);
		struct fault fault = {};

		json_object_del(changed, cases[i].name);
		if (cases[i].json)
			json_object_set_new(changed, cases[i].name,
				json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
		if (!decode(changed, &fault) != !cases[i].field)
			fail_msg("%s = %s", cases[i].name, cases[i].json);
		if (cases[i].field)
			assert_string_equal(fault.field, cases[i].field);
	}
	resource_free(KIND_CUSTOMER_GATEWAY, a);
}

static void ids_are_fresh_and_well_formed(void **state)
{
	char a[RESOURCE_ID_SIZE], b[RESOURCE_ID_SIZE];

	(void)state;
	resource_make_id("vco-", a);
	resource_make_id("vco-", b);
	assert_int_equal(strlen(a), 21);
	assert_int_equal(strspn(a + 4, "abcdefghijklmnopqrstuvwxyz0123456789"), 17);
	assert_string_not_equal(a, b);
}

static int open_vault(void **state)
{
	char path[] = "/tmp/vpngw-codec-XXXXXX";
	AUTO_FREE char *key = NULL;
	int err;

	(void)state;
	assert_non_null(mkdtemp(path));
	key = xasprintf("%s/key", path);
	err = vault_open(key, true, &vault);
	unlink(key);
	rmdir(path);
	return err;
}

static int close_vault(void **state)
{
	(void)state;
	vault_free(vault);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoding_reverses_encoding),
		cmocka_unit_test(secrets_are_bound_to_their_place),
		cmocka_unit_test(documents_are_read_strictly),
		cmocka_unit_test(ids_are_fresh_and_well_formed),
	};
	const char *given = getenv("VPNGW_TEST_SEED");

	if (given)
		seed = strtoull(given, NULL, 10);
	else
		random_bytes(&seed, sizeof(seed));
	seed |= 1;
	printf("# VPNGW_TEST_SEED=%" PRIu64 "\n", seed);
	return cmocka_run_group_tests(tests, open_vault, close_vault);
}
