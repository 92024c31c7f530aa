/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The restart policy. Knows no process.
 */
#include "cli/restart.h"

uint32_t restart_pause(struct restart *restart, int64_t lived_ms)
{
	uint32_t pause = RESTART_FIRST_PAUSE_MS;

	if (lived_ms >= RESTART_LIVED_MS)
		restart->failures = 0;
	if (!restart->failures++)
		return 0;
	for (uint32_t i = 2; i < restart->failures && pause < RESTART_LONGEST_PAUSE_MS; i++)
		pause *= 2;
	return pause < RESTART_LONGEST_PAUSE_MS ? pause : RESTART_LONGEST_PAUSE_MS;
}
