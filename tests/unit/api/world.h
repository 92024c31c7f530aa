/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server's inside for unit tests: an empty memory store, a fresh vault, one region.
 */
#pragma once

#include "api/action.h"
#include "base/loop.h"

#include <stdio.h>
#include <unistd.h>

struct test_world {
	struct api api;
	struct config config;
	struct config_region region;
	char *groups[2];
	char dir[32];
};

static inline void test_world_init(struct test_world *world)
{
	static char region[] = "cn-test", group[] = "rg-default";
	char key_file[64];

	*world = (struct test_world){ .region = { .id = region, .local_name = region },
		.groups = { group, NULL },
		.dir = "/tmp/vpngw-unit-XXXXXX" };
	assert_non_null(mkdtemp(world->dir));
	snprintf(key_file, sizeof(key_file), "%s/key", world->dir);
	world->config = (struct config){ .regions = &world->region,
		.regions_len = 1,
		.resource_groups = world->groups,
		.state_dir = world->dir };
	world->api.config = &world->config;
	world->api.loop = loop_new();
	assert_int_equal(vault_open(key_file, true, &world->api.vault), 0);
	assert_int_equal(store_open_memory(world->api.loop, &world->api.store), 0);
	world->api.snapshot = snapshot_new(world->api.store);
	unlink(key_file);
}

static inline void test_world_done(struct test_world *world)
{
	char path[64];

	snapshot_free(world->api.snapshot);
	store_free(world->api.store);
	vault_free(world->api.vault);
	loop_free(world->api.loop);
	snprintf(path, sizeof(path), "%s/first-access-key", world->dir);
	unlink(path);
	assert_int_equal(rmdir(world->dir), 0);
}
