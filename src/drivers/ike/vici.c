/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VICI codec. Messages from charon are parsed into a flat tree that borrows their bytes; what
 * is not exactly of the wire's form is refused.
 */
#include "drivers/ike/vici.h"

#include "base/bytes.h"
#include "base/parse.h"
#include "base/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum element {
	SECTION_START = 1,
	SECTION_END = 2,
	KEY_VALUE = 3,
	LIST_START = 4,
	LIST_ITEM = 5,
	LIST_END = 6,
};

/* Grows by copying and wiping: realloc would leave keys behind in freed memory. */
static bool reserve(struct vici_message *message, size_t size)
{
	uint8_t *bytes;
	size_t room = message->room ? message->room : 512;

	if (message->failed || size > VICI_FRAME_MAX - message->size) {
		message->failed = true;
		return false;
	}
	while (room < message->size + size)
		room *= 2;
	if (room == message->room)
		return true;
	bytes = xmalloc(room);
	if (message->size)
		memcpy(bytes, message->bytes, message->size);
	if (message->bytes)
		wipe(message->bytes, message->room);
	free(message->bytes);
	message->bytes = bytes;
	message->room = room;
	return true;
}

static void put(struct vici_message *message, const void *bytes, size_t size)
{
	if (size == 0 || !reserve(message, size))
		return;
	memcpy(message->bytes + message->size, bytes, size);
	message->size += size;
}

static void put_u8(struct vici_message *message, size_t value)
{
	uint8_t byte = (uint8_t)value;

	put(message, &byte, 1);
}

static void put_named(
	struct vici_message *message, enum element element, const void *name, size_t size)
{
	if (size > UINT8_MAX) {
		message->failed = true;
		return;
	}
	put_u8(message, element);
	put_u8(message, size);
	put(message, name, size);
}

static void put_value(struct vici_message *message, const void *bytes, size_t size)
{
	if (size > UINT16_MAX) {
		message->failed = true;
		return;
	}
	put_u8(message, size >> 8);
	put_u8(message, size & 0xff);
	put(message, bytes, size);
}

void vici_section_start(struct vici_message *message, const char *name)
{
	put_named(message, SECTION_START, name, strlen(name));
}

void vici_section_end(struct vici_message *message)
{
	put_u8(message, SECTION_END);
}

void vici_value_bytes(
	struct vici_message *message, const char *name, const void *bytes, size_t size)
{
	put_named(message, KEY_VALUE, name, strlen(name));
	put_value(message, bytes, size);
}

void vici_value(struct vici_message *message, const char *name, const char *text)
{
	vici_value_bytes(message, name, text, strlen(text));
}

void vici_value_u32(struct vici_message *message, const char *name, uint32_t number)
{
	char text[11];

	(void)snprintf(text, sizeof(text), "%u", number);
	vici_value(message, name, text);
}

void vici_list_start(struct vici_message *message, const char *name)
{
	put_named(message, LIST_START, name, strlen(name));
}

void vici_list_item(struct vici_message *message, const char *text)
{
	put_u8(message, LIST_ITEM);
	put_value(message, text, strlen(text));
}

void vici_list_end(struct vici_message *message)
{
	put_u8(message, LIST_END);
}

void vici_message_clear(struct vici_message *message)
{
	if (message->bytes)
		wipe(message->bytes, message->room);
	free(message->bytes);
	*message = (struct vici_message){ 0 };
}

struct parser {
	struct reader reader;
	struct vici_tree *tree;
	size_t room;
	uint32_t parents[VICI_DEPTH_MAX + 1]; /* open sections and lists */
	uint32_t last[VICI_DEPTH_MAX + 1];    /* their youngest child, 0 = none */
	size_t depth;
};

static struct vici_node *add_node(struct parser *parser, enum vici_node_type type)
{
	struct vici_tree *tree = parser->tree;
	uint32_t index = (uint32_t)tree->len;

