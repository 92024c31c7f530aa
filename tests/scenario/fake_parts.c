/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of keys with owners and values; answers come a millisecond later.
 */
#include "scenario/fake_parts.h"

#include <errno.h>
#include <string.h>
#include <uthash.h>

struct held {
	char *key, *owner, *value;
	UT_hash_handle hh;
};

struct count {
	char *owner;
	uint32_t changes, failing;
	UT_hash_handle hh;
};

struct fake_parts {
	const struct clock *clock;
	struct effects *effects;
	struct held *held;
	struct count *counts;
	struct clock_timer *answer;
	struct items seen;
	int err;
	void (*observed)(void *arg, int err, struct items *seen);
	void (*applied)(void *arg, int err, const struct fault *fault);
	void *arg;
};

static struct count *count_of(struct fake_parts *parts, const char *owner)
{
	struct count *count;

	HASH_FIND_STR(parts->counts, owner, count);
	if (count)
		return count;
	count = xcalloc(1, sizeof(*count));
	count->owner = xstrdup(owner);
	HASH_ADD_KEYPTR(hh, parts->counts, count->owner, strlen(count->owner), count);
	return count;
}

static void add_held(
	struct fake_parts *parts, const char *key, const char *owner, const char *value)
{
	struct held *held;

	HASH_FIND_STR(parts->held, key, held);
	if (!held) {
		held = xcalloc(1, sizeof(*held));
		held->key = xstrdup(key);
		HASH_ADD_KEYPTR(hh, parts->held, held->key, strlen(held->key), held);
	}
	free(held->owner);
	free(held->value);
	held->owner = owner ? xstrdup(owner) : NULL;
	held->value = value ? xstrdup(value) : NULL;
}

static void held_free(struct fake_parts *parts, struct held *held)
{
	HASH_DEL(parts->held, held);
	free(held->key);
	free(held->owner);
	free(held->value);
	free(held);
}

static void answer(void *arg)
{
	struct fake_parts *parts = arg;
	struct items seen = parts->seen;

	parts->seen = (struct items){ 0 };
	if (parts->observed) {
		void (*observed)(void *, int, struct items *) = TAKE_PTR(parts->observed);

		observed(parts->arg, 0, &seen);
	} else if (parts->applied) {
		void (*applied)(void *, int, const struct fault *) = TAKE_PTR(parts->applied);

		applied(parts->arg, parts->err, NULL);
	}
	items_clear(&seen);
}

struct fake_parts *fake_parts_new(const struct clock *clock, struct effects *effects)
{
	struct fake_parts *parts = xcalloc(1, sizeof(*parts));

	parts->clock = clock;
	parts->effects = effects;
	parts->answer = clock->timer_new(clock->ctx, answer, parts);
	return parts;
}

void fake_parts_free(struct fake_parts *parts)
{
	struct held *held, *next_held;
	struct count *count, *next_count;

	HASH_ITER (hh, parts->held, held, next_held)
		held_free(parts, held);
	HASH_ITER (hh, parts->counts, count, next_count) {
		HASH_DEL(parts->counts, count);
		free(count->owner);
		free(count);
	}
	items_clear(&parts->seen);
	parts->clock->timer_free(parts->answer);
	free(parts);
}

void fake_parts_forget_callers(struct fake_parts *parts)
{
	parts->observed = NULL;
	parts->applied = NULL;
	items_clear(&parts->seen);
	parts->clock->timer_clear(parts->answer);
}

bool fake_parts_has(const struct fake_parts *parts, const char *key)
{
	struct held *held;

	HASH_FIND_STR(parts->held, key, held);
	return held != NULL;
}

void fake_parts_remove(struct fake_parts *parts, const char *key)
{
	struct held *held;

	HASH_FIND_STR(parts->held, key, held);
	if (held)
		held_free(parts, held);
}

void fake_parts_add_foreign(struct fake_parts *parts, const char *key)
{
	add_held(parts, key, NULL, NULL);
}

void fake_parts_fail(struct fake_parts *parts, const char *owner, uint32_t times)
{
	count_of(parts, owner)->failing = times;
}

uint32_t fake_parts_changes(const struct fake_parts *parts, const char *owner)
{
	struct count *count;

	HASH_FIND_STR(parts->counts, owner, count);
	return count ? count->changes : 0;
}

static void want_one(
	const char *prefix, const char *id, const char *value, unsigned int rank, struct items *ret)
{
	items_add_take(ret, (struct item){ .key = xasprintf("%s/%s", prefix, id),
				    .owner = xstrdup(id),
				    .rank = rank,
				    .data = xstrdup(value),
				    .free_data = free });
}

static void want_kind(const struct world *world, enum kind kind, const struct scope *scope,
	const char *prefix, unsigned int rank, struct items *ret)
{
	size_t len;
	const void *const *list = world_list(world, kind, &len);

	if (scope->id && scope->kind != kind)
		return;
	for (size_t i = 0; i < len; i++) {
		const struct resource *resource = list[i];
		const char *value = "";

		if (scope->id && strcmp(scope->id, resource->id) != 0)
			continue;
		/* A value that an edit of the resource changes. */
		if (kind == KIND_VPN_GATEWAY)
			value = resource->description ? resource->description : "";
		want_one(prefix, resource->id, value, rank, ret);
	}
}

static int net_want(const struct world *world, const struct scope *scope, struct items *ret)
{
	want_kind(world, KIND_VPC, scope, "namespace", 0, ret);
	want_kind(world, KIND_VPN_GATEWAY, scope, "table", 1, ret);
	want_kind(world, KIND_VPN_CONNECTION, scope, "link", 2, ret);
	return 0;
}

static int esp_want(const struct world *world, const struct scope *scope, struct items *ret)
{
	want_kind(world, KIND_VPN_CONNECTION, scope, "tunnel", 0, ret);
	return 0;
}

static int observe(void *ctx, const struct scope *scope,
	void (*done)(void *arg, int err, struct items *seen), void *arg)
{
	struct fake_parts *parts = ctx;
	struct held *held;

	for (held = parts->held; held; held = held->hh.next) {
		if (!held->owner || (scope->id && strcmp(scope->id, held->owner) != 0))
			continue;
		items_add_take(&parts->seen, (struct item){ .key = xstrdup(held->key),
						     .owner = xstrdup(held->owner),
						     .data = xstrdup(held->value),
						     .free_data = free });
	}
	parts->observed = done;
	parts->arg = arg;
	parts->clock->timer_set(parts->answer, 1);
	return 0;
}

static bool same(const struct item *want, const struct item *seen)
{
	return strcmp(want->data, seen->data) == 0;
}

static int apply(void *ctx, const struct item *want, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg)
{
	struct fake_parts *parts = ctx;
	const struct item *item = want ? want : seen;
	struct count *count = count_of(parts, item->owner);

	parts->err = 0;
	if (count->failing > 0) {
		count->failing--;
		parts->err = -EBUSY;
	} else {
		count->changes++;
		if (want)
			add_held(parts, want->key, want->owner, want->data);
		else
			fake_parts_remove(parts, seen->key);
		effect_happened(parts->effects);
	}
	parts->applied = done;
	parts->arg = arg;
	parts->clock->timer_set(parts->answer, 1);
	return 0;
}

const struct driver fake_net_driver = {
	.name = "net",
	.kinds = ~0U,
	.want = net_want,
	.observe = observe,
	.same = same,
	.apply = apply,
};

const struct driver fake_esp_driver = {
	.name = "esp",
	.kinds = ~0U,
	.want = esp_want,
	.observe = observe,
	.same = same,
	.apply = apply,
};
