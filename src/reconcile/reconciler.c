/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes dirty keys one by one, runs a pass for each, writes statuses, and decides when a key comes
 * back. The passes themselves are pass.c, the store's changes feed.c, the documents record.c.
 */
#include "reconcile/reconciler.h"

#include "base/log.h"
#include "reconcile/backoff.h"
#include "reconcile/feed.h"
#include "reconcile/queue.h"
#include "reconcile/record.h"

#include <errno.h>
#include <string.h>

#define RESYNC_MS (5 * 60 * 1000)

/* So long a new agent's drivers may take to reach their daemons before that counts as a failure,
 * and a daemon that has ended to come back. */
#define GRACE_MS 5000

static const struct backoff try_again = { .first_ms = 500, .cap_ms = 60 * 1000 };

struct reconciler {
	struct reconciler_settings settings;
	const struct clock *clock;
	struct feed *feed;
	struct records *records;
	struct queue *queue;
	struct pass *pass;        /* the one that runs; NULL: none */
	struct clock_timer *next; /* the next key */
	struct clock_timer *resync;
	struct mono start;
	struct mono blind; /* since when some driver cannot observe its part */
	bool is_blind;
	bool has_seen;          /* every driver could observe everything once */
	bool is_complete;       /* the store has been read once */
	bool records_are_known; /* and so have the old statuses */
	int write_error;        /* of a status in the present report */
};

static struct mono now(const struct reconciler *reconciler)
{
	return reconciler->clock->now(reconciler->clock->ctx);
}

/* Sets the timer for the next key, unless a pass runs: its end does it then. */
static void schedule(struct reconciler *reconciler)
{
	struct mono due;
	int64_t delay_ms;

	if (reconciler->pass || !reconciler->is_complete ||
		!queue_next_due(reconciler->queue, now(reconciler), &due))
		return;
	delay_ms = mono_diff_ms(due, now(reconciler));
	/* Rounded up: a timer that comes a moment early would find nothing due. */
	reconciler->clock->timer_set(reconciler->next, delay_ms > 0 ? (uint64_t)delay_ms + 1 : 0);
}

void reconciler_mark(struct reconciler *reconciler, enum kind kind, const char *id)
{
	queue_mark(reconciler->queue, kind, id);
	schedule(reconciler);
}

static void retry(struct reconciler *reconciler, enum kind kind, const char *id)
{
	uint32_t failures = queue_count_failure(reconciler->queue, kind, id);
	uint64_t delay_ms = backoff_delay_ms(
		&try_again, failures, reconciler->clock->random(reconciler->clock->ctx));

	queue_wait(reconciler->queue, kind, id, mono_add_ms(now(reconciler), (int64_t)delay_ms));
}

/* Kinds whose status the API reads. */
static bool has_status(enum kind kind)
{
	return kind == KIND_VPC || kind == KIND_VPN_GATEWAY || kind == KIND_VPN_CONNECTION;
}

/* A daemon that starts again takes a moment: whether the settings are applied stands for so long.
 */
static bool is_short_outage(
	const struct reconciler *reconciler, const struct pass *pass, const char *failure)
{
	return failure && failure == pass_error(pass) &&
	       mono_diff_ms(now(reconciler), reconciler->blind) < GRACE_MS;
}

static void notice_outage(struct reconciler *reconciler, const struct pass *pass)
{
	if (pass_error(pass) && !reconciler->is_blind)
		reconciler->blind = now(reconciler);
	reconciler->is_blind = pass_error(pass);
}

static void set_applied(struct reconciler *reconciler, const struct pass *pass, enum kind kind,
	const struct resource *resource, const char *id, struct status *status)
{
	const char *fault = feed_fault(reconciler->feed, kind, id);
	const char *failure = *fault ? fault : pass_failure(pass, id);
	uint64_t wall_ms = (uint64_t)reconciler->clock->wall_ms(reconciler->clock->ctx);

	if (is_short_outage(reconciler, pass, failure))
		return;
	if (!failure && resource)
		status->applied_revision = resource->revision;
	(void)status_set(status, CONDITION_APPLIED, !failure,
		failure ? REASON_APPLY_FAILED : REASON_NONE, failure ? failure : "", wall_ms);
}

/* A new agent that has not reached its daemons yet knows nothing: what the former one reported
 * stands, for a while. */
