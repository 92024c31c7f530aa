/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP and UDP packets over IPv4 for tests of what splits and joins them, and an independent check
 * of their checksums.
 */
#pragma once

#include "base/checksum.h"
#include "espd/ipv4.h"
#include "support/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define FLOW_SOURCE 0x0a010203
#define FLOW_DESTINATION 0x0a090807
#define TCP_TIMESTAMPS 12 /* bytes of options */

enum {
	FLAG_FIN = 1,
	FLAG_SYN = 2,
	FLAG_RST = 4,
	FLAG_PSH = 8,
	FLAG_ACK = 16,
	FLAG_URG = 32,
	FLAG_CWR = 128
};

static inline void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at + 2, (uint16_t)value);
}

static inline uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* The checksum of the transport over the pseudo header, bytes as they lie; 0: it is right. */
static inline uint16_t transport_checksum(const uint8_t *packet, size_t size)
{
	static uint8_t bytes[70000];
	size_t header = (size_t)(packet[0] & 15) * 4;

	memcpy(bytes, packet + 12, 8);
	put16(bytes + 8, packet[9]);
	put16(bytes + 10, (uint16_t)(size - header));
	memcpy(bytes + 12, packet + header, size - header);
	return internet_checksum(bytes, 12 + size - header);
}

static inline size_t checksum_at(const uint8_t *packet)
{
	return (size_t)(packet[0] & 15) * 4 + (packet[9] == IPPROTO_TCP ? 16 : 6);
}

/* Makes both checksums right. */
static inline void seal(uint8_t *packet, size_t size)
{
	size_t at = checksum_at(packet);
	uint16_t sum;

	ipv4_seal_header(packet, (size_t)(packet[0] & 15) * 4);
	memset(packet + at, 0, 2);
	sum = transport_checksum(packet, size);
	if (!sum && packet[9] == IPPROTO_UDP)
		sum = 0xffff;
	memcpy(packet + at, &sum, 2);
}

static inline void put_ip(uint8_t *packet, size_t size, uint8_t protocol, uint16_t id)
{
	memset(packet, 0, 20);
	packet[0] = 0x45;
	put16(packet + 2, (uint16_t)size);
	put16(packet + 4, id);
	put16(packet + 6, IPV4_DONT_FRAGMENT);
	packet[8] = 64;
	packet[9] = protocol;
	put32(packet + 12, FLOW_SOURCE);
	put32(packet + 16, FLOW_DESTINATION);
}

/* With timestamps, as Linux sends it. The payload is the stream's: each byte says where it is. */
static inline size_t make_tcp(
	uint8_t *packet, uint32_t sequence, size_t payload, uint8_t flags, uint16_t id)
{
	static const uint8_t options[TCP_TIMESTAMPS] = { 1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 3, 4 };
	size_t size = 20 + 20 + TCP_TIMESTAMPS + payload;
	uint8_t *tcp = packet + 20;

	put_ip(packet, size, IPPROTO_TCP, id);
	put16(tcp, 1000);
	put16(tcp + 2, 80);
	put32(tcp + 4, sequence);
	put32(tcp + 8, 77);
	tcp[12] = (20 + TCP_TIMESTAMPS) / 4 << 4;
	tcp[13] = flags;
	put16(tcp + 14, 500);
	put32(tcp + 16, 0);
	memcpy(tcp + 20, options, sizeof(options));
	for (size_t i = 0; i < payload; i++)
		tcp[20 + TCP_TIMESTAMPS + i] =
			(uint8_t)((sequence + i) * 7 + ((sequence + i) >> 8));
	seal(packet, size);
	return size;
}

static inline size_t make_udp(uint8_t *packet, size_t payload, uint16_t id)
{
	size_t size = 20 + 8 + payload;

	put_ip(packet, size, IPPROTO_UDP, id);
	put16(packet + 20, 1000);
	put16(packet + 22, 443);
	put16(packet + 24, (uint16_t)(8 + payload));
	unit_random(packet + 28, payload);
	seal(packet, size);
	return size;
}
