/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread, the socket and the waiting requests of the connection to espd. Knows the framing of
 * espd/proto.h; what the messages mean is up to the handler and the callers. Two locks: one orders
 * what is sent, one guards the list of waiting requests, so that the reader never waits for a
 * sender.
 */
#include "charon/espd_link.h"

#include <daemon.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <threading/condvar.h>
#include <threading/mutex.h>
#include <threading/thread.h>
#include <unistd.h>

#define RETRY_MS 100
#define HELLO_TIMEOUT_MS 1000
#define ANSWER_TIMEOUT_MS 5000
#define SEND_TIMEOUT_S 2

struct waiting {
	struct waiting *next;
	uint32_t sequence;
	bool done;
	int error;
	struct espd_answer answer;
};

struct espd_link {
	struct sockaddr_un address;
	struct espd_link_handler handler;
	thread_t *thread;
	int stop_fd;

	mutex_t *send_lock; /* guards what follows */
	int fd;
	uint32_t sequence;
	uint32_t generation, generations;

	mutex_t *wait_lock; /* guards what follows; inner to send_lock */
	condvar_t *answered;
	struct waiting *waiting;

	char buffer[ESPD_MESSAGE_MAX] __attribute__((aligned(8))); /* the thread's */
};

/* True when the link is to stop. */
static bool wait_stop(struct espd_link *link, int timeout_ms)
{
	struct pollfd poll_stop = { .fd = link->stop_fd, .events = POLLIN };

	return poll(&poll_stop, 1, timeout_ms) > 0;
}

