/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least an HTTP server over SQLite can do: evhttp, one row read (/r?key), a page of 50 rows
 * read
 * (/l?key, from that key on) or one written (/w?key) a request, each write one transaction, with
 * the pragmas of the product's store. Knows no API.
 *
 *     bench-bare-http PORT DATABASE ROWS SIZE
 *
 * makes ROWS rows of SIZE bytes with the keys 0, 1, ... and says "ready".
 */
#include "base/alloc.h"
#include "base/parse.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define SIZE_MAX_ROW (64 * 1024)
#define PAGE 50

struct bare {
	sqlite3 *db;
	sqlite3_stmt *get, *put, *begin, *commit;
	char *row;
	uint32_t size, rows;
};

static void must(sqlite3 *db, bool is_done)
{
	if (is_done)
		return;
	fprintf(stderr, "bench-bare-http: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
	must(db, sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;

	must(db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) ==
			 SQLITE_OK);
	return statement;
}

static void step(const struct bare *bare, sqlite3_stmt *statement)
{
	int err = sqlite3_step(statement);

	must(bare->db, err == SQLITE_ROW || err == SQLITE_DONE);
}

static void put(const struct bare *bare, const char *key)
{
	sqlite3_bind_text(bare->put, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_text(bare->put, 2, bare->row, (int)bare->size, SQLITE_STATIC);
	step(bare, bare->put);
	sqlite3_reset(bare->put);
}

static void write_row(const struct bare *bare, const char *key)
{
	step(bare, bare->begin);
	sqlite3_reset(bare->begin);
	put(bare, key);
	step(bare, bare->commit);
	sqlite3_reset(bare->commit);
}

static void add_row(const struct bare *bare, const char *key, struct evbuffer *body)
{
	sqlite3_bind_text(bare->get, 1, key, -1, SQLITE_STATIC);
	step(bare, bare->get);
	evbuffer_add(body, sqlite3_column_text(bare->get, 0),
		(size_t)sqlite3_column_bytes(bare->get, 0));
	sqlite3_reset(bare->get);
}

/* As a list of the API does it: each entry on its own, in the order of a list. */
static void add_page(const struct bare *bare, const char *first, struct evbuffer *body)
{
	uint32_t at = 0;
	char key[16];

	must(bare->db, parse_u32(first, 0, bare->rows - PAGE, &at) == 0);
	for (uint32_t i = 0; i < PAGE; i++) {
		snprintf(key, sizeof(key), "%u", at + i);
		add_row(bare, key, body);
	}
}

static void serve(struct evhttp_request *request, void *arg)
{
	const struct bare *bare = arg;
	const char *target = evhttp_request_get_uri(request), *key = strchr(target, '?');
	struct evbuffer *body = evbuffer_new();

	key = key ? key + 1 : "0";
	if (strncmp(target, "/w", 2) == 0)
		write_row(bare, key);
	else if (strncmp(target, "/l", 2) == 0)
		add_page(bare, key, body);
	else
		add_row(bare, key, body);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
		"application/json;charset=utf-8");
	evhttp_send_reply(request, HTTP_OK, NULL, body);
	evbuffer_free(body);
}

static void fill(const struct bare *bare)
{
	char key[16];

	run(bare->db, "BEGIN");
	for (uint32_t i = 0; i < bare->rows; i++) {
		snprintf(key, sizeof(key), "%u", i);
		put(bare, key);
	}
	run(bare->db, "COMMIT");
}

static void open_database(struct bare *bare, const char *path)
{
	must(bare->db, sqlite3_open_v2(path, &bare->db,
			       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			       NULL) == SQLITE_OK);
	run(bare->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		      "PRAGMA journal_size_limit = 16777216; PRAGMA cell_size_check = ON;"
		      "PRAGMA trusted_schema = OFF;"
		      "CREATE TABLE entry (key TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT");
	bare->get = prepare(bare->db, "SELECT value FROM entry WHERE key = ?1");
	bare->put = prepare(bare->db, "INSERT INTO entry (key, value) VALUES (?1, ?2)"
				      " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
	bare->begin = prepare(bare->db, "BEGIN IMMEDIATE");
	bare->commit = prepare(bare->db, "COMMIT");
}

int main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	struct evhttp_bound_socket *bound;
	struct bare bare = {};
	int on = 1;
	uint32_t port;

	if (argc != 5 || parse_u32(argv[1], 1, 65535, &port) < 0 ||
		parse_u32(argv[3], PAGE, 1000000, &bare.rows) < 0 ||
		parse_u32(argv[4], 1, SIZE_MAX_ROW, &bare.size) < 0)
		return 2;
	bare.row = xmalloc(bare.size);
	memset(bare.row, 'x', bare.size);
	open_database(&bare, argv[2]);
	fill(&bare);
	evhttp_set_gencb(http, serve, &bare);
	bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", (uint16_t)port);
	/* as the product: a page would wait for the client's acknowledgement otherwise */
	if (!bound || setsockopt(evhttp_bound_socket_get_fd(bound), IPPROTO_TCP, TCP_NODELAY, &on,
			      sizeof(on)) < 0)
		return 1;
	printf("ready\n");
	fflush(stdout);
	event_base_dispatch(base);
	return 0;
}
