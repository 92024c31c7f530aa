/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's core (engine, real IKE driver) on virtual time between a store and a world that
 * outlive it: it can be killed and started again at any moment.
 */
#pragma once

#include "scenario/fake_charon.h"
#include "scenario/fake_parts.h"
#include "store/store.h"

struct lab;

/* kill_at: crash after the n-th effect; 0 = never. */
struct lab *lab_new(const char *key_file, uint32_t kill_at);
void lab_free(struct lab *lab);
/* Moves the time. True when a crash happened on the way. */
bool lab_run(struct lab *lab, int64_t duration_ms);
void lab_restart_agent(struct lab *lab);
int64_t lab_wall_ms(const struct lab *lab);
void lab_wake(struct lab *lab, uint32_t number);
void lab_reconnect(struct lab *lab); /* the plug-in greets again, charon goes on */
void lab_reset(struct lab *lab, const char *id);
void lab_put(struct lab *lab, enum kind kind, const void *resource);
/* A document that nobody understands. */
void lab_put_broken(struct lab *lab, enum kind kind, const char *id);
void lab_delete(struct lab *lab, enum kind kind, const char *id);
/* The stored resource, decoded; NULL: none. */
void *lab_get(struct lab *lab, enum kind kind, const char *id);
/* 0, or -ENOENT. */
int lab_status(struct lab *lab, enum kind kind, const char *id, struct status *ret);
uint64_t lab_revision(struct lab *lab, enum kind kind, const char *id);

/* Entries of this type ("": plain lines) with this text in them in a connection's log. */
uint32_t lab_events(struct lab *lab, const char *id, const char *type, const char *text);

struct fake_charon *lab_charon(struct lab *lab);
struct fake_parts *lab_net(struct lab *lab);
struct fake_parts *lab_esp(struct lab *lab);
const struct effects *lab_effects(const struct lab *lab);
