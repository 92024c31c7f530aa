/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selector matching. A packet without ports (a later fragment, or a protocol that has none) is only
 * inside a selector for every port, or inside the OPAQUE one (65535..0, RFC 7296 section 3.13.1).
 */
#include "espd/selector.h"

#include <arpa/inet.h>
#include <errno.h>

static bool is_opaque(const struct espd_selector *selector)
{
	return selector->first_port == UINT16_MAX && selector->last_port == 0;
}

static bool is_valid(const struct espd_selector *selector)
{
	return ntohl(selector->first) <= ntohl(selector->last) &&
	       (selector->first_port <= selector->last_port || is_opaque(selector));
}

int selectors_init(struct selectors *selectors, const struct espd_selector *items,
	size_t sources_len, size_t destinations_len)
{
	if (sources_len < 1 || sources_len > ESPD_SELECTORS_MAX || destinations_len < 1 ||
		destinations_len > ESPD_SELECTORS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < sources_len + destinations_len; i++)
		if (!is_valid(&items[i]))
			return -EINVAL;
	selectors->sources_len = sources_len;
	selectors->destinations_len = destinations_len;
	selectors->items = xmemdup(items, (sources_len + destinations_len) * sizeof(*items));
	return 0;
}

void selectors_done(struct selectors *selectors)
{
	free(selectors->items);
	*selectors = (struct selectors){ 0 };
}

static bool port_matches(const struct espd_selector *selector, bool has_port, uint16_t port)
{
	if (selector->first_port == 0 && selector->last_port == UINT16_MAX)
		return true;
	if (!has_port)
		return is_opaque(selector);
	return port >= selector->first_port && port <= selector->last_port;
}

static bool side_matches(const struct espd_selector *items, size_t len, const struct ipv4 *packet,
	uint32_t address, uint16_t port)
{
	uint32_t host = ntohl(address);

	for (size_t i = 0; i < len; i++)
		if (host >= ntohl(items[i].first) && host <= ntohl(items[i].last) &&
			(items[i].protocol == 0 || items[i].protocol == packet->protocol) &&
			port_matches(&items[i], packet->has_ports, port))
			return true;
	return false;
}

bool selectors_match(const struct selectors *selectors, const struct ipv4 *packet)
{
	return side_matches(selectors->items, selectors->sources_len, packet, packet->source,
		       packet->source_port) &&
	       side_matches(selectors->items + selectors->sources_len, selectors->destinations_len,
		       packet, packet->destination, packet->destination_port);
}
