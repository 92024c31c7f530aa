/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as text for people. Knows no action; times are recognised by the names of their members.
 */
#include "cli/rows.h"

#include "base/instant.h"
#include "cli/flags.h"

#include <inttypes.h>
#include <string.h>
#include <wchar.h>

#define COLUMNS_MAX 12
#define INDENT 2
#define NAME_WIDTH 24

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

json_t *rows_of(const json_t *answer)
{
	const char *name;
	json_t *member;

	json_object_foreach ((json_t *)(uintptr_t)answer, name, member) {
		/* VpnRouteCounts: how many there are of each type, beside the routes. */
		if (ends_with(name, "Counts"))
			continue;
		json_t *inner = json_is_object(member) && json_object_size(member) == 1
					? json_object_iter_value(json_object_iter(member))
					: member;

		if (json_is_array(inner))
			return inner;
	}
	return NULL;
}

const json_t *value_at(const json_t *object, const char *path)
{
	const char *dot = strchr(path, '.');
	AUTO_FREE char *name = NULL;

	if (!dot)
		return json_object_get(object, path);
	name = xstrndup(path, (size_t)(dot - path));
	return value_at(json_object_get(object, name), dot + 1);
}

static char *number_text(const char *name, json_int_t number)
{
	char time[WALL_TEXT_SIZE];
	bool is_time = ends_with(name, "Time") || strcmp(name, "Since") == 0;

	/* Milliseconds since 1970; smaller numbers with these names are none. */
	if (!is_time || number < 1000000000000)
		return xasprintf("%" JSON_INTEGER_FORMAT, number);
	wall_format(number / 1000, time);
	return xstrdup(time);
}

/* Bytes above ASCII stay: UTF-8, whose C1 controls begin with 0xc2 and one of 0x80 to 0x9f. */
static char *printable(const char *text)
{
	char *copy = xstrdup(text);

	for (unsigned char *c = (unsigned char *)copy; *c; c++) {
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
		if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
			c[0] = c[1] = '?';
	}
	return copy;
}

static char *list_text(const char *name, const json_t *list)
{
	struct strbuf buf = STRBUF_INIT(64 * 1024);
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		AUTO_FREE char *text = value_text(name, item);

		strbuf_addf(&buf, "%s%s", i ? "," : "", text);
	}
	return buf.size ? strbuf_take(&buf) : xstrdup("");
}

char *value_text(const char *name, const json_t *value)
{
	char *text, *clean;

	if (json_is_integer(value))
		return number_text(name, json_integer_value(value));
	if (json_is_boolean(value))
		return xstrdup(json_is_true(value) ? "true" : "false");
	if (json_is_array(value))
		return list_text(name, value);
	if (!value || json_is_null(value))
		return xstrdup("");
	if (json_is_string(value))
		return printable(json_string_value(value));
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	clean = printable(text ? text : "");
	free(text);
	return clean;
}

/* Columns of a terminal; wide characters count twice where the locale knows them. */
static size_t width_of(const char *text)
{
	mbstate_t state = { 0 };
	size_t width = 0;

	while (*text) {
		wchar_t wide;
		size_t size = mbrtowc(&wide, text, strlen(text), &state);
		int columns = size <= strlen(text) ? wcwidth(wide) : 1;

		if (size > strlen(text)) {
			size = 1;
			state = (mbstate_t){ 0 };
		}
		width += columns > 0 ? (size_t)columns : 0;
		text += size;
	}
	return width;
}

struct table {
	char *headings[COLUMNS_MAX], *paths[COLUMNS_MAX];
	size_t widths[COLUMNS_MAX], len;
	char *text; /* of the two */
};

static void table_init(struct table *table, const char *columns)
{
	char *rest, *word;

	*table = (struct table){ .text = xstrdup(columns) };
	rest = table->text;
	while (table->len < COLUMNS_MAX && (word = strsep(&rest, " "))) {
		table->headings[table->len] = strsep(&word, ":");
		table->paths[table->len++] = word;
	}
}

static char *cell(const struct table *table, const json_t *row, size_t column)
{
	return row ? value_text(table->paths[column], value_at(row, table->paths[column]))
		   : xstrdup(table->headings[column]);
}

static void measure(struct table *table, const json_t *row)
{
	for (size_t i = 0; i < table->len; i++) {
		AUTO_FREE char *text = cell(table, row, i);
		size_t width = width_of(text);

		if (width > table->widths[i])
			table->widths[i] = width;
	}
}

static void pad(struct strbuf *out, size_t len)
{
	while (len--)
		strbuf_add_char(out, ' ');
}

static void print_row(struct strbuf *out, const struct table *table, const json_t *row)
{
	for (size_t i = 0; i < table->len; i++) {
		AUTO_FREE char *text = cell(table, row, i);

		strbuf_add(out, text);
		if (i + 1 < table->len)
			pad(out, table->widths[i] - width_of(text) + 2);
	}
	strbuf_add_char(out, '\n');
}

void rows_print(struct strbuf *out, const json_t *rows, const char *columns)
{
	struct table table;
	const json_t *row;
	size_t i;

	table_init(&table, columns);
	measure(&table, NULL);
	json_array_foreach (rows, i, row)
		measure(&table, row);
	print_row(out, &table, NULL);
	json_array_foreach (rows, i, row)
		print_row(out, &table, row);
	free(table.text);
}

static bool has_objects(const json_t *value)
{
	return json_is_object(json_array_get(value, 0));
}

static void print_members(
	struct strbuf *out, const json_t *object, size_t indent, bool show_secrets);

static void print_member(
	struct strbuf *out, const char *name, const json_t *value, size_t indent, bool show_secrets)
{
	AUTO_FREE char *text = NULL;
	const json_t *item;
	size_t i, size = indent + strlen(name) + 1;

	pad(out, indent);
	strbuf_addf(out, "%s:", name);
	if (json_is_object(value) || has_objects(value)) {
		strbuf_add_char(out, '\n');
		if (json_is_object(value))
			print_members(out, value, indent + INDENT, show_secrets);
		json_array_foreach (value, i, item) {
			if (i)
				strbuf_add_char(out, '\n');
			print_members(out, item, indent + INDENT, show_secrets);
		}
		return;
	}
	text = value_text(name, value);
	pad(out, size < NAME_WIDTH ? NAME_WIDTH - size : 1);
	strbuf_addf(out, "%s\n", *text && !show_secrets && name_is_secret(name) ? "******" : text);
}

static void print_members(
	struct strbuf *out, const json_t *object, size_t indent, bool show_secrets)
{
	const char *name;
	json_t *member;

	json_object_foreach ((json_t *)(uintptr_t)object, name, member)
		if (strcmp(name, "RequestId") != 0)
			print_member(out, name, member, indent, show_secrets);
}

void object_print(struct strbuf *out, const json_t *object, bool show_secrets)
{
	print_members(out, object, 0, show_secrets);
}
