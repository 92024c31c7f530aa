/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends prepared HTTP requests over keep-alive connections, each as soon as the one before it on
 * that connection is answered, and says what each took. Signs nothing, reads nothing of an answer
 * but its end, so that it costs the server's machine next to nothing.
 *
 *     bench-http-load PORT CONNECTIONS < requests > answers
 *
 * A request is a line with its size in bytes and the bytes. An answer, in the order of the
 * requests, is a line "MICROSECONDS STATUS SIZE" and SIZE bytes of body; then comes a line "total"
 * with the microseconds of them all.
 */
#include "base/alloc.h"
#include "base/fd.h"
#include "base/instant.h"
#include "base/parse.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECTIONS_MAX 256
#define ANSWER_MAX (4 * 1024 * 1024)
#define REQUEST_MAX (64 * 1024)

struct exchange {
	char *request, *answer; /* answer: NUL-terminated while it is read */
	size_t request_size, answer_size, answer_room;
	size_t body; /* where it starts; 0: not there yet */
	size_t body_size;
	int64_t sent_ns, took_ns;
};

struct line {
	int fd;
	struct exchange *exchange; /* NULL: idle */
};

struct load {
	struct exchange *exchanges;
	size_t len, room, next, answered;
	struct line lines[CONNECTIONS_MAX];
	struct pollfd polled[CONNECTIONS_MAX];
	uint32_t lines_len;
};

static void fail(const char *what)
{
	fprintf(stderr, "bench-http-load: ");
	perror(what);
	exit(1);
}

static void read_requests(struct load *load)
{
	char text[32];
	uint32_t size;

	while (fgets(text, sizeof(text), stdin)) {
		struct exchange *exchange;

		text[strcspn(text, "\n")] = '\0';
		if (parse_u32(text, 1, REQUEST_MAX, &size) < 0)
			fail("the size of a request");
		if (load->len == load->room) {
			load->room = load->room ? load->room * 2 : 64;
			load->exchanges = xreallocarray(
				load->exchanges, load->room, sizeof(*load->exchanges));
		}
		exchange = &load->exchanges[load->len++];
		*exchange = (struct exchange){ .request = xmalloc(size), .request_size = size };
		if (fread(exchange->request, 1, size, stdin) != size)
			fail("a request");
	}
}

static int connect_to(uint32_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static void send_next(struct load *load, struct line *line)
{
	struct exchange *exchange;

	line->exchange = NULL;
	if (load->next == load->len)
		return;
	exchange = line->exchange = &load->exchanges[load->next++];
	exchange->sent_ns = mono_now().ns;
	if (send(line->fd, exchange->request, exchange->request_size, MSG_NOSIGNAL) !=
		(ssize_t)exchange->request_size)
		fail("send");
}

/* The body's place and size, once all headers are there. */
static void read_headers(struct exchange *exchange)
{
	static const char name[] = "\r\nContent-Length: ";
	const char *end = strstr(exchange->answer, "\r\n\r\n"),
		   *length = strstr(exchange->answer, name);
	char text[16] = "";
	uint32_t size;

	if (!end)
		return;
	if (!length || length > end)
		fail("an answer without Content-Length");
	length += strlen(name);
	memcpy(text, length, strcspn(length, "\r") < 15 ? strcspn(length, "\r") : 15);
	if (parse_u32(text, 0, ANSWER_MAX, &size) < 0)
		fail("Content-Length");
	exchange->body = (size_t)(end - exchange->answer) + 4;
	exchange->body_size = size;
}

/* Returns whether the answer is complete. */
static bool read_answer(struct line *line)
{
	struct exchange *exchange = line->exchange;
	ssize_t size;

	if (exchange->answer_room - exchange->answer_size < 4096) {
		exchange->answer_room = exchange->answer_room * 2 + 8192;
		exchange->answer = xrealloc(exchange->answer, exchange->answer_room);
	}
	size = recv(line->fd, exchange->answer + exchange->answer_size,
		exchange->answer_room - exchange->answer_size - 1, 0);
	if (size <= 0)
		fail("recv");
	exchange->answer_size += (size_t)size;
	exchange->answer[exchange->answer_size] = '\0';
	if (!exchange->body)
		read_headers(exchange);
	if (!exchange->body || exchange->answer_size < exchange->body + exchange->body_size)
		return false;
	exchange->took_ns = mono_now().ns - exchange->sent_ns;
	return true;
}

static void turn(struct load *load)
{
	if (poll(load->polled, load->lines_len, -1) < 0)
		fail("poll");
	for (uint32_t i = 0; i < load->lines_len; i++) {
		if (!load->polled[i].revents)
			continue;
		if (!load->lines[i].exchange)
			fail("a connection was closed");
		if (!read_answer(&load->lines[i]))
			continue;
		load->answered++;
		send_next(load, &load->lines[i]);
	}
}

static void print(const struct load *load, int64_t total_ns)
{
	for (size_t i = 0; i < load->len; i++) {
		const struct exchange *exchange = &load->exchanges[i];

		printf("%lld %.3s %zu\n", (long long)(exchange->took_ns / 1000),
			exchange->answer + strlen("HTTP/1.1 "), exchange->body_size);
		fwrite(exchange->answer + exchange->body, 1, exchange->body_size, stdout);
	}
	printf("total %lld\n", (long long)(total_ns / 1000));
}

int main(int argc, char **argv)
{
	static struct load load;
	uint32_t port;
	int64_t started_ns;

	if (argc != 3 || parse_u32(argv[1], 1, 65535, &port) < 0 ||
		parse_u32(argv[2], 1, CONNECTIONS_MAX, &load.lines_len) < 0)
		return 2;
	read_requests(&load);
	for (uint32_t i = 0; i < load.lines_len; i++) {
		load.lines[i].fd = connect_to(port);
		load.polled[i] = (struct pollfd){ .fd = load.lines[i].fd, .events = POLLIN };
	}
	started_ns = mono_now().ns;
	for (uint32_t i = 0; i < load.lines_len; i++)
		send_next(&load, &load.lines[i]);
	while (load.answered < load.len)
		turn(&load);
	print(&load, mono_now().ns - started_ns);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
