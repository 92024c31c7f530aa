/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 4303 section 3.3: SA by selectors, path MTU, frame, seal, send. A packet that the kernel left
 * to be split becomes its segments, written right where they are framed. One that the path turns
 * out not to take is answered with ICMP (DF set) or fragmented and sent again, all from what is
 * still in the read buffer.
 */
#include "espd/outbound.h"

#include "espd/device.h"
#include "espd/ecn.h"
#include "espd/fragment.h"
#include "espd/icmp.h"
#include "espd/mss.h"
#include "espd/split.h"
#include "espd/tunnel.h"

#include <errno.h>
#include <string.h>

#define WAKE_EVERY_MS 1000
#define PATH_MTU_MS 600000 /* RFC 1191 section 6.3 */
#define UDP_HEADER 8

static void wake(struct worker *worker, struct tunnel *tunnel, const uint8_t *packet, size_t size)
{
	if (worker->sending_kept || !kept_add(&tunnel->kept, packet, size, worker->now_ms))
		tunnel->counters[worker->index].drop_no_sa++;
	if (tunnel->woken_ms && worker->now_ms - tunnel->woken_ms < WAKE_EVERY_MS)
		return;
	tunnel->woken_ms = worker->now_ms;
	worker->hooks.wake(worker->hooks.arg, tunnel);
}

/* The newest SA whose selectors cover the packet; *ret_any: is there any usable SA at all? */
static const struct table_entry *choose(const struct worker *worker, const struct tunnel *tunnel,
	const struct ipv4 *ipv4, bool *ret_any)
{
	size_t len;
	const struct table_entry *entries =
		table_outbound(worker->table, tunnel->config.if_id, &len);

	*ret_any = false;
	for (size_t i = 0; i < len; i++) {
		if (!sa_is_usable(entries[i].sa))
			continue;
		*ret_any = true;
		if (selectors_match(&entries[i].sa->selectors, ipv4))
			return &entries[i];
	}
	return NULL;
}

/* The largest inner packet the path of this SA takes, as far as is known. */
static size_t path_max(const struct worker *worker, const struct table_entry *entry)
{
	struct sa *sa = entry->sa;
	size_t outer = IPV4_HEADER_MIN + (entry->outer.encapsulated ? UDP_HEADER : 0);
	size_t path = UINT16_MAX;

	if (sa->path_mtu && worker->now_ms < sa->path_mtu_until_ms)
		path = sa->path_mtu;
	return path > outer ? esp_inner_max(&sa->suite, path - outer) : 0;
}

size_t outbound_max(const struct worker *worker, const struct tunnel *tunnel)
{
	size_t len, max = tunnel->config.mtu;
	const struct table_entry *entries =
		table_outbound(worker->table, tunnel->config.if_id, &len);

	for (size_t i = 0; i < len; i++) {
		size_t path = path_max(worker, &entries[i]);

		if (sa_is_usable(entries[i].sa) && path < max)
			max = path;
	}
	return max;
}

static void flush(struct worker *worker, struct tunnel *tunnel);

/* A slot with room for an inner packet of up to size bytes; *ret_place is where it goes. */
static struct out_slot *reserve(struct worker *worker, struct tunnel *tunnel,
	const struct table_entry *entry, size_t size, uint8_t **ret_place)
{
	const struct suite *suite = &entry->sa->suite;
	struct out_slot *slot;

	if (worker->out_len == OUT_SLOTS || worker->out_used + esp_size(suite, size) > OUT_ROOM)
		flush(worker, tunnel);
	slot = &worker->out[worker->out_len];
	*slot = (struct out_slot){ .entry = entry, .bytes = worker->out_room + worker->out_used };
	*ret_place = esp_inner(suite, slot->bytes);
	return slot;
}

/* Frames the packet that was put into the slot's place. */
static void frame(struct worker *worker, struct tunnel *tunnel, struct out_slot *slot, size_t size,
	uint8_t tos)
{
	struct sa *sa = slot->entry->sa;
	uint64_t sequence;

	if (!sa_next_sequence(sa, &sequence)) {
		tunnel->counters[worker->index].drop_sequence++;
		worker->hooks.limit_reached(worker->hooks.arg);
		return;
	}
	slot->inner_size = size;
	slot->tos = ecn_encapsulate(tos);
	esp_frame(&sa->suite, sa->spi, sequence, &worker->iv_stock, size, slot->bytes);
	worker->out_crypto[worker->out_len++] = (struct crypto_packet){ .key = sa->key,
		.esp = slot->bytes,
		.size = esp_size(&sa->suite, size),
		.sequence = sequence };
	worker->out_used += esp_size(&sa->suite, size);
	if (sa_count(sa, size, worker->now_ms))
		worker->hooks.limit_reached(worker->hooks.arg);
}

/* One whole inner packet. */
struct whole {
	uint8_t *packet;
	size_t size;
	const struct device_packet *origin; /* to start over; NULL: no second try */
	bool is_told; /* an ICMP error about a packet just like it was sent already */
};

