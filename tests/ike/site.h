/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of a tunnel: a store, the engine and the real IKE driver on the real loop, talking to one
 * charon. The agent in it can be taken away and put back.
 */
#pragma once

#include "ike/charons.h"
#include "resource/status.h"

#define SITE_ID "vco-0123456789abcdefg"
#define SITE_CONNECTIONS 3 /* the others' ids end with h and i; they are stored when asked for */

/* What charon holds of ours. */
struct site_view {
	uint32_t connections, keys, ike_sas;
	uint32_t ike_sa; /* one of them; 0 = none */
	/* charon's number of each connection's child; 0 = none */
	uint32_t children[SITE_CONNECTIONS];
};

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
/* The same for any of the connections; 0 is the one above. */
struct vpn_connection *site_connection_at(struct site *site, int which);
void site_put_at(struct site *site, int which);
void site_delete_at(struct site *site, int which);
bool site_wait_up_at(struct site *site, int which, bool is_up, uint32_t limit_ms);
bool site_wait_applied_at(struct site *site, int which, uint32_t limit_ms);
bool site_wait_gone_at(struct site *site, int which, uint32_t limit_ms);
bool site_status_at(struct site *site, int which, struct status *ret);
void site_view(struct site *site, struct site_view *ret);
/* Runs the loop until it is so, at most so long. */
bool site_wait_up(struct site *site, bool is_up, uint32_t limit_ms);
bool site_wait_applied(struct site *site, uint32_t limit_ms);
bool site_wait_gone(struct site *site, uint32_t limit_ms);
void site_run(struct site *site, uint32_t duration_ms);
/* False: none. */
bool site_status(struct site *site, struct status *ret);
/* What charon holds of ours: connections, shared keys; and the id of the IKE_SA, 0 = none. */
void site_look(struct site *site, uint32_t *ret_connections, uint32_t *ret_keys, uint32_t *ret_sa);
