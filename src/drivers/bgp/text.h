/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BIRD's configuration (BIRD 2.0.12) as texts, a pure function of the resources. One file per VPC
 * starts a BIRD and stays as it is while its sessions come and go; it includes one file per gateway
 * and one per session, so that an edit of one never touches another.
 */
#pragma once

#include "reconcile/bgp_place.h"
#include "reconcile/world.h"

/* What a peer may advertise before its session is closed for a while. */
#define BGP_PREFIX_LIMIT 100U
/* Seconds. Short enough to leave a dead path soon where nothing else tells of its death. */
#define BGP_HOLD_S 15U
#define BGP_KEEPALIVE_S 5U

/* Names inside BIRD. */
#define BGP_SESSION_PREFIX TUNNEL_LINK_PREFIX
#define BGP_TABLE_PREFIX "bgp_"

/* Own strings. */
char *text_main(const struct vpc *vpc);
/* Its table and what it advertises: the VPC's vSwitches and its published routes. */
char *text_gateway(const struct world *world, const struct vpn_gateway *gateway);
/* Has the peer's key in clear: free_wiped(). NULL while something it needs is not known. */
char *text_session(const struct world *world, const struct vpn_connection *connection);

/* The session's text with the line that keeps it down; free_wiped(). */
char *text_hold(const char *session);
/* Takes that line out, in place. Was it there? */
bool text_release(char *session);