static bool is_too_early(const struct reconciler *reconciler, const struct pass *pass)
{
	return pass_error(pass) && !reconciler->has_seen &&
	       mono_diff_ms(now(reconciler), reconciler->start) < GRACE_MS;
}

/* Writes the status of one resource after a pass that covered it. */
static int report(
	struct reconciler *reconciler, const struct pass *pass, enum kind kind, const char *id)
{
	const struct resource *resource = world_get(reconciler->settings.world, kind, id);
	struct scope scope = { .kind = kind, .id = id };
	struct status status = { 0 };
	int err;

	if (is_too_early(reconciler, pass))
		return 0;
	if (!resource && !world_is_broken(reconciler->settings.world, kind, id)) {
		/* What is left of it is still to be removed: its status stays until then. */
		if (pass_failure(pass, id))
			return 0;
		return records_remove(reconciler->records, kind, id);
	}
	status.id = xstrdup(id);
	status.negotiated.ike_proposal = xstrdup("");
	status.negotiated.esp_proposal = xstrdup("");
	set_applied(reconciler, pass, kind, resource, id, &status);
	if (resource)
		pass_report(pass, &scope, &status);
	err = records_update(reconciler->records, kind, &status,
		(uint64_t)reconciler->clock->wall_ms(reconciler->clock->ctx));
	status_clear(&status);
	return err;
}

static void finish_one(struct reconciler *reconciler, const struct pass *pass)
{
	const struct scope *scope = pass_scope(pass);
	const char *failure = pass_failure(pass, scope->id);
	int err = has_status(scope->kind) ? report(reconciler, pass, scope->kind, scope->id) : 0;

	if (scope->kind == KIND_VPN_CONNECTION && pass_acted(pass))
		feed_tell_routes(reconciler->feed, scope->id);
	if (!failure && err == 0) {
		queue_forget(reconciler->queue, scope->kind, scope->id);
		return;
	}
	log_info("not as wanted yet, trying again resource=%s reason=%s", scope->id,
		failure ? failure : strerror(-err));
	retry(reconciler, scope->kind, scope->id);
}

static void report_of_all(void *arg, enum kind kind, const char *id)
{
	struct reconciler *reconciler = arg;
	int err;

	/* Only those that are gone: the present ones are reported from the world's lists. */
	if (world_get(reconciler->settings.world, kind, id))
		return;
	err = report(reconciler, reconciler->pass, kind, id);
	if (err < 0)
		reconciler->write_error = err;
}

static void report_all(struct reconciler *reconciler)
{
	records_each(reconciler->records, report_of_all, reconciler);
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		size_t len;
		const void *const *list =
			world_list(reconciler->settings.world, (enum kind)kind, &len);

		for (size_t i = 0; has_status((enum kind)kind) && i < len; i++) {
			const struct resource *resource = list[i];
			int err =
				report(reconciler, reconciler->pass, (enum kind)kind, resource->id);

			if (err < 0)
				reconciler->write_error = err;
		}
	}
}

static void retry_owner(void *arg, const char *owner)
{
	struct reconciler *reconciler = arg;
	enum kind kind = world_kind_of(reconciler->settings.world, owner);

	log_info("not as wanted yet, trying again resource=%s reason=%s", owner,
		pass_failure(reconciler->pass, owner));
	/* A key whose kind nobody knows any more comes back with everything. */
	if (kind == KIND_COUNT)
		reconciler->write_error = -ENOENT;
	else
		retry(reconciler, kind, owner);
}

static void finish_all(struct reconciler *reconciler, const struct pass *pass)
{
	reconciler->write_error = 0;
	reconciler->has_seen = reconciler->has_seen || !pass_error(pass);
	report_all(reconciler);
	pass_each_failure(pass, retry_owner, reconciler);
	if (pass_error(pass) && !is_too_early(reconciler, pass))
		log_warn("looked at everything in vain, trying again reason=%s", pass_error(pass));
	if (pass_error(pass) || reconciler->write_error)
		retry(reconciler, KIND_COUNT, NULL);
	else
		queue_forget(reconciler->queue, KIND_COUNT, NULL);
}

static void pass_done(void *arg, struct pass *pass)
{
	struct reconciler *reconciler = arg;

	notice_outage(reconciler, pass);
	if (pass_scope(pass)->id)
		finish_one(reconciler, pass);
	else
		finish_all(reconciler, pass);
	reconciler->pass = NULL;
	pass_free(pass);
	feed_apply(reconciler->feed);
	schedule(reconciler);
}

