/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state machine of a pass. Every step is one call of a driver whose completion starts the next
 * step; completions come from the loop, so steps never nest.
 */
#include "reconcile/pass.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <uthash.h>

enum phase { OBSERVE, REMOVE, CREATE, OBSERVE_AGAIN };

struct failure {
	char *owner;
	char *message;
	enum phase phase;
	UT_hash_handle hh;
};

struct part {
	struct driver_use use;
	struct items want, seen;
	struct changes changes;
	bool observed, acted;
};

struct pass {
	const struct world *world;
	const struct clock *clock;
	struct clock_timer *first_step; /* nothing happens inside pass_start */
	struct scope scope;
	char *id;
	struct part *parts;
	size_t len;
	enum phase phase;
	size_t part;   /* the present one */
	size_t change; /* the next one in it */
	struct failure *failures;
	char *error;
	void (*done)(void *arg, struct pass *pass);
	void *arg;
};

static void step(struct pass *pass);

static struct failure *find_failure(const struct pass *pass, const char *owner)
{
	struct failure *failure;

	HASH_FIND_STR(pass->failures, owner, failure);
	return failure;
}

static void add_failure(struct pass *pass, const char *owner, char *message)
{
	struct failure *failure = find_failure(pass, owner);

	if (failure) {
		free(message);
		return;
	}
	failure = xcalloc(1, sizeof(*failure));
	failure->owner = xstrdup(owner);
	failure->message = message;
	failure->phase = pass->phase;
	HASH_ADD_KEYPTR(hh, pass->failures, failure->owner, strlen(failure->owner), failure);
}

static void add_error(struct pass *pass, const struct part *part, const char *what, int err)
{
	log_debug("cannot %s driver=%s error=%s", what, part->use.driver->name, strerror(-err));
	if (!pass->error)
		pass->error = xasprintf(
			"%s: cannot %s: %s", part->use.driver->name, what, strerror(-err));
}

static void observed(void *arg, int err, struct items *seen)
{
	struct pass *pass = arg;
	struct part *part = &pass->parts[pass->part];

	items_clear(&part->seen);
	part->observed = err == 0;
	if (err < 0) {
		add_error(pass, part, "observe", err);
	} else if (seen) {
		part->seen = *seen;
		*seen = (struct items){ 0 };
		items_sort(&part->seen);
	}
	pass->part++;
	step(pass);
}

/* A driver is asked about one resource only when it has items of such: it may be away without harm
 * to the others. */
static bool is_served(const struct pass *pass, const struct part *part)
{
	return !pass->id || part->use.driver->kinds & DRIVER_SERVES(pass->scope.kind);
}

/* Observes the present part; false when there is nothing to observe in it. */
static bool observe(struct pass *pass)
{
	struct part *part = &pass->parts[pass->part];
	int err;

	if (pass->phase == OBSERVE_AGAIN && !part->acted)
		return false;
	part->observed = !is_served(pass, part);
	if (part->observed)
		return false;
	err = part->use.driver->observe(part->use.ctx, &pass->scope, observed, pass);
	if (err < 0) {
		add_error(pass, part, "observe", err);
		return false;
	}
	return true;
}

static void ask_wanted(struct pass *pass)
{
	for (size_t i = 0; i < pass->len; i++) {
		struct part *part = &pass->parts[i];
		int err = part->use.driver->want(pass->world, &pass->scope, &part->want);

		if (err < 0) {
			add_error(pass, part, "say what is wanted", err);
			part->observed = false;
		}
		items_sort(&part->want);
		if (err == 0 && part->observed)
			diff_items(
				&part->want, &part->seen, part->use.driver->same, &part->changes);
	}
}

static void applied(void *arg, int err, const struct fault *fault)
{
	struct pass *pass = arg;
	struct part *part = &pass->parts[pass->part];
	const struct change *change = &part->changes.items[pass->change - 1];
	const struct item *item = change->want ? change->want : change->seen;

	if (err < 0) {
		char text[512];

		if (fault)
			fault_message(fault, text, sizeof(text));
		add_failure(pass, item->owner,
			xasprintf("%s: %s", part->use.driver->name, fault ? text : strerror(-err)));
	}
	step(pass);
}

static const char *owner_of(const struct change *change)
{
	return change->want ? change->want->owner : change->seen->owner;
}

/* What a later driver made stands on what the earlier ones made. While one of the later that serve
 * this kind cannot be asked, nothing is pulled away from under it. */
static bool may_be_stood_on(const struct pass *pass)
{
	for (size_t i = pass->part + 1; i < pass->len; i++) {
		const struct part *part = &pass->parts[i];

		if (!part->observed && is_served(pass, part))
			return true;
	}
	return false;
}

/* An earlier step for this owner failed, or nobody knows what it should look like. */
static bool must_skip(const struct pass *pass, const struct change *change)
{
	const char *owner = owner_of(change);
	const struct failure *failure = find_failure(pass, owner);

	if (failure && failure->phase == pass->phase)
		return true;
	if (!change->want && may_be_stood_on(pass))
		return true;
	return !change->want &&
	       world_is_broken(pass->world, world_kind_of(pass->world, owner), owner);
}

