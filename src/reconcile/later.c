/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer kept until the loop's next turn. Knows no driver.
 */
#include "reconcile/later.h"

#include "base/loop.h"

struct observed {
	void (*done)(void *arg, int err, struct items *seen);
	void *arg;
	int err;
	struct items seen;
};

struct applied {
	void (*done)(void *arg, int err, const struct fault *fault);
	void *arg;
	int err;
	struct fault fault;
};

static void tell_observed(void *arg)
{
	struct observed *observed = arg;

	observed->done(observed->arg, observed->err, &observed->seen);
	items_clear(&observed->seen);
	free(observed);
}

void observed_later(struct loop *loop, void (*done)(void *arg, int err, struct items *seen),
	void *arg, int err, struct items *seen)
{
	struct observed *observed = xcalloc(1, sizeof(*observed));

	*observed = (struct observed){ .done = done, .arg = arg, .err = err, .seen = *seen };
	*seen = (struct items){ 0 };
	loop_defer(loop, tell_observed, observed);
}

static void tell_applied(void *arg)
{
	struct applied *applied = arg;
	bool has_fault = applied->fault.reason != REASON_NONE;

	applied->done(applied->arg, applied->err, has_fault ? &applied->fault : NULL);
	free(applied);
}

void applied_later(struct loop *loop, void (*done)(void *arg, int err, const struct fault *fault),
	void *arg, int err, const struct fault *fault)
{
	struct applied *applied = xcalloc(1, sizeof(*applied));

	*applied = (struct applied){ .done = done, .arg = arg, .err = err, .fault = *fault };
	loop_defer(loop, tell_applied, applied);
}
