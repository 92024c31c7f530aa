/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of a tunnel: a store, the engine and the real IKE driver on the real loop, talking to one
 * charon. The agent in it can be taken away and put back.
 */
#pragma once

#include "ike/charons.h"
#include "resource/status.h"

#define SITE_ID "vco-0123456789abcdefg"

struct site;
struct loop;

struct site *site_new(struct loop *loop, enum side side);
void site_free(struct site *site);
void site_start_agent(struct site *site);
void site_stop_agent(struct site *site);
/* The connection as it will be stored by site_put(); borrowed, to be edited. */
struct vpn_connection *site_connection(struct site *site);
void site_put(struct site *site);
void site_delete(struct site *site);
/* Runs the loop until it is so, at most so long. */
bool site_wait_up(struct site *site, bool is_up, uint32_t limit_ms);
bool site_wait_applied(struct site *site, uint32_t limit_ms);
bool site_wait_gone(struct site *site, uint32_t limit_ms);
void site_run(struct site *site, uint32_t duration_ms);
/* False: none. */
bool site_status(struct site *site, struct status *ret);
/* What charon holds of ours: connections, shared keys; and the id of the IKE_SA, 0 = none. */
void site_look(struct site *site, uint32_t *ret_connections, uint32_t *ret_keys, uint32_t *ret_sa);