	if (tree->len == parser->room) {
		parser->room *= 2;
		tree->nodes = xreallocarray(tree->nodes, parser->room, sizeof(*tree->nodes));
	}
	if (index > 0) {
		uint32_t brother = parser->last[parser->depth];

		if (brother)
			tree->nodes[brother].next = index;
		else
			tree->nodes[parser->parents[parser->depth]].first_child = index;
		parser->last[parser->depth] = index;
	}
	tree->nodes[index] = (struct vici_node){ .type = type };
	tree->len++;
	return &tree->nodes[index];
}

static void read_name(struct parser *parser, struct vici_node *node)
{
	node->name_size = read_u8(&parser->reader);
	node->name = read_bytes(&parser->reader, node->name_size);
}

static void read_value(struct parser *parser, struct vici_node *node)
{
	node->value_size = read_u16(&parser->reader);
	node->value = read_bytes(&parser->reader, node->value_size);
}

static bool open_node(struct parser *parser, enum vici_node_type type)
{
	uint32_t index = (uint32_t)parser->tree->len;

	if (parser->depth == VICI_DEPTH_MAX)
		return false;
	read_name(parser, add_node(parser, type));
	parser->depth++;
	parser->parents[parser->depth] = index;
	parser->last[parser->depth] = 0;
	return true;
}

static bool close_node(struct parser *parser)
{
	if (parser->depth == 0)
		return false;
	parser->depth--;
	return true;
}

static bool read_element(struct parser *parser)
{
	enum vici_node_type parent = parser->tree->nodes[parser->parents[parser->depth]].type;
	uint8_t element = read_u8(&parser->reader);
	struct vici_node *node;

	/* In a list there are only items, and items are only in lists. */
	if ((parent == VICI_LIST) != (element == LIST_ITEM || element == LIST_END))
		return false;
	switch (element) {
	case SECTION_START:
		return open_node(parser, VICI_SECTION);
	case LIST_START:
		return open_node(parser, VICI_LIST);
	case SECTION_END:
	case LIST_END:
		return close_node(parser);
	case KEY_VALUE:
		node = add_node(parser, VICI_VALUE);
		read_name(parser, node);
		read_value(parser, node);
		return true;
	case LIST_ITEM:
		read_value(parser, add_node(parser, VICI_ITEM));
		return true;
	default:
		return false;
	}
}

int vici_parse(const void *bytes, size_t size, struct vici_tree *ret)
{
	struct vici_tree tree = { 0 };
	struct parser parser = { .tree = &tree, .room = 16 };

	if (size > VICI_FRAME_MAX)
		return -EBADMSG;
	reader_init(&parser.reader, bytes, size);
	tree.nodes = xcalloc(parser.room, sizeof(*tree.nodes));
	(void)add_node(&parser, VICI_SECTION);
	while (reader_left(&parser.reader) > 0) {
		if (!read_element(&parser) || parser.reader.failed) {
			vici_tree_clear(&tree);
			return -EBADMSG;
		}
	}
	if (parser.depth > 0) {
		vici_tree_clear(&tree);
		return -EBADMSG;
	}
	*ret = tree;
	return 0;
}

void vici_tree_clear(struct vici_tree *tree)
{
	free(tree->nodes);
	*tree = (struct vici_tree){ 0 };
}

static void write_children(
	struct vici_message *message, const struct vici_tree *tree, const struct vici_node *node)
{
	for (node = vici_first(tree, node); node; node = vici_next(tree, node)) {
		switch (node->type) {
		case VICI_SECTION:
			put_named(message, SECTION_START, node->name, node->name_size);
			write_children(message, tree, node);
			put_u8(message, SECTION_END);
			break;
		case VICI_LIST:
			put_named(message, LIST_START, node->name, node->name_size);
			write_children(message, tree, node);
			put_u8(message, LIST_END);
			break;
		case VICI_VALUE:
			put_named(message, KEY_VALUE, node->name, node->name_size);
			put_value(message, node->value, node->value_size);
			break;
		case VICI_ITEM:
			put_u8(message, LIST_ITEM);
			put_value(message, node->value, node->value_size);
			break;
		}
	}
}