static bool load_records(struct reconciler *reconciler)
{
	int err;

	if (reconciler->records_are_known)
		return true;
	err = records_load(reconciler->records);
	reconciler->records_are_known = err == 0;
	return err == 0;
}

static void start_pass(struct reconciler *reconciler, enum kind kind, const char *id)
{
	/* Looking at everything covers every key. Those that failed keep their count. */
	if (!id)
		queue_drain(reconciler->queue);
	if (!load_records(reconciler)) {
		retry(reconciler, kind, id);
		return;
	}
	reconciler->pass = pass_start(reconciler->settings.world, reconciler->clock,
		reconciler->settings.drivers, reconciler->settings.drivers_len, kind, id, pass_done,
		reconciler);
}

static void next_key(void *arg)
{
	struct reconciler *reconciler = arg;
	AUTO_FREE char *id = NULL;
	enum kind kind;

	if (reconciler->pass)
		return;
	feed_apply(reconciler->feed);
	if (reconciler->is_complete && queue_take(reconciler->queue, now(reconciler), &kind, &id))
		start_pass(reconciler, kind, id);
	schedule(reconciler);
}

static void store_complete(void *arg)
{
	struct reconciler *reconciler = arg;

	reconciler->is_complete = true;
	queue_mark(reconciler->queue, KIND_COUNT, NULL);
}

static void store_changed(void *arg, enum kind kind, const char *id)
{
	struct reconciler *reconciler = arg;

	queue_mark(reconciler->queue, kind, id);
}

static void store_pending(void *arg)
{
	struct reconciler *reconciler = arg;

	if (!reconciler->pass)
		reconciler->clock->timer_set(reconciler->next, 0);
}

static void resync_due(void *arg)
{
	struct reconciler *reconciler = arg;
	uint32_t period_ms = reconciler->settings.resync_ms;

	if (reconciler->is_complete)
		reconciler_mark(reconciler, KIND_COUNT, NULL);
	/* Up to a tenth more, so that many agents do not ask in step. */
	reconciler->clock->timer_set(
		reconciler->resync, period_ms + reconciler->clock->random(reconciler->clock->ctx) %
							(period_ms / 10 + 1));
}

struct reconciler *reconciler_new(const struct reconciler_settings *settings)
{
	struct reconciler *reconciler = xcalloc(1, sizeof(*reconciler));
	const struct feed_calls calls = {
		.complete = store_complete,
		.changed = store_changed,
		.pending = store_pending,
		.arg = reconciler,
	};

	reconciler->settings = *settings;
	if (!reconciler->settings.resync_ms)
		reconciler->settings.resync_ms = RESYNC_MS;
	reconciler->clock = settings->clock;
	reconciler->queue = queue_new();
	reconciler->records = records_new(settings->store, settings->log);
	reconciler->feed = feed_new(settings->store, settings->world, reconciler->clock, &calls);
	reconciler->next =
		reconciler->clock->timer_new(reconciler->clock->ctx, next_key, reconciler);
	reconciler->resync =
		reconciler->clock->timer_new(reconciler->clock->ctx, resync_due, reconciler);
	return reconciler;
}

void reconciler_start(struct reconciler *reconciler)
{
	reconciler->start = now(reconciler);
	feed_start(reconciler->feed);
	resync_due(reconciler);
}

void reconciler_free(struct reconciler *reconciler)
{
	if (!reconciler)
		return;
	pass_free(reconciler->pass);
	feed_free(reconciler->feed);
	records_free(reconciler->records);
	queue_free(reconciler->queue);
	reconciler->clock->timer_free(reconciler->next);
	reconciler->clock->timer_free(reconciler->resync);
	free(reconciler);
}

bool reconciler_is_settled(const struct reconciler *reconciler)
{
	struct mono due;

	return reconciler->is_complete && !reconciler->pass &&
	       (!queue_next_due(reconciler->queue, now(reconciler), &due) ||
		       due.ns > now(reconciler).ns);
}

bool reconciler_is_converged(const struct reconciler *reconciler)
{
	struct mono due;

	return reconciler->is_complete && !reconciler->pass &&
	       !queue_next_due(reconciler->queue, now(reconciler), &due);
}
