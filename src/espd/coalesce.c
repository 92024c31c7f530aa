/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules are those of tcp_gro_receive() and udp_gro_receive(): the same header but for what
 * counts up, sequence numbers without a gap, a shorter segment or PSH or FIN ends it. A checksum
 * that is wrong must not become right by joining, so it is looked at first; such a packet goes on
 * as it is, and the kernel judges it.
 */
#include "espd/coalesce.h"

#include "base/checksum.h"
#include "espd/header.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* A packet that may be joined with others. */
struct candidate {
	struct tunnel *tunnel;
	uint8_t *packet;
	const struct ipv4 *ipv4;
	size_t header_size, payload;
	uint32_t sequence;
	uint16_t id;
	uint8_t flags;
	bool ends; /* nothing may follow it */
};

static bool is_intact(const uint8_t *packet, const struct ipv4 *ipv4)
{
	size_t size = (size_t)ipv4->size - ipv4->header_size;
	uint64_t sum = ipv4_sum_pseudo(packet, ipv4->protocol, size);

	return !internet_checksum(packet, ipv4->header_size) &&
	       internet_fold(internet_sum(sum, packet + ipv4->header_size, size)) == UINT16_MAX;
}

static bool look_at_tcp(const uint8_t *tcp, size_t size, struct candidate *candidate)
{
	size_t header_size;
	uint32_t sequence;

	if (size < TCP_HEADER)
		return false;
	header_size = (size_t)(tcp[TCP_OFFSET_AT] >> 4) * 4;
	if (header_size < TCP_HEADER || header_size >= size)
		return false;
	memcpy(&sequence, tcp + TCP_SEQUENCE_AT, sizeof(sequence));
	candidate->header_size = IPV4_HEADER_MIN + header_size;
	candidate->sequence = ntohl(sequence);
	candidate->flags = tcp[TCP_FLAGS_AT];
	candidate->ends = candidate->flags & (PSH | FIN);
	return (candidate->flags & (ACK | SYN | RST | URG | CWR)) == ACK;
}

static bool look_at_udp(const uint8_t *udp, size_t size, struct candidate *candidate)
{
	candidate->header_size = IPV4_HEADER_MIN + UDP_HEADER;
	return size > UDP_HEADER && header_u16(udp + UDP_SIZE_AT) == size &&
	       header_u16(udp + UDP_CHECKSUM_AT);
}

static bool look_at(uint8_t *packet, const struct ipv4 *ipv4, struct candidate *candidate)
{
	const uint8_t *transport = packet + IPV4_HEADER_MIN;
	size_t size = (size_t)ipv4->size - IPV4_HEADER_MIN;

	if (ipv4->header_size != IPV4_HEADER_MIN || ipv4->fragment & ~IPV4_DONT_FRAGMENT)
		return false;
	if (ipv4->protocol == IPPROTO_TCP       ? !look_at_tcp(transport, size, candidate)
		: ipv4->protocol == IPPROTO_UDP ? !look_at_udp(transport, size, candidate)
						: true)
		return false;
	candidate->packet = packet;
	candidate->ipv4 = ipv4;
	candidate->payload = ipv4->size - candidate->header_size;
	candidate->id = header_u16(packet + IP_ID_AT);
	return is_intact(packet, ipv4);
}

static void describe_tcp(const struct flow *flow, uint8_t *header, struct device_write *write)
{
	write->kind = DEVICE_TCP;
	write->checksum_offset = TCP_CHECKSUM_AT;
	header[IPV4_HEADER_MIN + TCP_FLAGS_AT] = flow->flags;
}

static void describe_udp(const struct flow *flow, uint8_t *header, struct device_write *write)
{
	write->kind = DEVICE_UDP;
	write->checksum_offset = UDP_CHECKSUM_AT;
	header_put_u16(header + IPV4_HEADER_MIN + UDP_SIZE_AT, flow->size - IPV4_HEADER_MIN);
}

