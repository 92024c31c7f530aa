/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards and numbers, both counters under meta/. Knows no kind.
 */
#include "api/actions/guard.h"

#include "base/parse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int read_counter(
	const struct api *api, const char *key, uint64_t *ret_value, uint64_t *ret_revision)
{
	struct store_entry entry = {};
	int err = store_get(api->store, key, &entry);

	*ret_value = *ret_revision = 0;
	if (err)
		return err == -ENOENT ? 0 : err;
	err = parse_u64(entry.value, 0, UINT64_MAX - 1, ret_value) < 0 ? -EBADMSG : 0;
	*ret_revision = entry.revision;
	store_entry_clear(&entry);
	/* taken after the snapshot: the set that will be read may be older than its guard */
	if (!err && *ret_revision > snapshot_revision(api->snapshot))
		return -ESTALE;
	return err;
}

static void put_counter(struct change *change, const char *key, uint64_t value, uint64_t revision)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	change_op(change, &(struct store_op){ .key = key,
				  .value = text,
				  .value_size = strlen(text),
				  .expected = revision });
}

int guard_take(const struct api *api, struct change *change, const char *name)
{
	AUTO_FREE char *key = xasprintf("meta/guard/%s", name);
	uint64_t value, revision;
	int err = read_counter(api, key, &value, &revision);

	if (!err)
		put_counter(change, key, value + 1, revision);
	return err;
}

int guard_remove(const struct api *api, struct change *change, const char *name)
{
	AUTO_FREE char *key = xasprintf("meta/guard/%s", name);
	uint64_t value, revision;
	int err = read_counter(api, key, &value, &revision);

	if (!err)
		change_op(change,
			&(struct store_op){
				.key = key, .expected = revision, .is_check = revision == 0 });
	return err;
}

int number_next_free(const struct api *api, struct change *change, enum kind kind,
	bool (*is_taken)(const void *arg, uint32_t number), const void *arg, uint32_t *ret)
{
	AUTO_FREE char *key = xasprintf("meta/number/%s", kind_info(kind)->name);
	uint64_t value, revision;
	int err = read_counter(api, key, &value, &revision);

	if (err)
		return err;
	for (value++; value <= UINT32_MAX && is_taken && is_taken(arg, (uint32_t)value);)
		value++;
	if (value > UINT32_MAX)
		return -EOVERFLOW;
	put_counter(change, key, value, revision);
	*ret = (uint32_t)value;
	return 0;
}

int number_next(const struct api *api, struct change *change, enum kind kind, uint32_t *ret)
{
	return number_next_free(api, change, kind, NULL, NULL, ret);
}
