/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at the fixed IKE header only (RFC 7296 section 3.1, RFC 2408 section 3.1): both versions
 * share it. What is behind it is charon's to judge.
 */
#include "espd/relay.h"

#include "base/alloc.h"
#include "base/bytes.h"

#define IKE_HEADER 28

static const struct bucket_size initial_total = { .per_second = 5000, .burst = 15000 };
static const struct bucket_size initial_source = { .per_second = 200, .burst = 2000 };
static const struct bucket_size other_total = { .per_second = 20000, .burst = 40000 };
static const struct bucket_size other_source = { .per_second = 2000, .burst = 8000 };

struct relay *relay_new(int64_t now_ms)
{
	struct relay *relay = xcalloc(1, sizeof(*relay));

	limit_init(&relay->initial, initial_total, initial_source, now_ms);
	limit_init(&relay->other, other_total, other_source, now_ms);
	return relay;
}

void relay_free(struct relay *relay)
{
	free(relay);
}

static bool parse(const struct wire *wire, const struct datagram *datagram, bool *ret_initial)
{
	struct reader reader;
	uint64_t initiator, responder;
	uint8_t version;
	uint32_t length;
	size_t size;

	reader_init(&reader, datagram->bytes, datagram->size);
	if (wire->config.kind == ESPD_SOCKET_IKE_NATT)
		(void)read_u32(&reader);
	size = reader_left(&reader);
	initiator = read_u64(&reader);
	responder = read_u64(&reader);
	(void)read_u8(&reader);
	version = read_u8(&reader) >> 4;
	(void)read_bytes(&reader, 6);
	length = read_u32(&reader);
	*ret_initial = responder == 0;
	return !reader.failed && !datagram->truncated && initiator != 0 &&
	       (version == 1 || version == 2) && length >= IKE_HEADER && length <= size;
}

bool relay_accept(struct relay *relay, const struct wire *wire, const struct datagram *datagram,
	int64_t now_ms, struct global_counters *counters)
{
	bool initial;

	if (!parse(wire, datagram, &initial)) {
		counters->drop_garbage++;
		return false;
	}
	if (!limit_take(initial ? &relay->initial : &relay->other, datagram->source, now_ms)) {
		counters->drop_ike_limit++;
		return false;
	}
	return true;
}
