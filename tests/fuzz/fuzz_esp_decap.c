/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inbound packets. First byte: which suite, and how the rest comes in: as it is, as a datagram an
 * attacker sends, or sealed with the right key first, as a hostile peer does, so that everything
 * behind the integrity check is reached too. What is delivered must be one whole IPv4 packet inside
 * the selectors.
 */
#include "base/alloc.h"
#include "espd/esp.h"
#include "espd/inbound.h"
#include "espd/ipv4.h"
#include "espd/proto.h"
#include "espd/sadb.h"
#include "espd/tunnel.h"
#include "unit/espd/suites.h"

#include <arpa/inet.h>
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OURS htonl(0x0a000001)
#define PEER htonl(0x0a000002)
#define SPI_FIRST 4096
#define SUITES_MAX 64
#define SIZE_MAX_IN 4096

static struct fixture {
	struct epochs epochs;
	struct sadb sadb;
	struct wires wires;
	struct tunnel *tunnel;
	struct worker *worker;
	int inside; /* what is written to the device comes out here */
	size_t suites_len;
	struct suite suites[SUITES_MAX];
	struct crypto_key *seal[SUITES_MAX];
	uint64_t sequence;
} fixture;

static void ignore_sas(void *arg, struct tunnel *tunnel, uint32_t inbound, uint32_t outbound)
{
	(void)arg;
	(void)tunnel;
	(void)inbound;
	(void)outbound;
}

static void ignore_expired(void *arg, const struct sa *sa, bool hard)
{
	(void)arg;
	(void)sa;
	(void)hard;
}

static void ignore_limit(void *arg)
{
	(void)arg;
}

static void ignore_mapping(void *arg, const struct sa *sa, uint32_t address, uint16_t port)
{
	(void)arg;
	(void)sa;
	(void)address;
	(void)port;
}

static void add_sa(const struct test_cipher *cipher, const struct test_cipher *integrity)
{
	static const struct espd_selector selectors[2] = {
		{ .first = 0, .last = UINT32_MAX, .last_port = UINT16_MAX },
		{ .first = 0, .last = UINT32_MAX, .last_port = UINT16_MAX, .protocol = 17 },
	};
	struct espd_sa request = {
		.key = { .direction = ESPD_IN,
			.spi = htonl(SPI_FIRST + (uint32_t)fixture.suites_len),
			.peer = PEER },
		.source = PEER,
		.destination = OURS,
		.source_port = 4500,
		.destination_port = 4500,
		.encapsulated = 1,
		.esn = fixture.suites_len % 2,
		.cipher = cipher->id,
		.integrity = integrity->id,
		.cipher_key_size = cipher->key_size,
		.integrity_key_size = integrity->key_size,
		.source_selectors = 1,
		.destination_selectors = 1,
	};
	struct sa *sa;

	if (sa_new(&request, selectors, &crypto_openssl, fixture.tunnel, 0, &sa) < 0)
		return;
	if (crypto_openssl.key_new(&sa->suite, CRYPTO_SEAL, sa->esn, request.cipher_key,
		    request.integrity_key, &fixture.seal[fixture.suites_len]) < 0)
		abort();
	fixture.suites[fixture.suites_len++] = sa->suite;
	if (sadb_add(&fixture.sadb, sa, 0) < 0)
		abort();
}

static void start(void)
{
	struct espd_tunnel config = { .if_id = 7, .mtu = 1400, .local_address = OURS };
	int pair[2];

	if (crypto_openssl_init() < 0 ||
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	fixture.inside = pair[1];
	epochs_init(&fixture.epochs);
	sadb_init(&fixture.sadb, &fixture.epochs,
		(struct sadb_events){ .sas_changed = ignore_sas, .expired = ignore_expired });
	fixture.tunnel = tunnel_new(&config, &(struct device){ .fd = pair[0] });
	fixture.worker = worker_new(0, &crypto_openssl, &fixture.wires, &fixture.epochs,
		&fixture.sadb.table,
		(struct worker_hooks){ .limit_reached = ignore_limit, .mapping = ignore_mapping });
	for (size_t c = 0; c < ARRAY_LEN(test_ciphers); c++)
		for (size_t i = 0; i < ARRAY_LEN(test_integrities); i++)
			add_sa(&test_ciphers[c], &test_integrities[i]);
}

/* The input as the payload of a packet that authenticates: the trailer is the input's too. */
static size_t seal(size_t which, const uint8_t *data, size_t size, uint8_t *ret)
{
	const struct suite *suite = &fixture.suites[which];
	size_t head = (size_t)ESP_HEADER + suite->iv_size;
	size_t payload = size / suite->align * suite->align;
	uint32_t spi = htonl(SPI_FIRST + (uint32_t)which),
		 low = htonl((uint32_t)++fixture.sequence);
	struct crypto_packet packet = { .key = fixture.seal[which],
		.esp = ret,
		.size = head + payload + suite->icv_size,
		.sequence = fixture.sequence };

	memset(ret, 0, head);
	memcpy(ret, &spi, 4);
	memcpy(ret + 4, &low, 4);
	if (payload)
		memcpy(ret + head, data, payload);
	crypto_openssl.seal(NULL, &packet, payload ? 1 : 0);
	return packet.size;
}

static void check_delivered(void)
{
	uint8_t packet[SIZE_MAX_IN];
	struct ipv4 ipv4;
	ssize_t got;

	while ((got = recv(fixture.inside, packet, sizeof(packet), 0)) >= 0) {
		assert(ipv4_parse(packet, (size_t)got, &ipv4) == 0);
		assert(ipv4.size == got && ipv4.protocol == 17);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wire wire = { .config = {
					   .kind = ESPD_SOCKET_IKE_NATT, .local_address = OURS } };
	uint8_t bytes[SIZE_MAX_IN + ESP_OVERHEAD_MAX];
	size_t which;

	if (!fixture.worker)
		start();
	if (size < 1 || size > SIZE_MAX_IN)
		return 0;
	which = (size_t)(data[0] >> 1) % fixture.suites_len;
	worker_enter(fixture.worker);
	fixture.worker->in[0] = (struct datagram){
		.bytes = bytes, .size = size - 1, .source = PEER, .source_port = 4500
	};
	if (data[0] & 1)
		fixture.worker->in[0].size = seal(which, data + 1, size - 1, bytes);
	else
		memcpy(bytes, data + 1, size - 1);
	inbound_burst(fixture.worker, &wire, 1);
	inbound_flush(fixture.worker);
	worker_leave(fixture.worker);
	check_delivered();
	return 0;
}
