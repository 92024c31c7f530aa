/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules between the blocks of a connection, and of two. Knows prefixes, no identities and no
 * routes. An overlap is refused where nothing could say into which pair a packet goes.
 */
#include "resource/selectors.h"

struct side {
	const char *name;
	enum reason reason;
	const struct prefixes *blocks;
};

static int refuse(const struct side *side, struct prefix block, const char *rule, const char *other,
	const char *remedy, struct fault *fault)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format(block, text);
	return fault_setf(fault, side->reason, side->name, text, remedy, "%s %s", rule, other);
}

static int check_hosts(const struct side *side, struct prefix block, struct fault *fault)
{
	static const char *const ranges[] = { "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4" };
	struct prefix range;

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (prefix_parse(ranges[i], &range) == 0 && prefix_contains(range, block))
			return refuse(side, block, "must not lie in", ranges[i],
				"give the networks of hosts", fault);
	return 0;
}

static int check_side(const struct side *side, struct fault *fault)
{
	char text[PREFIX_TEXT_SIZE];
	int err = 0;

	for (size_t i = 0; i < side->blocks->len && !err; i++) {
		struct prefix block = side->blocks->items[i];

		err = check_hosts(side, block, fault);
		for (size_t j = 0; j < i && !err; j++) {
			struct prefix other = side->blocks->items[j];

			if (!prefix_overlaps(block, other))
				continue;
			prefix_format(other, text);
			err = refuse(side, block, "must not overlap", text,
				"leave one of the two out", fault);
		}
	}
	return err;
}

static int check_sides(const struct side *local, const struct side *remote, struct fault *fault)
{
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < local->blocks->len; i++)
		for (size_t j = 0; j < remote->blocks->len; j++) {
			struct prefix a = local->blocks->items[i], b = remote->blocks->items[j];

			if (!a.len || !b.len || !prefix_overlaps(a, b))
				continue;
			prefix_format(a, text);
			return refuse(remote, b, "must not overlap LocalSubnet", text,
				"give networks that are on one side only", fault);
		}
	return 0;
}

static int check_routable(const struct side *remote, struct fault *fault)
{
	struct prefix shared;

	if (prefix_parse("100.64.0.0/10", &shared) < 0)
		return 0;
	for (size_t i = 0; i < remote->blocks->len; i++)
		if (remote->blocks->items[i].len &&
			prefix_overlaps(remote->blocks->items[i], shared))
			return refuse(remote, remote->blocks->items[i], "must not overlap",
				"100.64.0.0/10, where no route may lead to",
				"use blocks beside it, or 0.0.0.0/0", fault);
	return 0;
}

int selectors_check(const struct vpn_connection *connection, struct fault *fault)
{
	const struct side local = { "LocalSubnet", REASON_LOCAL_SUBNET, &connection->local_subnet };
	const struct side remote = { "RemoteSubnet", REASON_REMOTE_SUBNET,
		&connection->remote_subnet };
	int err = check_side(&local, fault);

	if (!err)
		err = check_side(&remote, fault);
	if (!err)
		err = check_sides(&local, &remote, fault);
	if (!err)
		err = check_routable(&remote, fault);
	return err;
}

/* The first block of a that matches one of b. */
static bool find_blocks(const struct prefixes *a, const struct prefixes *b,
	bool (*matches)(struct prefix a, struct prefix b), struct prefix *ret_a,
	struct prefix *ret_b)
{
	for (size_t i = 0; i < a->len; i++)
		for (size_t j = 0; j < b->len; j++)
			if (matches(a->items[i], b->items[j])) {
				*ret_a = a->items[i];
				*ret_b = b->items[j];
				return true;
			}
	return false;
}

/* Pairs are all combinations, so that two match as soon as their sides do. */
static bool find_pairs(const struct vpn_connection *a, const struct vpn_connection *b,
	bool (*matches)(struct prefix a, struct prefix b), struct selector_pair *ret_a,
	struct selector_pair *ret_b)
{
	return find_blocks(
		       &a->local_subnet, &b->local_subnet, matches, &ret_a->local, &ret_b->local) &&
	       find_blocks(&a->remote_subnet, &b->remote_subnet, matches, &ret_a->remote,
		       &ret_b->remote);
}

bool selectors_overlap(const struct vpn_connection *a, const struct vpn_connection *b,
	struct selector_pair *ret_a, struct selector_pair *ret_b)
{
	return find_pairs(a, b, prefix_overlaps, ret_a, ret_b);
}

bool selectors_share(
	const struct vpn_connection *a, const struct vpn_connection *b, struct selector_pair *ret)
{
	struct selector_pair same;

	return find_pairs(a, b, prefix_equal, ret, &same);
}
