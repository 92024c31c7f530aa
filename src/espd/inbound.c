/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 4303 section 3.4, in its order: SA by SPI, window, integrity, window again, padding,
 * selectors. Nothing of a packet is believed before its integrity is proven, and every packet that
 * ends here is counted under its cause.
 */
#include "espd/inbound.h"

#include "espd/device.h"
#include "espd/ecn.h"
#include "espd/ipv4.h"
#include "espd/mss.h"
#include "espd/outbound.h"
#include "espd/tunnel.h"

#include <errno.h>
#include <netinet/in.h>

/* How often a peer's new address is reported while charon does not answer it. */
#define MAPPING_EVERY_MS 1000

static struct tunnel_counters *counters_of(const struct worker *worker, const struct sa *sa)
{
	return &sa->tunnel->counters[worker->index];
}

/* The SA of a datagram, once everything but the crypto speaks for it; NULL: counted, or kept. */
static const struct table_entry *accept_datagram(struct worker *worker, const struct wire *wire,
	const struct datagram *datagram, uint64_t *ret_sequence)
{
	const struct table_entry *entry;
	struct sa *sa;

	if (datagram->truncated || datagram->size < ESP_HEADER) {
		worker->counters.drop_garbage++;
		return NULL;
	}
	entry = table_inbound(worker->table, esp_spi(datagram->bytes));
	if (!entry && early_add(&worker->early, &wire->config, datagram, worker->now_ms))
		return NULL;
	if (!entry || entry->outer.destination != wire->config.local_address ||
		entry->outer.encapsulated != (wire->config.kind == ESPD_SOCKET_IKE_NATT) ||
		!sa_is_usable(entry->sa)) {
		worker->counters.drop_unknown_spi++;
		return NULL;
	}
	sa = entry->sa;
	if (esp_check(&sa->suite, datagram->size) < 0) {
		counters_of(worker, sa)->drop_malformed++;
		return NULL;
	}
	if (!replay_infer(&sa->replay, sa->esn, esp_sequence(datagram->bytes), ret_sequence) ||
		!replay_check(&sa->replay, *ret_sequence)) {
		counters_of(worker, sa)->drop_replay++;
		return NULL;
	}
	return entry;
}

/* Only the newest packet may move a peer: a late or copied one from elsewhere must not. */
static void check_mapping(struct worker *worker, const struct table_entry *entry,
	const struct datagram *datagram, bool newest)
{
	struct sa *sa = entry->sa;

	if (!newest || !entry->outer.encapsulated ||
		(datagram->source == entry->outer.source &&
			datagram->source_port == entry->outer.source_port))
		return;
	if (sa->mapping_address == datagram->source && sa->mapping_port == datagram->source_port &&
		worker->now_ms - sa->mapping_ms < MAPPING_EVERY_MS)
		return;
	sa->mapping_address = datagram->source;
	sa->mapping_port = datagram->source_port;
	sa->mapping_ms = worker->now_ms;
	worker->hooks.mapping(worker->hooks.arg, sa, datagram->source, datagram->source_port);
}

static bool merge_ecn(uint8_t *inner, const struct ipv4 *ipv4, uint8_t outer_tos)
{
	uint8_t tos;

	if (!ecn_decapsulate(outer_tos, ipv4->tos, &tos))
		return false;
	if (tos != ipv4->tos) {
		inner[1] = tos;
		ipv4_seal_header(inner, ipv4->header_size);
	}
	return true;
}

static void count_delivered(
	struct worker *worker, struct tunnel *tunnel, int err, size_t packets, size_t size)
{
	struct tunnel_counters *counters = &tunnel->counters[worker->index];

	if (err < 0) {
		counters->drop_io += packets;
		return;
	}
	counters->in_packets += packets;
	counters->in_bytes += size;
	tunnel_note_in(tunnel, counters, worker->now_ms);
}

static void write_apart(struct worker *worker, const struct joined *joined)
{
	for (size_t i = 0; i < joined->packets_len; i++) {
		const struct iovec *packet = &joined->packets[i];

		count_delivered(worker, joined->tunnel,
			device_write_one(
				&joined->tunnel->device, packet->iov_base, packet->iov_len),
			1, packet->iov_len);
	}
}

