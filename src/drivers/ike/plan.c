/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chooses the SA that stays, which must be one that the peer still has with its children:
 *
 * - After two negotiations crossed, the responder of the one established last ends the other one
 *   (INITIAL_CONTACT) or moves its children over (IKEv1, taken for a reauthentication), and says
 *   nothing of it. At most one end does. Had it been ours, one of the two carried nothing here; so
 *   where both carry, it was the peer, and the one that we began is alive at both ends.
 * - Otherwise what both ends see alike decides: the younger one, then the larger initiator SPI; and
 *   they take turns, lest each ends what the other one keeps.
 * - Of the IKE_SAs of a group one is too much when each of its children has a better place: its
 *   members never disagree on that, because all of them look at every child.
 */
#include "drivers/ike/plan.h"

#include <string.h>

/* name NULL: of any member. */
static const struct ike_child_seen *youngest_child(const struct ike_sa_seen *sa, const char *name)
{
	const struct ike_child_seen *youngest = NULL;

	for (size_t i = 0; i < sa->children_len; i++) {
		const struct ike_child_seen *child = &sa->children[i];

		if (!child->is_installed || (name && strcmp(child->name, name) != 0))
			continue;
		if (!youngest || child->age_s < youngest->age_s ||
			(child->age_s == youngest->age_s && child->id > youngest->id))
			youngest = child;
	}
	return youngest;
}

static bool is_better(const struct ike_sa_seen *a, const struct ike_sa_seen *b, const char *name)
{
	bool a_carries = youngest_child(a, name) != NULL,
	     b_carries = youngest_child(b, name) != NULL;

	if (a_carries != b_carries)
		return a_carries;
	if (a->is_initiator != b->is_initiator)
		return a->is_initiator;
	if (a->age_s != b->age_s)
		return a->age_s < b->age_s;
	if (a->is_initiator)
		return a->id > b->id;
	return a->spi > b->spi;
}

/* The best one for this member; name NULL: for any. */
static const struct ike_sa_seen *best_sa(const struct ike_seen *seen, const char *name)
{
	const struct ike_sa_seen *best = NULL;

	for (size_t i = 0; i < seen->sas_len; i++) {
		const struct ike_sa_seen *sa = &seen->sas[i];

		if (sa->state == SA_ESTABLISHED && (!best || is_better(sa, best, name)))
			best = sa;
	}
	return best;
}

/* Is there nothing on it that has not a better place? */
static bool is_superfluous(const struct ike_seen *seen, const struct ike_sa_seen *sa)
{
	if (sa == best_sa(seen, NULL))
		return false;
	for (size_t i = 0; i < sa->children_len; i++)
		if (sa->children[i].is_installed && best_sa(seen, sa->children[i].name) == sa)
			return false;
	return true;
}

static void add_id(uint32_t **ids, size_t *len, uint32_t id)
{
	*ids = xreallocarray(*ids, *len + 1, sizeof(**ids));
	(*ids)[(*len)++] = id;
}

/* The end that began the one with the larger SPI goes first: both see that alike. */
static uint64_t duplicate_age_s(const struct ike_seen *seen)
{
	const struct ike_sa_seen *largest = NULL;

	for (size_t i = 0; i < seen->sas_len; i++) {
		const struct ike_sa_seen *sa = &seen->sas[i];

		if (sa->state == SA_ESTABLISHED && (!largest || sa->spi > largest->spi))
			largest = sa;
	}
	return largest && largest->is_initiator ? DUPLICATE_AGE_FIRST_S : DUPLICATE_AGE_S;
}

static void add_old_sas(struct ike_plan *plan, const struct ike_seen *seen)
{
	uint64_t age_s = duplicate_age_s(seen);

	for (size_t i = 0; i < seen->sas_len; i++) {
		const struct ike_sa_seen *sa = &seen->sas[i];

		if (sa == plan->sa || sa->state != SA_ESTABLISHED || !is_superfluous(seen, sa))
			continue;
		/* Once its child has come, another one may be the better one. */
		if (sa->age_s < age_s || plan->sa->age_s < age_s || sa->is_adding_child)
			plan->has_young_duplicate = true;
		else
			add_id(&plan->old_sas, &plan->old_sas_len, sa->id);
	}
}

/* An IKEv1 IKE_SA that authenticates again hands its children over before the new one is
 * established: they carry traffic all the while. */
static const struct ike_child_seen *handed_over_child(const struct ike_seen *seen)
{
	for (size_t i = 0; i < seen->sas_len; i++) {
		const struct ike_child_seen *child = youngest_child(&seen->sas[i], seen->id);

		if (seen->sas[i].state == SA_CONNECTING && child)
			return child;
	}
	return NULL;
}

static void add_old_children(struct ike_plan *plan, const struct ike_sa_seen *sa, const char *name)
{
	for (size_t i = 0; i < sa->children_len; i++) {
		const struct ike_child_seen *child = &sa->children[i];

		if (!child->is_installed || child == plan->child || strcmp(child->name, name) != 0)
			continue;
		if (plan->child->age_s < DUPLICATE_AGE_S)
			plan->has_young_duplicate = true;
		else
			add_id(&plan->old_children, &plan->old_children_len, child->id);
	}
}

/* Duplicates of this member's child, where their IKE_SA stays. */
static void add_all_old_children(struct ike_plan *plan, const struct ike_seen *seen)
{
	for (size_t i = 0; i < seen->sas_len; i++) {
		const struct ike_sa_seen *sa = &seen->sas[i];

		if (sa == plan->sa || (sa->state == SA_ESTABLISHED && !is_superfluous(seen, sa)))
			add_old_children(plan, sa, seen->id);
	}
}

void ike_plan_of(const struct ike_seen *seen, struct ike_plan *ret)
{
	*ret = (struct ike_plan){ 0 };
	for (size_t i = 0; i < seen->sas_len; i++)
		if (seen->sas[i].state == SA_CONNECTING)
			ret->is_connecting = true;
	ret->sa = best_sa(seen, seen->id);
	if (!ret->sa)
		return;
	ret->child = youngest_child(ret->sa, seen->id);
	/* Without a child it would get one on the one that the others keep. */
	if (!ret->child)
		ret->sa = best_sa(seen, NULL);
	if (ret->child)
		add_all_old_children(ret, seen);
	else
		ret->child = handed_over_child(seen);
	add_old_sas(ret, seen);
}

void ike_plan_clear(struct ike_plan *plan)
{
	free(plan->old_sas);
	free(plan->old_children);
	*plan = (struct ike_plan){ 0 };
}

static bool is_unambiguous(const struct ike_plan *plan)
{
	return !plan->is_connecting && !plan->has_young_duplicate && plan->old_sas_len == 0 &&
	       plan->old_children_len == 0;
}

bool ike_plan_is_settled(const struct ike_plan *plan)
{
	return plan->child && is_unambiguous(plan);
}

bool ike_plan_is_quiet(const struct ike_plan *plan)
{
	return !plan->child && is_unambiguous(plan);
}
