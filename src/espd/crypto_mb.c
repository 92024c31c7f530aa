/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A burst becomes jobs: of every class (hash, or AEAD) as many as it has packets decide between the
 * narrow and the wide manager, then both are flushed, so that no packet stays in a lane. Jobs work
 * in place, because the library hashes what is at the source.
 */
#include "espd/crypto_mb.h"

#include "espd/crypto_speed.h"
#include "espd/mb_key.h"
#include "espd/mb_library.h"
#include "espd/proto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#define HEADER 8
#define BURST 128
#define TAG_MAX 64
#define TUNE_SIZE 1440
#define TUNE_ROUNDS 5

/* Of one packet while its job runs. */
struct slot {
	struct crypto_packet *packet;
	uint8_t nonce[16]; /* 12 of them */
	uint8_t aad[12];
	uint8_t received[SUITE_ICV_MAX];
	uint8_t tag[TAG_MAX];
};

struct context {
	IMB_MGR *managers[MB_WIDTHS];
	struct slot slots[BURST];
};

/* From how many packets of a class on the wide manager takes them; set once, at start. */
static size_t wide_from[MB_CLASSES][2];
static IMB_MGR *key_manager;

static const struct mb_key *own(const struct crypto_packet *packet)
{
	const void *key = packet->key;

	return key;
}

static void put_high(uint64_t sequence, uint8_t *ret)
{
	for (int i = 0; i < 4; i++)
		ret[i] = (uint8_t)(sequence >> (56 - 8 * i));
}

/* RFC 4303 section 2.2.1: with ESN the upper half is hashed behind the ciphertext, where the ICV
 * lies on the wire. */
static void fill_cbc(IMB_JOB *job, struct slot *slot, size_t payload, size_t icv)
{
	const struct crypto_packet *packet = slot->packet;

	job->iv = packet->esp + HEADER;
	job->hash_start_src_offset_in_bytes = 0;
	job->msg_len_to_hash_in_bytes = icv;
	if (packet->key->esn) {
		put_high(packet->sequence, packet->esp + icv);
		job->msg_len_to_hash_in_bytes += 4;
	}
	job->cipher_start_src_offset_in_bytes = payload;
}

/* Nonce and additional data of RFC 4106 and RFC 7634: salt and IV; SPI and the sequence number. */
static void fill_aead(IMB_JOB *job, struct slot *slot, size_t payload, size_t icv)
{
	const struct crypto_packet *packet = slot->packet;
	uint64_t aad_size = HEADER;

	memcpy(slot->nonce, own(packet)->salt, MB_SALT_MAX);
	memcpy(slot->nonce + MB_SALT_MAX, packet->esp + HEADER, 8);
	memcpy(slot->aad, packet->esp, HEADER);
	if (packet->key->esn) {
		put_high(packet->sequence, slot->aad + 4);
		memcpy(slot->aad + 8, packet->esp + 4, 4);
		aad_size = sizeof(slot->aad);
	}
	job->iv = slot->nonce;
	if (job->cipher_mode == IMB_CIPHER_GCM) {
		job->u.GCM.aad = slot->aad;
		job->u.GCM.aad_len_in_bytes = aad_size;
	} else {
		job->u.CHACHA20_POLY1305.aad = slot->aad;
		job->u.CHACHA20_POLY1305.aad_len_in_bytes = aad_size;
	}
	job->cipher_start_src_offset_in_bytes = payload;
	job->hash_start_src_offset_in_bytes = payload;
	job->msg_len_to_hash_in_bytes = icv - payload;
}

static void fill(IMB_JOB *job, struct slot *slot)
{
	const struct crypto_packet *packet = slot->packet;
	const struct suite *suite = &packet->key->suite;
	size_t payload = (size_t)HEADER + suite->iv_size, icv = packet->size - suite->icv_size;

	*job = own(packet)->job;
	memcpy(slot->received, packet->esp + icv, suite->icv_size);
	job->src = packet->esp;
	job->dst = packet->esp + payload;
	job->msg_len_to_cipher_in_bytes = icv - payload;
	job->auth_tag_output = slot->tag;
	job->user_data = slot;
	if (suite->aead)
		fill_aead(job, slot, payload, icv);
	else
		fill_cbc(job, slot, payload, icv);
}

static void finish(const IMB_JOB *job)
{
	struct slot *slot = job->user_data;
	struct crypto_packet *packet = slot->packet;
	size_t icv_size = packet->key->suite.icv_size;

	if (job->status != IMB_STATUS_COMPLETED) {
		packet->result = -EIO;
		return;
	}
	packet->result = 0;
	if (job->cipher_direction == IMB_DIR_ENCRYPT)
		memcpy(packet->esp + packet->size - icv_size, slot->tag, icv_size);
	else if (CRYPTO_memcmp(slot->received, slot->tag, icv_size))
		packet->result = -EBADMSG;
}

static void submit(IMB_MGR *manager, struct slot *slot)
{
	IMB_JOB *job = IMB_GET_NEXT_JOB(manager);

	fill(job, slot);
	for (job = IMB_SUBMIT_JOB(manager); job; job = IMB_GET_COMPLETED_JOB(manager))
		finish(job);
}

static void run(struct context *context, struct crypto_packet *packets, size_t len,
	enum crypto_direction direction)
{
	size_t counts[MB_CLASSES] = { 0 };
	const IMB_JOB *job;

