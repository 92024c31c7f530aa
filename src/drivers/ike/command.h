/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands to charon that applying is made of, as lines of a script.
 */
#pragma once

#include "drivers/ike/group.h"
#include "drivers/ike/script.h"

/* The DELETE must be on the wire before what follows may take the sockets away, and a live peer
 * confirms it within a round trip; a dead one is not waited for longer than this. */
#define CLOSE_LIMIT_MS "500"
#define NO_WAIT "-1"

/* what: "ike", "ike-id" or "child-id". */
void command_terminate(
	struct script *script, const char *what, const char *value, const char *timeout_ms);
/* The IKE_SA of a group, when the peer did not confirm the end of the child before: it is dead for
 * all of them, and charon would retransmit for long before it says so. */
void command_terminate_unless_confirmed(struct script *script, const char *name);
/* name: of charon's connection; id: of the member whose child it is. */
void command_terminate_child(struct script *script, const char *name, const char *id);
void command_initiate(struct script *script, const char *name, const char *id);
void command_unload_key(struct script *script, const char *key_id);
void command_load_conn(struct script *script, const struct ike_group *group);
void command_load_key(const struct secret *fingerprint_key, struct script *script,
	const struct ike_settings *settings);
