/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over one scope: ask every driver what is wanted, observe, remove, create, observe what
 * was touched. Knows neither queue nor store; never fails as a whole: what went wrong is kept by
 * owner and by driver.
 *
 *   want, observe (each driver) ─▶ removals (last driver first) ─▶ creations (first driver first)
 *                                                               ─▶ observe again what acted ─▶ done
 */
#pragma once

#include "reconcile/clock.h"
#include "reconcile/diff.h"
#include "reconcile/driver.h"

struct pass;

/* A driver and its context, in the order in which things are created. */
struct driver_use {
	const struct driver *driver;
	void *ctx;
};

/* Calls done later, never inside; id may be NULL (everything). */
struct pass *pass_start(const struct world *world, const struct clock *clock,
	const struct driver_use *drivers, size_t len, enum kind kind, const char *id,
	void (*done)(void *arg, struct pass *pass), void *arg);
/* Only when it is done, or when no driver will call back any more. */
void pass_free(struct pass *pass);

const struct scope *pass_scope(const struct pass *pass);
/* Why this resource is not as wanted; NULL: it is. Borrowed. */
const char *pass_failure(const struct pass *pass, const char *owner);
/* Calls for each owner something failed on. */
void pass_each_failure(
	const struct pass *pass, void (*call)(void *arg, const char *owner), void *arg);
/* What could not be observed or asked at all, which concerns every resource; NULL: nothing. */
const char *pass_error(const struct pass *pass);
/* Was anything changed? */
bool pass_acted(const struct pass *pass);
/* Lets the drivers report on one resource, last driver first. */
void pass_report(const struct pass *pass, const struct scope *scope, struct status *status);
