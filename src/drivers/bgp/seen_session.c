/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading BIRD 2.0's tables. Whatever a line holds, nothing is read beyond it, and what is kept of
 * it is bounded.
 */
#include "drivers/bgp/seen_session.h"

#include "base/parse.h"
#include "reconcile/bgp_place.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define CODE_PROTOCOL 1002
#define CODE_DETAILS 1006
#define COLUMNS 7 /* name, protocol, table, state, day, time, rest */
#define ATTRIBUTE_MAX 1000

/* Cuts text at blanks into words; the last one is the rest of the line. */
static size_t split(char *text, char *words[static COLUMNS])
{
	size_t len = 0;

	for (;;) {
		text += strspn(text, " ");
		if (!*text)
			return len;
		words[len++] = text;
		if (len == COLUMNS)
			return len;
		text += strcspn(text, " ");
		if (*text)
			*text++ = '\0';
	}
}

static void trim(char *text)
{
	size_t size = strlen(text);

	while (size && isspace((unsigned char)text[size - 1]))
		text[--size] = '\0';
}

/* "Active        Socket: Connection refused": the state, if there is one, and what went wrong. */
static void read_info(struct seen_session *session, char *info)
{
	static const char *const states[] = { "Idle", "Connect", "Active", "OpenSent",
		"OpenConfirm", "Established", "Close" };
	size_t word = strcspn(info, " ");

	trim(info);
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (strlen(states[i]) != word || strncmp(states[i], info, word) != 0)
			continue;
		session->is_up = strcmp(states[i], "Established") == 0;
		info += word;
		info += strspn(info, " ");
		break;
	}
	snprintf(session->error, sizeof(session->error), "%s", info);
}

static void read_row(struct sessions_reader *reader, const char *text)
{
	AUTO_FREE char *copy = xstrdup(text);
	char *words[COLUMNS] = { 0 };
	struct seen_session *session = &reader->session;
	size_t prefix = strlen(TUNNEL_LINK_PREFIX), len;

	sessions_end(reader);
	len = split(copy, words);
	if (len < COLUMNS - 1 || strcmp(words[1], "BGP") != 0 ||
		strncmp(words[0], TUNNEL_LINK_PREFIX, prefix) != 0 ||
		parse_u32(words[0] + prefix, 1, UINT32_MAX, &session->number) < 0)
		return;
	session->is_down = strcmp(words[3], "down") == 0;
	snprintf(session->since, sizeof(session->since), "%s %s", words[4], words[5]);
	if (len == COLUMNS)
		read_info(session, words[6]);
}

/* "Import updates:  received rejected filtered ignored accepted". */
static void read_changes(struct seen_session *session, const char *text)
{
	AUTO_FREE char *copy = xstrdup(text);
	char *words[COLUMNS] = { 0 };
	size_t len = split(copy, words);
	uint64_t accepted;

	if (len != COLUMNS || strcmp(words[0], "Import") != 0)
		return;
	trim(words[6]);
	if (parse_u64(words[6], 0, UINT64_MAX / 4, &accepted) == 0)
		session->changes += accepted;
}

void sessions_line(struct sessions_reader *reader, const struct bird_line *line)
{
	if (line->code == CODE_PROTOCOL)
		read_row(reader, line->text);
	else if (line->code == CODE_DETAILS && reader->session.number)
		read_changes(&reader->session, line->text);
}

void sessions_end(struct sessions_reader *reader)
{
	if (reader->session.number)
		reader->each(reader->arg, &reader->session);
	reader->session = (struct seen_session){ 0 };
}

static void add_route(struct routes_reader *reader, struct prefix destination)
{
	struct learned_routes *routes = &reader->routes;

	reader->last = NULL;
	reader->is_skipping = routes->len == reader->max;
	if (reader->is_skipping)
		return;
	routes->items = xreallocarray(routes->items, routes->len + 1, sizeof(*routes->items));
	routes->items[routes->len++] =
		(struct learned_route){ destination, xstrdup(""), xstrdup(""), 0 };
}

/* "(65001,7) (65001,8)" as "65001:7 65001:8". */
static char *plain(const char *value)
{
	char *text = xmalloc(strlen(value) + 1), *end = text;

	for (const char *at = value; *at && end - text < ATTRIBUTE_MAX; at++)
		if (*at == ',')
			*end++ = ':';
		else if (*at != '(' && *at != ')')
			*end++ = *at;
	*end = '\0';
	trim(text);
	return text;
}

static void set_text(char **text, const char *value)
{
	AUTO_FREE char *words = plain(value);
	AUTO_FREE char *before = *text;

	*text = *before ? xasprintf("%s %s", before, words) : xstrdup(words);
	if (strlen(*text) > ATTRIBUTE_MAX)
		(*text)[ATTRIBUTE_MAX] = '\0';
}

static void read_attribute(struct routes_reader *reader, const char *text)
{
	struct learned_route *route = &reader->routes.items[reader->routes.len - 1];
	const struct {
		const char *name;
		char **text;
	} known[] = {
		{ "BGP.as_path:", &route->as_path },
		{ "BGP.community:", &route->community },
	};

	if (strncmp(text, "\t\t", 2) == 0) { /* more of a long list */
		if (reader->last)
			set_text(reader->last, text + strspn(text, " \t"));
		return;
	}
	text += strspn(text, " \t");
	reader->last = NULL;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		size_t size = strlen(known[i].name);

		if (strncmp(text, known[i].name, size) != 0)
			continue;
		reader->last = known[i].text;
		set_text(reader->last, text + size + strspn(text + size, " "));
	}
}

void routes_line(struct routes_reader *reader, const struct bird_line *line)
{
	char word[PREFIX_TEXT_SIZE];
	size_t size = strcspn(line->text, " \t");
	struct prefix destination;

	if (size && size < sizeof(word)) {
		memcpy(word, line->text, size);
		word[size] = '\0';
		if (prefix_parse(word, &destination) == 0) {
			add_route(reader, destination);
			return;
		}
	}
	if (reader->routes.len && !reader->is_skipping)
		read_attribute(reader, line->text);
}

static int compare_routes(const void *a, const void *b)
{
	return prefix_compare(((const struct learned_route *)a)->destination,
		((const struct learned_route *)b)->destination);
}

struct learned_routes routes_take(struct routes_reader *reader)
{
	struct learned_routes routes = reader->routes;

	if (routes.len)
		qsort(routes.items, routes.len, sizeof(*routes.items), compare_routes);
	reader->routes = (struct learned_routes){ 0 };
	reader->last = NULL;
	return routes;
}
