/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptions of the kinds, one per file; kind.c collects them.
 */
#pragma once

#include "resource/resource.h"

extern const struct kind_info vpc_kind, vswitch_kind, vpn_gateway_kind, customer_gateway_kind,
	vpn_connection_kind, vpn_route_entry_kind, vpn_pbr_route_entry_kind, access_key_kind;
