/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All memory of the packet path is taken here, at start.
 */
#include "espd/worker.h"

#include "base/instant.h"

#include <openssl/crypto.h>

struct worker *worker_new(unsigned int index, const struct crypto_backend *backend,
	const struct wires *wires, struct epochs *epochs, struct table *_Atomic *shared_table,
	struct worker_hooks hooks)
{
	struct worker *worker = xcalloc(1, sizeof(*worker));

	worker->index = index;
	worker->backend = backend;
	worker->crypto = backend->context_new();
	worker->wires = wires;
	worker->epochs = epochs;
	worker->shared_table = shared_table;
	worker->hooks = hooks;
	worker->in_buffers = wire_buffers_new();
	worker->device_room = xmalloc(DEVICE_ROOM);
	worker->out_room = xmalloc(OUT_ROOM);
	worker->sender = wire_sender_new();
	worker->segment = xmalloc(DEVICE_PACKET_MAX);
	worker->again = xmalloc(DEVICE_PACKET_MAX);
	early_init(&worker->early);
	return worker;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	early_done(&worker->early);
	worker->backend->context_free(worker->crypto);
	free(worker->again);
	free(worker->segment);
	wire_sender_free(worker->sender);
	free(worker->out_room);
	free(worker->device_room);
	wire_buffers_free(worker->in_buffers);
	OPENSSL_cleanse(worker, sizeof(*worker));
	free(worker);
}

void worker_enter(struct worker *worker)
{
	epoch_enter(worker->epochs, worker->index);
	worker->table = atomic_load(worker->shared_table);
	worker->now_ms = mono_now().ns / 1000000;
}

void worker_leave(struct worker *worker)
{
	worker->table = NULL;
	epoch_leave(worker->epochs, worker->index);
}
