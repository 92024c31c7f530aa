/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and numbers of parts. A key holds everything that cannot be changed in place.
 */
#include "drivers/net/part.h"

#include "base/parse.h"

#include <string.h>

#define WEIGHT_MAX 100
#define PRIORITY_FIRST 1
/* In the table of a connection: after a route that is up, before one that is down. */
#define PRIORITY_THROW (PRIORITY_FIRST + WEIGHT_MAX)

static void free_part(void *data)
{
	struct part *part = data;

	free(part->vpc_id);
	free(part);
}

/* A policy route's place follows from what may be edited: another one is a change. */
static char *rule_key(const char *vpc_id, const struct rt_rule *rule)
{
	char source[PREFIX_TEXT_SIZE], destination[PREFIX_TEXT_SIZE];

	if (!section_is_policy(rule->preference))
		return xasprintf("%s/3-rule/%u/%s/%u", vpc_id, rule->preference, rule->in_interface,
			rule->table);
	prefix_format(rule->source, source);
	prefix_format(rule->destination, destination);
	return xasprintf("%s/3-rule/%u/policy/%u/%s/%s", vpc_id, section_of(rule->preference),
		rule->table, source, destination);
}

bool part_is_same_rule(const struct rt_rule *a, const struct rt_rule *b)
{
	bool is_policy = section_is_policy(a->preference);

	if (is_policy != section_is_policy(b->preference) || a->table != b->table)
		return false;
	if (!is_policy)
		return a->preference == b->preference &&
		       strcmp(a->in_interface, b->in_interface) == 0;
	return section_of(a->preference) == section_of(b->preference) &&
	       prefix_equal(a->source, b->source) && prefix_equal(a->destination, b->destination);
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
	case PART_ADDRESS:
		return xasprintf("%s/2-link/%u/address", part->vpc_id, part->number);
	case PART_RULE:
		return rule_key(part->vpc_id, &part->rule);
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

uint32_t part_route_priority(const struct part *want, enum carrying carrying, uint32_t present)
{
	uint32_t up = PRIORITY_FIRST + WEIGHT_MAX - want->weight, down = up + WEIGHT_MAX + 1;

	if (!want->route_number)
		return want->route.is_throw ? PRIORITY_THROW : RT_PRIORITY_LAST;
	if (table_is_last(want->route.table))
		return PRIORITY_FIRST;
	if (carrying == CARRYING_UNKNOWN)
		return present == down ? down : up;
	return carrying == CARRYING_YES ? up : down;
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