/* Waits for a message: its size, 0 when the peer has closed, or -errno; -ECANCELED to stop. */
static ssize_t receive_message(struct espd_link *link, int fd, int timeout_ms)
{
	struct pollfd polled[] = {
		{ .fd = link->stop_fd, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	int ready = poll(polled, 2, timeout_ms);
	ssize_t size;

	if (ready == 0)
		return -ETIMEDOUT;
	if (ready < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	if (polled[0].revents)
		return -ECANCELED;
	size = recv(fd, link->buffer, sizeof(link->buffer), MSG_DONTWAIT | MSG_TRUNC);
	if (size < 0)
		return -errno;
	if (size > (ssize_t)sizeof(link->buffer))
		return -EMSGSIZE;
	return size;
}

static int greet(struct espd_link *link, int fd)
{
	struct {
		struct espd_header header;
		struct espd_hello hello;
	} hello = { { .type = ESPD_HELLO, .sequence = 1 }, { .version = ESPD_PROTO_VERSION } };
	ssize_t size;

	if (send(fd, &hello, sizeof(hello), MSG_NOSIGNAL) < 0)
		return -errno;
	size = receive_message(link, fd, HELLO_TIMEOUT_MS);
	if (size < 0)
		return (int)size;
	if (size != sizeof(hello))
		return -EPROTO;
	memcpy(&hello, link->buffer, sizeof(hello));
	if (hello.header.type != ESPD_HELLO || hello.hello.version != ESPD_PROTO_VERSION)
		return -EPROTO;
	return 0;
}

static int connect_once(struct espd_link *link)
{
	const struct timeval send_timeout = { .tv_sec = SEND_TIMEOUT_S };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&link->address, sizeof(link->address)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send_timeout, sizeof(send_timeout)) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	error = greet(link, fd);
	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

static void finish(struct espd_link *link, uint32_t sequence, const struct espd_ack *ack)
{
	link->wait_lock->lock(link->wait_lock);
	for (struct waiting *waiting = link->waiting; waiting; waiting = waiting->next) {
		if (waiting->sequence == sequence) {
			waiting->error = ack->error;
			waiting->answer.value = ack->value;
			waiting->done = TRUE;
			link->answered->broadcast(link->answered);
			break;
		}
	}
	link->wait_lock->unlock(link->wait_lock);
}

static void note_counters(
	struct espd_link *link, uint32_t sequence, const struct espd_sa_counters *counters)
{
	link->wait_lock->lock(link->wait_lock);
	for (struct waiting *waiting = link->waiting; waiting; waiting = waiting->next) {
		if (waiting->sequence == sequence)
			waiting->answer.counters = *counters;
	}
	link->wait_lock->unlock(link->wait_lock);
}

/* -EPROTO when the message is none of espd's. */
static int dispatch(struct espd_link *link, size_t size)
{
	const struct espd_link_handler *handler = &link->handler;
	const struct espd_header *header = (const void *)link->buffer;
	const void *body = link->buffer + sizeof(*header);

	if (size < sizeof(*header))
		return -EPROTO;
	size -= sizeof(*header);
	if (header->type == ESPD_ACK && size == sizeof(struct espd_ack))
		finish(link, header->sequence, body);
	else if (header->type == ESPD_SA_COUNTERS && size == sizeof(struct espd_sa_counters))
		note_counters(link, header->sequence, body);
	else if (header->type == ESPD_IKE_RECEIVED && size > sizeof(struct espd_ike))
		handler->ike(handler->context, body, (const char *)body + sizeof(struct espd_ike),
			size - sizeof(struct espd_ike));
	else if (header->type == ESPD_SA_EXPIRED && size == sizeof(struct espd_sa_expired))
		handler->expired(handler->context, body);
	else if (header->type == ESPD_SA_MAPPING && size == sizeof(struct espd_sa_mapping))
		handler->mapping(handler->context, body);
	else
		return -EPROTO;
	return 0;
}

static void serve(struct espd_link *link, int fd)
{
	int error = 0;

	while (!error) {
		ssize_t size = receive_message(link, fd, -1);

		if (size == -EAGAIN)
			continue;
		if (size > 0)
			error = dispatch(link, (size_t)size);
		else
			error = size ? (int)size : -ECONNRESET;
	}
	if (error != -ECANCELED)
		DBG1(DBG_KNL, "vpngw: the connection to espd ended: %s", strerror(-error));
}

static void publish(struct espd_link *link, int fd)
{
	uint32_t generation;

	link->send_lock->lock(link->send_lock);
	link->fd = fd;
	generation = link->generation = ++link->generations;
	link->send_lock->unlock(link->send_lock);
	link->handler.connected(link->handler.context, generation);
}

static void withdraw(struct espd_link *link)
{
	link->send_lock->lock(link->send_lock);
	close(link->fd);
	link->fd = -1;
	link->generation = 0;
	/* A request enters the list while it holds send_lock: none can slip in after this. */
	link->wait_lock->lock(link->wait_lock);
	for (struct waiting *waiting = link->waiting; waiting; waiting = waiting->next) {
		if (!waiting->done) {
			waiting->error = -ENOTCONN;
			waiting->done = TRUE;
		}
	}
	link->answered->broadcast(link->answered);
	link->wait_lock->unlock(link->wait_lock);
	link->send_lock->unlock(link->send_lock);
}

static void *run(void *argument)
{
	struct espd_link *link = argument;
	int last_error = 0;
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL); /* charon's main thread waits for signals */
	thread_cancelability(FALSE);
	do {
		int fd = connect_once(link);

		if (fd < 0) {
			if (fd != last_error && fd != -ECANCELED)
				DBG1(DBG_KNL, "vpngw: no espd at %s: %s", link->address.sun_path,
					strerror(-fd));
			last_error = fd;
			continue;
		}
		last_error = 0;
		DBG1(DBG_KNL, "vpngw: connected to espd");
		publish(link, fd);
		serve(link, fd);
		withdraw(link);
	} while (!wait_stop(link, RETRY_MS));
	return NULL;
}

struct espd_link *espd_link_new(const char *path, const struct espd_link_handler *handler)
{
	struct espd_link *link;

	INIT(link, .address = { .sun_family = AF_UNIX }, .handler = *handler, .fd = -1);
	if (strlen(path) >= sizeof(link->address.sun_path)) {
		DBG1(DBG_KNL, "vpngw: the path of espd's socket is too long");
		free(link);
		return NULL;
	}
	memcpy(link->address.sun_path, path, strlen(path));
	link->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (link->stop_fd < 0) {
		free(link);
		return NULL;
	}
	link->send_lock = mutex_create(MUTEX_TYPE_DEFAULT);
	link->wait_lock = mutex_create(MUTEX_TYPE_DEFAULT);
	link->answered = condvar_create(CONDVAR_TYPE_DEFAULT);
	link->thread = thread_create(run, link);
	return link;
}

void espd_link_free(struct espd_link *link)
{
	if (!link)
		return;
	if (eventfd_write(link->stop_fd, 1) == 0)
		link->thread->join(link->thread);
	close(link->stop_fd);
	link->answered->destroy(link->answered);
	link->wait_lock->destroy(link->wait_lock);
	link->send_lock->destroy(link->send_lock);
	free(link);
}

/* With send_lock held. */
static int send_parts(struct espd_link *link, struct iovec *parts, size_t count, int flags)
{
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };

	if (link->fd < 0)
		return -ENOTCONN;
	return sendmsg(link->fd, &message, flags | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static uint32_t next_sequence(struct espd_link *link)
{
	if (++link->sequence == 0)
		link->sequence = 1; /* 0 is for events */
	return link->sequence;
}

/* Puts the request on the list, then on the wire. */
static int submit(struct espd_link *link, struct waiting *waiting, struct espd_header *header,
	struct iovec *parts, size_t count)
{
	int error;

	link->send_lock->lock(link->send_lock);
	waiting->sequence = header->sequence = next_sequence(link);
	waiting->answer.generation = link->generation;
	link->wait_lock->lock(link->wait_lock);
	waiting->next = link->waiting;
	link->waiting = waiting;
	link->wait_lock->unlock(link->wait_lock);
	error = send_parts(link, parts, count, 0);
	link->send_lock->unlock(link->send_lock);
	return error;
}

static void forget(struct espd_link *link, struct waiting *waiting)
{
	struct waiting **place = &link->waiting;

	while (*place != waiting)
		place = &(*place)->next;
	*place = waiting->next;
}

int espd_link_request(struct espd_link *link, enum espd_type type, const void *body, size_t size,
	struct espd_answer *ret_answer)
{
	struct espd_header header = { .type = (uint16_t)type };
	struct iovec parts[] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)(uintptr_t)body, .iov_len = size },
	};
	struct waiting waiting = { .error = -ETIMEDOUT };
	timeval_t deadline;
	int error;

	time_monotonic(&deadline);
	deadline.tv_sec += ANSWER_TIMEOUT_MS / 1000;
	error = submit(link, &waiting, &header, parts, 2);
	link->wait_lock->lock(link->wait_lock);
	while (!error && !waiting.done) {
		if (link->answered->timed_wait_abs(link->answered, link->wait_lock, deadline))
			break;
	}
	forget(link, &waiting);
	link->wait_lock->unlock(link->wait_lock);
	if (error)
		return error;
	if (!waiting.error && ret_answer)
		*ret_answer = waiting.answer;
	return waiting.error;
}

int espd_link_send_ike(
	struct espd_link *link, const struct espd_ike *ike, const void *payload, size_t size)
{
	struct espd_header header = { .type = ESPD_IKE_SEND };
	struct iovec parts[] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)(uintptr_t)ike, .iov_len = sizeof(*ike) },
		{ .iov_base = (void *)(uintptr_t)payload, .iov_len = size },
	};
	int error;

	link->send_lock->lock(link->send_lock);
	header.sequence = next_sequence(link);
	error = send_parts(link, parts, 3, MSG_DONTWAIT);
	link->send_lock->unlock(link->send_lock);
	return error;
}

uint32_t espd_link_generation(struct espd_link *link)
{
	uint32_t generation;

	link->send_lock->lock(link->send_lock);
	generation = link->generation;
	link->send_lock->unlock(link->send_lock);
	return generation;
}