	for (size_t i = 0; i < len; i++)
		counts[own(&packets[i])->class]++;
	for (size_t i = 0; i < len; i++) {
		enum mb_class class = own(&packets[i])->class;
		bool wide = counts[class] >= wide_from[class][direction];

		/* What a job that is never handed back would mean. */
		packets[i].result = -EIO;
		context->slots[i].packet = &packets[i];
		submit(context->managers[wide ? MB_WIDE : MB_NARROW], &context->slots[i]);
	}
	for (enum mb_width width = 0; width < MB_WIDTHS; width++)
		while ((job = IMB_FLUSH_JOB(context->managers[width])))
			finish(job);
}

static void run_all(
	void *context, struct crypto_packet *packets, size_t len, enum crypto_direction direction)
{
	for (size_t i = 0; i < len; i += BURST)
		run(context, packets + i, len - i < BURST ? len - i : BURST, direction);
}

static void seal_burst(void *context, struct crypto_packet *packets, size_t len)
{
	run_all(context, packets, len, CRYPTO_SEAL);
}

static void open_burst(void *context, struct crypto_packet *packets, size_t len)
{
	run_all(context, packets, len, CRYPTO_OPEN);
}

static void *context_new(void)
{
	struct context *context = xcalloc(1, sizeof(*context));

	for (enum mb_width width = 0; width < MB_WIDTHS; width++)
		context->managers[width] = mb_manager_new(width);
	return context;
}

static void context_free(void *any)
{
	struct context *context = any;

	if (!context)
		return;
	for (enum mb_width width = 0; width < MB_WIDTHS; width++)
		mb_manager_free(context->managers[width]);
	OPENSSL_cleanse(context, sizeof(*context));
	free(context);
}

static int key_new(const struct suite *suite, enum crypto_direction direction, bool esn,
	const uint8_t *cipher_key, const uint8_t *integrity_key, struct crypto_key **ret)
{
	struct mb_key *key;
	int err = mb_key_new(
		&crypto_mb, key_manager, suite, direction, esn, cipher_key, integrity_key, &key);

	if (!err)
		*ret = &key->common;
	return err;
}

static void key_free(struct crypto_key *common)
{
	void *key = common;

	mb_key_free(key);
}

const struct crypto_backend crypto_mb = {
	.name = "ipsec-mb",
	.context_new = context_new,
	.context_free = context_free,
	.key_new = key_new,
	.key_free = key_free,
	.seal = seal_burst,
	.open = open_burst,
};

/* Which code a burst of so many goes through fastest; the clock is short, a tie goes to wide. */
static bool is_wide_better(const struct suite *suite, enum mb_class class,
	enum crypto_direction direction, size_t burst)
{
	int64_t took[MB_WIDTHS];

	for (enum mb_width width = 0; width < MB_WIDTHS; width++) {
		struct crypto_speed speed;

		wide_from[class][CRYPTO_SEAL] = wide_from[class][CRYPTO_OPEN] =
			width == MB_WIDE ? 0 : SIZE_MAX;
		if (crypto_speed(&crypto_mb, suite, burst, TUNE_SIZE, TUNE_ROUNDS, &speed) < 0)
			return true;
		took[width] = direction == CRYPTO_SEAL ? speed.seal_ns : speed.open_ns;
	}
	return took[MB_WIDE] <= took[MB_NARROW];
}

/* The smallest burst from which on wide code wins at every measured size. */
static size_t find_wide_from(
	const struct suite *suite, enum mb_class class, enum crypto_direction direction)
{
	static const size_t bursts[] = { 32, 24, 16, 12, 8, 6, 4, 3, 2, 1 };
	size_t from = SIZE_MAX;

	for (size_t i = 0; i < ARRAY_LEN(bursts); i++) {
		if (!is_wide_better(suite, class, direction, bursts[i]))
			break;
		from = bursts[i];
	}
	return from;
}

/* Of every hash with AES-128; AEAD packets go one by one, and GCM's keys are the wide code's. */
static void tune(void)
{
	static const struct {
		enum mb_class class;
		uint16_t integrity, key_size;
	} rows[] = {
		{ MB_MD5, ESPD_INTEGRITY_HMAC_MD5_96, 16 },
		{ MB_SHA1, ESPD_INTEGRITY_HMAC_SHA1_96, 20 },
		{ MB_SHA256, ESPD_INTEGRITY_HMAC_SHA2_256_128, 32 },
		{ MB_SHA384, ESPD_INTEGRITY_HMAC_SHA2_384_192, 48 },
		{ MB_SHA512, ESPD_INTEGRITY_HMAC_SHA2_512_256, 64 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct suite suite;
		size_t from[2];

		if (suite_find(ESPD_CIPHER_AES_CBC, rows[i].integrity, 16, rows[i].key_size,
			    &suite) < 0)
			continue;
		from[CRYPTO_SEAL] = find_wide_from(&suite, rows[i].class, CRYPTO_SEAL);
		from[CRYPTO_OPEN] = find_wide_from(&suite, rows[i].class, CRYPTO_OPEN);
		memcpy(wide_from[rows[i].class], from, sizeof(from));
	}
}

int crypto_mb_load(const char **ret_why, char **ret_what)
{
	int err = mb_library_load(ret_why, ret_what);

	if (err)
		return err;
	if (!key_manager)
		key_manager = mb_manager_new(MB_WIDE);
	tune();
	return 0;
}
