/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket of one BIRD: commands go one after the other, each with its reply. Connects
 * again whenever the connection is lost; being connected is the only proof that BIRD runs (the
 * socket's file stays behind when it dies).
 */
#pragma once

#include "drivers/bgp/reply.h"
#include "reconcile/clock.h"

struct loop;

struct bird_command {
	const char *text; /* copied */
	/* For each line but the last one; may be NULL. */
	void (*line)(void *arg, const struct bird_line *line);
	/* err 0: this is the last line, which may be an error of BIRD's. Later, never inside the
	 * request; not at all when the port is closed before. */
	void (*done)(void *arg, int err, const struct bird_line *last);
	void *arg;
};

struct bird_calls {
	/* Connected: also the sign that BIRD may be a new one. */
	void (*ready)(void *arg);
	void (*lost)(void *arg);
	void *arg;
};

/* A BIRD to talk to. Not to be closed in a call of its own. */
struct bird_port {
	void (*request)(void *ctx, const struct bird_command *command);
	void (*close)(void *ctx);
	void *ctx;
};

/* A command without a reply within 10 s costs the connection. */
struct bird_port bird_client_open(struct loop *loop, const struct clock *clock, const char *path,
	const struct bird_calls *calls);
