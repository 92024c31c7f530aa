/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue of received datagrams, ordered by the instant each may go to charon, and the socket_t
 * that takes from it and sends through espd. Knows addresses and ports; of the payload only what
 * pacing.c looks at.
 */
#include "charon/socket.h"

#include <daemon.h>
#include <errno.h>
#include <netinet/in.h>
#include <processing/jobs/callback_job.h>
#include <threading/condvar.h>
#include <threading/mutex.h>
#include <threading/thread.h>
#include <time.h>

#include "charon/early.h"
#include "charon/pacing.h"

#define QUEUE_MAX 4096
/* Our charon releases earlier, unless the message before got lost on the way. */
#define HOLD_RECEIVED_NS 200000000
/* A peer's cannot tell; 5 ms did on an idle machine, not always on a busy one. */
#define HOLD_SENT_NS 20000000
#define IKE_PORT 500
#define NATT_PORT 4500

struct item {
	struct item *next, *previous;
	int64_t due_ns;
	packet_t *packet;
};

struct ike_queue {
	mutex_t *lock;
	condvar_t *changed;
	struct item *first, *last; /* by due_ns */
	size_t count;
	struct pacing pacing;
	struct early early;
};

struct socket {
	socket_t interface;
	struct espd_link *link;
	struct ike_queue *queue;
	mutex_t *lock;
	struct pacing pacing; /* of what is sent */
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

struct ike_queue *ike_queue_new(void)
{
	struct ike_queue *queue;

	INIT(queue, .lock = mutex_create(MUTEX_TYPE_DEFAULT),
		.changed = condvar_create(CONDVAR_TYPE_DEFAULT));
	return queue;
}

/* With the lock held. */
static packet_t *take(struct ike_queue *queue, struct item *item)
{
	packet_t *packet = item->packet;

	if (item->previous)
		item->previous->next = item->next;
	else
		queue->first = item->next;
	if (item->next)
		item->next->previous = item->previous;
	else
		queue->last = item->previous;
	queue->count--;
	free(item);
	return packet;
}

void ike_queue_free(struct ike_queue *queue)
{
	if (!queue)
		return;
	while (queue->first) {
		packet_t *packet = take(queue, queue->first);

		packet->destroy(packet);
	}
	queue->changed->destroy(queue->changed);
	queue->lock->destroy(queue->lock);
	free(queue);
}

/* With the lock held. Nearly everything is due now and goes to the end at once. */
static void insert(struct ike_queue *queue, packet_t *packet, int64_t due_ns)
{
	struct item *before = queue->last, *item;

	while (before && before->due_ns > due_ns)
		before = before->previous;
	INIT(item, .previous = before, .next = before ? before->next : queue->first,
		.due_ns = due_ns, .packet = packet);
	if (item->next)
		item->next->previous = item;
	else
		queue->last = item;
	if (before)
		before->next = item;
	else
		queue->first = item;
	queue->count++;
	queue->changed->signal(queue->changed);
}

static host_t *host_of(uint32_t address, uint16_t port)
{
	struct sockaddr_in socket_address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = address,
	};

	return host_create_from_sockaddr((sockaddr_t *)&socket_address);
}

void ike_queue_add(
	struct ike_queue *queue, const struct espd_ike *ike, const void *payload, size_t size)
{
	packet_t *packet = packet_create();
	bool full;

	packet->set_source(packet, host_of(ike->remote_address, ike->remote_port));
	packet->set_destination(packet, host_of(ike->local_address, ike->local_port));
	packet->set_data(packet, chunk_clone(chunk_create((u_char *)(uintptr_t)payload, size)));
	queue->lock->lock(queue->lock);
	early_note(&queue->early, payload, size);
	full = queue->count >= QUEUE_MAX;
	if (!full)
		insert(queue, packet,
			pacing_due(&queue->pacing, payload, size, now_ns(), HOLD_RECEIVED_NS));
	queue->lock->unlock(queue->lock);
	if (full)
		packet->destroy(packet);
}

/* With the lock held. The held ones of the pair, in their order, become due. */
static void release(struct ike_queue *queue, const uint8_t *pair, int64_t now)
{
	struct item *next;

	for (struct item *item = queue->first; item; item = next) {
		chunk_t data = item->packet->get_data(item->packet);
		const uint8_t *spis = pacing_spis(data.ptr, data.len);

		next = item->next;
		if (item->due_ns > now && spis && memeq(spis, pair, PACING_SPIS_SIZE))
			insert(queue, take(queue, item), now);
	}
}

void ike_queue_release(struct ike_queue *queue, uint64_t initiator_spi, uint64_t responder_spi)
{
	const uint64_t pair[2] = { initiator_spi, responder_spi }; /* kept as on the wire */

	queue->lock->lock(queue->lock);
	pacing_release(&queue->pacing, (const uint8_t *)pair);
	release(queue, (const uint8_t *)pair, now_ns());
	queue->lock->unlock(queue->lock);
}

