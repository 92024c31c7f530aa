/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world: look-ups, and what a document that does not decode does (nothing).
 */
#include "support/unit.h"

#include "reconcile/world.h"

#include <errno.h>

/* Neither gateways nor VPCs have secrets, so no vault is needed. */
static int put_vpc(struct world *world, const char *id, uint64_t revision)
{
	struct vpc *vpc = resource_new(KIND_VPC);
	struct fault fault = { 0 };
	json_t *document;
	char *key = xasprintf("vpc/%s", id);
	int err;

	resource_set_defaults(KIND_VPC, vpc);
	free(vpc->meta.id);
	vpc->meta.id = xstrdup(id);
	free(vpc->meta.region_id);
	vpc->meta.region_id = xstrdup("local-1");
	vpc->number = 1;
	assert_int_equal(prefix_parse("10.0.0.0/16", &vpc->cidr_block), 0);
	document = resource_encode(KIND_VPC, vpc, NULL);
	err = world_set(world, key, document, revision, &fault);
	json_decref(document);
	resource_free(KIND_VPC, vpc);
	free(key);
	return err;
}

static void test_set_get_list(void **state)
{
	struct world *world = world_new(NULL);
	struct fault fault = { 0 };
	const void *const *list;
	size_t len;

	(void)state;
	assert_int_equal(put_vpc(world, "vpc-b", 2), 0);
	assert_int_equal(put_vpc(world, "vpc-a", 3), 0);
	assert_int_equal(put_vpc(world, "vpc-c", 4), 0);
	assert_int_equal(put_vpc(world, "vpc-b", 5), 0);
	list = world_list(world, KIND_VPC, &len);
	assert_int_equal(len, 3);
	assert_string_equal(((const struct resource *)list[0])->id, "vpc-a");
	assert_string_equal(((const struct resource *)list[2])->id, "vpc-c");
	assert_int_equal(
		((const struct resource *)world_get(world, KIND_VPC, "vpc-b"))->revision, 5);
	assert_null(world_get(world, KIND_VPC, "vpc-d"));
	assert_null(world_get(world, KIND_VPN_GATEWAY, "vpc-a"));
	assert_int_equal(world_kind_of(world, "vpc-c"), KIND_VPC);
	assert_int_equal(world_set(world, "vpc/vpc-a", NULL, 6, &fault), 0);
	assert_null(world_get(world, KIND_VPC, "vpc-a"));
	assert_int_equal(world_kind_of(world, "vpc-a"), KIND_COUNT);
	assert_false(world_is_broken(world, world_kind_of(world, "vpc-a"), "vpc-a"));
	assert_int_equal(world_set(world, "nonsense/x", NULL, 6, &fault), -EINVAL);
	world_free(world);
}

static void test_a_bad_document_changes_nothing(void **state)
{
	struct world *world = world_new(NULL);
	json_t *bad = json_pack("{s:s}", "Nobody", "knows this");
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(put_vpc(world, "vpc-a", 2), 0);
	assert_int_equal(world_set(world, "vpc/vpc-a", bad, 3, &fault), -EINVAL);
	assert_non_null(world_get(world, KIND_VPC, "vpc-a"));
	assert_int_equal(
		((const struct resource *)world_get(world, KIND_VPC, "vpc-a"))->revision, 2);
	assert_true(world_is_broken(world, KIND_VPC, "vpc-a"));
	assert_int_equal(world_set(world, "vpc/vpc-b", bad, 3, &fault), -EINVAL);
	assert_null(world_get(world, KIND_VPC, "vpc-b"));
	assert_int_equal(world_kind_of(world, "vpc-b"), KIND_VPC);
	assert_int_equal(put_vpc(world, "vpc-a", 4), 0);
	assert_false(world_is_broken(world, KIND_VPC, "vpc-a"));
	assert_int_equal(world_set(world, "vpc/vpc-b", NULL, 5, &fault), 0);
	assert_int_equal(world_kind_of(world, "vpc-b"), KIND_COUNT);
	json_decref(bad);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_get_list),
		cmocka_unit_test(test_a_bad_document_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
