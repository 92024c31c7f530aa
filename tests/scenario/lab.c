/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds, runs, kills. The wiring is what the agent's main does, with the fakes in place of
 * sockets.
 */
#include "scenario/lab.h"

#include "base/loop.h"
#include "reconcile/connection_log.h"
#include "reconcile/reconciler.h"
#include "resource/vault.h"
#include "scenario/virtual_clock.h"
#include "store/log.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define RESYNC_MS 300000

struct lab {
	struct virtual_clock *virtual_clock;
	struct clock clock;
	struct loop *loop; /* for the store's watch only */
	struct store *store;
	struct vault *vault;
	struct secret *fingerprint_key;
	struct effects effects;
	struct fake_parts *net, *esp;
	struct fake_charon *charon;
	/* the agent */
	struct connection_log *log;
	struct world *world;
	struct ike *ike;
	struct reconciler *reconciler;
	struct driver_use drivers[3];
};

static void mark(void *arg, enum kind kind, const char *id)
{
	struct lab *lab = arg;

	reconciler_mark(lab->reconciler, kind, id);
}

static void start_agent(struct lab *lab)
{
	struct ike_parts parts = {
		.clock = &lab->clock,
		.vici = fake_charon_vici(lab->charon),
		.peers = fake_charon_peers(lab->charon),
		.fingerprint_key = lab->fingerprint_key,
		.mark = mark,
		.mark_arg = lab,
	};
	struct reconciler_settings settings = {
		.store = lab->store,
		.clock = &lab->clock,
		.drivers = lab->drivers,
		.drivers_len = ARRAY_LEN(lab->drivers),
		.resync_ms = RESYNC_MS,
	};

	lab->log = connection_log_new(lab->store, &lab->clock);
	parts.log = settings.log = lab->log;
	lab->world = world_new(lab->vault);
	parts.world = lab->world;
	settings.world = lab->world;
	lab->ike = ike_new(&parts);
	lab->drivers[0] = (struct driver_use){ &fake_net_driver, lab->net };
	lab->drivers[1] = (struct driver_use){ &fake_esp_driver, lab->esp };
	lab->drivers[2] = (struct driver_use){ &ike_driver, lab->ike };
	lab->reconciler = reconciler_new(&settings);
	fake_charon_attach(lab->charon, lab->ike);
	reconciler_start(lab->reconciler);
}

static void kill_agent(struct lab *lab)
{
	fake_charon_attach(lab->charon, NULL);
	fake_parts_forget_callers(lab->net);
	fake_parts_forget_callers(lab->esp);
	ike_free(lab->ike);
	reconciler_free(lab->reconciler);
	connection_log_free(lab->log);
	world_free(lab->world);
}

struct lab *lab_new(const char *key_file, uint32_t kill_at)
{
	static const uint8_t key[32] = { 1, 2, 3 };
	struct lab *lab = xcalloc(1, sizeof(*lab));

	lab->virtual_clock = virtual_clock_new();
	lab->clock = virtual_clock_of(lab->virtual_clock);
	lab->loop = loop_new();
	lab->effects.kill_at = kill_at;
	lab->fingerprint_key = secret_new(key, sizeof(key));
	if (store_open_memory(lab->loop, &lab->store) < 0 ||
		vault_open(key_file, true, &lab->vault) < 0)
		abort();
	lab->net = fake_parts_new(&lab->clock, &lab->effects);
	lab->esp = fake_parts_new(&lab->clock, &lab->effects);
	lab->charon = fake_charon_new(&lab->clock, &lab->effects);
	start_agent(lab);
	return lab;
}

void lab_free(struct lab *lab)
{
	kill_agent(lab);
	fake_charon_free(lab->charon);
	fake_parts_free(lab->net);
	fake_parts_free(lab->esp);
	store_free(lab->store);
	vault_free(lab->vault);
	loop_free(lab->loop);
	secret_free(lab->fingerprint_key);
	virtual_clock_free(lab->virtual_clock);
	free(lab);
}

void lab_restart_agent(struct lab *lab)
{
	kill_agent(lab);
	start_agent(lab);
}

