/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving sockets and tunnels to vpngw-espd, and taking them away.
 */
#include "drivers/esp/esp_private.h"
#include "drivers/esp/socket.h"

#include "base/loop.h"

#include <errno.h>

struct job {
	struct esp *esp;
	struct endpoint endpoint;
	char *owner;
	bool is_removal, replaces, is_new;
	uint64_t generation;
	int err;
	struct fault fault;
	void (*done)(void *arg, int err, const struct fault *fault);
	void *arg;
};

static void finish(void *arg)
{
	struct job *job = arg;

	job->done(job->arg, job->err, job->fault.reason != REASON_NONE ? &job->fault : NULL);
	free(job->owner);
	free(job);
}

static void finish_later(struct job *job, int err)
{
	job->err = err;
	loop_defer(job->esp->parts.loop, finish, job);
}

static void added(void *arg, int error, uint32_t value)
{
	struct job *job = arg;
	struct held *held;

	(void)value;
	if (!error || error == -EEXIST) {
		held = held_get(&job->esp->held, &job->endpoint, job->owner);
		held->is_there = true;
		held->generation = job->generation;
		/* A new one counts from zero; what an older one has counted is not known. */
		held->drops.is_known = (!error && job->is_new) || held->drops.is_known;
		error = 0;
	}
	job->err = error;
	finish(job);
}

static void removed(void *arg, int error, uint32_t value);

static int add_tunnel(struct job *job)
{
	struct tunnel_port *port = &job->esp->parts.tunnels;
	uint32_t number = job->endpoint.tunnel.if_id;
	int fd = port->fd(port->ctx, number);

	if (fd < 0)
		return -ENODEV; /* the network driver has not made the device yet */
	job->generation = port->generation(port->ctx, number);
	job->is_new = true;
	return client_request(job->esp->client, ESPD_TUNNEL_ADD, &job->endpoint.tunnel,
		sizeof(job->endpoint.tunnel), fd, NULL, added, job);
}

/* Not stale, so espd has the descriptor of the present device and keeps it. */
static int set_tunnel(struct job *job)
{
	struct tunnel_port *port = &job->esp->parts.tunnels;

	job->generation = port->generation(port->ctx, job->endpoint.tunnel.if_id);
	return client_request(job->esp->client, ESPD_TUNNEL_SET, &job->endpoint.tunnel,
		sizeof(job->endpoint.tunnel), -1, NULL, added, job);
}

static int add_socket(struct job *job)
{
	struct held *held = held_get(&job->esp->held, &job->endpoint, job->owner);
	char address[ADDR_TEXT_SIZE];

	if (held->fd < 0)
		held->fd = socket_open(&job->endpoint.socket);
	if (held->fd < 0) {
		int err = TAKE_FD(held->fd);

		addr_format((struct addr){ job->endpoint.socket.local_address }, address);
		(void)fault_set(&job->fault, REASON_APPLY_FAILED, "InternetIp", address,
			err == -EADDRINUSE ? "its UDP port 500 or 4500 is taken by another program"
			: err == -EADDRNOTAVAIL ? "this machine does not have the address"
						: "its sockets cannot be opened",
			"the address and the ports must be free for vpngw");
		return err;
	}
	return client_request(job->esp->client, ESPD_SOCKET_ADD, &job->endpoint.socket,
		sizeof(job->endpoint.socket), held->fd, NULL, added, job);
}

static int add(struct job *job)
{
	return job->endpoint.is_tunnel ? add_tunnel(job) : add_socket(job);
}

static int remove_one(struct job *job)
{
	struct espd_tunnel_key key = { .if_id = job->endpoint.tunnel.if_id };

	if (job->endpoint.is_tunnel)
		return client_request(job->esp->client, ESPD_TUNNEL_REMOVE, &key, sizeof(key), -1,
			NULL, removed, job);
	return client_request(job->esp->client, ESPD_SOCKET_REMOVE, &job->endpoint.socket,
		sizeof(job->endpoint.socket), -1, NULL, removed, job);
}

static void removed(void *arg, int error, uint32_t value)
{
	struct job *job = arg;
	struct held *held;

	(void)value;
	job->err = error == -ENOENT ? 0 : error;
	if (!job->err) {
		held = held_get(&job->esp->held, &job->endpoint, "");
		if (job->endpoint.is_tunnel && job->is_removal && *held->owner)
			esp_drop_counters(job->esp, held->owner);
		held_remove(&job->esp->held, held);
	}
	if (!job->err && job->replaces) {
		int err = add(job);

		if (!err)
			return;
		job->err = err;
	}
	finish(job);
}

int esp_apply(void *ctx, const struct item *want, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg)
{
	struct job *job = xcalloc(1, sizeof(*job));
	const struct endpoint *old = seen ? seen->data : NULL;
	int err;

	*job = (struct job){ .esp = ctx,
		.done = done,
		.arg = arg,
		.endpoint = *(const struct endpoint *)(want ? want : seen)->data,
		.owner = xstrdup((want ? want : seen)->owner),
		.replaces = want && old && old->is_stale,
		.is_removal = !want };
	if (job->is_removal || job->replaces)
		err = remove_one(job);
	else if (old && old->is_tunnel)
		err = set_tunnel(job);
	else
		err = add(job);
	if (err < 0)
		finish_later(job, err);
	return 0;
}
