/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of attempts. A connection that should be up is tried for ever, at growing distances; one
 * that stayed up for a while starts again without delay when it is lost.
 */
#include "drivers/ike/tunnel.h"

#include "reconcile/backoff.h"

#include <string.h>

/* Up for less than this counts as another failure: a peer that accepts and at once deletes must not
 * be tried in a tight loop. */
#define LASTING_MS 10000
/* When it goes again so long after it came up, that is for another reason. */
#define LOSS_SPENT_MS 1500

static const struct backoff attempts = { .first_ms = 1000, .cap_ms = 60 * 1000 };

static void look(void *arg)
{
	struct tunnel *tunnel = arg;

	tunnel->mark(tunnel->mark_arg, tunnel->id);
}

struct tunnel *tunnels_find(const struct tunnels *tunnels, const char *id)
{
	struct tunnel *tunnel;

	HASH_FIND_STR(tunnels->items, id, tunnel);
	return tunnel;
}

struct tunnel *tunnels_get(struct tunnels *tunnels, const char *id)
{
	struct tunnel *tunnel = tunnels_find(tunnels, id);

	if (tunnel)
		return tunnel;
	tunnel = xcalloc(1, sizeof(*tunnel));
	tunnel->id = xstrdup(id);
	tunnel->mark = tunnels->mark;
	tunnel->mark_arg = tunnels->mark_arg;
	tunnel->clock = tunnels->clock;
	tunnel->look = tunnels->clock->timer_new(tunnels->clock->ctx, look, tunnel);
	HASH_ADD_KEYPTR(hh, tunnels->items, tunnel->id, strlen(tunnel->id), tunnel);
	return tunnel;
}

void tunnels_learn_group(struct tunnels *tunnels, const char *id, const char *name)
{
	struct tunnel *tunnel = tunnels_get(tunnels, id);

	if (!*tunnel->group)
		(void)snprintf(tunnel->group, sizeof(tunnel->group), "%s", name);
}

void told_clear(struct told *told)
{
	free(told->text);
	*told = (struct told){ 0 };
}

static void tunnel_free(struct tunnels *tunnels, struct tunnel *tunnel)
{
	HASH_DEL(tunnels->items, tunnel);
	tunnels->clock->timer_free(tunnel->look);
	told_clear(&tunnel->told);
	free(tunnel->id);
	free(tunnel);
}

void tunnels_remove(struct tunnels *tunnels, const char *id)
{
	struct tunnel *tunnel = tunnels_find(tunnels, id);

	if (tunnel)
		tunnel_free(tunnels, tunnel);
}

void tunnels_clear(struct tunnels *tunnels)
{
	struct tunnel *tunnel, *next;

	HASH_ITER (hh, tunnels->items, tunnel, next)
		tunnel_free(tunnels, tunnel);
}

static struct mono now(const struct tunnel *tunnel)
{
	return tunnel->clock->now(tunnel->clock->ctx);
}

void tunnel_observed(struct tunnel *tunnel, const struct ike_plan *plan)
{
	bool is_up = plan->child != NULL;

	if (is_up && !tunnel->is_up)
		tunnel->is_loss_spent = true;
	else if (!is_up && tunnel->is_up && tunnel->is_loss_spent)
		tunnel->loss = REASON_NONE;
	if (is_up && !tunnel->is_up)
		tunnel->up_since = now(tunnel);
	if (!is_up && tunnel->is_up && mono_diff_ms(now(tunnel), tunnel->up_since) >= LASTING_MS) {
		tunnel->failures = 0;
		tunnel->next_try = now(tunnel);
	}
	if (!is_up && tunnel->is_up)
		tunnel->lost_at = now(tunnel);
	/* Not each time: somebody may go on failing at the peer's address while it is up. */
	if (is_up != tunnel->is_up)
		told_clear(&tunnel->told);
	tunnel->is_up = is_up;
	if (!is_up)
		return;
	tunnel->is_demanded = false;
	tunnel->reason = REASON_NONE;
	tunnel->message[0] = '\0';
}

void tunnel_note_loss(struct tunnel *tunnel, enum reason reason)
{
	tunnel->loss = reason;
	tunnel->loss_at = now(tunnel);
	tunnel->is_loss_spent = false;
}

enum reason tunnel_loss_within(const struct tunnel *tunnel, int64_t ms)
{
	int64_t age_ms = mono_diff_ms(now(tunnel), tunnel->loss_at);

	return tunnel->loss_at.ns && age_ms <= (tunnel->is_loss_spent ? LOSS_SPENT_MS : ms)
		       ? tunnel->loss
		       : REASON_NONE;
}

void tunnel_reset(struct tunnel *tunnel)
{
	tunnel_note_loss(tunnel, REASON_SETTINGS_CHANGED);
	tunnel->failures = 0;
	tunnel->next_try = now(tunnel);
	tunnel->is_demanded = false;
	tunnel->must_reset = false;
	tunnel->is_up = false;
	tunnel->lost_at = (struct mono){ 0 };
	tunnel->reason = REASON_NONE;
	tunnel->message[0] = '\0';
	told_clear(&tunnel->told);
}

void tunnel_demand(struct tunnel *tunnel)
{
	tunnel->is_demanded = true;
}

bool tunnel_lost_within(const struct tunnel *tunnel, int64_t ms)
{
	return tunnel->lost_at.ns && mono_diff_ms(now(tunnel), tunnel->lost_at) < ms;
}

bool tunnel_may_try(const struct tunnel *tunnel)
{
	return tunnel->next_try.ns <= now(tunnel).ns;
}

void tunnel_tried(struct tunnel *tunnel)
{
	const struct clock *clock = tunnel->clock;

	if (tunnel->failures < UINT32_MAX)
		tunnel->failures++;
	tunnel->next_try = mono_add_ms(now(tunnel),
		(int64_t)backoff_delay_ms(&attempts, tunnel->failures, clock->random(clock->ctx)));
	tunnel_look_at_next_try(tunnel);
}

void tunnel_look_in(struct tunnel *tunnel, uint64_t delay_ms)
{
	tunnel->clock->timer_set(tunnel->look, delay_ms);
}

void tunnel_look_at_next_try(struct tunnel *tunnel)
{
	int64_t delay_ms = mono_diff_ms(tunnel->next_try, now(tunnel));

	tunnel_look_in(tunnel, delay_ms > 0 ? (uint64_t)delay_ms + 1 : 0);
}
