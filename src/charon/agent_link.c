/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The listening socket, its thread, the ring of alerts and the queue of lines. Knows the framing of
 * charon/proto.h; why an alert is raised and what a peer setting does is decided elsewhere.
 */
#include "charon/agent_link.h"

#include "charon/line_queue.h"

#include <daemon.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <threading/mutex.h>
#include <threading/thread.h>
#include <unistd.h>

#define RING_SIZE 64
#define REPEAT_S 1
#define STRANGERS_PER_S 10

struct agent_link {
	struct sockaddr_un address;
	struct peers *peers;
	thread_t *thread;
	int listen_fd, wake_fd;
	int fd;       /* the agent, -1 = none; the thread's */
	bool is_full; /* it has more to read first; the thread's */

	mutex_t *lock; /* guards what follows */
	bool stopping;
	struct charon_alert ring[RING_SIZE];
	time_t raised[RING_SIZE];
	unsigned int first, count; /* of the alerts not sent yet; behind them lie the last sent */
	struct line_queue *lines;
	time_t strangers_since;
	unsigned int strangers;
};

static bool same_alert(const struct charon_alert *left, const struct charon_alert *right)
{
	return left->reason == right->reason && left->remote_address == right->remote_address &&
	       streq(left->connection, right->connection);
}

/* With the lock held. Slots keep what was sent until they are used again. */
static bool is_repeated(const struct agent_link *link, const struct charon_alert *alert, time_t now)
{
	for (unsigned int i = 0; i < RING_SIZE; i++) {
		if (link->raised[i] && now - link->raised[i] <= REPEAT_S &&
			same_alert(&link->ring[i], alert))
			return TRUE;
	}
	return FALSE;
}

/* With the lock held. */
static bool is_flood(struct agent_link *link, const struct charon_alert *alert, time_t now)
{
	if (alert->reason != CHARON_NO_CONNECTION)
		return FALSE;
	if (link->strangers_since != now) {
		link->strangers_since = now;
		link->strangers = 0;
	}
	return ++link->strangers > STRANGERS_PER_S;
}

void agent_link_alert(struct agent_link *link, const struct charon_alert *alert)
{
	time_t now = time_monotonic(NULL);

	link->lock->lock(link->lock);
	if (!is_repeated(link, alert, now) && !is_flood(link, alert, now)) {
		unsigned int slot;

		if (link->count == RING_SIZE) {
			link->first = (link->first + 1) % RING_SIZE;
			link->count--;
		}
		slot = (link->first + link->count++) % RING_SIZE;
		link->ring[slot] = *alert;
		link->raised[slot] = now;
		eventfd_write(link->wake_fd, 1);
	}
	link->lock->unlock(link->lock);
}

void agent_link_line(struct agent_link *link, const struct charon_line *line)
{
	link->lock->lock(link->lock);
	/* The thread is awake while lines wait for an agent that reads. */
	if (line_queue_add(link->lines, line) && link->lines->count == 1)
		eventfd_write(link->wake_fd, 1);
	link->lock->unlock(link->lock);
}

static bool send_message(int fd, enum charon_type type, const void *body, size_t size)
{
	struct charon_header header = { .type = type };
	struct iovec parts[] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)(uintptr_t)body, .iov_len = size },
	};
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

static void drop_agent(struct agent_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	link->is_full = FALSE;
}

/* True when it is sent. An agent that is behind is waited for, one that is gone is dropped. */
static bool send_or_wait(
	struct agent_link *link, enum charon_type type, const void *body, size_t size)
{
	if (send_message(link->fd, type, body, size))
		return TRUE;
	if (errno == EAGAIN)
		link->is_full = TRUE;
	else
		drop_agent(link);
	return FALSE;
}

/* Sends what waits, alerts first; what cannot be sent is kept for later or the next agent. */
static void flush(struct agent_link *link)
{
	const struct charon_line *line;

	link->lock->lock(link->lock);
	while (link->fd >= 0 && !link->is_full && link->count) {
		if (!send_or_wait(link, CHARON_ALERT, &link->ring[link->first],
			    sizeof(struct charon_alert)))
			break;
		link->first = (link->first + 1) % RING_SIZE;
		link->count--;
	}
	while (link->fd >= 0 && !link->is_full && (line = line_queue_first(link->lines))) {
		if (!send_or_wait(link, CHARON_LINE, line, sizeof(*line)))
			break;
		line_queue_remove_first(link->lines);
	}
	link->lock->unlock(link->lock);
}

