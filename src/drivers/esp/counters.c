/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of the data plane on their way to the store: a space that raises no watch, and only when
 * something moved. All that moved is one commit: each one waits for the disk.
 */
#include "drivers/esp/esp_private.h"

#include "base/instant.h"
#include "base/loop.h"

#include <string.h>

static json_t *encode(const struct espd_tunnel_counters *c)
{
	return json_pack("{sI sI sI sI sI sI sI sI sI sI sI sI sI sI}", "InPackets",
		(json_int_t)c->in_packets, "InBytes", (json_int_t)c->in_bytes, "OutPackets",
		(json_int_t)c->out_packets, "OutBytes", (json_int_t)c->out_bytes, "DropNoSa",
		(json_int_t)c->drop_no_sa, "DropSelectorIn", (json_int_t)c->drop_selector_in,
		"DropSelectorOut", (json_int_t)c->drop_selector_out, "DropReplay",
		(json_int_t)c->drop_replay, "DropAuthentication", (json_int_t)c->drop_auth,
		"DropMalformed", (json_int_t)c->drop_malformed, "DropTooBig",
		(json_int_t)c->drop_too_big, "DropIpv6", (json_int_t)c->drop_ipv6, "DropSequence",
		(json_int_t)c->drop_sequence, "DropIo", (json_int_t)c->drop_io);
}

static char *key_of(const char *connection_id)
{
	return xasprintf("counter/vpn-connection/%s", connection_id);
}

static bool has_moved(struct esp *esp, const struct espd_tunnel_counters *counters)
{
	struct held *held = held_find_tunnel(esp->held, counters->if_id);

	if (!held || memcmp(&held->counters, counters, sizeof(*counters)) == 0)
		return false;
	held->counters = *counters;
	return true;
}

void esp_drop_counters(struct esp *esp, const char *connection_id)
{
	AUTO_FREE char *key = key_of(connection_id);

	/* A leftover is harmless: ids are never used again. */
	if (esp->parts.store)
		(void)!store_commit(esp->parts.store,
			&(struct store_op){ .key = key, .expected = STORE_ANY }, 1, NULL, NULL);
}

static void tell_drops(
	struct esp *esp, const char *connection_id, const struct espd_tunnel_counters *counters)
{
	struct held *held = held_find_tunnel(esp->held, counters->if_id);
	char text[512];
	json_t *data;

	if (!held || !drops_tell(&held->drops, counters, mono_now(), text, sizeof(text), &data))
		return;
	connection_log_add(esp->parts.log, &(struct connection_log_entry){
						   .connection_id = connection_id,
						   .source = CONNECTION_LOG_ESPD,
						   .level = CONNECTION_LOG_WARN,
						   .type = "PacketsDropped",
						   .text = text,
						   .data = data,
					   });
}

static void add_moved(
	struct moved *moved, const char *connection_id, const struct espd_tunnel_counters *counters)
{
	json_t *document = encode(counters);
	char *text = json_dumps(document, JSON_SORT_KEYS | JSON_COMPACT);

	json_decref(document);
	if (moved->len == moved->room) {
		moved->room = moved->room ? moved->room * 2 : 16;
		moved->ops = xreallocarray(moved->ops, moved->room, sizeof(*moved->ops));
	}
	moved->ops[moved->len++] = (struct store_op){ .key = key_of(connection_id),
		.value = text,
		.value_size = strlen(text),
		.expected = STORE_ANY };
}

static void counted(void *arg, uint16_t type, const void *body, size_t size, int fd)
{
	struct esp *esp = arg;
	const struct espd_tunnel_counters *counters = body;
	const struct vpn_connection *connection;

	if (fd >= 0)
		close(fd);
	if (type != ESPD_TUNNEL_COUNTERS || size != sizeof(*counters))
		return;
	connection = world_connection_by_number(esp->parts.world, counters->if_id);
	if (connection)
		tell_drops(esp, connection->meta.id, counters);
	if (!connection || !has_moved(esp, counters))
		return;
	add_moved(&esp->moved, connection->meta.id, counters);
}

void esp_clear_moved(struct esp *esp)
{
	struct moved *moved = &esp->moved;

	for (size_t i = 0; i < moved->len; i++) {
		free((char *)(uintptr_t)moved->ops[i].key);
		free((char *)(uintptr_t)moved->ops[i].value);
	}
	free(moved->ops);
	*moved = (struct moved){ 0 };
}

/* What a store that is busy now did not take is stored with the next ones. */
static void store_moved(struct esp *esp)
{
	if (esp->moved.len &&
		store_commit(esp->parts.store, esp->moved.ops, esp->moved.len, NULL, NULL) < 0)
		for (struct held *held = esp->held; held; held = held->hh.next)
			held->counters = (struct espd_tunnel_counters){ 0 };
	esp_clear_moved(esp);
}

static void polled(void *arg, int error, uint32_t value)
{
	struct esp *esp = arg;

	(void)error;
	(void)value;
	store_moved(esp);
	loop_timer_set(esp->poll, ESP_POLL_MS);
}

struct question {
	struct esp *esp;
	void (*seen)(void *arg, uint64_t ticket, const struct esp_traffic *traffic);
	void *arg;
	uint64_t ticket;
	bool is_answered;
	struct esp_traffic traffic;
	struct question *next;
};

static void question_free(struct question *question)
{
	struct question **at = &question->esp->questions;

	while (*at != question)
		at = &(*at)->next;
	*at = question->next;
	free(question);
}

void esp_drop_questions(struct esp *esp)
{
	while (esp->questions)
		question_free(esp->questions);
}

static void asked_item(void *arg, uint16_t type, const void *body, size_t size, int fd)
{
	struct question *question = arg;
	const struct espd_tunnel_counters *counters = body;

	if (fd >= 0)
		close(fd);
	if (type != ESPD_TUNNEL_COUNTERS || size != sizeof(*counters))
		return;
	question->is_answered = true;
	question->traffic =
		(struct esp_traffic){ (int64_t)counters->last_in_ms, counters->out_unanswered };
}

static void asked(void *arg, int error, uint32_t value)
{
	struct question *question = arg;

	(void)error;
	(void)value;
	question->seen(
		question->arg, question->ticket, question->is_answered ? &question->traffic : NULL);
	question_free(question);
}

void esp_ask_traffic(struct esp *esp, uint32_t number,
	void (*seen)(void *arg, uint64_t ticket, const struct esp_traffic *traffic), void *arg,
	uint64_t ticket)
{
	struct espd_tunnel_key key = { .if_id = number };
	struct question *question = xcalloc(1, sizeof(*question));

	*question = (struct question){
		.esp = esp, .seen = seen, .arg = arg, .ticket = ticket, .next = esp->questions
	};
	esp->questions = question;
	if (client_request(esp->client, ESPD_COUNTERS, &key, sizeof(key), -1, asked_item, asked,
		    question) < 0)
		question_free(question);
}

void esp_poll_counters(void *arg)
{
	struct esp *esp = arg;
	struct espd_tunnel_key all = { .if_id = 0 };

	if (!esp->parts.store || client_request(esp->client, ESPD_COUNTERS, &all, sizeof(all), -1,
					 counted, polled, esp) < 0)
		loop_timer_set(esp->poll, ESP_POLL_MS);
}