/* Makes the header of the joined packet out of the first one's. */
static void make_header(const struct flow *flow, uint8_t *header, struct device_write *write)
{
	uint16_t sum;

	memcpy(header, flow->packets[0].iov_base, flow->header_size);
	header_put_u16(header + IP_SIZE_AT, flow->size);
	ipv4_seal_header(header, IPV4_HEADER_MIN);
	*write = (struct device_write){ .segment_size = (uint16_t)flow->segment_size,
		.header_size = (uint16_t)flow->header_size,
		.checksum_start = IPV4_HEADER_MIN };
	if (flow->ipv4.protocol == IPPROTO_TCP)
		describe_tcp(flow, header, write);
	else
		describe_udp(flow, header, write);
	sum = internet_fold(
		ipv4_sum_pseudo(header, flow->ipv4.protocol, flow->size - IPV4_HEADER_MIN));
	memcpy(header + IPV4_HEADER_MIN + write->checksum_offset, &sum, sizeof(sum));
}

static void emit(struct coalescer *coalescer, struct flow *flow)
{
	uint8_t header[COALESCE_HEADER_MAX];
	struct joined joined = {
		.tunnel = flow->tunnel, .packets = flow->packets, .packets_len = flow->len
	};

	if (flow->len == 1) {
		joined.write.is_verified = true;
		joined.parts[joined.parts_len++] = flow->packets[0];
	} else {
		make_header(flow, header, &joined.write);
		joined.parts[joined.parts_len++] = (struct iovec){ header, flow->header_size };
		for (size_t i = 0; i < flow->len; i++)
			joined.parts[joined.parts_len++] = (struct iovec){
				(uint8_t *)flow->packets[i].iov_base + flow->header_size,
				flow->packets[i].iov_len - flow->header_size
			};
	}
	flow->tunnel = NULL;
	coalescer->emit(coalescer->arg, &joined);
}

static void emit_alone(
	struct coalescer *coalescer, struct tunnel *tunnel, uint8_t *packet, size_t size)
{
	struct iovec whole = { packet, size };

	coalescer->emit(coalescer->arg, &(struct joined){ .tunnel = tunnel,
						.parts = { whole },
						.parts_len = 1,
						.packets = &whole,
						.packets_len = 1 });
}

static bool is_same_flow(
	const struct flow *flow, const struct tunnel *tunnel, const struct ipv4 *ipv4)
{
	return flow->tunnel == tunnel && flow->ipv4.source == ipv4->source &&
	       flow->ipv4.destination == ipv4->destination &&
	       flow->ipv4.protocol == ipv4->protocol &&
	       flow->ipv4.source_port == ipv4->source_port &&
	       flow->ipv4.destination_port == ipv4->destination_port;
}

/* A packet that cannot be joined does not overtake. A fragment may have no ports: it belongs to
 * every flow between its hosts. */
static void emit_before(
	struct coalescer *coalescer, const struct tunnel *tunnel, const struct ipv4 *ipv4)
{
	for (size_t i = 0; i < COALESCE_FLOWS; i++) {
		struct flow *flow = &coalescer->flows[i];
		struct ipv4 asked = *ipv4;

		if (!flow->tunnel)
			continue;
		if (ipv4->fragment & ~IPV4_DONT_FRAGMENT) {
			asked.source_port = flow->ipv4.source_port;
			asked.destination_port = flow->ipv4.destination_port;
		}
		if (is_same_flow(flow, tunnel, &asked))
			emit(coalescer, flow);
	}
}

/* Is everything the same that is not counted up or measured? */
static bool has_same_header(const struct flow *flow, const struct candidate *candidate)
{
	const uint8_t *first = flow->packets[0].iov_base, *next = candidate->packet;
	const uint8_t *first_tcp = first + IPV4_HEADER_MIN, *next_tcp = next + IPV4_HEADER_MIN;

	if (flow->header_size != candidate->header_size || first[IP_TOS_AT] != next[IP_TOS_AT] ||
		first[IP_TTL_AT] != next[IP_TTL_AT] ||
		flow->ipv4.fragment != candidate->ipv4->fragment)
		return false;
	if (flow->ipv4.protocol == IPPROTO_UDP)
		return true;
	return !((flow->flags ^ candidate->flags) & ~(FIN | PSH)) &&
	       !memcmp(first_tcp + TCP_ACK_AT, next_tcp + TCP_ACK_AT, TCP_FLAGS_AT - TCP_ACK_AT) &&
	       !memcmp(first_tcp + TCP_WINDOW_AT, next_tcp + TCP_WINDOW_AT, 2) &&
	       !memcmp(first_tcp + TCP_URGENT_AT, next_tcp + TCP_URGENT_AT,
		       flow->header_size - IPV4_HEADER_MIN - TCP_URGENT_AT);
}