static void accept_agent(struct agent_link *link)
{
	struct charon_hello hello = { .version = CHARON_PROTO_VERSION, .pid = (uint32_t)getpid() };
	int fd = accept4(link->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	drop_agent(link);
	link->fd = fd;
	peers_begin(link->peers);
	if (!send_message(fd, CHARON_HELLO, &hello, sizeof(hello)))
		drop_agent(link);
	flush(link);
}

static void read_agent(struct agent_link *link)
{
	struct {
		struct charon_header header;
		struct charon_peer peer;
	} message;
	ssize_t size = recv(link->fd, &message, sizeof(message), MSG_TRUNC);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size == sizeof(message) && message.header.type == CHARON_PEER) {
		peers_set(link->peers, &message.peer);
	} else if (size == sizeof(message.header) && message.header.type == CHARON_PEERS_DONE) {
		peers_done(link->peers);
	} else {
		if (size > 0)
			DBG1(DBG_LIB, "vpngw: the agent sent a message that is none, closing");
		drop_agent(link);
	}
}

static bool is_stopping(struct agent_link *link)
{
	bool stopping;

	link->lock->lock(link->lock);
	stopping = link->stopping;
	link->lock->unlock(link->lock);
	return stopping;
}

static void *run(void *argument)
{
	struct agent_link *link = argument;
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL); /* charon's main thread waits for signals */
	thread_cancelability(FALSE);
	while (!is_stopping(link)) {
		struct pollfd polled[] = {
			{ .fd = link->wake_fd, .events = POLLIN },
			{ .fd = link->listen_fd, .events = POLLIN },
			/* ignored when -1 */
			{ .fd = link->fd,
				.events = (short)(link->is_full ? POLLIN | POLLOUT : POLLIN) },
		};
		eventfd_t ignored;

		if (poll(polled, 3, -1) < 0)
			continue;
		if (polled[0].revents && eventfd_read(link->wake_fd, &ignored) == 0)
			flush(link);
		if (polled[2].revents & POLLOUT) {
			link->is_full = FALSE;
			flush(link);
		}
		if (polled[2].revents & ~POLLOUT && link->fd == polled[2].fd)
			read_agent(link);
		if (polled[1].revents)
			accept_agent(link);
	}
	drop_agent(link);
	return NULL;
}

static int listen_at(const struct sockaddr_un *address)
{
	struct stat status;
	int fd;

	if (lstat(address->sun_path, &status) == 0 && S_ISSOCK(status.st_mode))
		unlink(address->sun_path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* Nobody can connect before listen(), so the mode is right in time. */
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ||
		chmod(address->sun_path, 0660) < 0 || listen(fd, 4) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

struct agent_link *agent_link_new(const char *path, struct peers *peers)
{
	struct agent_link *link;

	INIT(link, .address = { .sun_family = AF_UNIX }, .peers = peers, .fd = -1);
	if (strlen(path) >= sizeof(link->address.sun_path)) {
		DBG1(DBG_LIB, "vpngw: the path of the agent's socket is too long");
		free(link);
		return NULL;
	}
	memcpy(link->address.sun_path, path, strlen(path));
	link->listen_fd = listen_at(&link->address);
	if (link->listen_fd < 0) {
		DBG1(DBG_LIB, "vpngw: cannot listen at %s: %s", path, strerror(-link->listen_fd));
		free(link);
		return NULL;
	}
	link->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	link->lock = mutex_create(MUTEX_TYPE_DEFAULT);
	link->lines = calloc(1, sizeof(*link->lines));
	link->thread = thread_create(run, link);
	return link;
}

void agent_link_free(struct agent_link *link)
{
	if (!link)
		return;
	link->lock->lock(link->lock);
	link->stopping = TRUE;
	link->lock->unlock(link->lock);
	eventfd_write(link->wake_fd, 1);
	link->thread->join(link->thread);
	close(link->listen_fd);
	close(link->wake_fd);
	unlink(link->address.sun_path);
	link->lock->destroy(link->lock);
	free(link->lines);
	free(link);
}
