/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time that only moves when a scenario says so.
 */
#pragma once

#include "reconcile/clock.h"

#include <stdbool.h>

struct virtual_clock;

struct virtual_clock *virtual_clock_new(void);
void virtual_clock_free(struct virtual_clock *virtual_clock); /* after its timers */
struct clock virtual_clock_of(struct virtual_clock *virtual_clock);
int64_t virtual_clock_ms(const struct virtual_clock *virtual_clock);
/* Runs the next timer that is due until then, moving the time; false: none, the time is until_ms.
 */
bool virtual_clock_step(struct virtual_clock *virtual_clock, int64_t until_ms);
