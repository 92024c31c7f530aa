/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the fake charon share.
 */
#pragma once

#include "scenario/fake_charon.h"

struct fake_conn {
	char *name;
	struct vici_message message; /* as load-conn gave it */
	struct fake_conn *prev, *next;
};

struct fake_key {
	char *id, *psk, *owners; /* owners with a blank between */
	struct fake_key *prev, *next;
};

struct fake_child {
	char *name, *settings; /* settings: negotiated with these */
	uint32_t id;           /* 0: still under negotiation */
	int64_t since_ms;
	struct fake_child *prev, *next;
};

struct fake_sa {
	struct fake_charon *charon;
	char *name, *peer, *psk; /* psk: used for it */
	char *settings;          /* of phase 1: negotiated with these */
	uint32_t id;
	struct fake_child *children;
	bool is_established, is_initiator;
	int64_t since_ms;
	struct clock_timer *timer;
	struct fake_sa *prev, *next;
};

/* What the peer does to one child alone. */
struct fake_whim {
	char *child, *remote_ts; /* remote_ts: all it grants; NULL: it refuses */
	struct fake_whim *prev, *next;
};

struct fake_peer_entry {
	char *address, *psk;
	enum fake_peer behaviour;
	bool nat_is_told, nat_traversal;
	struct fake_peer_entry *prev, *next;
};

struct fake_given {
	char *what; /* "command id" */
	uint32_t count;
	struct fake_given *prev, *next;
};

struct fake_charon {
	const struct clock *clock;
	struct effects *effects;
	struct ike *ike;
	struct fake_conn *conns;
	struct fake_key *keys;
	struct fake_sa *sas;
	struct fake_peer_entry *peers;
	struct fake_given *given;
	struct fake_whim *whims;
	uint32_t last_id;
	bool is_down, peers_started, is_greeted;
	struct clock_timer *back, *answer, *greet;
	/* the request under way */
	char *command;
	struct vici_message request;
	void (*streamed)(void *arg, const struct vici_tree *message);
	void (*done)(void *arg, int err, const struct vici_tree *answer);
	void *arg;
};

int64_t fake_now_ms(const struct fake_charon *charon);
struct fake_peer_entry *fake_find_peer(struct fake_charon *charon, const char *address);
struct fake_conn *fake_find_conn(const struct fake_charon *charon, const char *name);
void fake_conn_free(struct fake_charon *charon, struct fake_conn *conn);
void fake_key_free(struct fake_charon *charon, struct fake_key *key);
struct fake_sa *fake_sa_add(struct fake_charon *charon, const struct fake_conn *conn);
void fake_sa_free(struct fake_charon *charon, struct fake_sa *sa);
void fake_terminate(struct fake_charon *charon, struct fake_sa *sa);
void fake_initiate(struct fake_charon *charon, const struct fake_conn *conn, const char *child);
void fake_child_free(struct fake_sa *sa, struct fake_child *child);
/* Ends one child and says so. */
void fake_terminate_child(struct fake_charon *charon, struct fake_sa *sa, struct fake_child *child);
const struct fake_whim *fake_find_whim(const struct fake_charon *charon, const char *child);

/* fake_config.c. Own strings; NULL: there is none. */
char *fake_setting(const struct fake_conn *conn, const char *path, const char *name);
char *fake_phase1_text(const struct fake_conn *conn);
char *fake_child_text(const struct fake_conn *conn, const char *child);
void fake_each_child(const struct fake_conn *conn,
	void (*call)(void *arg, const char *child, const struct vici_tree *tree,
		const struct vici_node *node),
	void *arg);
/* The connection with this child. */
struct fake_conn *fake_conn_of(const struct fake_charon *charon, const char *child);

void fake_answer(void *charon);
void fake_greet(void *charon);
/* Answers the request under way with -ENOTCONN, soon. */
void fake_fail_request(struct fake_charon *charon);
