/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VICI codec: exact bytes, look-ups, round trips of random messages, refusal of everything that
 * is cut, nested wrongly or too long.
 */
#include "support/unit.h"

#include "drivers/ike/vici.h"

#include <errno.h>

/* { k = v, s { l = [ a, b ] } } by the wire table. */
static const uint8_t example[] = { 3, 1, 'k', 0, 1, 'v', 1, 1, 's', 4, 1, 'l', 5, 0, 1, 'a', 5, 0,
	1, 'b', 6, 2 };

static void build_example(struct vici_message *message)
{
	vici_value(message, "k", "v");
	vici_section_start(message, "s");
	vici_list_start(message, "l");
	vici_list_item(message, "a");
	vici_list_item(message, "b");
	vici_list_end(message);
	vici_section_end(message);
}

static void test_bytes(void **state)
{
	struct vici_message message = { 0 };

	(void)state;
	build_example(&message);
	assert_false(message.failed);
	assert_int_equal(message.size, sizeof(example));
	assert_memory_equal(message.bytes, example, sizeof(example));
	vici_message_clear(&message);
}

static void test_look_ups(void **state)
{
	struct vici_tree tree;
	const struct vici_node *section, *list, *item;
	char *text;

	(void)state;
	assert_int_equal(vici_parse(example, sizeof(example), &tree), 0);
	assert_true(vici_value_is(vici_find(&tree, vici_root(&tree), "k"), "v"));
	assert_null(vici_find(&tree, vici_root(&tree), "kk"));
	assert_null(vici_find(&tree, NULL, "k"));
	section = vici_find(&tree, vici_root(&tree), "s");
	list = vici_find(&tree, section, "l");
	item = vici_first(&tree, list);
	text = vici_value_text(item);
	assert_string_equal(text, "a");
	free(text);
	item = vici_next(&tree, item);
	assert_true(vici_value_is(item, "b"));
	assert_null(vici_next(&tree, item));
	assert_null(vici_next(&tree, section));
	vici_tree_clear(&tree);
}

static void test_numbers(void **state)
{
	struct vici_message message = { 0 };
	struct vici_tree tree;

	(void)state;
	vici_value_u32(&message, "n", 4294967295U);
	vici_value(&message, "word", "12x");
	assert_int_equal(vici_parse(message.bytes, message.size, &tree), 0);
	assert_int_equal(vici_number(&tree, vici_root(&tree), "n", 7), 4294967295U);
	assert_int_equal(vici_number(&tree, vici_root(&tree), "word", 7), 7);
	assert_int_equal(vici_number(&tree, vici_root(&tree), "none", 7), 7);
	vici_tree_clear(&tree);
	vici_message_clear(&message);
}

static void refuse(const uint8_t *bytes, size_t size)
{
	struct vici_tree tree;

	assert_int_equal(vici_parse(bytes, size, &tree), -EBADMSG);
}

static void test_refusals(void **state)
{
	static const uint8_t open_section[] = { 1, 1, 's' };
	static const uint8_t stray_end[] = { 2 };
	static const uint8_t value_in_list[] = { 4, 1, 'l', 3, 1, 'k', 0, 0, 6 };
	static const uint8_t item_outside[] = { 5, 0, 1, 'a' };
	static const uint8_t crossed[] = { 1, 1, 's', 6 };
	static const uint8_t list_end_twice[] = { 4, 1, 'l', 6, 6 };
	static const uint8_t unknown[] = { 7 };
	static const uint8_t zero[] = { 0 };

	(void)state;
	refuse(open_section, sizeof(open_section));
	refuse(stray_end, sizeof(stray_end));
	refuse(value_in_list, sizeof(value_in_list));
	refuse(item_outside, sizeof(item_outside));
	refuse(crossed, sizeof(crossed));
	refuse(list_end_twice, sizeof(list_end_twice));
	refuse(unknown, sizeof(unknown));
	refuse(zero, sizeof(zero));
}

/* A message of this many sections in each other. */
static int parse_nested(size_t depth)
{
	uint8_t bytes[4 * 64];
	struct vici_tree tree = { 0 };
	int err;

	for (size_t i = 0; i < depth; i++)
		memcpy(bytes + 3 * i, "\x01\x01s", 3);
	memset(bytes + 3 * depth, 2, depth);
	err = vici_parse(bytes, 4 * depth, &tree);
	vici_tree_clear(&tree);
	return err;
}

static void test_depth(void **state)
{
	(void)state;
	assert_int_equal(parse_nested(VICI_DEPTH_MAX), 0);
	assert_int_equal(parse_nested(VICI_DEPTH_MAX + 1), -EBADMSG);
	assert_int_equal(parse_nested(64), -EBADMSG);
}