void vici_write_tree(struct vici_message *message, const struct vici_tree *tree)
{
	write_children(message, tree, vici_root(tree));
}

const struct vici_node *vici_root(const struct vici_tree *tree)
{
	return &tree->nodes[0];
}

const struct vici_node *vici_first(const struct vici_tree *tree, const struct vici_node *node)
{
	return node->first_child ? &tree->nodes[node->first_child] : NULL;
}

const struct vici_node *vici_next(const struct vici_tree *tree, const struct vici_node *node)
{
	return node->next ? &tree->nodes[node->next] : NULL;
}

const struct vici_node *vici_find(
	const struct vici_tree *tree, const struct vici_node *node, const char *name)
{
	if (!node)
		return NULL;
	for (node = vici_first(tree, node); node; node = vici_next(tree, node))
		if (vici_name_is(node, name))
			return node;
	return NULL;
}

static bool is_text(const uint8_t *bytes, size_t size, const char *text)
{
	return size == strlen(text) && (size == 0 || memcmp(bytes, text, size) == 0);
}

bool vici_name_is(const struct vici_node *node, const char *name)
{
	return is_text(node->name, node->name_size, name);
}

bool vici_value_is(const struct vici_node *node, const char *text)
{
	return node && is_text(node->value, node->value_size, text);
}

static char *text_of(const uint8_t *bytes, size_t size)
{
	return size ? xstrndup((const char *)bytes, size) : xstrdup("");
}

char *vici_name_text(const struct vici_node *node)
{
	return node ? text_of(node->name, node->name_size) : NULL;
}

char *vici_value_text(const struct vici_node *node)
{
	return node ? text_of(node->value, node->value_size) : NULL;
}

uint64_t vici_number(const struct vici_tree *tree, const struct vici_node *node, const char *name,
	uint64_t otherwise)
{
	AUTO_FREE char *text = vici_value_text(vici_find(tree, node, name));
	uint64_t number;

	if (!text || parse_u64(text, 0, UINT64_MAX, &number) < 0)
		return otherwise;
	return number;
}

static bool has_name(enum vici_packet_type type)
{
	return type == VICI_CMD_REQUEST || type == VICI_EVENT_REGISTER ||
	       type == VICI_EVENT_UNREGISTER || type == VICI_EVENT;
}

int vici_packet_encode(enum vici_packet_type type, const char *name,
	const struct vici_message *message, uint8_t **ret, size_t *ret_size)
{
	size_t name_size = has_name(type) ? strlen(name) : 0;
	size_t size = 1 + (has_name(type) ? 1 + name_size : 0) + (message ? message->size : 0);
	struct writer writer;

	if (name_size > UINT8_MAX || size > VICI_FRAME_MAX || (message && message->failed))
		return -EMSGSIZE;
	*ret = xmalloc(4 + size);
	*ret_size = 4 + size;
	writer_init(&writer, *ret, *ret_size);
	write_u32(&writer, (uint32_t)size);
	write_u8(&writer, (uint8_t)type);
	if (has_name(type)) {
		write_u8(&writer, (uint8_t)name_size);
		write_bytes(&writer, name, name_size);
	}
	if (message && message->size)
		write_bytes(&writer, message->bytes, message->size);
	return 0;
}

int vici_packet_parse(const void *bytes, size_t size, struct vici_packet *ret)
{
	struct vici_packet packet = { 0 };
	struct reader reader;
	const uint8_t *name;
	uint8_t type, name_size;

	reader_init(&reader, bytes, size);
	type = read_u8(&reader);
	if (reader.failed || type > VICI_EVENT)
		return -EBADMSG;
	packet.type = (enum vici_packet_type)type;
	if (has_name(packet.type)) {
		name_size = read_u8(&reader);
		name = read_bytes(&reader, name_size);
		if (!name || memchr(name, 0, name_size))
			return -EBADMSG;
		memcpy(packet.name, name, name_size);
	}
	packet.message_size = reader_left(&reader);
	packet.message = read_bytes(&reader, packet.message_size);
	if (reader.failed)
		return -EBADMSG;
	*ret = packet;
	return 0;
}