static void write_joined(void *arg, const struct joined *joined)
{
	struct device *device = &joined->tunnel->device;
	size_t size = 0;
	int err = device_write(device, &joined->write, joined->parts, joined->parts_len);

	if (err == -EINVAL && joined->packets_len > 1) {
		if (joined->write.kind == DEVICE_UDP)
			device->takes_udp = false;
		write_apart(arg, joined);
		return;
	}
	for (size_t i = 0; i < joined->packets_len; i++)
		size += joined->packets[i].iov_len;
	count_delivered(arg, joined->tunnel, err, joined->packets_len, size);
}

static void deliver(
	struct worker *worker, struct sa *sa, uint8_t *inner, size_t size, uint8_t outer_tos)
{
	struct tunnel_counters *counters = counters_of(worker, sa);
	const struct device *device = &sa->tunnel->device;
	struct ipv4 ipv4;

	if (ipv4_parse(inner, size, &ipv4) < 0 || !merge_ecn(inner, &ipv4, outer_tos)) {
		counters->drop_malformed++;
		return;
	}
	if (!selectors_match(&sa->selectors, &ipv4)) {
		counters->drop_selector_in++;
		return;
	}
	/* what the host behind us may send back */
	if (mss_is_syn(inner, &ipv4))
		mss_clamp(inner, &ipv4, outbound_max(worker, sa->tunnel));
	if (device->has_header && (ipv4.protocol != IPPROTO_UDP || device->takes_udp))
		coalesce_add(&worker->coalescer, sa->tunnel, inner, &ipv4);
	else
		count_delivered(worker, sa->tunnel, device_write_one(device, inner, ipv4.size), 1,
			ipv4.size);
}

static void finish(struct worker *worker, const struct table_entry *entry,
	const struct datagram *datagram, const struct crypto_packet *packet)
{
	struct sa *sa = entry->sa;
	struct tunnel_counters *counters = counters_of(worker, sa);
	bool newest = packet->sequence > sa->replay.top;
	uint8_t next_header, *inner;
	size_t size;

	if (packet->result < 0) {
		counters->drop_auth++;
		return;
	}
	/* A copy may have been in the same burst. */
	if (!replay_check(&sa->replay, packet->sequence)) {
		counters->drop_replay++;
		return;
	}
	replay_update(&sa->replay, packet->sequence);
	check_mapping(worker, entry, datagram, newest);
	if (esp_unframe(&sa->suite, packet->esp, packet->size, &next_header, &inner, &size) < 0) {
		counters->drop_malformed++;
		return;
	}
	if (sa_count(sa, size, worker->now_ms))
		worker->hooks.limit_reached(worker->hooks.arg);
	if (next_header == ESP_NEXT_NONE)
		return; /* a dummy packet, RFC 4303 section 2.6 */
	if (next_header == ESP_NEXT_IPV6)
		counters->drop_ipv6++;
	else if (next_header != ESP_NEXT_IPV4)
		counters->drop_malformed++;
	else
		deliver(worker, sa, inner, size, datagram->tos);
}

void inbound_burst(struct worker *worker, const struct wire *wire, size_t len)
{
	const struct table_entry *entries[IN_BURST];
	const struct datagram *datagrams[IN_BURST];
	size_t accepted = 0;

	worker->coalescer.emit = write_joined;
	worker->coalescer.arg = worker;
	for (size_t i = 0; i < len; i++) {
		const struct datagram *datagram = &worker->in[i];
		uint64_t sequence;
		const struct table_entry *entry =
			accept_datagram(worker, wire, datagram, &sequence);

		if (!entry)
			continue;
		entries[accepted] = entry;
		datagrams[accepted] = datagram;
		worker->in_crypto[accepted++] = (struct crypto_packet){ .key = entry->sa->key,
			.esp = datagram->bytes,
			.size = datagram->size,
			.sequence = sequence };
	}
	worker->backend->open(worker->crypto, worker->in_crypto, accepted);
	for (size_t i = 0; i < accepted; i++)
		finish(worker, entries[i], datagrams[i], &worker->in_crypto[i]);
}

void inbound_flush(struct worker *worker)
{
	coalesce_flush(&worker->coalescer);
}