/* Starts the next change of this phase in the present part; false when there is none left. */
static bool apply(struct pass *pass)
{
	struct part *part = &pass->parts[pass->part];

	while (pass->change < part->changes.len) {
		const struct change *change = &part->changes.items[pass->change];
		int err;

		if (!change->want != (pass->phase == REMOVE))
			return false;
		pass->change++;
		if (must_skip(pass, change))
			continue;
		part->acted = true;
		err = part->use.driver->apply(
			part->use.ctx, change->want, change->seen, applied, pass);
		if (err == 0)
			return true;
		add_failure(pass, owner_of(change),
			xasprintf("%s: %s", part->use.driver->name, strerror(-err)));
	}
	return false;
}

/* Removals stand first in each part's changes. */
static size_t first_creation(const struct part *part)
{
	size_t i = 0;

	while (i < part->changes.len && !part->changes.items[i].want)
		i++;
	return i;
}

static bool step_changes(struct pass *pass)
{
	while (pass->phase == REMOVE) {
		if (apply(pass))
			return true;
		pass->change = 0;
		if (pass->part-- == 0) {
			pass->phase = CREATE;
			pass->part = 0;
			pass->change = first_creation(&pass->parts[0]);
		}
	}
	while (pass->phase == CREATE) {
		if (apply(pass))
			return true;
		if (++pass->part == pass->len) {
			pass->phase = OBSERVE_AGAIN;
			pass->part = 0;
		} else {
			pass->change = first_creation(&pass->parts[pass->part]);
		}
	}
	return false;
}

static bool step_observe(struct pass *pass)
{
	for (; pass->part < pass->len; pass->part++)
		if (observe(pass))
			return true;
	return false;
}

/* Does steps until one of them has to wait. */
static void step(struct pass *pass)
{
	if (pass->phase == OBSERVE) {
		if (step_observe(pass))
			return;
		ask_wanted(pass);
		pass->phase = REMOVE;
		pass->part = pass->len - 1;
		pass->change = 0;
	}
	if (step_changes(pass) || step_observe(pass))
		return;
	pass->done(pass->arg, pass);
}

static void go_on(void *pass)
{
	step(pass);
}

struct pass *pass_start(const struct world *world, const struct clock *clock,
	const struct driver_use *drivers, size_t len, enum kind kind, const char *id,
	void (*done)(void *arg, struct pass *pass), void *arg)
{
	struct pass *pass = xcalloc(1, sizeof(*pass));

	assert(len > 0);
	pass->world = world;
	pass->id = id ? xstrdup(id) : NULL;
	pass->scope = (struct scope){ .kind = kind, .id = pass->id };
	pass->parts = xcalloc(len, sizeof(*pass->parts));
	pass->len = len;
	for (size_t i = 0; i < len; i++)
		pass->parts[i].use = drivers[i];
	pass->done = done;
	pass->arg = arg;
	pass->phase = OBSERVE;
	pass->clock = clock;
	pass->first_step = clock->timer_new(clock->ctx, go_on, pass);
	clock->timer_set(pass->first_step, 0);
	return pass;
}

void pass_free(struct pass *pass)
{
	struct failure *failure, *next;

	if (!pass)
		return;
	HASH_ITER (hh, pass->failures, failure, next) {
		HASH_DEL(pass->failures, failure);
		free(failure->owner);
		free(failure->message);
		free(failure);
	}
	for (size_t i = 0; i < pass->len; i++) {
		changes_clear(&pass->parts[i].changes);
		items_clear(&pass->parts[i].want);
		items_clear(&pass->parts[i].seen);
	}
	pass->clock->timer_free(pass->first_step);
	free(pass->parts);
	free(pass->error);
	free(pass->id);
	free(pass);
}

const struct scope *pass_scope(const struct pass *pass)
{
	return &pass->scope;
}

const char *pass_failure(const struct pass *pass, const char *owner)
{
	const struct failure *failure = find_failure(pass, owner);

	return failure ? failure->message : pass->error;
}

void pass_each_failure(
	const struct pass *pass, void (*call)(void *arg, const char *owner), void *arg)
{
	struct failure *failure, *next;

	HASH_ITER (hh, pass->failures, failure, next)
		call(arg, failure->owner);
}

const char *pass_error(const struct pass *pass)
{
	return pass->error;
}

bool pass_acted(const struct pass *pass)
{
	for (size_t i = 0; i < pass->len; i++)
		if (pass->parts[i].acted)
			return true;
	return false;
}

void pass_report(const struct pass *pass, const struct scope *scope, struct status *status)
{
	for (size_t i = pass->len; i-- > 0;) {
		const struct part *part = &pass->parts[i];

		if (part->use.driver->report)
			part->use.driver->report(part->use.ctx, pass->world, scope,
				part->observed ? &part->seen : NULL, status);
	}
}
