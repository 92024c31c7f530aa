/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 address and prefix arithmetic. Knows no routing.
 */
#include "base/addr.h"

#include "base/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static uint32_t mask(uint8_t len)
{
	return len ? htonl(UINT32_MAX << (32 - len)) : 0;
}

int addr_parse(const char *text, struct addr *ret)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return -EINVAL;
	ret->v4 = in.s_addr;
	return 0;
}

void addr_format(struct addr addr, char ret[static ADDR_TEXT_SIZE])
{
	inet_ntop(AF_INET, &addr.v4, ret, ADDR_TEXT_SIZE);
}

bool addr_equal(struct addr a, struct addr b)
{
	return a.v4 == b.v4;
}

int addr_compare(struct addr a, struct addr b)
{
	uint32_t x = ntohl(a.v4), y = ntohl(b.v4);

	return (x > y) - (x < y);
}

int prefix_parse(const char *text, struct prefix *ret)
{
	const char *slash = strchr(text, '/');
	char address[ADDR_TEXT_SIZE];
	struct prefix prefix;
	uint32_t len;

	if (!slash || (size_t)(slash - text) >= sizeof(address) || strlen(slash + 1) > 2)
		return -EINVAL;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (addr_parse(address, &prefix.addr) < 0 || parse_u32(slash + 1, 0, 32, &len) < 0)
		return -EINVAL;
	prefix.len = (uint8_t)len;
	if (prefix.addr.v4 & ~mask(prefix.len))
		return -ERANGE;
	*ret = prefix;
	return 0;
}

void prefix_format(struct prefix prefix, char ret[static PREFIX_TEXT_SIZE])
{
	char address[ADDR_TEXT_SIZE];

	addr_format(prefix.addr, address);
	snprintf(ret, PREFIX_TEXT_SIZE, "%s/%u", address, (unsigned int)(prefix.len & 63));
}

bool prefix_equal(struct prefix a, struct prefix b)
{
	return a.addr.v4 == b.addr.v4 && a.len == b.len;
}

int prefix_compare(struct prefix a, struct prefix b)
{
	int order = addr_compare(a.addr, b.addr);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool prefix_has(struct prefix prefix, struct addr addr)
{
	return ((prefix.addr.v4 ^ addr.v4) & mask(prefix.len)) == 0;
}

bool prefix_contains(struct prefix outer, struct prefix inner)
{
	return inner.len >= outer.len && prefix_has(outer, inner.addr);
}

bool prefix_overlaps(struct prefix a, struct prefix b)
{
	return prefix_contains(a, b) || prefix_contains(b, a);
}

struct addr prefix_first(struct prefix prefix)
{
	return (struct addr){ prefix.addr.v4 & mask(prefix.len) };
}

struct addr prefix_last(struct prefix prefix)
{
	return (struct addr){ prefix.addr.v4 | ~mask(prefix.len) };
}
