/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unix sockets between our processes: SOCK_SEQPACKET and datagram, with a descriptor passed along
 * where a message carries one. All descriptors are close-on-exec. -errno on failure.
 */
#pragma once

#include "base/alloc.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* Listens at path; a stale socket file is replaced. mode: of the file; group: its group, or
 * (gid_t)-1. */
MUST_CHECK int unix_listen(const char *path, int type, mode_t mode, gid_t group);
MUST_CHECK int unix_connect(const char *path, int type);
/* Non-blocking accept; the connection is non-blocking too. */
MUST_CHECK int unix_accept(int listener);
/* One message, passed_fd -1 for none. Never blocks: -EAGAIN when the queue is full. */
MUST_CHECK int message_send(int fd, const void *head, size_t head_size, const void *body,
	size_t body_size, int passed_fd);
/*
 * One message. The size, 0 when the other side is gone, -EAGAIN when there is none, -EMSGSIZE when
 * it did not fit. *ret_fd is the passed descriptor (the caller's) or -1; further ones are closed.
 * With ret_fd NULL a passed descriptor is closed.
 */
MUST_CHECK ssize_t message_receive(int fd, void *buffer, size_t size, int *ret_fd);
MUST_CHECK int fd_set_nonblocking(int fd);
/* Who is at the other end of a connected unix socket. */
MUST_CHECK int unix_peer(int fd, uid_t *ret_uid, pid_t *ret_pid);
/* Whole small files; -EFBIG above max. The content is NUL-terminated, the size excludes it. */
MUST_CHECK int file_read(const char *path, size_t max, char **ret, size_t *ret_size);
/* Writes a new file beside path and renames it over: a reader sees the old or the new content. */
MUST_CHECK int file_replace(const char *path, const void *bytes, size_t size, mode_t mode);
