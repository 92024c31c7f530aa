/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait before trying again: doubling from `first_ms` to `cap_ms`, spread so that many
 * failures at the same moment do not come back at the same moment.
 */
#pragma once

#include <stdint.h>

struct backoff {
	uint32_t first_ms, cap_ms;
};

/* failures: how many in a row, at least 1. random: any value. Between half and all of the step. */
uint64_t backoff_delay_ms(const struct backoff *backoff, uint32_t failures, uint32_t random);
