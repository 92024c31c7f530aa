/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building the server the examples come from. Its quotas are so low that a short script meets them.
 */
#include "api/refusals_server.h"

#include "api/refusals_script.h"
#include "base/instant.h"
#include "base/loop.h"
#include "resource/policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NONCES 2 /* the next one is too many */
#define BURST 16
#define HOUR_MS 3600000

struct refusals_server {
	struct service service;
	struct config *config;
};

const char refusals_secret[] = "example";

/* The vault wants a key file; it is gone as soon as it was read. */
static int open_vault(struct vault **ret)
{
	char folder[] = "/tmp/vpngw-reference-XXXXXX";
	AUTO_FREE char *path = NULL;
	int err;

	if (!mkdtemp(folder))
		return -errno;
	path = xasprintf("%s/key", folder);
	err = vault_open(path, true, ret);
	(void)unlink(path);
	(void)rmdir(folder);
	return err;
}

static int open_config(struct refusals_server *server)
{
	AUTO_FREE char *text = xstrdup(config_example());
	AUTO_FREE char *message = NULL;
	int err = config_parse("example", text, &server->config, &message);

	if (err)
		return err;
	server->config->quotas.vpn_gateways = 1;
	server->config->quotas.pbr_route_entries_per_gateway = 1;
	server->service.api.config = server->config;
	return 0;
}

static void add_key(const struct api *api, struct change *change, const char *id,
	const char *policy, bool is_enabled)
{
	struct access_key *key = resource_new(KIND_ACCESS_KEY);

	resource_set_defaults(KIND_ACCESS_KEY, key);
	free(key->meta.id);
	key->meta.id = xstrdup(id);
	key->secret = secret_new(refusals_secret, strlen(refusals_secret));
	free(key->policy);
	key->policy = xstrdup(policy);
	key->enabled = is_enabled;
	change_put(change, api, KIND_ACCESS_KEY, key);
	resource_free(KIND_ACCESS_KEY, key);
}

static int fill_store(const struct api *api)
{
	static const char broken[] = "not JSON";
	struct change change = {};
	int err;

	add_key(api, &change, REFUSAL_KEY_ID, POLICY_ADMINISTRATOR, true);
	add_key(api, &change, REFUSAL_OLD_KEY_ID, POLICY_ADMINISTRATOR, false);
	add_key(api, &change, REFUSAL_READER_KEY_ID, "read-only", true);
	add_key(api, &change, REFUSAL_BUSY_KEY_ID, POLICY_ADMINISTRATOR, true);
	change_op(&change, &(struct store_op){ .key = "desired/vpc/" REFUSAL_BROKEN_VPC,
				   .value = broken,
				   .value_size = strlen(broken) });
	err = store_commit(api->store, change.ops, change.len, NULL, NULL);
	change_clear(&change);
	return err;
}

/* In an hour's time, so that nothing runs in again while the script does. */
static void exhaust(struct buckets *buckets, const char *key_id)
{
	int64_t later_ms = wall_now_ms() + HOUR_MS;

	while (!buckets_take(buckets, key_id, later_ms))
		;
}

int refusals_server_new(struct refusals_server **ret)
{
	CLEANUP(refusals_server_freep) struct refusals_server *server = xcalloc(1, sizeof(*server));
	struct api *api = &server->service.api;
	int err = open_config(server);

	api->loop = loop_new();
	if (!err)
		err = open_vault(&api->vault);
	if (!err)
		err = store_open_memory(api->loop, &api->store);
	if (!err)
		api->snapshot = snapshot_new(api->store);
	if (!err)
		err = fill_store(api);
	if (err)
		return err;
	server->service.authenticator = (struct authenticator){
		.api = api, .nonces = nonces_new(NONCES), .requests = buckets_new(1, BURST)
	};
	exhaust(server->service.authenticator.requests, REFUSAL_BUSY_KEY_ID);
	*ret = TAKE_PTR(server);
	return 0;
}

void refusals_server_free(struct refusals_server *server)
{
	nonces_free(server->service.authenticator.nonces);
	buckets_free(server->service.authenticator.requests);
	snapshot_free(server->service.api.snapshot);
	store_free(server->service.api.store);
	vault_free(server->service.api.vault);
	loop_free(server->service.api.loop);
	config_free(server->config);
	free(server);
}

struct service *refusals_server_service(struct refusals_server *server)
{
	return &server->service;
}
