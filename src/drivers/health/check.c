/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting answers. Knows no address.
 */
#include "drivers/health/check.h"

#define RESET_FIRST_MS 30000
#define RESET_MAX_MS (15 * 60 * 1000)

void check_init(struct check *check, uint32_t retry)
{
	*check = (struct check){ .retry = retry };
}

uint16_t check_send(struct check *check)
{
	check->is_waiting = true;
	return ++check->sequence;
}

static bool enter(struct check *check, enum check_state state)
{
	if (check->state == state)
		return false;
	check->state = state;
	return true;
}

bool check_answer(struct check *check, uint16_t sequence, bool *ret_changed)
{
	*ret_changed = false;
	if (!check->is_waiting || sequence != check->sequence)
		return false;
	check->is_waiting = false;
	check->missed = 0;
	if (check->answered < check->retry)
		check->answered++;
	if (check->state == CHECK_FAILED && check->answered < check->retry)
		return true;
	*ret_changed = enter(check, CHECK_SUCCESS);
	return true;
}

bool check_expire(struct check *check, bool is_tunnel_up)
{
	if (!check->is_waiting)
		return false;
	check->is_waiting = false;
	check->answered = 0;
	if (!is_tunnel_up)
		return false;
	if (check->missed < check->retry)
		check->missed++;
	return check->missed >= check->retry && enter(check, CHECK_FAILED);
}

bool check_tunnel_down(struct check *check)
{
	check->missed = check->answered = 0;
	check->is_waiting = false;
	return check->state == CHECK_SUCCESS && enter(check, CHECK_UNKNOWN);
}

void check_forget_resets(struct check *check)
{
	check->resets = 0;
}

uint64_t check_reset(struct check *check)
{
	uint64_t delay_ms = RESET_FIRST_MS;

	for (uint32_t i = 0; i < check->resets && delay_ms < RESET_MAX_MS; i++)
		delay_ms *= 2;
	check->resets++;
	check->missed = 0;
	return delay_ms < RESET_MAX_MS ? delay_ms : RESET_MAX_MS;
}