bool ike_queue_has_early(struct ike_queue *queue, uint64_t initiator_spi)
{
	uint8_t spi[sizeof(initiator_spi)];
	bool has;

	memcpy(spi, &initiator_spi, sizeof(spi)); /* charon keeps it as on the wire */
	queue->lock->lock(queue->lock);
	has = early_has(&queue->early, spi);
	queue->lock->unlock(queue->lock);
	return has;
}

/* Waits for the first packet to be due; a cancellation point. With the lock held. */
static void wait_due(struct ike_queue *queue)
{
	while (TRUE) {
		int64_t left_ns;

		if (!queue->first) {
			queue->changed->wait(queue->changed, queue->lock);
			continue;
		}
		left_ns = queue->first->due_ns - now_ns();
		if (left_ns <= 0)
			return;
		queue->changed->timed_wait(
			queue->changed, queue->lock, (u_int)(left_ns / 1000000 + 1));
	}
}

METHOD(socket_t, receive, status_t, struct socket *this, packet_t **packet)
{
	struct ike_queue *queue = this->queue;
	bool cancelable;

	queue->lock->lock(queue->lock);
	thread_cleanup_push((void *)queue->lock->unlock, queue->lock);
	cancelable = thread_cancelability(TRUE);
	wait_due(queue);
	thread_cancelability(cancelable);
	thread_cleanup_pop(FALSE);
	*packet = take(queue, queue->first);
	queue->lock->unlock(queue->lock);
	return SUCCESS;
}

static status_t send_now(struct espd_link *link, packet_t *packet)
{
	host_t *source = packet->get_source(packet), *destination = packet->get_destination(packet);
	chunk_t data = packet->get_data(packet);
	struct espd_ike ike = {
		.local_port = source->get_port(source) ?: IKE_PORT,
		.remote_port = destination->get_port(destination),
	};
	int error = -EAFNOSUPPORT;

	if (source->get_family(source) == AF_INET &&
		destination->get_family(destination) == AF_INET) {
		memcpy(&ike.local_address, source->get_address(source).ptr, 4);
		memcpy(&ike.remote_address, destination->get_address(destination).ptr, 4);
		error = espd_link_send_ike(link, &ike, data.ptr, data.len);
	}
	if (!error)
		return SUCCESS;
	DBG2(DBG_NET, "vpngw: cannot send to %#H: %s", destination, strerror(-error));
	return FAILED;
}

struct delayed {
	struct espd_link *link;
	packet_t *packet;
};

static void free_delayed(void *data)
{
	struct delayed *delayed = data;

	delayed->packet->destroy(delayed->packet);
	free(delayed);
}

static job_requeue_t send_delayed(void *data)
{
	struct delayed *delayed = data;

	send_now(delayed->link, delayed->packet);
	return JOB_REQUEUE_NONE;
}

/* charon's one sender thread calls this, so it must not wait. */
METHOD(socket_t, send_paced, status_t, struct socket *this, packet_t *packet)
{
	chunk_t data = packet->get_data(packet);
	int64_t now = now_ns(), due_ns;
	struct delayed *delayed;

	this->lock->lock(this->lock);
	due_ns = pacing_due(&this->pacing, data.ptr, data.len, now, HOLD_SENT_NS);
	this->lock->unlock(this->lock);
	if (due_ns <= now)
		return send_now(this->link, packet);
	INIT(delayed, .link = this->link, .packet = packet->clone(packet));
	lib->scheduler->schedule_job_ms(lib->scheduler,
		(job_t *)callback_job_create_with_prio(
			send_delayed, delayed, free_delayed, NULL, JOB_PRIO_HIGH),
		(uint32_t)((due_ns - now) / 1000000 + 1));
	return SUCCESS;
}

METHOD(socket_t, get_port, uint16_t, struct socket *this, bool nat_traversal)
{
	return nat_traversal ? NATT_PORT : IKE_PORT;
}

METHOD(socket_t, supported_families, socket_family_t, struct socket *this)
{
	return SOCKET_FAMILY_IPV4;
}

METHOD(socket_t, destroy, void, struct socket *this)
{
	this->lock->destroy(this->lock);
	free(this);
}

socket_t *socket_new(struct espd_link *link, struct ike_queue *queue)
{
	struct socket *this;

	INIT(this,
		.interface = {
			.receive = _receive,
			.send = _send_paced,
			.get_port = _get_port,
			.supported_families = _supported_families,
			.destroy = _destroy,
		},
		.link = link, .queue = queue, .lock = mutex_create(MUTEX_TYPE_DEFAULT));
	return &this->interface;
}
