/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access keys by API: made, listed, changed, deleted. All is for administrators. Over the network
 * the last one who could let others in again can be neither deleted nor weakened. A key's secret is
 * in the answer that made it and nowhere else.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/guard.h"
#include "api/check.h"
#include "api/keys.h"
#include "api/permit.h"
#include "api/table.h"
#include "base/instant.h"

#include <errno.h>
#include <string.h>

#define GUARD "access-keys"
#define KEYS_MAX 1000

DEFINE_RESOURCE_CLEANUP(access_key, KIND_ACCESS_KEY)

static const char *const statuses[] = { "Active", "Inactive", NULL };

struct search {
	const char *term;
	bool is_found;
};

static void look(void *arg, const struct action *action)
{
	struct search *search = arg;
	const struct policy_action seen = permit_action(action);

	search->is_found = search->is_found || policy_term_allows(search->term, &seen);
}

/* A pattern that allows nothing is a mistake somebody would find out too late. */
static int check_policy(const struct access_key *key, struct fault *fault)
{
	const char *at = key->policy;
	char term[POLICY_TERM_MAX];

	while (policy_next(&at, term)) {
		struct search search = { .term = term };

		if (!policy_is_pattern(term))
			continue;
		action_each(look, &search);
		if (!search.is_found)
			return refuse_invalid(fault, "Policy", term,
				"matches no action that a pattern can allow",
				"docs/api.md lists the actions; access keys need administrator");
	}
	return 0;
}

/* The row is UserAccessKeyId, as in RAM: AccessKeyId is who signs. */
static int find_key(const struct api *api, const struct request *request, struct access_key **ret,
	struct fault *fault)
{
	const char *id = params_get(&request->params, "UserAccessKeyId");
	int err = find_by_id(api, KIND_ACCESS_KEY, id, ret);

	if (err == -ENOENT)
		return fault_set(
			fault, REASON_ACCESS_KEY_UNKNOWN, "UserAccessKeyId", id, NULL, NULL);
	return err;
}

static bool opens_all(const struct access_key *key)
{
	return key->enabled && policy_is_administrator(key->policy);
}

/* Under the guard: is there an enabled administrator beside this key? */
static int check_last(const struct api *api, const struct request *request,
	const struct access_key *key, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	int err = request->is_root ? 0 : find_all(api, KIND_ACCESS_KEY, NULL, NULL, &found);

	if (err || request->is_root || !opens_all(key))
		return err;
	for (size_t i = 0; i < found.len; i++) {
		const struct access_key *other = found.items[i].resource;

		if (strcmp(other->meta.id, key->meta.id) != 0 && opens_all(other))
			return 0;
	}
	return fault_set(fault, REASON_DEPENDENCY, "UserAccessKeyId", key->meta.id,
		"is the last enabled access key of an administrator",
		"make another one first, or do it as root on the machine with vpngw call");
}

static void describe(const struct access_key *key, json_t *ret)
{
	static const char *const names[] = { "Name", "Description", "Policy", NULL };
	char text[WALL_TEXT_SIZE];

	answer_some(KIND_ACCESS_KEY, key, names, ret);
	wall_format((int64_t)(key->meta.create_time_ms / 1000), text);
	answer_text(ret, "AccessKeyId", key->meta.id);
	answer_text(ret, "Status", statuses[key->enabled ? 0 : 1]);
	answer_text(ret, "CreateDate", text);
}

static json_t *add_described(const struct access_key *key, json_t *answer)
{
	json_t *entry = json_object();

	describe(key, entry);
	json_object_set_new(answer, "AccessKey", entry);
	return entry;
}

static int check_room(const struct api *api, struct fault *fault)
{
	uint64_t count;
	int err = store_count(api->store, "desired/access-key/", &count);

	if (err || count < KEYS_MAX)
		return err;
	return fault_setf(fault, REASON_QUOTA_FULL, NULL, NULL, "delete one that is not used",
		"there are %u access keys already", (unsigned int)KEYS_MAX);
}

