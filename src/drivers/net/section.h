/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a VPC's rules and routes stand: preferences of rules and numbers of tables. Pure numbers.
 *
 *      500 networks the VPC is connected to
 *     1000 out of tunnel vco<n>: go to the section of its gateway
 *     2000 everything else: go to the section of published routes
 *     3000 unreachable: should the section be missing
 *   500000 section of published routes; from 1000000 on one section per gateway:
 *      + 0       where it is entered
 *      + 1000    policy routes: priority, then the longer destination, then the longer source; of
 *                equal ones first those whose connection is up (the others' tables say: go on), by
 *                weight, and then again by weight whether up or not
 *      + 490000  destination routes
 *      + 495000  BGP routes
 *      + 499999  unreachable
 *
 *   table 10000 published destination routes of all gateways, 10000 + 2g BGP routes of gateway g,
 *   10001 + 2g its destination routes; 2^30 + 2n into the connection n as long as that carries,
 *   2^30 + 2n + 1 into the connection n in any case
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PREFERENCE_CONNECTED 500
#define PREFERENCE_TUNNEL 1000
#define PREFERENCE_OTHERS 2000
#define PREFERENCE_BEYOND 3000

#define SECTION_SIZE UINT32_C(500000)
#define SECTION_PUBLISHED SECTION_SIZE
#define SECTION_POLICY 1000
#define SECTION_DESTINATION 490000
#define SECTION_BGP 495000
#define SECTION_END 499999

#define TABLE_PUBLISHED 10000

struct policy_place {
	uint32_t priority; /* 1 to 100 */
	uint8_t source_len, destination_len;
	bool is_standby;
	bool is_last; /* whether its connection is up or not */
};

/* Where the section of a gateway begins. Numbers that are VPN_GATEWAY_PLACES apart share one:
 * they never meet in one VPC. */
uint32_t section_of_gateway(uint32_t gateway_number);
/* Where the section begins that a preference is in; 0: in none. */
uint32_t section_of(uint32_t preference);
uint32_t section_policy(uint32_t section, const struct policy_place *place);
bool section_is_policy(uint32_t preference);
/* Of a gateway among those that publish their BGP routes: the lowest number first. */
uint32_t section_published_bgp(uint32_t gateway_number);

uint32_t table_all(uint32_t gateway_number);
uint32_t table_bgp(uint32_t gateway_number);
uint32_t table_ready(uint32_t connection_number);
uint32_t table_last(uint32_t connection_number);
bool table_is_last(uint32_t table);
/* The gateway's number of its two tables; 0 when it is none of them. */
uint32_t table_gateway_number(uint32_t table);
/* The connection's number of its two tables; 0 when it is none of them. */
uint32_t table_connection_number(uint32_t table);
