/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order that makes it safe: a worker stores its epoch before it loads the table pointer, the
 * control side stores the new pointer before it reads the workers' epochs; both sequentially
 * consistent, so one of them sees the other.
 */
#include "espd/epoch.h"

#include "base/alloc.h"

#include <stdbool.h>

struct retired {
	struct retired *next;
	uint64_t epoch;
	void (*free_it)(void *object);
	void *object;
};

void epochs_init(struct epochs *epochs)
{
	*epochs = (struct epochs){ .now = 1 };
}

void epoch_enter(struct epochs *epochs, unsigned int worker)
{
	atomic_store(&epochs->inside[worker], atomic_load(&epochs->now));
}

void epoch_leave(struct epochs *epochs, unsigned int worker)
{
	atomic_store(&epochs->inside[worker], 0);
}

static bool is_out_of_reach(struct epochs *epochs, uint64_t epoch)
{
	for (unsigned int i = 0; i < WORKERS_MAX; i++) {
		uint64_t inside = atomic_load(&epochs->inside[i]);

		if (inside && inside <= epoch)
			return false;
	}
	return true;
}

void epoch_reclaim(struct epochs *epochs)
{
	struct retired **at = &epochs->retired;

	while (*at) {
		struct retired *retired = *at;

		if (!is_out_of_reach(epochs, retired->epoch)) {
			at = &retired->next;
			continue;
		}
		*at = retired->next;
		retired->free_it(retired->object);
		free(retired);
	}
}

void epoch_retire(struct epochs *epochs, void (*free_it)(void *object), void *object)
{
	struct retired **end = &epochs->retired, *retired = xmalloc(sizeof(*retired));

	while (*end)
		end = &(*end)->next;
	*retired = (struct retired){
		.epoch = atomic_fetch_add(&epochs->now, 1), .free_it = free_it, .object = object
	};
	*end = retired;
	epoch_reclaim(epochs);
}

void epochs_done(struct epochs *epochs)
{
	for (unsigned int i = 0; i < WORKERS_MAX; i++)
		epoch_leave(epochs, i);
	epoch_reclaim(epochs);
}
