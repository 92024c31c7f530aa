/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See lost.h. Rekeying is one exchange and leaves no moment without an outbound SA of charon's;
 * deleting first would cost a second exchange. What cannot be rekeyed (an IKEv1 peer keeps the old
 * one; a refusal) is deleted after the grace.
 */
#include "charon/lost.h"

#include <daemon.h>
#include <errno.h>
#include <netinet/in.h>
#include <processing/jobs/callback_job.h>

#define GRACE_MS 10000
#define LOOK_EVERY_MS 20

struct lost {
	struct espd_link *link;
	struct sa_table *table;
	uint32_t generation;
	linked_list_t *waiting; /* struct waiting: not rekeyed yet */
	int looks;
};

struct waiting {
	uint32_t spi, if_id;
	host_t *destination;
};

static void waiting_free(struct waiting *waiting)
{
	waiting->destination->destroy(waiting->destination);
	free(waiting);
}

static void lost_free(struct lost *lost)
{
	struct waiting *waiting;

	while (lost->waiting->remove_first(lost->waiting, (void **)&waiting) == SUCCESS)
		waiting_free(waiting);
	lost->waiting->destroy(lost->waiting);
	free(lost);
}

static void note(void *context, uint32_t spi, uint32_t if_id, host_t *destination)
{
	linked_list_t *list = context;
	struct waiting *waiting;

	INIT(waiting, .spi = spi, .if_id = if_id, .destination = destination->clone(destination));
	list->insert_last(list, waiting);
}

/* An espd that cannot tell is taken to be ready. */
static bool is_ready(struct lost *lost, const struct waiting *waiting)
{
	struct espd_tunnel_key key = { .if_id = waiting->if_id };

	return espd_link_request(lost->link, ESPD_ORPHANS, &key, sizeof(key), NULL) != -ENOENT;
}

static void expire_all(linked_list_t *list, bool hard)
{
	struct waiting *waiting;

	while (list->remove_first(list, (void **)&waiting) == SUCCESS) {
		charon->kernel->expire(
			charon->kernel, IPPROTO_ESP, waiting->spi, waiting->destination, hard);
		waiting_free(waiting);
	}
}

/* The table is not locked while espd is asked. */
static void rekey_ready(struct lost *lost)
{
	linked_list_t *ready = linked_list_create();
	enumerator_t *enumerator = lost->waiting->create_enumerator(lost->waiting);
	struct waiting *waiting;

	while (enumerator->enumerate(enumerator, &waiting)) {
		if (!is_ready(lost, waiting))
			continue;
		lost->waiting->remove_at(lost->waiting, enumerator);
		ready->insert_last(ready, waiting);
	}
	enumerator->destroy(enumerator);
	expire_all(ready, FALSE);
	ready->destroy(ready);
}

static job_requeue_t delete_rest(void *data)
{
	struct lost *lost = data;

	sa_table_each_lost(lost->table, lost->generation, note, lost->waiting);
	expire_all(lost->waiting, TRUE);
	return JOB_REQUEUE_NONE;
}

/* Until all are asked for, the grace is over, or a later connection does it. */
static job_requeue_t look(void *data)
{
	struct lost *lost = data;

	if (espd_link_generation(lost->link) != lost->generation)
		return JOB_REQUEUE_NONE;
	rekey_ready(lost);
	if (!lost->waiting->get_count(lost->waiting) || ++lost->looks == GRACE_MS / LOOK_EVERY_MS)
		return JOB_REQUEUE_NONE;
	return JOB_RESCHEDULE_MS(LOOK_EVERY_MS);
}

static void lost_free_cb(void *data)
{
	lost_free(data);
}

static job_t *job_new(struct espd_link *link, struct sa_table *table, uint32_t generation,
	callback_job_cb_t run, struct lost **ret_lost)
{
	struct lost *lost;

	INIT(lost, .link = link, .table = table, .generation = generation,
		.waiting = linked_list_create());
	*ret_lost = lost;
	return (job_t *)callback_job_create(run, lost, lost_free_cb, NULL);
}

void lost_sas_replace(struct espd_link *link, struct sa_table *table, uint32_t generation)
{
	struct lost *lost;
	job_t *job;

	if (generation == 1)
		return;
	job = job_new(link, table, generation, delete_rest, &lost);
	lib->scheduler->schedule_job_ms(lib->scheduler, job, GRACE_MS);
	job = job_new(link, table, generation, look, &lost);
	sa_table_each_lost(table, generation, note, lost->waiting);
	lib->processor->queue_job(lib->processor, job);
}