/* Every proper prefix of a message with one open section is refused or is a shorter message. */
static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(example); size++) {
		uint8_t *copy = malloc(size + 1); /* so that the sanitizer sees a step too far */
		struct vici_tree tree;
		bool is_whole = size == 0 || size == 6;

		memcpy(copy, example, size);
		copy = realloc(copy, size ? size : 1);
		assert_int_equal(vici_parse(copy, size, &tree), is_whole ? 0 : -EBADMSG);
		if (is_whole)
			vici_tree_clear(&tree);
		free(copy);
	}
}

static void build_random(struct vici_message *message, int depth)
{
	static const char *const names[] = { "", "a", "name", "0123456789012345678901234567890" };

	for (uint64_t i = unit_next() % 5; i > 0; i--) {
		const char *name = names[unit_next() % 4];
		uint8_t value[64];
		size_t size = unit_next() % sizeof(value);

		unit_random(value, sizeof(value));
		switch (unit_next() % (depth < 4 ? 3 : 1)) {
		case 0:
			vici_value_bytes(message, name, value, size);
			break;
		case 1:
			vici_list_start(message, name);
			for (uint64_t j = unit_next() % 4; j > 0; j--)
				vici_list_item(message, name);
			vici_list_end(message);
			break;
		default:
			vici_section_start(message, name);
			build_random(message, depth + 1);
			vici_section_end(message);
			break;
		}
	}
}

static void test_round_trips(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		struct vici_message message = { 0 }, again = { 0 };
		struct vici_tree tree;

		build_random(&message, 0);
		assert_false(message.failed);
		assert_int_equal(vici_parse(message.bytes, message.size, &tree), 0);
		vici_write_tree(&again, &tree);
		assert_int_equal(again.size, message.size);
		if (message.size)
			assert_memory_equal(again.bytes, message.bytes, message.size);
		vici_tree_clear(&tree);
		vici_message_clear(&message);
		vici_message_clear(&again);
	}
}

static void test_limits(void **state)
{
	static char long_name[257], big[65535];
	struct vici_message message = { 0 };
	uint8_t *frame;
	size_t size;

	(void)state;
	memset(long_name, 'n', 256);
	vici_value(&message, long_name, "v");
	assert_true(message.failed);
	assert_int_equal(
		vici_packet_encode(VICI_CMD_REQUEST, "x", &message, &frame, &size), -EMSGSIZE);
	vici_message_clear(&message);
	for (int i = 0; i < 9; i++)
		vici_value_bytes(&message, "k", big, sizeof(big));
	assert_true(message.failed);
	vici_message_clear(&message);
	assert_int_equal(
		vici_packet_encode(VICI_CMD_REQUEST, long_name, NULL, &frame, &size), -EMSGSIZE);
}

static void test_packets(void **state)
{
	static const uint8_t expected[] = { 0, 0, 0, 12, 0, 4, 's', 't', 'a', 't', 3, 1, 'k', 0, 1,
		'v' };
	static const uint8_t nameless[] = { 1, 9 };
	static const uint8_t cut[] = { 7, 5, 'a', 'b' };
	static const uint8_t nul[] = { 7, 2, 'a', 0 };
	static const uint8_t type[] = { 8 };
	struct vici_message message = { 0 };
	struct vici_packet packet;
	uint8_t *frame = NULL;
	size_t size = 0;

	(void)state;
	vici_value(&message, "k", "v");
	assert_int_equal(vici_packet_encode(VICI_CMD_REQUEST, "stat", &message, &frame, &size), 0);
	assert_int_equal(size, sizeof(expected));
	assert_memory_equal(frame, expected, size);
	assert_int_equal(vici_packet_parse(frame + 4, size - 4, &packet), 0);
	assert_int_equal(packet.type, VICI_CMD_REQUEST);
	assert_string_equal(packet.name, "stat");
	assert_int_equal(packet.message_size, 6);
	free(frame);
	vici_message_clear(&message);
	assert_int_equal(vici_packet_parse(nameless, sizeof(nameless), &packet), 0);
	assert_int_equal(packet.message_size, 1);
	assert_int_equal(vici_packet_parse(cut, sizeof(cut), &packet), -EBADMSG);
	assert_int_equal(vici_packet_parse(nul, sizeof(nul), &packet), -EBADMSG);
	assert_int_equal(vici_packet_parse(type, sizeof(type), &packet), -EBADMSG);
	assert_int_equal(vici_packet_parse(type, 0, &packet), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_look_ups),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
