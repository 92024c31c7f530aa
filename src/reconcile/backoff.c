/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capped exponential delays with jitter. Pure: time and randomness are the caller's.
 */
#include "reconcile/backoff.h"

uint64_t backoff_delay_ms(const struct backoff *backoff, uint32_t failures, uint32_t random)
{
	uint64_t step = backoff->first_ms;
	uint64_t spread;

	for (uint32_t i = 1; i < failures && step < backoff->cap_ms; i++)
		step *= 2;
	if (step > backoff->cap_ms)
		step = backoff->cap_ms;
	spread = step - step / 2;
	return step / 2 + random % (spread + 1);
}
