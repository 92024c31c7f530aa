/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One packet a system call instead of a burst, for the benchmark's comparison only: linked in
 * wire_send_burst()'s place.
 */
#include "espd/wire.h"

void __wrap_wire_send_burst(struct wire *wire, struct wire_sender *sender,
	struct wire_packet *packets, size_t len, int64_t now_ms);

void __wrap_wire_send_burst(struct wire *wire, struct wire_sender *sender,
	struct wire_packet *packets, size_t len, int64_t now_ms)
{
	(void)sender;
	(void)now_ms;
	for (size_t i = 0; i < len; i++) {
		struct wire_packet *packet = &packets[i];

		packet->result = wire_send(wire, packet->destination, packet->port, packet->tos,
			packet->bytes, packet->size, &packet->mtu);
	}
}