/* Identifications count up; with DF set they may also stay (RFC 6864). */
static bool continues_id(struct flow *flow, const struct candidate *candidate)
{
	uint16_t step = (uint16_t)(candidate->id - flow->first_id);

	if (flow->len == 1 && !step && flow->ipv4.fragment & IPV4_DONT_FRAGMENT)
		flow->id_step = 0;
	return step == (uint16_t)(flow->id_step * flow->len);
}

static bool append(struct flow *flow, const struct candidate *candidate)
{
	if (flow->len == COALESCE_PACKETS || candidate->payload > flow->segment_size ||
		flow->size + candidate->payload > UINT16_MAX ||
		flow->next_sequence != candidate->sequence || !has_same_header(flow, candidate) ||
		!continues_id(flow, candidate))
		return false;
	flow->packets[flow->len++] = (struct iovec){ candidate->packet, candidate->ipv4->size };
	flow->size += candidate->payload;
	flow->flags |= candidate->flags & (FIN | PSH);
	if (flow->ipv4.protocol == IPPROTO_TCP)
		flow->next_sequence += (uint32_t)candidate->payload;
	return true;
}

static struct flow *find(struct coalescer *coalescer, const struct candidate *candidate)
{
	for (size_t i = 0; i < COALESCE_FLOWS; i++)
		if (is_same_flow(&coalescer->flows[i], candidate->tunnel, candidate->ipv4))
			return &coalescer->flows[i];
	return NULL;
}

static struct flow *make_room(struct coalescer *coalescer)
{
	struct flow *flow = &coalescer->flows[coalescer->evict];

	coalescer->evict = (coalescer->evict + 1) % COALESCE_FLOWS;
	if (flow->tunnel)
		emit(coalescer, flow);
	return flow;
}

static void start(struct flow *flow, const struct candidate *candidate)
{
	flow->tunnel = candidate->tunnel;
	flow->ipv4 = *candidate->ipv4;
	flow->header_size = candidate->header_size;
	flow->segment_size = candidate->payload;
	flow->size = candidate->ipv4->size;
	flow->next_sequence = candidate->sequence;
	if (flow->ipv4.protocol == IPPROTO_TCP)
		flow->next_sequence += (uint32_t)candidate->payload;
	flow->first_id = candidate->id;
	flow->id_step = 1;
	flow->flags = candidate->flags;
	flow->packets[0] = (struct iovec){ candidate->packet, candidate->ipv4->size };
	flow->len = 1;
}

void coalesce_add(struct coalescer *coalescer, struct tunnel *tunnel, uint8_t *packet,
	const struct ipv4 *ipv4)
{
	struct candidate candidate = { .tunnel = tunnel };
	struct flow *flow;

	if (!look_at(packet, ipv4, &candidate)) {
		emit_before(coalescer, tunnel, ipv4);
		emit_alone(coalescer, tunnel, packet, ipv4->size);
		return;
	}
	flow = find(coalescer, &candidate);
	if (!flow) {
		flow = make_room(coalescer);
		start(flow, &candidate);
	} else if (!append(flow, &candidate)) {
		emit(coalescer, flow);
		start(flow, &candidate);
	}
	if (candidate.ends || candidate.payload < flow->segment_size)
		emit(coalescer, flow);
}

void coalesce_flush(struct coalescer *coalescer)
{
	for (size_t i = 0; i < COALESCE_FLOWS; i++)
		if (coalescer->flows[i].tunnel)
			emit(coalescer, &coalescer->flows[i]);
	coalescer->evict = 0;
}
