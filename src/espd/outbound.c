/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 4303 section 3.3: SA by selectors, path MTU, frame, seal, send. A packet the path turns out
 * not to take is answered with ICMP (DF set) or fragmented and sent again, all from the inner
 * packet that is still in the read buffer.
 */
#include "espd/outbound.h"

#include "espd/device.h"
#include "espd/ecn.h"
#include "espd/fragment.h"
#include "espd/icmp.h"
#include "espd/mss.h"
#include "espd/tunnel.h"

#include <errno.h>

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

/* Frames what lies in slot->bytes' place of the next slot; inner NULL: no second try. */
static void frame(struct worker *worker, struct tunnel *tunnel, const struct table_entry *entry,
	const uint8_t *packet, size_t size, uint8_t tos, uint8_t *inner)
{
	struct sa *sa = entry->sa;
	struct out_slot *slot;
	uint64_t sequence;

	if (worker->out_len == OUT_SLOTS)
		flush(worker, tunnel);
	if (!sa_next_sequence(sa, &sequence)) {
		tunnel->counters[worker->index].drop_sequence++;
		worker->hooks.limit_reached(worker->hooks.arg);
		return;
	}
	slot = &worker->out[worker->out_len];
	slot->entry = entry;
	slot->inner = inner;
	slot->inner_size = size;
	slot->tos = ecn_encapsulate(tos);
	esp_frame(&sa->suite, sa->spi, sequence, &worker->iv_stock, packet, size, slot->bytes);
	worker->out_crypto[worker->out_len++] = (struct crypto_packet){ .key = sa->key,
		.esp = slot->bytes,
		.size = esp_size(&sa->suite, size),
		.sequence = sequence };
	if (sa_count(sa, size, worker->now_ms))
		worker->hooks.limit_reached(worker->hooks.arg);
}

static void too_big(struct worker *worker, struct tunnel *tunnel, const struct table_entry *entry,
	const uint8_t *packet, const struct ipv4 *ipv4, size_t max)
{
	uint8_t error[ICMP_ERROR_MAX];
	struct fragmenter fragmenter;
	size_t size;

	if (fragment_init(&fragmenter, packet, ipv4, max) == 0) {
		while ((size = fragment_next(&fragmenter, worker->piece)))
			frame(worker, tunnel, entry, worker->piece, size, ipv4->tos, NULL);
		return;
	}
	tunnel->counters[worker->index].drop_too_big++;
	size = icmp_too_big(packet, ipv4, (uint16_t)max, error);
	if (size && device_write(tunnel->fd, error, size) < 0)
		tunnel->counters[worker->index].drop_io++;
}

/* retry: once more from the start if the path turns out to be too narrow. */
static void send_inner(
	struct worker *worker, struct tunnel *tunnel, uint8_t *packet, size_t size, bool retry)
{
	struct tunnel_counters *counters = &tunnel->counters[worker->index];
	const struct table_entry *entry;
	struct ipv4 ipv4;
	size_t max;
	bool any;

	if (size && packet[0] >> 4 == 6) {
		counters->drop_ipv6++;
		return;
	}
	if (ipv4_parse(packet, size, &ipv4) < 0) {
		counters->drop_malformed++;
		return;
	}
	entry = choose(worker, tunnel, &ipv4, &any);
	if (!any) {
		wake(worker, tunnel, packet, ipv4.size);
		return;
	}
	if (!entry) {
		counters->drop_selector_out++;
		return;
	}
	max = path_max(worker, entry);
	mss_clamp(packet, &ipv4, max < tunnel->config.mtu ? max : tunnel->config.mtu);
	if (ipv4.size > max)
		too_big(worker, tunnel, entry, packet, &ipv4, max);
	else
		frame(worker, tunnel, entry, packet, ipv4.size, ipv4.tos, retry ? packet : NULL);
}

/* 0: gone or counted. -EMSGSIZE: the path's MTU is known now, worth another try. */
static int send_slot(struct worker *worker, struct tunnel *tunnel, const struct out_slot *slot,
	const struct crypto_packet *packet)
{
	struct tunnel_counters *counters = &tunnel->counters[worker->index];
	const struct outer *outer = &slot->entry->outer;
	const struct wire *wire = wires_get(worker->wires,
		outer->encapsulated ? ESPD_SOCKET_IKE_NATT : ESPD_SOCKET_ESP, outer->source);
	uint32_t mtu = 0;
	int err = wire && packet->result == 0
			  ? wire_send(wire, outer->destination, outer->destination_port, slot->tos,
				    packet->esp, packet->size, &mtu)
			  : -EIO;

	if (err == -EMSGSIZE) {
		slot->entry->sa->path_mtu = mtu;
		slot->entry->sa->path_mtu_until_ms = worker->now_ms + PATH_MTU_MS;
		if (slot->inner)
			return err;
		counters->drop_too_big++;
	} else if (err < 0) {
		counters->drop_io++;
	} else {
		counters->out_packets++;
		counters->out_bytes += slot->inner_size;
		counters->last_out_ms = worker->now_ms;
	}
	return 0;
}

static void flush(struct worker *worker, struct tunnel *tunnel)
{
	struct again {
		uint8_t *inner;
		size_t size;
	} again[OUT_SLOTS];
	size_t again_len = 0, len = worker->out_len;

	worker->backend->seal(worker->crypto, worker->out_crypto, len);
	for (size_t i = 0; i < len; i++) {
		const struct out_slot *slot = &worker->out[i];

		if (send_slot(worker, tunnel, slot, &worker->out_crypto[i]) == -EMSGSIZE)
			again[again_len++] =
				(struct again){ .inner = slot->inner, .size = slot->inner_size };
	}
	worker->out_len = 0;
	for (size_t i = 0; i < again_len; i++)
		send_inner(worker, tunnel, again[i].inner, again[i].size, false);
	if (worker->out_len)
		flush(worker, tunnel);
}

int outbound_read(struct worker *worker, struct tunnel *tunnel)
{
	int err = 0;

	for (size_t i = 0; i < DEVICE_BURST; i++) {
		uint8_t *packet = worker->device_buffers + i * INNER_MAX;
		ssize_t size = device_read(tunnel->fd, packet, INNER_MAX);

		if (size < 0) {
			err = size == -EAGAIN ? 0 : (int)size;
			break;
		}
		send_inner(worker, tunnel, packet, (size_t)size, true);
	}
	flush(worker, tunnel);
	return err;
}

void outbound_kept(struct worker *worker, struct tunnel *tunnel)
{
	size_t len = 0;

	(void)table_outbound(worker->table, tunnel->config.if_id, &len);
	if (!len || !tunnel->kept.len)
		return;
	worker->sending_kept = true;
	for (size_t i = 0; i < tunnel->kept.len; i++) {
		size_t size;
		uint8_t *packet = kept_get(&tunnel->kept, i, &size);

		send_inner(worker, tunnel, packet, size, true);
	}
	flush(worker, tunnel);
	worker->sending_kept = false;
	kept_clear(&tunnel->kept);
}
