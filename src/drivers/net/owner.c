/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of owners: parts by key, and by owner.
 */
#include "drivers/net/owner.h"

#include <string.h>

static struct owner *get_owner(struct owners *owners, const char *id)
{
	struct owner *owner;

	HASH_FIND(hh, owners->by_id, id, strlen(id), owner);
	if (!owner) {
		owner = xcalloc(1, sizeof(*owner));
		owner->id = xstrdup(id);
		HASH_ADD_KEYPTR(hh, owners->by_id, owner->id, strlen(owner->id), owner);
	}
	return owner;
}

static void leave_owner(struct owners *owners, struct owned *owned)
{
	struct owner *owner = owned->owner;

	LIST_REMOVE(owned, next);
	if (!LIST_EMPTY(&owner->parts))
		return;
	HASH_DEL(owners->by_id, owner);
	free(owner->id);
	free(owner);
}

static void set_owner(struct owners *owners, struct owned *owned, const char *id)
{
	struct owner *owner = get_owner(owners, id);

	if (owned->owner == owner)
		return;
	if (owned->owner)
		leave_owner(owners, owned);
	owned->owner = owner;
	LIST_INSERT_HEAD(&owner->parts, owned, next);
}

static void set_part(struct owned *owned, const struct part *part)
{
	char *vpc_id = owned->part.vpc_id ? owned->part.vpc_id : xstrdup(part->vpc_id);

	owned->part = *part; /* the VPC is in the key */
	owned->part.vpc_id = vpc_id;
}

const char *owners_note(struct owners *owners, const struct part *part, const char *id)
{
	AUTO_FREE char *key = part_key(part);
	struct owned *owned;

	HASH_FIND(hh, owners->by_key, key, strlen(key), owned);
	if (!owned) {
		owned = xcalloc(1, sizeof(*owned));
		owned->key = TAKE_PTR(key);
		HASH_ADD_KEYPTR(hh, owners->by_key, owned->key, strlen(owned->key), owned);
	}
	set_part(owned, part);
	if (*id || !owned->owner)
		set_owner(owners, owned, id);
	return owned->owner->id;
}

void owners_list(const struct owners *owners, const char *id, struct items *ret)
{
	struct owner *owner;
	struct owned *owned;

	HASH_FIND(hh, owners->by_id, id, strlen(id), owner);
	if (!owner)
		return;
	LIST_FOREACH (owned, &owner->parts, next)
		part_add(ret, &owned->part, id);
}

static void forget(struct owners *owners, struct owned *owned)
{
	HASH_DEL(owners->by_key, owned);
	leave_owner(owners, owned);
	free(owned->part.vpc_id);
	free(owned->key);
	free(owned);
}

void owners_keep(struct owners *owners, const struct items *items)
{
	struct owned *owned, *next;

	HASH_ITER (hh, owners->by_key, owned, next) {
		if (!items_find(items, owned->key))
			forget(owners, owned);
	}
}

void owners_clear(struct owners *owners)
{
	owners_keep(owners, &(struct items){ 0 });
}
