/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One security association. Three kinds of fields, by who may write them: fixed ones, the worker's
 * (sequence numbers, window, counters) and the control side's (outer addresses, lifetimes,
 * ownership). The worker reads the outer addresses only from the table's copy.
 */
#pragma once

#include "base/alloc.h"
#include "espd/crypto.h"
#include "espd/proto.h"
#include "espd/replay.h"
#include "espd/selector.h"
#include "espd/suite.h"

#include <stdbool.h>
#include <stdint.h>

struct tunnel;

struct outer {
	uint32_t source, destination; /* network order */
	uint16_t source_port, destination_port;
	bool encapsulated;
};

struct sa_limits {
	uint64_t soft_packets, hard_packets, soft_bytes, hard_bytes; /* UINT64_MAX = unlimited */
};

struct sa {
	/* fixed */
	uint32_t spi; /* network order */
	bool outbound, esn;
	struct suite suite;
	const struct crypto_backend *backend;
	struct crypto_key *key;
	struct selectors selectors;
	struct sa_limits limits;
	struct tunnel *tunnel;
	uint8_t fingerprint[32]; /* of the keys, to tell a repeated key from a new one */

	/* the worker's */
	struct replay replay; /* inbound */
	uint64_t sequence;    /* outbound: the last one used */
	uint64_t packets, bytes;
	int64_t last_ms;           /* 0 = never */
	uint32_t path_mtu;         /* outer, 0 = not known */
	int64_t path_mtu_until_ms; /* then it is forgotten and probed again */
	uint32_t mapping_address;  /* last reported */
	uint16_t mapping_port;
	int64_t mapping_ms;
	bool soft_due, hard_due; /* a packet or byte limit was reached */

	/* the control side's */
	struct outer outer;
	uint32_t peer;                  /* network order: part of its name */
	int64_t soft_at_ms, hard_at_ms; /* INT64_MAX = unlimited */
	bool soft_told, dead;
	bool orphaned;
	int64_t orphan_until_ms;
	bool held; /* outbound: older ones go first, until then */
	int64_t held_until_ms;
	bool leaving; /* removed, but still first while another one is held */
};

/*
 * Checks a request as a stranger's: enums, sizes, counts, ranges. size: of the whole body. -EINVAL,
 * -EOPNOTSUPP. tunnel: borrowed, outlives the SA.
 */
MUST_CHECK int sa_new(const struct espd_sa *request, const struct espd_selector *selectors,
	const struct crypto_backend *backend, struct tunnel *tunnel, int64_t now_ms,
	struct sa **ret);
/* Wipes the keys. */
void sa_free(struct sa *sa);
DEFINE_CLEANUP(struct sa, sa_free)
bool sa_has_keys_of(const struct sa *sa, const struct sa *other);
/* The same keys under the same name: numbers and window go on, a nonce is never used twice. */
void sa_inherit(struct sa *sa, const struct sa *before);
/* -EINVAL: no addresses, or no ports although encapsulated. */
MUST_CHECK int outer_check(const struct outer *outer, uint8_t encapsulated);
/* May packets still use it? */
bool sa_is_usable(const struct sa *sa);
/* After each packet. true: a limit was reached, or it was the peer's first: the control side has to
 * look. */
bool sa_count(struct sa *sa, size_t inner_size, int64_t now_ms);
/* The next outbound sequence number, false: they are used up. */
bool sa_next_sequence(struct sa *sa, uint64_t *ret);
