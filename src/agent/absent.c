/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passes everything through but -ENOTCONN of observe.
 */
#include "agent/absent.h"

#include "base/log.h"
#include "base/loop.h"

#include <errno.h>

struct observation {
	struct absent *absent;
	void (*done)(void *arg, int err, struct items *seen);
	void *arg;
};

static bool is_absent(const struct absent *absent, int err)
{
	return err == -ENOTCONN && mono_diff_ms(absent->patience_ends, mono_now()) <= 0;
}

static void observed(void *arg, int err, struct items *seen)
{
	struct observation observation = *(struct observation *)arg;
	struct items nothing = { 0 };

	free(arg);
	if (is_absent(observation.absent, err))
		observation.done(observation.arg, 0, &nothing);
	else
		observation.done(observation.arg, err, seen);
}

static void saw_nothing(void *arg)
{
	struct observation *observation = arg;
	struct items nothing = { 0 };

	log_warn("what it held is taken for gone, because it is not there driver=%s",
		observation->absent->inner->name);
	observation->done(observation->arg, 0, &nothing);
	free(observation);
}

static int observe(void *ctx, const struct scope *scope,
	void (*done)(void *arg, int err, struct items *seen), void *arg)
{
	struct absent *absent = ctx;
	struct observation *observation = xcalloc(1, sizeof(*observation));
	int err;

	*observation = (struct observation){ .absent = absent, .done = done, .arg = arg };
	err = absent->inner->observe(absent->inner_ctx, scope, observed, observation);
	if (!err)
		return 0;
	if (is_absent(absent, err)) {
		loop_defer(absent->loop, saw_nothing, observation);
		return 0;
	}
	free(observation);
	return err;
}

static int apply(void *ctx, const struct item *want, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg)
{
	const struct absent *absent = ctx;

	return absent->inner->apply(absent->inner_ctx, want, seen, done, arg);
}

void absent_init(struct absent *absent, struct loop *loop, const struct driver *inner, void *ctx)
{
	*absent = (struct absent){ .driver = *inner,
		.inner = inner,
		.inner_ctx = ctx,
		.loop = loop,
		.patience_ends = mono_add_ms(mono_now(), ABSENT_MS) };
	absent->driver.observe = observe;
	absent->driver.apply = apply;
	absent->driver.report = NULL; /* of what is removed nobody asks */
}