bool lab_run(struct lab *lab, int64_t duration_ms)
{
	int64_t until_ms = virtual_clock_ms(lab->virtual_clock) + duration_ms;
	bool was_killed = false;
	uint32_t steps = 0;

	do {
		/* The store tells its watchers on the loop. */
		for (int i = 0; i < 2; i++)
			loop_run_once(lab->loop, 0);
		if (lab->effects.kill_is_due) {
			lab->effects.kill_is_due = false;
			lab_restart_agent(lab);
			was_killed = true;
		}
		/* A loop without an end in the engine would not move the time. */
		assert(++steps < 1000000);
	} while (virtual_clock_step(lab->virtual_clock, until_ms));
	return was_killed;
}

int64_t lab_wall_ms(const struct lab *lab)
{
	return lab->clock.wall_ms(lab->clock.ctx);
}

void lab_wake(struct lab *lab, uint32_t number)
{
	ike_wake(lab->ike, number);
}

void lab_reconnect(struct lab *lab)
{
	ike_peers_ready(lab->ike);
}

void lab_reset(struct lab *lab, const char *id)
{
	ike_reset(lab->ike, id);
}

static void commit(struct lab *lab, enum kind kind, const char *id, const char *value)
{
	AUTO_FREE char *key = xasprintf("desired/%s/%s", kind_info(kind)->name, id);
	struct store_op op = {
		.key = key,
		.value = value,
		.value_size = value ? strlen(value) : 0,
		.expected = STORE_ANY,
	};

	if (store_commit(lab->store, &op, 1, NULL, NULL) < 0)
		abort();
}

void lab_put(struct lab *lab, enum kind kind, const void *resource)
{
	json_t *document = resource_encode(kind, resource, lab->vault);
	AUTO_FREE char *text = json_dumps(document, JSON_SORT_KEYS);

	json_decref(document);
	commit(lab, kind, ((const struct resource *)resource)->id, text);
}

void lab_put_broken(struct lab *lab, enum kind kind, const char *id)
{
	commit(lab, kind, id, "{\"Nobody\": \"knows this\"}");
}

void lab_delete(struct lab *lab, enum kind kind, const char *id)
{
	commit(lab, kind, id, NULL);
}

void *lab_get(struct lab *lab, enum kind kind, const char *id)
{
	AUTO_FREE char *key = xasprintf("desired/%s/%s", kind_info(kind)->name, id);
	struct store_entry entry;
	struct fault fault;
	json_t *document;
	void *resource;

	if (store_get(lab->store, key, &entry) < 0)
		return NULL;
	document = json_loads(entry.value, 0, NULL);
	resource = resource_new(kind);
	if (resource_decode(kind, document, lab->vault, resource, &fault) < 0)
		abort();
	json_decref(document);
	store_entry_clear(&entry);
	return resource;
}

uint64_t lab_revision(struct lab *lab, enum kind kind, const char *id)
{
	AUTO_FREE char *key = xasprintf("desired/%s/%s", kind_info(kind)->name, id);
	struct store_entry entry;
	uint64_t revision;

	if (store_get(lab->store, key, &entry) < 0)
		return 0;
	revision = entry.revision;
	store_entry_clear(&entry);
	return revision;
}

int lab_status(struct lab *lab, enum kind kind, const char *id, struct status *ret)
{
	AUTO_FREE char *key = xasprintf("status/%s/%s", kind_info(kind)->name, id);
	struct store_entry entry;
	json_t *document;
	int err = store_get(lab->store, key, &entry);

	if (err < 0)
		return err;
	document = json_loads(entry.value, 0, NULL);
	store_entry_clear(&entry);
	err = status_decode(document, ret);
	json_decref(document);
	return err;
}

uint32_t lab_events(struct lab *lab, const char *id, const char *type, const char *text)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", id);
	struct store_log_query query = { .key = key, .to_ms = INT64_MAX, .max = UINT32_MAX };
	struct store_log_entries found;
	uint32_t count = 0;

	if (store_log_read(lab->store, &query, &found) < 0)
		abort();
	for (size_t i = 0; i < found.len; i++)
		count += strcmp(found.items[i].type, type) == 0 &&
			 strstr(found.items[i].text, text) != NULL;
	store_log_entries_clear(&found);
	return count;
}

struct fake_charon *lab_charon(struct lab *lab)
{
	return lab->charon;
}

struct fake_parts *lab_net(struct lab *lab)
{
	return lab->net;
}

struct fake_parts *lab_esp(struct lab *lab)
{
	return lab->esp;
}

const struct effects *lab_effects(const struct lab *lab)
{
	return &lab->effects;
}
