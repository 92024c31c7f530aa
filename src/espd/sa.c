/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, judging and ending an SA. Where SAs are kept is sadb.c's business.
 */
#include "espd/sa.h"

#include "espd/esp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/* Without ESN charon is asked for a new SA long before the numbers end (RFC 4303 3.3.3). */
#define SEQUENCE_SOFT UINT64_C(0xf0000000)

int outer_check(const struct outer *outer, uint8_t encapsulated)
{
	if (encapsulated > 1 || !outer->source || !outer->destination)
		return -EINVAL;
	if (encapsulated && (!outer->source_port || !outer->destination_port))
		return -EINVAL;
	return 0;
}

static uint64_t limit_of(uint64_t limit)
{
	return limit ? limit : UINT64_MAX;
}

static int64_t time_of(uint32_t seconds, int64_t now_ms)
{
	return seconds ? now_ms + (int64_t)seconds * 1000 : INT64_MAX;
}

static void set_limits(struct sa *sa, const struct espd_sa *request, int64_t now_ms)
{
	sa->limits = (struct sa_limits){
		.soft_packets = limit_of(request->soft_packets),
		.hard_packets = limit_of(request->hard_packets),
		.soft_bytes = limit_of(request->soft_bytes),
		.hard_bytes = limit_of(request->hard_bytes),
	};
	sa->soft_at_ms = time_of(request->soft_lifetime_s, now_ms);
	sa->hard_at_ms = time_of(request->hard_lifetime_s, now_ms);
}

static int set_keys(struct sa *sa, const struct espd_sa *request)
{
	struct {
		uint8_t cipher_key[ESPD_KEY_MAX], integrity_key[ESPD_KEY_MAX];
		uint16_t cipher, integrity;
	} whole = { .cipher = request->cipher, .integrity = request->integrity };
	int ok;

	memcpy(whole.cipher_key, request->cipher_key, request->cipher_key_size);
	memcpy(whole.integrity_key, request->integrity_key, request->integrity_key_size);
	ok = EVP_Digest(&whole, sizeof(whole), sa->fingerprint, NULL, EVP_sha256(), NULL);
	OPENSSL_cleanse(&whole, sizeof(whole));
	if (ok != 1)
		return -EIO;
	return sa->backend->key_new(&sa->suite, sa->outbound ? CRYPTO_SEAL : CRYPTO_OPEN, sa->esn,
		request->cipher_key, request->integrity_key, &sa->key);
}

static int check_request(const struct espd_sa *request)
{
	const struct espd_sa_key *key = &request->key;

	if ((key->direction != ESPD_IN && key->direction != ESPD_OUT) || !key->peer ||
		ntohl(key->spi) < ESP_SPI_MIN || request->esn > 1)
		return -EINVAL;
	if (key->peer != (key->direction == ESPD_OUT ? request->destination : request->source))
		return -EINVAL;
	return 0;
}

int sa_new(const struct espd_sa *request, const struct espd_selector *selectors,
	const struct crypto_backend *backend, struct tunnel *tunnel, int64_t now_ms,
	struct sa **ret)
{
	CLEANUP(sa_freep) struct sa *sa = xcalloc(1, sizeof(*sa));
	int err = check_request(request);

	sa->backend = backend;
	sa->tunnel = tunnel;
	sa->spi = request->key.spi;
	sa->outbound = request->key.direction == ESPD_OUT;
	sa->esn = request->esn;
	sa->peer = request->key.peer;
	sa->outer = (struct outer){ .source = request->source,
		.destination = request->destination,
		.source_port = request->source_port,
		.destination_port = request->destination_port,
		.encapsulated = request->encapsulated };
	sa->held = sa->outbound && request->hold_ms;
	sa->held_until_ms = now_ms + request->hold_ms;
	set_limits(sa, request, now_ms);
	if (!err)
		err = outer_check(&sa->outer, request->encapsulated);
	if (!err)
		err = replay_init(&sa->replay, request->replay_window);
	if (!err)
		err = suite_find(request->cipher, request->integrity, request->cipher_key_size,
			request->integrity_key_size, &sa->suite);
	if (!err)
		err = selectors_init(&sa->selectors, selectors, request->source_selectors,
			request->destination_selectors);
	if (!err)
		err = set_keys(sa, request);
	if (err)
		return err;
	*ret = TAKE_PTR(sa);
	return 0;
}

void sa_free(struct sa *sa)
{
	if (!sa)
		return;
	sa->backend->key_free(sa->key);
	selectors_done(&sa->selectors);
	OPENSSL_cleanse(sa, sizeof(*sa));
	free(sa);
}

bool sa_has_keys_of(const struct sa *sa, const struct sa *other)
{
	return CRYPTO_memcmp(sa->fingerprint, other->fingerprint, sizeof(sa->fingerprint)) == 0;
}

void sa_inherit(struct sa *sa, const struct sa *before)
{
	if (!sa_has_keys_of(sa, before))
		return;
	sa->sequence = before->sequence;
	sa->packets = before->packets;
	sa->bytes = before->bytes;
	sa->last_ms = before->last_ms;
	if (sa->replay.size == before->replay.size) {
		sa->replay = before->replay;
		return;
	}
	/* Another ring size: what the window knew is lost, so only newer numbers are accepted. */
	sa->replay.top = before->replay.top;
	memset(sa->replay.words, 0xff, sizeof(sa->replay.words));
}

bool sa_is_usable(const struct sa *sa)
{
	return !sa->dead && !sa->hard_due;
}

bool sa_count(struct sa *sa, size_t inner_size, int64_t now_ms)
{
	bool soft = sa->soft_due, hard = sa->hard_due, first = !sa->packets && !sa->outbound;

	sa->packets++;
	sa->bytes += inner_size;
	sa->last_ms = now_ms;
	sa->hard_due |=
		sa->packets >= sa->limits.hard_packets || sa->bytes >= sa->limits.hard_bytes;
	sa->soft_due |= sa->packets >= sa->limits.soft_packets ||
			sa->bytes >= sa->limits.soft_bytes ||
			(sa->outbound && !sa->esn && sa->sequence >= SEQUENCE_SOFT);
	return first || soft != sa->soft_due || hard != sa->hard_due;
}

bool sa_next_sequence(struct sa *sa, uint64_t *ret)
{
	if (sa->sequence >= (sa->esn ? UINT64_MAX : UINT32_MAX)) {
		sa->hard_due = true;
		return false;
	}
	*ret = ++sa->sequence;
	return true;
}
