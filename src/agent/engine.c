/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Order of creation: a VPC's namespace and devices (net), then what vpngw-espd gets (esp), then
 * charon (ike), then the probes through the tunnels (health), at last BIRD's sessions (bgp);
 * removal goes the other way.
 */
#include "agent/engine.h"

#include "agent/absent.h"
#include "drivers/bgp/bgp.h"
#include "drivers/esp/esp.h"
#include "drivers/health/health.h"
#include "drivers/ike/service.h"
#include "drivers/net/net.h"
#include "reconcile/connection_log.h"
#include "reconcile/failover.h"
#include "reconcile/reconciler.h"

#include <errno.h>

#define LOSS_MS 5000 /* what an end of vpngw-espd takes is seen within it */

struct engine {
	struct clock clock;
	struct world *world;
	struct connection_log *log; /* NULL in a removal */
	struct net *net;
	struct esp *esp;
	struct ike_service *ike;
	struct health *health;
	struct failover *failover; /* NULL in a removal */
	struct bgp *bgp;
	struct driver_use drivers[5]; /* in the order of creation */
	struct absent absent[2];      /* around those with a program behind, in a removal */
	struct reconciler *reconciler;
};

static void mark(void *arg, enum kind kind, const char *id)
{
	struct engine *engine = arg;

	if (engine->reconciler)
		reconciler_mark(engine->reconciler, kind, id);
}

static void wake(void *arg, uint32_t number)
{
	struct engine *engine = arg;

	if (engine->ike)
		ike_wake(ike_service_driver_ctx(engine->ike), number);
}

/* net and esp know each other's state only through here; esp comes later and goes earlier. */
static int carries(void *arg, uint32_t number)
{
	const struct engine *engine = arg;

	return engine->esp ? esp_carries(engine->esp, number) : -EAGAIN;
}

/* SAs alone are not enough where a health check says that nothing comes back. */
static int may_carry(void *arg, uint32_t number)
{
	const struct engine *engine = arg;
	int err = carries(arg, number);

	return err == 1 && engine->health ? health_allows(engine->health, number) : err;
}

static void tell_failover(struct engine *engine, uint32_t number)
{
	if (engine->failover)
		failover_changed(engine->failover, number);
}

static void routed(void *arg)
{
	tell_failover(arg, 0);
}

static void carrying_changed(void *arg, uint32_t number)
{
	struct engine *engine = arg;

	tell_failover(engine, number);
	net_carrying_changed(engine->net, number);
	if (engine->health)
		health_carrying_changed(engine->health, number);
	if (engine->bgp)
		bgp_carrying_changed(engine->bgp, number);
}

static void health_changed(void *arg, uint32_t number)
{
	struct engine *engine = arg;

	tell_failover(engine, number);
	net_carrying_changed(engine->net, number);
}

/* Why a connection's routes are not used any more: what it failed first counts. */
static enum reason loss_cause(
	void *arg, const struct vpn_connection *connection, struct mono *ret_proof)
{
	const struct engine *engine = arg;

	if (engine->health && health_allows(engine->health, connection->number) == 0) {
		*ret_proof = health_last_answer(engine->health, connection->number);
		return REASON_HEALTH_CHECK;
	}
	if (!engine->esp || esp_was_lost_within(engine->esp, LOSS_MS))
		return REASON_DATA_PLANE_LOST;
	return engine->ike ? ike_loss(ike_service_driver_ctx(engine->ike), connection->meta.id)
			   : REASON_CHARON_GONE;
}

static void traffic_seen(void *arg, uint64_t ticket, const struct esp_traffic *seen)
{
	struct engine *engine = arg;
	struct failover_traffic traffic = { 0 };

	if (seen)
		traffic = (struct failover_traffic){ .last_in_ms = seen->last_in_ms,
			.unanswered = seen->unanswered };
	if (engine->failover)
		failover_traffic_seen(engine->failover, ticket, &traffic);
}

static void ask_traffic(void *arg, uint32_t number, uint64_t ticket)
{
	struct engine *engine = arg;

	if (engine->esp)
		esp_ask_traffic(engine->esp, number, traffic_seen, engine, ticket);
}

static void reset_tunnel(void *arg, const char *id)
{
	struct engine *engine = arg;

	if (engine->ike)
		ike_reset(ike_service_driver_ctx(engine->ike), id);
}

static int tunnel_run(void *ctx, const struct vpn_connection *connection,
	int (*call)(void *arg, const char *interface), void *arg)
{
	return net_tunnel_run(ctx, connection, call, arg);
}

static int tunnel_fd(void *ctx, uint32_t number)
{
	return net_tunnel_fd(ctx, number);
}

static uint64_t tunnel_generation(void *ctx, uint32_t number)
{
	return net_tunnel_generation(ctx, number);
}

static void tunnel_adopt_take(void *ctx, uint32_t number, int fd)
{
	net_tunnel_adopt_take(ctx, number, fd);
}

static void tunnels_all_adopted(void *ctx)
{
	net_tunnels_all_adopted(ctx);
}

static int start_net(struct engine *engine, const struct engine_settings *settings)
{
	return net_new(&(struct net_parts){ .loop = settings->loop,
			       .world = engine->world,
			       .mark = mark,
			       .mark_arg = engine,
			       .carries = may_carry,
			       .carries_arg = engine,
			       .routed = routed,
			       .routed_arg = engine },
		&engine->net);
}

