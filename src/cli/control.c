/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor's side of up.sock. Knows no program.
 */
#include "cli/control.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "resource/config.h"

#include <errno.h>
#include <string.h>

#define CLIENTS 4

struct client {
	struct control *control;
	int fd; /* -1 = free */
	struct loop_io *io;
	bool asked;
};

struct control {
	struct loop *loop;
	char *path;
	int listener;
	struct loop_io *io;
	struct client clients[CLIENTS];
	void (*down)(void *arg);
	void *arg;
};

static void drop(struct client *client)
{
	loop_io_free(TAKE_PTR(client->io));
	close(TAKE_FD(client->fd));
	client->asked = false;
}

static void answer(struct client *client, const char *text)
{
	if (message_send(client->fd, text, strlen(text), NULL, 0, -1) < 0)
		log_debug("whoever asked is gone");
}

static void readable(void *arg, int events)
{
	struct client *client = arg;
	struct control *control = client->control;
	char text[CONTROL_MAX + 1];
	ssize_t size = message_receive(client->fd, text, CONTROL_MAX, NULL);

	(void)events;
	if (size == -EAGAIN)
		return;
	if (size <= 0 || client->asked) {
		drop(client);
		return;
	}
	text[size] = '\0';
	if (strcmp(text, CONTROL_DOWN)) {
		answer(client, "unknown request");
		drop(client);
		return;
	}
	client->asked = true;
	control->down(control->arg);
}

static struct client *free_client(struct control *control)
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (control->clients[i].fd < 0)
			return &control->clients[i];
	return NULL;
}

static void acceptable(void *arg, int events)
{
	struct control *control = arg;
	struct client *client = free_client(control);
	AUTO_CLOSE int fd = unix_accept(control->listener);

	(void)events;
	if (fd < 0 || !client)
		return;
	client->fd = TAKE_FD(fd);
	client->io = loop_io_new(control->loop, client->fd, LOOP_READ, readable, client);
}

struct control *control_new(
	struct loop *loop, const char *run_dir, void (*down)(void *arg), void *arg)
{
	struct control *control = xcalloc(1, sizeof(*control));

	control->loop = loop;
	control->down = down;
	control->arg = arg;
	control->path = config_path(run_dir, CONTROL_SOCKET);
	for (size_t i = 0; i < CLIENTS; i++)
		control->clients[i] = (struct client){ .control = control, .fd = -1 };
	control->listener = unix_listen(control->path, SOCK_SEQPACKET, 0600, (gid_t)-1);
	if (control->listener < 0) {
		errno = -control->listener;
		free(control->path);
		free(control);
		return NULL;
	}
	control->io = loop_io_new(loop, control->listener, LOOP_READ, acceptable, control);
	return control;
}

void control_close(struct control *control)
{
	if (control->listener < 0)
		return;
	loop_io_free(TAKE_PTR(control->io));
	close(TAKE_FD(control->listener));
	unlink(control->path);
}

void control_free(struct control *control, const char *problem)
{
	if (!control)
		return;
	control_close(control);
	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *client = &control->clients[i];

		if (client->asked)
			answer(client, problem ? problem : CONTROL_OK);
		if (client->fd >= 0)
			drop(client);
	}
	free(control->path);
	free(control);
}