static void too_big(struct worker *worker, struct tunnel *tunnel, const struct table_entry *entry,
	const struct whole *whole, const struct ipv4 *ipv4, size_t max)
{
	uint8_t error[ICMP_ERROR_MAX], *place;
	struct fragmenter fragmenter;
	size_t size;

	if (fragment_init(&fragmenter, whole->packet, ipv4, max) == 0) {
		for (;;) {
			struct out_slot *slot = reserve(worker, tunnel, entry, max, &place);

			size = fragment_next(&fragmenter, place);
			if (!size)
				return;
			frame(worker, tunnel, slot, size, ipv4->tos);
		}
	}
	tunnel->counters[worker->index].drop_too_big++;
	size = whole->is_told ? 0 : icmp_too_big(whole->packet, ipv4, (uint16_t)max, error);
	if (size && device_write_one(&tunnel->device, error, size) < 0)
		tunnel->counters[worker->index].drop_io++;
}

static void send_whole(struct worker *worker, struct tunnel *tunnel, const struct whole *whole)
{
	struct tunnel_counters *counters = &tunnel->counters[worker->index];
	const struct table_entry *entry;
	struct out_slot *slot;
	struct ipv4 ipv4;
	uint8_t *place;
	size_t max;
	bool any;

	if (ipv4_parse(whole->packet, whole->size, &ipv4) < 0) {
		counters->drop_malformed++;
		return;
	}
	entry = choose(worker, tunnel, &ipv4, &any);
	if (!any) {
		wake(worker, tunnel, whole->packet, ipv4.size);
		return;
	}
	if (!entry) {
		counters->drop_selector_out++;
		return;
	}
	max = path_max(worker, entry);
	mss_clamp(whole->packet, &ipv4, max < tunnel->config.mtu ? max : tunnel->config.mtu);
	if (ipv4.size > max) {
		too_big(worker, tunnel, entry, whole, &ipv4, max);
		return;
	}
	slot = reserve(worker, tunnel, entry, ipv4.size, &place);
	slot->origin = whole->origin;
	memcpy(place, whole->packet, ipv4.size);
	frame(worker, tunnel, slot, ipv4.size, ipv4.tos);
}

/* Room for all segments at once, where possible: they then leave as one message. */
static void frame_segments(struct worker *worker, struct tunnel *tunnel,
	const struct table_entry *entry, const struct split *split)
{
	if (worker->out_len + split->len > OUT_SLOTS)
		flush(worker, tunnel);
	for (size_t i = 0; i < split->len; i++) {
		uint8_t *place;
		size_t size = split_size(split, i);
		struct out_slot *slot = reserve(worker, tunnel, entry, size, &place);

		slot->origin = split->packet;
		slot->index = i;
		split_write(split, i, place);
		frame(worker, tunnel, slot, size, split->ipv4.tos);
	}
}

/* How many packets for the wire it was. */
static size_t send_split(
	struct worker *worker, struct tunnel *tunnel, const struct device_packet *packet)
{
	const struct table_entry *entry;
	struct ipv4 ipv4;
	struct split split;
	bool any;

	if (ipv4_parse(packet->bytes, packet->size, &ipv4) < 0 ||
		split_init(&split, packet, &ipv4) < 0) {
		tunnel->counters[worker->index].drop_malformed++;
		return 1;
	}
	entry = choose(worker, tunnel, &ipv4, &any);
	if (entry && split_size(&split, 0) <= path_max(worker, entry) &&
		!mss_is_syn(packet->bytes, &ipv4)) {
		frame_segments(worker, tunnel, entry, &split);
		return split.len;
	}
	for (size_t i = 0; i < split.len; i++) {
		split_write(&split, i, worker->segment);
		send_whole(worker, tunnel,
			&(struct whole){ .packet = worker->segment,
				.size = split_size(&split, i),
				.is_told = i > 0 });
	}
	return split.len;
}

static size_t send_read(struct worker *worker, struct tunnel *tunnel, struct device_packet *packet)
{
	struct tunnel_counters *counters = &tunnel->counters[worker->index];

	if (packet->size && packet->bytes[0] >> 4 == 6) {
		counters->drop_ipv6++;
		return 1;
	}
	if (packet->kind != DEVICE_WHOLE)
		return send_split(worker, tunnel, packet);
	if (device_complete(packet) < 0)
		counters->drop_malformed++;
	else
		send_whole(worker, tunnel,
			&(struct whole){
				.packet = packet->bytes, .size = packet->size, .origin = packet });
	return 1;
}

/* 0: gone or counted. -EMSGSIZE: the path's MTU is known now, worth another try. */
static int count_sent(struct worker *worker, struct tunnel *tunnel, const struct out_slot *slot,
	const struct wire_packet *packet)
{
	struct tunnel_counters *counters = &tunnel->counters[worker->index];

	if (packet->result == -EMSGSIZE) {
		slot->entry->sa->path_mtu = packet->mtu;
		slot->entry->sa->path_mtu_until_ms = worker->now_ms + PATH_MTU_MS;
		if (slot->origin)
			return -EMSGSIZE;
		counters->drop_too_big++;
	} else if (packet->result < 0) {
		counters->drop_io++;
	} else {
		counters->out_packets++;
		counters->out_bytes += slot->inner_size;
		counters->last_out_ms = worker->now_ms;
	}
	return 0;
}

