/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charon's VICI as bytes: packets, and messages made of sections, values and lists. Knows the wire
 * only, neither sockets nor what a command means.
 *
 *   frame    u32 size, then a packet
 *   packet   u8 type [, u8 size + name], message
 *   message  elements: 1 section start (name)  2 section end  3 value (name, u16 size + bytes)
 *                      4 list start (name)     5 list item (u16 size + bytes)  6 list end
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VICI_FRAME_MAX (512 * 1024) /* bytes of a packet; charon's own limit */
#define VICI_DEPTH_MAX 16

enum vici_packet_type {
	VICI_CMD_REQUEST = 0,
	VICI_CMD_RESPONSE = 1,
	VICI_CMD_UNKNOWN = 2,
	VICI_EVENT_REGISTER = 3,
	VICI_EVENT_UNREGISTER = 4,
	VICI_EVENT_CONFIRM = 5,
	VICI_EVENT_UNKNOWN = 6,
	VICI_EVENT = 7,
};

/* A message being built; start from zeroes. Too long a name, value or message marks it failed. */
struct vici_message {
	uint8_t *bytes;
	size_t size, room;
	bool failed;
};

void vici_section_start(struct vici_message *message, const char *name);
void vici_section_end(struct vici_message *message);
void vici_value(struct vici_message *message, const char *name, const char *text);
void vici_value_bytes(
	struct vici_message *message, const char *name, const void *bytes, size_t size);
void vici_value_u32(struct vici_message *message, const char *name, uint32_t number);
void vici_list_start(struct vici_message *message, const char *name);
void vici_list_item(struct vici_message *message, const char *text);
void vici_list_end(struct vici_message *message);
/* Wipes: a message may hold a key. */
void vici_message_clear(struct vici_message *message);

enum vici_node_type { VICI_SECTION, VICI_VALUE, VICI_LIST, VICI_ITEM };

/* Names and values point into the parsed bytes and are not terminated. */
struct vici_node {
	enum vici_node_type type;
	const uint8_t *name, *value;
	size_t name_size, value_size;
	uint32_t first_child, next; /* indices, 0 = none */
};

/* nodes[0] is the message itself, a section without a name. */
struct vici_tree {
	struct vici_node *nodes;
	size_t len;
};

/* 0 or -EBADMSG. The bytes are borrowed for as long as the tree is used. */
MUST_CHECK int vici_parse(const void *bytes, size_t size, struct vici_tree *ret);
void vici_tree_clear(struct vici_tree *tree);
/* Writes a tree back into a message. */
void vici_write_tree(struct vici_message *message, const struct vici_tree *tree);

const struct vici_node *vici_root(const struct vici_tree *tree);
/* The children of a section or list, in order; NULL at the end. */
const struct vici_node *vici_first(const struct vici_tree *tree, const struct vici_node *node);
const struct vici_node *vici_next(const struct vici_tree *tree, const struct vici_node *node);
/* The child with this name; NULL: none, or node is NULL. */
const struct vici_node *vici_find(
	const struct vici_tree *tree, const struct vici_node *node, const char *name);
bool vici_name_is(const struct vici_node *node, const char *name);
bool vici_value_is(const struct vici_node *node, const char *text); /* false for NULL */
/* Own strings; NULL for a node that is NULL. */
char *vici_name_text(const struct vici_node *node);
char *vici_value_text(const struct vici_node *node);
/* The number in a child, or otherwise when it is absent or none. */
uint64_t vici_number(const struct vici_tree *tree, const struct vici_node *node, const char *name,
	uint64_t otherwise);

struct vici_packet {
	enum vici_packet_type type;
	char name[256]; /* of a request or an event, else "" */
	const uint8_t *message;
	size_t message_size;
};

/* A frame with its size in front; own bytes, to be wiped. -EMSGSIZE: too long. message may be NULL.
 */
MUST_CHECK int vici_packet_encode(enum vici_packet_type type, const char *name,
	const struct vici_message *message, uint8_t **ret, size_t *ret_size);
/* A packet without the frame's size. 0 or -EBADMSG. Borrows. */
MUST_CHECK int vici_packet_parse(const void *bytes, size_t size, struct vici_packet *ret);

/* A question to charon. */
struct vici_request {
	const char *command;
	struct vici_message *message; /* taken and wiped, also on failure; NULL: none */
	/* Each message of the command's stream (list-sa, list-conn); NULL: none expected. */
	void (*streamed)(void *arg, const struct vici_tree *message);
	/* Exactly once, later, from the loop: 0 and the answer, or -errno and NULL. */
	void (*done)(void *arg, int err, const struct vici_tree *answer);
	void *arg;
};

/* Where questions go: the client over a socket, or a test's own charon. */
struct vici_port {
	bool (*is_ready)(void *ctx);
	void (*request)(void *ctx, const struct vici_request *request);
	void *ctx;
};
