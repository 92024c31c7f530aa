/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doorbells over unix datagram sockets. A socket nobody listens to any more answers ECONNREFUSED
 * and is removed by whoever meets it; names are never used twice, so that this cannot hit a new
 * one. Knows nothing of stores.
 */
#include "store/doorbell.h"

#include "base/encode.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/secret.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

struct doorbell {
	int fd;
	char *path;
	char *name; /* within its folder */
	struct loop_io *io;
	void (*rang)(void *arg);
	void *arg;
};

static char *bell_folder(const char *dir)
{
	return xasprintf("%s/doorbell", dir);
}

void doorbell_prepare(const char *dir)
{
	AUTO_FREE char *folder = bell_folder(dir);

	/* every user of the store's group binds and removes sockets in it */
	if (!mkdir(folder, 0770) && chmod(folder, 02770) < 0)
		log_debug("the doorbell folder keeps its mode error=%s", strerror(errno));
}

static void ready(void *arg, int events)
{
	struct doorbell *bell = arg;
	char byte;

	(void)events;
	while (recv(bell->fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0)
		;
	bell->rang(bell->arg);
}

static char *fresh_name(void)
{
	uint8_t bytes[8];
	char text[sizeof(bytes) * 2 + 1];

	random_bytes(bytes, sizeof(bytes));
	hex_encode(bytes, sizeof(bytes), text);
	return xasprintf("%d-%s", (int)getpid(), text);
}

struct doorbell *doorbell_new(
	struct loop *loop, const char *dir, void (*rang)(void *arg), void *arg)
{
	AUTO_FREE char *folder = bell_folder(dir);
	struct doorbell *bell = xcalloc(1, sizeof(*bell));

	bell->name = fresh_name();
	bell->path = xasprintf("%s/%s", folder, bell->name);
	bell->rang = rang;
	bell->arg = arg;
	bell->fd = unix_listen(bell->path, SOCK_DGRAM, 0660, (gid_t)-1);
	if (bell->fd < 0) {
		log_debug("no doorbell, polling instead path=%s error=%s", bell->path,
			strerror(-bell->fd));
		doorbell_free(bell);
		return NULL;
	}
	bell->io = loop_io_new(loop, bell->fd, LOOP_READ, ready, bell);
	return bell;
}

void doorbell_free(struct doorbell *bell)
{
	if (!bell)
		return;
	loop_io_free(bell->io);
	if (bell->fd >= 0) {
		close(bell->fd);
		unlink(bell->path);
	}
	free(bell->path);
	free(bell->name);
	free(bell);
}

/* A full queue means it has rung already; a missing right, that its owner is still binding it. */
static void ring_one(int fd, const char *folder, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_FREE char *path = xasprintf("%s/%s", folder, name);

	if (strlen(path) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (sendto(fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
		    sizeof(address)) < 0 &&
		errno == ECONNREFUSED)
		unlink(path);
}

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

void doorbell_ring(const char *dir, const struct doorbell *own)
{
	AUTO_FREE char *path = bell_folder(dir);
	CLEANUP(close_folder) DIR *folder = opendir(path);
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct dirent *entry;

	if (!folder || fd < 0)
		return;
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.' && !(own && !strcmp(own->name, entry->d_name)))
			ring_one(fd, path, entry->d_name);
}
