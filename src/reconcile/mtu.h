/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large a packet may be in a tunnel. Both the maker of its device and the data plane go by it.
 */
#pragma once

#include "resource/resource.h"

/*
 * The largest inner packet, bytes, whose ESP packet (RFC 4303 section 2, in UDP where NAT traversal
 * is on) fits into an outer packet of 1500. A narrower path is found by the data plane.
 */
uint32_t tunnel_mtu(const struct vpn_connection *connection);