static void start_esp(struct engine *engine, const struct engine_settings *settings)
{
	AUTO_FREE char *path = config_path(settings->config->run_dir, "espd/agent.sock");

	engine->esp = esp_new(&(struct esp_parts){ .loop = settings->loop,
		.socket_path = path,
		.world = engine->world,
		.store = settings->is_removal ? NULL : settings->store,
		.log = engine->log,
		.tunnels = { tunnel_fd, tunnel_generation, tunnel_adopt_take, tunnels_all_adopted,
			engine->net },
		.mark = mark,
		.mark_arg = engine,
		.wake = wake,
		.wake_arg = engine,
		.carrying_changed = carrying_changed,
		.all_changed = routed,
		.carrying_arg = engine });
}

static void start_ike(struct engine *engine, const struct engine_settings *settings)
{
	AUTO_FREE char *vici = config_path(settings->config->run_dir, "charon/vici.sock");
	AUTO_FREE char *alert = config_path(settings->config->run_dir, "charon/agent.sock");

	engine->ike = ike_service_new(&(struct ike_service_settings){ .loop = settings->loop,
		.clock = &engine->clock,
		.world = engine->world,
		.log = engine->log,
		.vici_path = vici,
		.alert_path = alert,
		.fingerprint_key = settings->fingerprint_key,
		.mark = mark,
		.mark_arg = engine });
}

static void start_health(struct engine *engine, const struct engine_settings *settings)
{
	engine->health = health_new(&(struct health_parts){ .loop = settings->loop,
		.clock = &engine->clock,
		.world = engine->world,
		.devices = { tunnel_run, tunnel_generation, engine->net },
		.carries = carries,
		.mark = mark,
		.changed = health_changed,
		.reset = reset_tunnel,
		.arg = engine });
}

static void start_failover(struct engine *engine, const struct engine_settings *settings)
{
	engine->failover = failover_new(&(struct failover_parts){ .clock = &engine->clock,
		.world = engine->world,
		.store = settings->store,
		.log = engine->log,
		.carries = may_carry,
		.cause = loss_cause,
		.traffic = ask_traffic,
		.arg = engine });
}

static int key_failures(void *arg, const char *vpc_id, uint64_t *ret)
{
	const struct engine *engine = arg;

	return net_key_failures(engine->net, vpc_id, ret);
}

static void start_bgp(struct engine *engine, const struct engine_settings *settings)
{
	AUTO_FREE char *dir = config_path(settings->config->run_dir, "bird");

	engine->bgp = bgp_new(&(struct bgp_parts){ .loop = settings->loop,
		.clock = &engine->clock,
		.world = engine->world,
		.dir = dir,
		.group = settings->config->bird_gid,
		.carries = carries,
		.may_carry = may_carry,
		.key_failures = key_failures,
		.mark = mark,
		.arg = engine });
}

static void start_reconciler(struct engine *engine, const struct engine_settings *settings)
{
	engine->drivers[0] = (struct driver_use){ &net_driver, engine->net };
	engine->drivers[1] = (struct driver_use){ &esp_driver, engine->esp };
	engine->drivers[2] =
		(struct driver_use){ &ike_driver, ike_service_driver_ctx(engine->ike) };
	engine->drivers[3] = (struct driver_use){ &health_driver, engine->health };
	engine->drivers[4] = (struct driver_use){ &bgp_driver, engine->bgp };
	for (size_t i = 0; settings->is_removal && i < ARRAY_LEN(engine->absent); i++) {
		struct driver_use *use = &engine->drivers[i + 1];
		struct absent *absent = &engine->absent[i];

		absent_init(absent, settings->loop, use->driver, use->ctx);
		*use = (struct driver_use){ &absent->driver, absent };
	}
	engine->reconciler = reconciler_new(&(struct reconciler_settings){ .store = settings->store,
		.log = engine->log,
		.world = engine->world,
		.clock = &engine->clock,
		.drivers = engine->drivers,
		.drivers_len = ARRAY_LEN(engine->drivers) });
	reconciler_start(engine->reconciler);
}

int engine_new(const struct engine_settings *settings, struct engine **ret)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));
	int err;

	engine->clock = clock_of_loop(settings->loop);
	engine->world = world_new(settings->vault);
	if (!settings->is_removal)
		engine->log = connection_log_new(settings->store, &engine->clock);
	err = start_net(engine, settings);
	if (err < 0) {
		engine_free(engine);
		return err;
	}
	start_esp(engine, settings);
	start_ike(engine, settings);
	start_health(engine, settings);
	start_bgp(engine, settings);
	if (!settings->is_removal)
		start_failover(engine, settings);
	start_reconciler(engine, settings);
	*ret = engine;
	return 0;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	/* what one of them still tells while it goes finds the others gone, not freed */
	failover_free(TAKE_PTR(engine->failover));
	bgp_free(TAKE_PTR(engine->bgp));
	health_free(TAKE_PTR(engine->health));
	ike_service_free(TAKE_PTR(engine->ike));
	esp_free(TAKE_PTR(engine->esp));
	reconciler_free(TAKE_PTR(engine->reconciler));
	net_free(TAKE_PTR(engine->net));
	connection_log_free(engine->log);
	world_free(engine->world);
	free(engine);
}

bool engine_is_settled(const struct engine *engine)
{
	return reconciler_is_settled(engine->reconciler);
}

bool engine_is_converged(const struct engine *engine)
{
	return reconciler_is_converged(engine->reconciler);
}
