/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See early.h. Slots keep their order; their memory moves along with them.
 */
#include "espd/early.h"

#include "espd/esp.h"

#include <string.h>

void early_init(struct early *early)
{
	*early = (struct early){ .bytes = xmalloc((size_t)EARLY_MAX * EARLY_SIZE) };
	for (size_t i = 0; i < EARLY_MAX; i++)
		early->slots[i].bytes = early->bytes + i * EARLY_SIZE;
}

void early_done(struct early *early)
{
	free(early->bytes);
	*early = (struct early){ 0 };
}

static uint32_t *promise_of(struct early *early, uint32_t spi)
{
	return &early->promises[spi % EARLY_PROMISES];
}

void early_promise(struct early *early, uint32_t spi)
{
	*promise_of(early, spi) = spi;
}

static uint32_t spi_of(const struct early_slot *slot)
{
	return esp_spi(slot->bytes);
}

static size_t count(const struct early *early, uint32_t spi)
{
	size_t len = 0;

	for (size_t i = 0; i < early->len; i++)
		len += spi_of(&early->slots[i]) == spi;
	return len;
}

bool early_add(struct early *early, const struct espd_socket *door, const struct datagram *datagram,
	int64_t now_ms)
{
	uint32_t spi = esp_spi(datagram->bytes);
	struct early_slot *slot;

	if (!spi || *promise_of(early, spi) != spi || datagram->size > EARLY_SIZE ||
		early->len == EARLY_MAX || count(early, spi) == EARLY_SPI_MAX)
		return false;
	slot = &early->slots[early->len++];
	memcpy(slot->bytes, datagram->bytes, datagram->size);
	slot->door = *door;
	slot->datagram = *datagram;
	slot->datagram.bytes = slot->bytes;
	slot->until_ms = now_ms + EARLY_MS;
	slot->admitted = false;
	return true;
}

bool early_admit(struct early *early, uint32_t spi)
{
	uint32_t *promise = promise_of(early, spi);
	bool any = false;

	if (*promise == spi)
		*promise = 0;
	for (size_t i = 0; i < early->len; i++) {
		if (spi_of(&early->slots[i]) != spi)
			continue;
		early->slots[i].admitted = true;
		any = true;
	}
	return any;
}

static void remove_at(struct early *early, size_t index)
{
	struct early_slot slot = early->slots[index];

	early->len--;
	memmove(&early->slots[index], &early->slots[index + 1],
		(early->len - index) * sizeof(early->slots[0]));
	early->slots[early->len] = slot;
}

bool early_take(struct early *early, struct espd_socket *ret_door, struct datagram *ret)
{
	for (size_t i = 0; i < early->len; i++) {
		if (!early->slots[i].admitted)
			continue;
		*ret_door = early->slots[i].door;
		*ret = early->slots[i].datagram;
		remove_at(early, i);
		return true;
	}
	return false;
}

size_t early_expire(struct early *early, int64_t now_ms)
{
	size_t before = early->len;

	for (size_t i = early->len; i-- > 0;)
		if (!early->slots[i].admitted && early->slots[i].until_ms <= now_ms)
			remove_at(early, i);
	return before - early->len;
}

size_t early_clear(struct early *early)
{
	memset(early->promises, 0, sizeof(early->promises));
	return early_expire(early, INT64_MAX);
}
