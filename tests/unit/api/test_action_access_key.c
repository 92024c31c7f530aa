/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access keys: what is shown when, which policies are taken, and that the last administrator stays.
 */
#include "unit/api/test_action_world.h"

#include "api/keys.h"

static char *new_key(const char *policy)
{
	return take_text(call("CreateAccessKey", "Policy", policy, NULL), "AccessKey.AccessKeyId");
}

static void a_key_shows_its_secret_once(void **state)
{
	json_t *made = call("CreateAccessKey", "Policy", "read-only", "Name", "monitoring",
		"Description", "d", NULL);
	const char *id = text_at(made, "AccessKey.AccessKeyId");
	struct access_key *key = resource_new(KIND_ACCESS_KEY);
	json_t *list;

	(void)state;
	assert_int_equal(strlen(text_at(made, "AccessKey.AccessKeySecret")), 30);
	assert_int_equal(keys_get(&world.api, id, key), 0);
	assert_string_equal(
		(const char *)key->secret->bytes, text_at(made, "AccessKey.AccessKeySecret"));
	resource_free(KIND_ACCESS_KEY, key);
	list = call("ListAccessKeys", NULL);
	assert_text(list, "AccessKeys.AccessKey.0.AccessKeyId", id);
	assert_text(list, "AccessKeys.AccessKey.0.Status", "Active");
	assert_text(list, "AccessKeys.AccessKey.0.Policy", "read-only");
	assert_text(list, "AccessKeys.AccessKey.0.Name", "monitoring");
	assert_text(list, "AccessKeys.AccessKey.0.Description", "d");
	assert_int_equal(strlen(text_at(list, "AccessKeys.AccessKey.0.CreateDate")), 20);
	assert_null(at(list, "AccessKeys.AccessKey.0.AccessKeySecret"));
	drop(list);
	drop(made);
}

static void a_key_changes(void **state)
{
	char *id = new_key("administrator");
	json_t *answer;

	(void)state;
	answer = call("UpdateAccessKey", "UserAccessKeyId", id, "Policy", "Describe*", "Status",
		"Inactive", "Name", "n", NULL);
	assert_text(answer, "AccessKey.Policy", "Describe*");
	assert_text(answer, "AccessKey.Status", "Inactive");
	assert_null(at(answer, "AccessKey.AccessKeySecret"));
	drop(answer);
	answer = call("UpdateAccessKey", "UserAccessKeyId", id, "Status", "Active", NULL);
	assert_text(answer, "AccessKey.Policy", "Describe*");
	assert_text(answer, "AccessKey.Status", "Active");
	assert_text(answer, "AccessKey.Name", "n");
	drop(answer);
	drop(call("DeleteAccessKey", "UserAccessKeyId", id, NULL));
	refuse("InvalidAccessKeyId.NotFound", "DeleteAccessKey", "UserAccessKeyId", id, NULL);
	refuse("InvalidAccessKeyId.NotFound", "UpdateAccessKey", "UserAccessKeyId", "a/b", NULL);
	free(id);
}

static void policies_that_mean_nothing_are_refused(void **state)
{
	char *id = new_key("read-only");

	(void)state;
	refuse("MissingPolicy", "CreateAccessKey", NULL);
	refuse("InvalidPolicy", "CreateAccessKey", "Policy", "readonly", NULL);
	refuse("InvalidPolicy", "CreateAccessKey", "Policy", "read-onli", NULL);
	assert_string_equal(last_fault.remedy, "use read-only");
	refuse("InvalidPolicy", "CreateAccessKey", "Policy", " , ", NULL);
	refuse("InvalidPolicy", "CreateAccessKey", "Policy", "ecs:Describe*", NULL);
	refuse("InvalidPolicy", "CreateAccessKey", "Policy", "vpc:", NULL);
	refuse("InvalidPolicy", "CreateAccessKey", "Policy", "Describe*;Create*", NULL);
	refuse("InvalidPolicy", "CreateAccessKey", "Policy", "Descrbe*", NULL);
	refuse("InvalidPolicy", "CreateAccessKey", "Policy", "vpngw:DescribeVpcs", NULL);
	refuse("InvalidPolicy", "UpdateAccessKey", "UserAccessKeyId", id, "Policy",
		"CreateAccessKey", NULL);
	refuse("InvalidStatus", "UpdateAccessKey", "UserAccessKeyId", id, "Status", "active", NULL);
	free(id);
}

static void the_last_administrator_stays(void **state)
{
	char *first = new_key("administrator"), *other;

	(void)state;
	free(new_key("*, read-secrets"));
	is_remote = true;
	refuse("DependencyViolation", "DeleteAccessKey", "UserAccessKeyId", first, NULL);
	refuse("DependencyViolation", "UpdateAccessKey", "UserAccessKeyId", first, "Status",
		"Inactive", NULL);
	refuse("DependencyViolation", "UpdateAccessKey", "UserAccessKeyId", first, "Policy", "*",
		NULL);
	drop(call("UpdateAccessKey", "UserAccessKeyId", first, "Policy", "administrator, read-only",
		NULL));
	other = new_key("administrator");
	drop(call("UpdateAccessKey", "UserAccessKeyId", other, "Status", "Inactive", NULL));
	refuse("DependencyViolation", "DeleteAccessKey", "UserAccessKeyId", first, NULL);
	drop(call("DeleteAccessKey", "UserAccessKeyId", other, NULL));
	other = (free(other), new_key("administrator"));
	drop(call("DeleteAccessKey", "UserAccessKeyId", first, NULL));
	is_remote = false;
	drop(call("DeleteAccessKey", "UserAccessKeyId", other, NULL));
	free(first);
	free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, action_world_init, action_world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_shows_its_secret_once),
		TEST(a_key_changes),
		TEST(policies_that_mean_nothing_are_refused),
		TEST(the_last_administrator_stays),
	};

	(void)new_vpc;
	(void)new_gateway;
	(void)new_connection;
	(void)new_customer_gateway;
	(void)report;
	(void)assert_bool;
	(void)assert_number;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