/* Sends the slots from first on that go through one SA; how many those were. */
static size_t send_run(struct worker *worker, size_t first)
{
	const struct table_entry *entry = worker->out[first].entry;
	const struct outer *outer = &entry->outer;
	struct wire *wire = wires_get(worker->wires,
		outer->encapsulated ? ESPD_SOCKET_IKE_NATT : ESPD_SOCKET_ESP, outer->source);
	size_t len = 0;

	for (size_t i = first; i < worker->out_len && worker->out[i].entry == entry; i++) {
		const struct crypto_packet *packet = &worker->out_crypto[i];

		if (packet->result < 0)
			break;
		worker->out_wire[first + len++] = (struct wire_packet){ .bytes = packet->esp,
			.size = packet->size,
			.destination = outer->destination,
			.port = outer->destination_port,
			.tos = worker->out[i].tos };
	}
	if (!wire || !len) {
		worker->out_wire[first] = (struct wire_packet){ .result = -EIO };
		return 1;
	}
	wire_send_burst(wire, worker->sender, &worker->out_wire[first], len, worker->now_ms);
	return len;
}

/* Makes the packet of a slot again, as it was read; what it is for it was judged before. */
static void send_again(struct worker *worker, struct tunnel *tunnel,
	const struct device_packet *origin, size_t index, bool is_told)
{
	struct whole whole = { .packet = origin->bytes, .size = origin->size, .is_told = is_told };
	struct ipv4 ipv4;
	struct split split;

	if (origin->kind != DEVICE_WHOLE) {
		if (ipv4_parse(origin->bytes, origin->size, &ipv4) < 0 ||
			split_init(&split, origin, &ipv4) < 0)
			return;
		split_write(&split, index, worker->again);
		whole.packet = worker->again;
		whole.size = split_size(&split, index);
	}
	send_whole(worker, tunnel, &whole);
}

static void flush(struct worker *worker, struct tunnel *tunnel)
{
	struct again {
		const struct device_packet *origin;
		size_t index;
	} again[OUT_SLOTS];
	size_t again_len = 0, len = worker->out_len;

	worker->backend->seal(worker->crypto, worker->out_crypto, len);
	for (size_t at = 0; at < len;)
		at += send_run(worker, at);
	for (size_t i = 0; i < len; i++) {
		const struct out_slot *slot = &worker->out[i];

		if (count_sent(worker, tunnel, slot, &worker->out_wire[i]) == -EMSGSIZE)
			again[again_len++] = (struct again){ slot->origin, slot->index };
	}
	worker->out_len = 0;
	worker->out_used = 0;
	for (size_t i = 0; i < again_len; i++)
		send_again(worker, tunnel, again[i].origin, again[i].index,
			i > 0 && again[i - 1].origin == again[i].origin);
	if (worker->out_len)
		flush(worker, tunnel);
}

static size_t room_of(const struct device_packet *packet)
{
	return (DEVICE_HEADROOM + packet->size + DEVICE_HEADROOM - 1) / DEVICE_HEADROOM *
	       DEVICE_HEADROOM;
}

int outbound_read(struct worker *worker, struct tunnel *tunnel)
{
	size_t used = 0, segments = 0;
	int err = 0;

	for (size_t i = 0; i < DEVICE_BURST && segments < DEVICE_BURST; i++) {
		struct device_packet *packet = &worker->reads[i];

		if (used + DEVICE_HEADROOM + DEVICE_PACKET_MAX > DEVICE_ROOM)
			break;
		err = device_read(&tunnel->device, worker->device_room + used, packet);
		if (err == -EINVAL) {
			tunnel->counters[worker->index].drop_malformed++;
			continue;
		}
		if (err < 0)
			break;
		used += room_of(packet);
		segments += send_read(worker, tunnel, packet);
	}
	flush(worker, tunnel);
	return err == -EAGAIN || err == -EINVAL ? 0 : err;
}

void outbound_kept(struct worker *worker, struct tunnel *tunnel)
{
	size_t len = 0;

	(void)table_outbound(worker->table, tunnel->config.if_id, &len);
	if (!len || !tunnel->kept.len)
		return;
	worker->sending_kept = true;
	for (size_t i = 0; i < tunnel->kept.len; i++) {
		struct device_packet *packet = &worker->reads[i];

		*packet = (struct device_packet){ .kind = DEVICE_WHOLE };
		packet->bytes = kept_get(&tunnel->kept, i, &packet->size);
		(void)send_read(worker, tunnel, packet);
	}
	flush(worker, tunnel);
	worker->sending_kept = false;
	kept_clear(&tunnel->kept);
}
