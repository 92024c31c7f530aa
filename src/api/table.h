/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking all actions, family by family, for what is made from the whole table. Looking one up is
 * in action.h.
 */
#pragma once

#include "api/action.h"

void action_each(void (*visit)(void *arg, const struct action *action), void *arg);
