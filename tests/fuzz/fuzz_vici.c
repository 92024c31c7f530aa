/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VICI from charon: a packet and its message. What parses must be written back byte for byte, and
 * reading it as a list of SAs must not leave it.
 */
#include "drivers/ike/seen.h"
#include "drivers/ike/vici.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as_sas(const struct vici_tree *tree)
{
	struct ike_seen *seen = ike_seen_new("vco-0123456789abcdefg");
	const struct vici_node *node = vici_first(tree, vici_root(tree));

	for (; node; node = vici_next(tree, node))
		if (node->type == VICI_SECTION)
			ike_seen_add_sa(seen, tree, node);
	ike_seen_free(seen);
}

static void round_trip(const uint8_t *bytes, size_t size)
{
	struct vici_message again = { 0 };
	struct vici_tree tree;

	if (vici_parse(bytes, size, &tree) < 0)
		return;
	vici_write_tree(&again, &tree);
	assert(!again.failed && again.size == size);
	assert(size == 0 || memcmp(again.bytes, bytes, size) == 0);
	read_as_sas(&tree);
	vici_tree_clear(&tree);
	vici_message_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vici_packet packet;

	if (vici_packet_parse(data, size, &packet) == 0)
		round_trip(packet.message, packet.message_size);
	return 0;
}
