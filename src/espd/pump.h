/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ties a worker to the event loop: when a descriptor is readable, one burst runs to its end. The
 * only file that knows both.
 */
#pragma once

struct loop;
struct worker;
struct wire;
struct tunnel;

/* From now on the worker reads it; the watch lives in the wire and the tunnel. */
void pump_watch_wire(struct loop *loop, struct worker *worker, struct wire *wire);
void pump_watch_tunnel(struct loop *loop, struct worker *worker, struct tunnel *tunnel);
/* Sends what waited for an SA, when there is one now. */
void pump_kept(struct worker *worker, struct tunnel *tunnel);
/* Takes in what came before its SA and was admitted meanwhile. */
void pump_early(struct worker *worker);
