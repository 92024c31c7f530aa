/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See kept.h. Oldest first; a slot never moves before its turn is over.
 */
#include "espd/kept.h"

#include <string.h>

void kept_init(struct kept *kept, size_t slot_size)
{
	*kept = (struct kept){ .slot_size = slot_size };
	kept->bytes = xmalloc(KEPT_MAX * slot_size);
}

void kept_done(struct kept *kept)
{
	free(kept->bytes);
	*kept = (struct kept){ 0 };
}

bool kept_add(struct kept *kept, const uint8_t *packet, size_t size, int64_t now_ms)
{
	if (kept->len == KEPT_MAX || size > kept->slot_size)
		return false;
	memcpy(kept->bytes + kept->len * kept->slot_size, packet, size);
	kept->sizes[kept->len] = size;
	kept->until_ms[kept->len] = now_ms + KEPT_MS;
	kept->len++;
	return true;
}

size_t kept_expire(struct kept *kept, int64_t now_ms)
{
	size_t over = 0;

	while (over < kept->len && kept->until_ms[over] <= now_ms)
		over++;
	if (!over)
		return 0;
	kept->len -= over;
	memmove(kept->bytes, kept->bytes + over * kept->slot_size, kept->len * kept->slot_size);
	memmove(kept->sizes, kept->sizes + over, kept->len * sizeof(kept->sizes[0]));
	memmove(kept->until_ms, kept->until_ms + over, kept->len * sizeof(kept->until_ms[0]));
	return over;
}

uint8_t *kept_get(const struct kept *kept, size_t index, size_t *ret_size)
{
	*ret_size = kept->sizes[index];
	return kept->bytes + index * kept->slot_size;
}

void kept_clear(struct kept *kept)
{
	kept->len = 0;
}
