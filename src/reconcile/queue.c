/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash of keys and a list of those that are ready. The waiting ones are searched one by one:
 * there are as many as there are failing resources.
 */
#include "reconcile/queue.h"

#include <string.h>
#include <uthash.h>
#include <utlist.h>

enum state { IDLE, READY, WAITING };

struct entry {
	char *key; /* "<kind number>/<id>", "*" for everything */
	enum kind kind;
	char *id;
	enum state state;
	struct mono due; /* WAITING */
	uint32_t failures;
	struct entry *prev, *next; /* in ready or waiting */
	UT_hash_handle hh;
};

struct queue {
	struct entry *entries;
	struct entry *ready, *waiting;
};

struct queue *queue_new(void)
{
	return xcalloc(1, sizeof(struct queue));
}

static void entry_free(struct queue *queue, struct entry *entry)
{
	HASH_DEL(queue->entries, entry);
	free(entry->key);
	free(entry->id);
	free(entry);
}

void queue_free(struct queue *queue)
{
	struct entry *entry, *next;

	if (!queue)
		return;
	HASH_ITER (hh, queue->entries, entry, next)
		entry_free(queue, entry);
	free(queue);
}

static char *make_key(enum kind kind, const char *id)
{
	return id ? xasprintf("%u/%s", (unsigned int)kind, id) : xstrdup("*");
}

static struct entry *find(const struct queue *queue, enum kind kind, const char *id)
{
	AUTO_FREE char *key = make_key(kind, id);
	struct entry *entry;

	HASH_FIND_STR(queue->entries, key, entry);
	return entry;
}

static struct entry *find_or_add(struct queue *queue, enum kind kind, const char *id)
{
	struct entry *entry = find(queue, kind, id);

	if (entry)
		return entry;
	entry = xcalloc(1, sizeof(*entry));
	entry->key = make_key(kind, id);
	entry->kind = kind;
	entry->id = id ? xstrdup(id) : NULL;
	HASH_ADD_KEYPTR(hh, queue->entries, entry->key, strlen(entry->key), entry);
	return entry;
}

static void set_state(struct queue *queue, struct entry *entry, enum state state)
{
	if (entry->state == READY)
		DL_DELETE(queue->ready, entry);
	if (entry->state == WAITING)
		DL_DELETE(queue->waiting, entry);
	entry->state = state;
	if (state == READY)
		DL_APPEND(queue->ready, entry);
	if (state == WAITING)
		DL_APPEND(queue->waiting, entry);
}

void queue_mark(struct queue *queue, enum kind kind, const char *id)
{
	struct entry *entry = find_or_add(queue, kind, id);

	if (entry->state != READY)
		set_state(queue, entry, READY);
}

uint32_t queue_count_failure(struct queue *queue, enum kind kind, const char *id)
{
	struct entry *entry = find_or_add(queue, kind, id);

	if (entry->failures < UINT32_MAX)
		entry->failures++;
	return entry->failures;
}

void queue_wait(struct queue *queue, enum kind kind, const char *id, struct mono due)
{
	struct entry *entry = find_or_add(queue, kind, id);

	if (entry->state == READY)
		return;
	entry->due = due;
	set_state(queue, entry, WAITING);
}

void queue_forget(struct queue *queue, enum kind kind, const char *id)
{
	struct entry *entry = find(queue, kind, id);

	if (!entry)
		return;
	entry->failures = 0;
	if (entry->state == WAITING)
		set_state(queue, entry, IDLE);
	if (entry->state == IDLE)
		entry_free(queue, entry);
}

static struct entry *first_waiting(const struct queue *queue)
{
	struct entry *entry, *first = NULL;

	DL_FOREACH(queue->waiting, entry)
	if (!first || entry->due.ns < first->due.ns)
		first = entry;
	return first;
}

bool queue_take(struct queue *queue, struct mono now, enum kind *ret_kind, char **ret_id)
{
	struct entry *entry = first_waiting(queue);

	/* A waiting one first: a stream of marks must not starve it. */
	if (!entry || entry->due.ns > now.ns)
		entry = queue->ready;
	if (!entry)
		return false;
	set_state(queue, entry, IDLE);
	*ret_kind = entry->kind;
	*ret_id = entry->id ? xstrdup(entry->id) : NULL;
	return true;
}

bool queue_next_due(const struct queue *queue, struct mono now, struct mono *ret)
{
	const struct entry *entry = queue->ready ? queue->ready : first_waiting(queue);

	if (!entry)
		return false;
	*ret = queue->ready ? now : entry->due;
	return true;
}

void queue_drain(struct queue *queue)
{
	struct entry *entry, *next;

	HASH_ITER (hh, queue->entries, entry, next) {
		set_state(queue, entry, IDLE);
		if (entry->failures == 0)
			entry_free(queue, entry);
	}
}
