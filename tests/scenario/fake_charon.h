/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A charon in memory, spoken to through the real VICI codec: connections, shared keys, SAs, and
 * peers that answer, keep silent or refuse. It outlives the agent. One foreign connection, key and
 * SA are in it from the start.
 */
#pragma once

#include "drivers/ike/ike.h"
#include "scenario/effects.h"

struct fake_charon;

enum fake_peer { PEER_ANSWERS, PEER_SILENT, PEER_REFUSES_CHILD };

struct fake_charon *fake_charon_new(const struct clock *clock, struct effects *effects);
void fake_charon_free(struct fake_charon *charon);
struct vici_port fake_charon_vici(struct fake_charon *charon);
struct peer_port fake_charon_peers(struct fake_charon *charon);
/* Who gets events and alerts; NULL: the agent died, nobody waits for an answer any more. */
void fake_charon_attach(struct fake_charon *charon, struct ike *ike);

/* Dies; comes back empty after a while. */
void fake_charon_restart(struct fake_charon *charon);
void fake_charon_set_peer(
	struct fake_charon *charon, const char *address, enum fake_peer behaviour, const char *psk);
/* The peer negotiates with this connection by itself. */
void fake_charon_peer_connects(struct fake_charon *charon, const char *id);
/* The established peer is found dead. */
void fake_charon_peer_dies(struct fake_charon *charon, const char *id);
/* The peer deletes the tunnel. */
void fake_charon_peer_deletes(struct fake_charon *charon, const char *id);
/* The child is gone, the IKE_SA stays. */
void fake_charon_lose_child(struct fake_charon *charon, const char *id);
/* One more SA, as two crossing negotiations leave behind. */
void fake_charon_duplicate(struct fake_charon *charon, const char *id);
/* The peer refuses this child alone; or grants just this remote network of it; or is content. */
void fake_charon_refuse(struct fake_charon *charon, const char *id);
void fake_charon_narrow(struct fake_charon *charon, const char *id, const char *remote_ts);
void fake_charon_accept(struct fake_charon *charon, const char *id);
/* Something else unloads it. */
void fake_charon_forget(struct fake_charon *charon, const char *id);

bool fake_charon_has_connection(const struct fake_charon *charon, const char *id);
/* Members of the connection that this one is in; 0: it is not loaded. */
uint32_t fake_charon_members(const struct fake_charon *charon, const char *id);
/* Of the connection that this one is in. */
uint32_t fake_charon_sas(const struct fake_charon *charon, const char *id);
uint32_t fake_charon_children(const struct fake_charon *charon, const char *id);
uint32_t fake_charon_keys(const struct fake_charon *charon, const char *id);
/* How often a command was given for this connection. */
uint32_t fake_charon_count(const struct fake_charon *charon, const char *command, const char *id);
/* 1 on, 0 off, -1 never told. */
int fake_charon_nat_traversal(const struct fake_charon *charon, const char *remote);
/* Of the IKE_SA with its child; 0: none. */
uint32_t fake_charon_sa_id(const struct fake_charon *charon, const char *id);
/* The value of a setting as loaded ("version"), an own string; NULL: none. */
char *fake_charon_setting(const struct fake_charon *charon, const char *id, const char *name);
/* What must always hold; an own string says what does not, NULL: all is well. */
char *fake_charon_complaint(const struct fake_charon *charon);
