/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash of status documents beside the store. One log line for each condition that changes.
 */
#include "reconcile/record.h"

#include "base/log.h"
#include "reconcile/transition.h"

#include <errno.h>
#include <string.h>
#include <uthash.h>

struct record {
	char *key; /* "status/<kind>/<id>" */
	enum kind kind;
	struct status status;
	char *text; /* as stored; NULL: never */
	UT_hash_handle hh;
};

struct records {
	struct store *store;
	struct connection_log *log;
	struct record *records;
};

struct records *records_new(struct store *store, struct connection_log *log)
{
	struct records *records = xcalloc(1, sizeof(*records));

	records->store = store;
	records->log = log;
	return records;
}

static void record_free(struct records *records, struct record *record)
{
	HASH_DEL(records->records, record);
	status_clear(&record->status);
	free(record->key);
	free(record->text);
	free(record);
}

void records_free(struct records *records)
{
	struct record *record, *next;

	if (!records)
		return;
	HASH_ITER (hh, records->records, record, next)
		record_free(records, record);
	free(records);
}

static char *make_key(enum kind kind, const char *id)
{
	return xasprintf(STATUS_KEYS "%s/%s", kind_info(kind)->name, id);
}

static struct record *find(const struct records *records, enum kind kind, const char *id)
{
	AUTO_FREE char *key = make_key(kind, id);
	struct record *record;

	HASH_FIND_STR(records->records, key, record);
	return record;
}

static struct record *add(struct records *records, enum kind kind, const char *id)
{
	struct record *record = xcalloc(1, sizeof(*record));

	record->key = make_key(kind, id);
	record->kind = kind;
	record->status.id = xstrdup(id);
	HASH_ADD_KEYPTR(hh, records->records, record->key, strlen(record->key), record);
	return record;
}

/* "status/<kind>/<id>" into its parts; KIND_COUNT when it is none of ours. */
static enum kind split_key(const char *key, const char **ret_id)
{
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		AUTO_FREE char *start = make_key((enum kind)kind, "");
		size_t size = strlen(start);

		if (strncmp(key, start, size) == 0 && key[size]) {
			*ret_id = key + size;
			return (enum kind)kind;
		}
	}
	return KIND_COUNT;
}

static void load_one(struct records *records, const struct store_entry *entry)
{
	const char *id = NULL;
	enum kind kind = split_key(entry->key, &id);
	json_t *document;
	struct record *record;

	if (kind == KIND_COUNT)
		return;
	record = find(records, kind, id);
	if (!record)
		record = add(records, kind, id);
	document = json_loadb(entry->value, entry->value_size, JSON_REJECT_DUPLICATES, NULL);
	status_clear(&record->status);
	record->status = (struct status){ 0 };
	/* One that does not decode is observed afresh and written over. */
	if (!document || status_decode(document, &record->status) < 0)
		record->status = (struct status){ 0 };
	free(record->status.id);
	record->status.id = xstrdup(id);
	free(record->text);
	record->text = xstrndup(entry->value, entry->value_size);
	json_decref(document);
}

int records_load(struct records *records)
{
	struct store_entries entries = { 0 };
	int err = store_list(records->store, STATUS_KEYS, NULL, 0, &entries);

	if (err < 0)
		return err;
	for (size_t i = 0; i < entries.len; i++)
		load_one(records, &entries.items[i]);
	store_entries_clear(&entries);
	return 0;
}

static void log_change(const char *id, enum condition_type type, const struct condition *condition)
{
	log_notice("%s %s%s%s resource=%s%s%s", condition_name(type),
		condition->is_true ? "true" : "false", condition->is_true ? "" : " ",
		condition->is_true ? "" : reason_code(condition->reason), id,
		condition->message && *condition->message ? " " : "",
		condition->message ? condition->message : "");
}

static void condition_forget(struct condition *condition)
{
	free(condition->message);
	*condition = (struct condition){ 0 };
}

static void merge(struct status *status, struct status *observed, uint64_t wall_ms)
{
	struct negotiated negotiated = status->negotiated;

	if (observed->applied_revision)
		status->applied_revision = observed->applied_revision;
	for (int type = 0; type < CONDITION_COUNT; type++) {
		const struct condition *now = &observed->conditions[type];

		if (!now->known && !now->is_kept &&
			condition_is_optional((enum condition_type)type))
			condition_forget(&status->conditions[type]);
		if (now->known && status_set(status, (enum condition_type)type, now->is_true,
					  now->reason, now->message ? now->message : "", wall_ms))
			log_change(
				status->id, (enum condition_type)type, &status->conditions[type]);
	}
	status->negotiated = observed->negotiated;
	observed->negotiated = negotiated;
	if (!observed->conditions[CONDITION_BGP].is_kept)
		status_learn(status, &observed->learned, wall_ms);
}

static int write_text(struct records *records, struct record *record, char *text)
{
	struct store_op op = {
		.key = record->key,
		.value = text,
		.value_size = strlen(text),
		.expected = STORE_ANY,
	};
	int err = store_commit(records->store, &op, 1, NULL, NULL);

	if (err < 0) {
		free(text);
		return err;
	}
	free(record->text);
	record->text = text;
	return 0;
}

int records_update(
	struct records *records, enum kind kind, struct status *observed, uint64_t wall_ms)
{
	struct record *record = find(records, kind, observed->id);
	json_t *document;
	char *text;

	if (!record)
		record = add(records, kind, observed->id);
	if (kind == KIND_VPN_CONNECTION)
		transition_tell(records->log, &record->status, observed, wall_ms);
	merge(&record->status, observed, wall_ms);
	document = status_encode(&record->status);
	text = json_dumps(document, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(document);
	if (!text)
		return -EINVAL;
	if (record->text && strcmp(record->text, text) == 0) {
		free(text);
		return 0;
	}
	return write_text(records, record, text);
}

int records_remove(struct records *records, enum kind kind, const char *id)
{
	struct record *record = find(records, kind, id);
	struct store_op op = { .expected = STORE_ANY };
	int err;

	if (!record)
		return 0;
	op.key = record->key;
	err = store_commit(records->store, &op, 1, NULL, NULL);
	if (err < 0)
		return err;
	record_free(records, record);
	return 0;
}

void records_each(
	struct records *records, void (*call)(void *arg, enum kind kind, const char *id), void *arg)
{
	struct record *record, *next;

	HASH_ITER (hh, records->records, record, next)
		call(arg, record->kind, record->status.id);
}

const struct status *records_get(const struct records *records, enum kind kind, const char *id)
{
	const struct record *record = find(records, kind, id);

	return record ? &record->status : NULL;
}
