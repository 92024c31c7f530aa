/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of the world that simply holds what it is told, behind `struct driver`: stands for links
 * and tunnels in scenarios. Its items outlive the agent.
 */
#pragma once

#include "reconcile/clock.h"
#include "reconcile/driver.h"
#include "scenario/effects.h"

struct fake_parts;

/* Two of them, so that the order between drivers shows: net before esp. */
extern const struct driver fake_net_driver, fake_esp_driver;

struct fake_parts *fake_parts_new(const struct clock *clock, struct effects *effects);
void fake_parts_free(struct fake_parts *parts);
/* The agent died: nobody waits for an answer any more. */
void fake_parts_forget_callers(struct fake_parts *parts);
bool fake_parts_has(const struct fake_parts *parts, const char *key);
/* Something else removes or adds it. */
void fake_parts_remove(struct fake_parts *parts, const char *key);
void fake_parts_add_foreign(struct fake_parts *parts, const char *key);
/* The next changes of this owner's items fail. */
void fake_parts_fail(struct fake_parts *parts, const char *owner, uint32_t times);
/* How many changes were made for this owner. */
uint32_t fake_parts_changes(const struct fake_parts *parts, const char *owner);
