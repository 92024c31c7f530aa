/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic of preferences and tables.
 */
#include "drivers/net/section.h"

#include "reconcile/bgp_place.h"
#include "resource/places.h"

#include <stdint.h>

#define LENGTHS 33 /* of a prefix: 0 to 32 */
#define PER_PAIR 4 /* ready and last, active and standby */
#define PRIORITIES 101
#define POLICY_END (SECTION_POLICY + PRIORITIES * LENGTHS * LENGTHS * PER_PAIR)
#define CONNECTION_TABLES (UINT32_C(1) << 30)
#define CONNECTIONS (UINT32_C(1) << 29)

_Static_assert(SECTION_BGP + VPN_GATEWAY_PLACES < SECTION_END, "all of them publish BGP routes");
_Static_assert(SECTION_SIZE *(uint64_t)(VPN_GATEWAY_PLACES + 2) <= UINT32_MAX, "all have sections");
_Static_assert(KERNEL_TABLE_FIRST == TABLE_PUBLISHED, "gateways' tables follow the published one");
_Static_assert(POLICY_END <= SECTION_DESTINATION, "policy routes fit into their section");

uint32_t section_of_gateway(uint32_t gateway_number)
{
	return SECTION_PUBLISHED + SECTION_SIZE * (1 + (gateway_number - 1) % VPN_GATEWAY_PLACES);
}

uint32_t section_of(uint32_t preference)
{
	return preference / SECTION_SIZE * SECTION_SIZE;
}

uint32_t section_policy(uint32_t section, const struct policy_place *place)
{
	uint32_t at = place->priority;

	at = at * LENGTHS + (LENGTHS - 1 - place->destination_len);
	at = at * LENGTHS + (LENGTHS - 1 - place->source_len);
	at = at * PER_PAIR + 2 * place->is_last + place->is_standby;
	return section + SECTION_POLICY + at;
}

bool section_is_policy(uint32_t preference)
{
	uint32_t at = preference % SECTION_SIZE;

	return preference >= SECTION_PUBLISHED && at >= SECTION_POLICY && at < POLICY_END;
}

uint32_t section_published_bgp(uint32_t gateway_number)
{
	return SECTION_PUBLISHED + SECTION_BGP + (gateway_number - 1) % VPN_GATEWAY_PLACES;
}

uint32_t table_bgp(uint32_t gateway_number)
{
	return kernel_table_bgp(gateway_number);
}

uint32_t table_all(uint32_t gateway_number)
{
	return table_bgp(gateway_number) + 1;
}

uint32_t table_ready(uint32_t connection_number)
{
	return CONNECTION_TABLES + 2 * (connection_number % CONNECTIONS);
}

uint32_t table_last(uint32_t connection_number)
{
	return table_ready(connection_number) + 1;
}

bool table_is_last(uint32_t table)
{
	return table_connection_number(table) && table % 2;
}

uint32_t table_gateway_number(uint32_t table)
{
	return table > TABLE_PUBLISHED + 1 && table < CONNECTION_TABLES
		       ? (table - TABLE_PUBLISHED) / 2
		       : 0;
}

uint32_t table_connection_number(uint32_t table)
{
	return table >= CONNECTION_TABLES ? (table - CONNECTION_TABLES) / 2 : 0;
}