static int create_access_key(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(access_key) struct access_key *key = NULL;
	json_t *entry;
	int err = given_new(api, request, KIND_ACCESS_KEY, &key, fault);

	if (!err)
		err = check_policy(key, fault);
	if (!err)
		err = guard_take(api, change, GUARD);
	if (!err)
		err = check_room(api, fault);
	if (err)
		return err;
	keys_fill(key, request->now_ms);
	change->resource_id = xstrdup(key->meta.id);
	change_put(change, api, KIND_ACCESS_KEY, key);
	entry = add_described(key, answer);
	answer_text(entry, "AccessKeySecret", (const char *)key->secret->bytes);
	return 0;
}

static int list_access_keys(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	json_t *list = json_array();
	int err = find_all(api, KIND_ACCESS_KEY, NULL, NULL, &found);

	(void)request;
	(void)change;
	(void)fault;
	for (size_t i = 0; i < found.len; i++) {
		json_t *entry = json_object();

		describe(found.items[i].resource, entry);
		json_array_append_new(list, entry);
	}
	json_object_set_new(answer, "AccessKeys", json_pack("{s:o}", "AccessKey", list));
	return err;
}

static int update_access_key(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(access_key) struct access_key *before = NULL, *key = NULL;
	const char *status = params_get(&request->params, "Status");
	int err = find_key(api, request, &before, fault);

	if (err)
		return err;
	key = resource_dup(KIND_ACCESS_KEY, before);
	change->resource_id = xstrdup(key->meta.id);
	err = given_fields(request, KIND_ACCESS_KEY, key, fault);
	if (!err)
		err = check_policy(key, fault);
	if (err)
		return err;
	if (status && *status)
		key->enabled = !strcmp(status, statuses[0]);
	err = guard_take(api, change, GUARD);
	if (!err && !opens_all(key))
		err = check_last(api, request, before, fault);
	if (err)
		return err;
	change_replace(change, api, KIND_ACCESS_KEY, before, key);
	(void)add_described(key, answer);
	return 0;
}

static int delete_access_key(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(access_key) struct access_key *key = NULL;
	int err = find_key(api, request, &key, fault);

	(void)answer;
	if (err)
		return err;
	change->resource_id = xstrdup(key->meta.id);
	err = guard_take(api, change, GUARD);
	if (!err)
		err = check_last(api, request, key, fault);
	if (!err)
		change_delete(change, KIND_ACCESS_KEY, key);
	return err;
}

#define POLICY_DOC                                                                                 \
	"What it may do, a comma list: `administrator`, `read-only`, `read-secrets` (pre-shared "  \
	"and BGP keys stand clear in answers), patterns of actions such as `Describe*`, "          \
	"`vpc:*VpnConnection`."
#define KEY_ROW                                                                                    \
	{                                                                                          \
		.name = "UserAccessKeyId", .required = true,                                       \
		.doc = "The key; not the one that signs, unless it is the same."                   \
	}
#define TEXT_ROWS                                                                                  \
	{ .name = "Name", .doc = "Whose key it is." },                                             \
	{                                                                                          \
		.name = "Description", .doc = "What it is for."                                    \
	}

static const struct parameter create_parameters[] = {
	{ .name = "Policy", .required = true, .doc = POLICY_DOC },
	TEXT_ROWS,
	{},
};

static const struct parameter update_parameters[] = {
	KEY_ROW,
	{ .name = "Status", .values = statuses, .doc = "Inactive: its requests are refused." },
	{ .name = "Policy", .doc = POLICY_DOC },
	TEXT_ROWS,
	{},
};

static const struct parameter key_parameters[] = { KEY_ROW, {} };
static const struct parameter no_parameters[] = { {} };

const struct action access_key_actions[] = {
	{ "CreateAccessKey", API_VERSION_VPNGW, true, create_parameters, create_access_key,
		"Makes an access key. The secret is in this answer only.", true },
	{ "ListAccessKeys", API_VERSION_VPNGW, false, no_parameters, list_access_keys,
		"All access keys, without their secrets.", true },
	{ "UpdateAccessKey", API_VERSION_VPNGW, true, update_parameters, update_access_key,
		"Enables, disables, renames a key or gives it another policy, from the next "
		"request on. What is left out stays.",
		true },
	{ "DeleteAccessKey", API_VERSION_VPNGW, true, key_parameters, delete_access_key,
		"Deletes a key. Its next request is refused, also on a connection that is open.",
		true },
	{},
};
