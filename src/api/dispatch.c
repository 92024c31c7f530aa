/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one action. A handler proposes a change under the conditions it read; when another commit
 * came first it is run again on the newer store, so callers never see a conflict.
 */
#include "api/dispatch.h"

#include "api/check.h"
#include "api/permit.h"
#include "api/rendered.h"
#include "api/token.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A few are enough for one server; of several on one store each loses every other race. */
#define ATTEMPTS 64

static int check_region(const struct api *api, const struct request *request, struct fault *fault)
{
	const char *region = params_get(&request->params, "RegionId");
	char remedy[96];

	if (!region || !*region)
		return 0;
	for (size_t i = 0; i < api->config->regions_len; i++)
		if (!strcmp(api->config->regions[i].id, region))
			return 0;
	snprintf(remedy, sizeof(remedy), "use %.64s; DescribeRegions lists all",
		api->config->regions[0].id);
	return fault_set(fault, REASON_REGION_NOT_FOUND, "RegionId", region,
		"must be a region of this server", remedy);
}

/* One run of the handler and, for writes, one commit. -ESTALE: run again. */
static int attempt(const struct api *api, const struct request *request, bool is_dry_run,
	struct change *change, json_t *answer, struct fault *fault)
{
	const char *token = params_get(&request->params, "ClientToken");
	bool has_token = request->action->is_write && token && *token;
	uint64_t token_revision = 0;
	int err = snapshot_sync(api->snapshot);

	if (err < 0)
		return err;
	err = -ENOENT;
	if (has_token)
		err = token_find(api, request, token, answer, &token_revision, fault);
	if (err != -ENOENT)
		return err;
	err = request->action->handle(api, request, change, answer, fault);
	if (err < 0)
		return err;
	if (is_dry_run)
		return fault_set(fault, REASON_DRY_RUN, NULL, NULL, NULL, NULL);
	if (!request->action->is_write)
		return 0;
	if (has_token)
		token_put(api, request, token, answer, token_revision, change);
	return change->len ? store_commit(api->store, change->ops, change->len, NULL, NULL) : 0;
}

static int run(const struct api *api, const struct request *request, struct outcome *ret)
{
	bool is_dry_run;
	int err = check_parameters(request->action, &request->params, &ret->fault);

	if (!err)
		err = check_region(api, request, &ret->fault);
	if (!err)
		err = check_bool(&request->params, "DryRun", &is_dry_run, &ret->fault);
	if (err < 0)
		return err;
	for (int i = 0; i < ATTEMPTS; i++) {
		struct change change = { 0 };
		json_t *answer = json_object();

		ret->fault = (struct fault){ 0 };
		if (request->rendered)
			rendered_list_clear(request->rendered);
		err = attempt(api, request, is_dry_run, &change, answer, &ret->fault);
		free(ret->resource_id);
		ret->resource_id = TAKE_PTR(change.resource_id);
		change_clear(&change);
		if (!err) {
			ret->answer = answer;
			return 0;
		}
		json_decref(answer);
		if (err != -ESTALE)
			return err;
	}
	return -EBUSY;
}

static bool is_temporary(int err)
{
	return err == -EAGAIN || err == -ENOSPC || err == -EDQUOT || err == -EBUSY;
}

void dispatch(const struct api *api, struct request *request, const char *version, const char *name,
	struct outcome *ret)
{
	enum reason reason = REASON_NONE;
	int err;

	*ret = (struct outcome){ 0 };
	request->action = action_find(version, name, &reason);
	if (!request->action) {
		(void)fault_set(&ret->fault, reason,
			reason == REASON_VERSION_UNKNOWN ? "Version" : "Action",
			reason == REASON_VERSION_UNKNOWN ? version : name, NULL, NULL);
		return;
	}
	err = permit_check(request, &ret->fault);
	if (!err)
		err = run(api, request, ret);
	if (!err)
		permit_mask(request, ret->answer);
	if (request->rendered)
		request->rendered->shows_secrets = permit_shows_secrets(request);
	if (!err || (err == -EINVAL && ret->fault.reason != REASON_NONE))
		return;
	(void)fault_set(&ret->fault, is_temporary(err) ? REASON_UNAVAILABLE : REASON_INTERNAL, NULL,
		NULL, NULL, NULL);
	log_err("an action failed action=%s request=%s error=\"%s\"", name, request->request_id,
		strerror(-err));
}

void outcome_clear(struct outcome *outcome)
{
	json_decref(outcome->answer);
	free(outcome->resource_id);
	*outcome = (struct outcome){ 0 };
}
