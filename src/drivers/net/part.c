/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and numbers of parts. A key holds everything that cannot be changed in place.
 */
#include "drivers/net/part.h"

#include "base/parse.h"

#include <string.h>

#define WEIGHT_MAX 100

static void free_part(void *data)
{
	struct part *part = data;

	free(part->vpc_id);
	free(part);
}

char *part_key(const struct part *part)
{
	char destination[PREFIX_TEXT_SIZE];

	switch (part->type) {
	case PART_DOMAIN:
		return xasprintf("%s/0-domain", part->vpc_id);
	case PART_LAN:
		return xasprintf("%s/1-lan", part->vpc_id);
	case PART_LINK:
		return xasprintf("%s/2-link/%u", part->vpc_id, part->number);
	case PART_RULE:
		return xasprintf("%s/3-rule/%u/%s/%u", part->vpc_id, part->rule.preference,
			part->rule.in_interface, part->rule.table);
	case PART_ROUTE:
		prefix_format(part->route.destination, destination);
		return xasprintf("%s/4-route/%u/%s/%u", part->vpc_id, part->route.table,
			destination, part->route_number);
	}
	abort();
}

void part_add(struct items *items, const struct part *part, const char *owner)
{
	struct part *copy = xmemdup(part, sizeof(*part));

	copy->vpc_id = xstrdup(part->vpc_id);
	items_add_take(items, (struct item){ .key = part_key(copy),
				      .owner = xstrdup(owner),
				      .rank = copy->type,
				      .data = copy,
				      .free_data = free_part });
}

uint32_t part_published_table(uint32_t gateway_number)
{
	return PART_TABLE_BASE + 2 * gateway_number;
}

uint32_t part_all_table(uint32_t gateway_number)
{
	return part_published_table(gateway_number) + 1;
}

uint32_t part_route_priority(const struct part *want, enum carrying carrying, uint32_t present)
{
	uint32_t up = 1 + WEIGHT_MAX - want->weight, down = up + WEIGHT_MAX + 1;

	if (!want->route_number)
		return RT_PRIORITY_LAST;
	if (carrying == CARRYING_UNKNOWN)
		return present == down ? down : up;
	return carrying == CARRYING_YES ? up : down;
}

uint32_t part_gateway_number(uint32_t table)
{
	return table > PART_TABLE_BASE + 1 ? (table - PART_TABLE_BASE) / 2 : 0;
}

void part_link_name(uint32_t number, char ret[static IFNAMSIZ])
{
	snprintf(ret, IFNAMSIZ, "%s%u", PART_LINK_PREFIX, number);
}

uint32_t part_link_number(const char *name)
{
	uint32_t number;

	if (strncmp(name, PART_LINK_PREFIX, strlen(PART_LINK_PREFIX)) != 0)
		return 0;
	return parse_u32(name + strlen(PART_LINK_PREFIX), 1, UINT32_MAX, &number) < 0 ? 0 : number;
}
