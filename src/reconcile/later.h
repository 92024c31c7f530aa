/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completions of drivers that know the answer at once: it is told on the loop, because a completion
 * never runs inside the call that started it.
 */
#pragma once

#include "reconcile/item.h"
#include "resource/fault.h"

struct loop;

/* Takes what is in seen. */
void observed_later(struct loop *loop, void (*done)(void *arg, int err, struct items *seen),
	void *arg, int err, struct items *seen);
/* fault: copied; one without a reason is none. */
void applied_later(struct loop *loop, void (*done)(void *arg, int err, const struct fault *fault),
	void *arg, int err, const struct fault *fault);
