/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver contract over the running checks. They live in this process only: after a restart of
 * the agent they start anew, and until the first answer the routes stay as they are.
 */
#include "drivers/health/health.h"

#include "drivers/health/probe.h"

#include "base/instant.h"
#include "reconcile/later.h"

#include <errno.h>
#include <string.h>

struct health {
	struct health_parts parts;
	struct probe *probes; /* by the number of their connection */
};

static void add_item(struct items *items, const char *id, const struct probe_settings *settings)
{
	items_add_take(items, (struct item){ .key = xstrdup(id),
				      .owner = xstrdup(id),
				      .data = xmemdup(settings, sizeof(*settings)),
				      .free_data = free });
}

static void want_one(const struct vpn_connection *connection, struct items *ret)
{
	const struct health_check_config *config = &connection->health_check_config;

	if (config->enable)
		add_item(ret, connection->meta.id,
			&(struct probe_settings){ .number = connection->number,
				.dip = config->dip,
				.sip = config->sip,
				.interval_s = config->interval,
				.retry = config->retry });
}

static int want(const struct world *world, const struct scope *scope, struct items *ret)
{
	const void *const *all;
	const void *one;
	size_t len;

	if (scope->id) {
		one = scope->kind == KIND_VPN_CONNECTION ? world_get(world, scope->kind, scope->id)
							 : NULL;
		if (one)
			want_one(one, ret);
		return 0;
	}
	all = world_list(world, KIND_VPN_CONNECTION, &len);
	for (size_t i = 0; i < len; i++)
		want_one(all[i], ret);
	return 0;
}

/* A check whose device was made anew hears nothing any more. */
static void see(const struct health *health, const struct probe *probe, struct items *ret)
{
	struct probe_settings settings = probe->settings;
	const struct device_port *devices = &health->parts.devices;

	if (probe->fd < 0)
		return;
	if (devices->generation(devices->ctx, settings.number) != settings.generation)
		settings.generation = 0;
	add_item(ret, probe->id, &settings);
}

static int observe(void *ctx, const struct scope *scope,
	void (*done)(void *arg, int err, struct items *seen), void *arg)
{
	struct health *health = ctx;
	struct items seen = { 0 };

	for (const struct probe *probe = health->probes; probe; probe = probe->hh.next)
		if (!scope->id ||
			(scope->kind == KIND_VPN_CONNECTION && strcmp(probe->id, scope->id) == 0))
			see(health, probe, &seen);
	items_sort(&seen);
	observed_later(health->parts.loop, done, arg, 0, &seen);
	return 0;
}

static bool same(const struct item *want, const struct item *seen)
{
	const struct probe_settings *a = want->data, *b = seen->data;

	return b->generation && a->number == b->number && addr_equal(a->dip, b->dip) &&
	       addr_equal(a->sip, b->sip) && a->interval_s == b->interval_s && a->retry == b->retry;
}

static struct probe *find(const struct health *health, uint32_t number)
{
	struct probe *probe;

	HASH_FIND(hh, health->probes, &number, sizeof(number), probe);
	return probe;
}

static void remove_probe(struct health *health, uint32_t number)
{
	struct probe *probe = find(health, number);

	if (!probe)
		return;
	HASH_DEL(health->probes, probe);
	probe_free(probe);
	health->parts.changed(health->parts.arg, number);
}

static int start(struct health *health, const char *id, const struct probe_settings *settings)
{
	const struct vpn_connection *connection =
		world_get(health->parts.world, KIND_VPN_CONNECTION, id);
	struct probe *probe = find(health, settings->number);
	int err;

	if (!connection)
		return -ENOENT;
	if (!probe) {
		probe = probe_new(&health->parts, id);
		probe->settings.number = settings->number;
		HASH_ADD(hh, health->probes, settings.number, sizeof(settings->number), probe);
	}
	err = probe_start(probe, connection, settings);
	/* One that never ran is not seen, so nobody would remove it. */
	if (probe->fd < 0) {
		HASH_DEL(health->probes, probe);
		probe_free(probe);
	}
	return err;
}

static int apply(void *ctx, const struct item *want_item, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg)
{
	struct health *health = ctx;
	const struct fault no_fault = { 0 };
	int err = 0;

	if (want_item)
		err = start(health, want_item->key, want_item->data);
	else
		remove_probe(health, ((const struct probe_settings *)seen->data)->number);
	applied_later(health->parts.loop, done, arg, err, &no_fault);
	return 0;
}

static void report(void *ctx, const struct world *world, const struct scope *scope,
	const struct items *seen, struct status *status)
{
	const struct health *health = ctx;
	const struct vpn_connection *connection;
	const struct probe *probe;
	char dip[ADDR_TEXT_SIZE];
	AUTO_FREE char *message = NULL;
	bool is_good;

	(void)seen;
	if (scope->kind != KIND_VPN_CONNECTION)
		return;
	connection = world_get(world, scope->kind, scope->id);
	if (!connection || !connection->health_check_config.enable)
		return;
	probe = find(health, connection->number);
	if (probe && probe->check.state == CHECK_UNKNOWN &&
		health->parts.carries(health->parts.arg, connection->number) != 0) {
		status->conditions[CONDITION_HEALTH].is_kept = true;
		return;
	}
	is_good = probe && probe->check.state == CHECK_SUCCESS;
	addr_format(connection->health_check_config.dip, dip);
	message = probe && probe->check.state == CHECK_FAILED
			  ? xasprintf("%s did not answer %u probes in a row", dip,
				    (unsigned int)connection->health_check_config.retry)
			  : xasprintf("%s has not answered a probe yet", dip);
	status_set(status, CONDITION_HEALTH, is_good, is_good ? REASON_NONE : REASON_HEALTH_CHECK,
		is_good ? "" : message, (uint64_t)wall_now_ms());
}

const struct driver health_driver = {
	.name = "health",
	.kinds = DRIVER_SERVES(KIND_VPN_CONNECTION),
	.want = want,
	.observe = observe,
	.same = same,
	.apply = apply,
	.report = report,
};

struct health *health_new(const struct health_parts *parts)
{
	struct health *health = xcalloc(1, sizeof(*health));

	health->parts = *parts;
	return health;
}

void health_free(struct health *health)
{
	struct probe *probe, *next;

	if (!health)
		return;
	HASH_ITER (hh, health->probes, probe, next) {
		HASH_DEL(health->probes, probe);
		probe_free(probe);
	}
	free(health);
}

int health_allows(const struct health *health, uint32_t number)
{
	const struct probe *probe = find(health, number);
	const struct vpn_connection *connection =
		world_connection_by_number(health->parts.world, number);

	if (!connection || !connection->health_check_config.enable ||
		connection->health_check_config.policy == POLICY_RESERVE_ROUTE)
		return 1;
	if (!probe || probe->check.state == CHECK_UNKNOWN)
		return -EAGAIN;
	return probe->check.state == CHECK_SUCCESS;
}

struct mono health_last_answer(const struct health *health, uint32_t number)
{
	const struct probe *probe = find(health, number);

	return probe ? probe->answered_at : (struct mono){ 0 };
}

void health_carrying_changed(struct health *health, uint32_t number)
{
	struct probe *probe = find(health, number);

	if (probe && probe->fd >= 0)
		probe_tunnel_changed(probe);
}
