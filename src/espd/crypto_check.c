/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See crypto_check.h. Sizes and keys are random, so that many starts see more than one does.
 */
#include "espd/crypto_check.h"

#include "base/encode.h"
#include "base/secret.h"
#include "espd/crypto_answers.h"
#include "espd/esp.h"
#include "espd/hmac.h"
#include "espd/proto.h"

#include <errno.h>
#include <string.h>

#define ANSWER_MAX 512
#define BURST_MAX 40
#define INNER_MIN 20
#define INNER_MAX 1500
#define BYTES_MAX (INNER_MAX + ESP_OVERHEAD_MAX)

/* A key each way of one backend. */
struct pair {
	const struct crypto_backend *backend;
	void *context;
	struct crypto_key *seal, *open;
};

static int pair_init(struct pair *pair, const struct crypto_backend *backend,
	const struct suite *suite, bool esn, const uint8_t *cipher_key,
	const uint8_t *integrity_key)
{
	int err = backend->key_new(suite, CRYPTO_SEAL, esn, cipher_key, integrity_key, &pair->seal);

	if (err)
		return err;
	err = backend->key_new(suite, CRYPTO_OPEN, esn, cipher_key, integrity_key, &pair->open);
	if (err) {
		backend->key_free(pair->seal);
		return err;
	}
	pair->backend = backend;
	pair->context = backend->context_new();
	return 0;
}

static void pair_done(struct pair *pair)
{
	if (!pair->backend)
		return;
	pair->backend->context_free(pair->context);
	pair->backend->key_free(pair->seal);
	pair->backend->key_free(pair->open);
}

static void run(const struct pair *pair, enum crypto_direction direction,
	struct crypto_packet *packets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		packets[i].key = direction == CRYPTO_SEAL ? pair->seal : pair->open;
	if (direction == CRYPTO_SEAL)
		pair->backend->seal(pair->context, packets, len);
	else
		pair->backend->open(pair->context, packets, len);
}

static bool is_answer(
	const struct pair *pair, const struct suite *suite, const struct crypto_answer *answer)
{
	uint8_t esp[ANSWER_MAX], payload[ANSWER_MAX], sealed[ANSWER_MAX];
	int head = hex_decode(answer->header_and_iv, esp, sizeof(esp));
	int payload_size = hex_decode(answer->payload, payload, sizeof(payload));
	int sealed_size = hex_decode(answer->sealed, sealed, sizeof(sealed));
	struct crypto_packet packet = { .esp = esp,
		.size = (size_t)head + (size_t)payload_size + suite->icv_size,
		.sequence = answer->sequence };

	memcpy(esp + head, payload, (size_t)payload_size);
	run(pair, CRYPTO_SEAL, &packet, 1);
	if (packet.result || memcmp(esp + head, sealed, (size_t)sealed_size) != 0)
		return false;
	run(pair, CRYPTO_OPEN, &packet, 1);
	return !packet.result && memcmp(esp + head, payload, (size_t)payload_size) == 0;
}

/* Answers of other suites are none of this one's: they count as given. */
static int check_answer(const struct crypto_backend *backend, const struct suite *suite,
	const struct crypto_answer *answer)
{
	uint8_t key[ESPD_KEY_MAX], integrity_key[ESPD_KEY_MAX];
	int key_size = hex_decode(answer->key, key, sizeof(key));
	int integrity_size =
		hex_decode(answer->integrity_key, integrity_key, sizeof(integrity_key));
	struct pair pair = { 0 };
	int err;

	if (answer->cipher != suite->cipher || answer->integrity != suite->integrity ||
		key_size != suite->cipher_key_size || integrity_size != suite->integrity_key_size)
		return 0;
	err = pair_init(&pair, backend, suite, answer->esn, key, integrity_key);
	if (err)
		return err;
	err = is_answer(&pair, suite, answer) ? 0 : -EIO;
	pair_done(&pair);
	return err;
}

static int check_answers(const struct crypto_backend *backend, const struct suite *suite)
{
	int err = 0;

	for (size_t i = 0; !err && i < crypto_answers_len; i++)
		err = check_answer(backend, suite, &crypto_answers[i]);
	return err;
}

static bool is_hmac_answer(const struct hmac_answer *answer)
{
	static const uint8_t key[] = HMAC_ANSWER_KEY, text[] = HMAC_ANSWER_TEXT;
	uint8_t expected[HMAC_DIGEST_MAX], digest[HMAC_DIGEST_MAX];
	struct hmac_key hmac;
	int size = hex_decode(answer->digest, expected, sizeof(expected));

	/* The text in two parts, as with ESN. */
	if (hmac_key_init(&hmac, answer->integrity, key, sizeof(key) - 1) < 0)
		return false;
	hmac_compute(&hmac, text, 5, text + 5, sizeof(text) - 1 - 5, digest);
	return size > 0 && memcmp(digest, expected, (size_t)size) == 0;
}

int crypto_check_reference(void)
{
	struct suite suite;

	for (size_t i = 0; i < hmac_answers_len; i++)
		if (!is_hmac_answer(&hmac_answers[i]))
			return -EIO;
	for (size_t place = 0; place < SUITES_MAX; place++)
		if (suite_at(place, &suite) && check_answers(&crypto_openssl, &suite) < 0)
			return -EIO;
	return 0;
}

/* Three copies of a burst: as framed, and what each of the two makes of it. */
struct trial {
	struct suite suite;
	size_t len;
	struct pair tried, reference;
	struct crypto_packet tried_packets[BURST_MAX], reference_packets[BURST_MAX];
	uint8_t framed[BURST_MAX][BYTES_MAX], tried_bytes[BURST_MAX][BYTES_MAX],
		reference_bytes[BURST_MAX][BYTES_MAX];
};

static uint32_t random_below(uint32_t end)
{
	uint32_t number;

	random_bytes(&number, sizeof(number));
	return number % end;
}

static void fill(struct trial *trial)
{
	for (size_t i = 0; i < trial->len; i++) {
		size_t size = esp_size(
			&trial->suite, INNER_MIN + random_below(INNER_MAX - INNER_MIN + 1));
		struct crypto_packet packet = { .size = size };

		random_bytes(trial->framed[i], size);
		random_bytes(&packet.sequence, sizeof(packet.sequence));
		memcpy(trial->tried_bytes[i], trial->framed[i], size);
		memcpy(trial->reference_bytes[i], trial->framed[i], size);
		trial->tried_packets[i] = trial->reference_packets[i] = packet;
		trial->tried_packets[i].esp = trial->tried_bytes[i];
		trial->reference_packets[i].esp = trial->reference_bytes[i];
	}
}

/* The bytes count only of a packet that came out well. */
static bool is_same(const struct trial *trial)
{
	for (size_t i = 0; i < trial->len; i++) {
		const struct crypto_packet *tried = &trial->tried_packets[i];
		const struct crypto_packet *reference = &trial->reference_packets[i];

		if (tried->result != reference->result ||
			(!tried->result && memcmp(tried->esp, reference->esp,
						   tried->size - trial->suite.icv_size) != 0))
			return false;
	}
	return true;
}

/* Opening leaves the ICV's place undefined, sealing does not. */
static bool has_same_icvs(const struct trial *trial)
{
	for (size_t i = 0; i < trial->len; i++)
		if (memcmp(trial->tried_bytes[i], trial->reference_bytes[i],
			    trial->tried_packets[i].size) != 0)
			return false;
	return true;
}

static bool is_as_framed(const struct trial *trial)
{
	for (size_t i = 0; i < trial->len; i++)
		if (!trial->tried_packets[i].result &&
			memcmp(trial->tried_bytes[i], trial->framed[i],
				trial->tried_packets[i].size - trial->suite.icv_size) != 0)
			return false;
	return true;
}

/* One bit of every third packet. */
static void break_some(struct trial *trial)
{
	for (size_t i = 2; i < trial->len; i += 3) {
		size_t at = random_below((uint32_t)trial->tried_packets[i].size);
		uint8_t bit = (uint8_t)(1 << random_below(8));

		trial->tried_bytes[i][at] ^= bit;
		trial->reference_bytes[i][at] ^= bit;
	}
}

static bool agrees(struct trial *trial)
{
	fill(trial);
	run(&trial->tried, CRYPTO_SEAL, trial->tried_packets, trial->len);
	run(&trial->reference, CRYPTO_SEAL, trial->reference_packets, trial->len);
	if (!is_same(trial) || !has_same_icvs(trial))
		return false;
	break_some(trial);
	run(&trial->tried, CRYPTO_OPEN, trial->tried_packets, trial->len);
	run(&trial->reference, CRYPTO_OPEN, trial->reference_packets, trial->len);
	return is_same(trial) && is_as_framed(trial);
}

static int compare(struct trial *trial, const struct crypto_backend *backend,
	const struct crypto_backend *reference, bool esn)
{
	static const size_t bursts[] = { 1, 2, 5, 9, 17, BURST_MAX };
	uint8_t keys[2][ESPD_KEY_MAX];
	int err;

	trial->tried = trial->reference = (struct pair){ 0 };
	random_bytes(keys, sizeof(keys));
	err = pair_init(&trial->tried, backend, &trial->suite, esn, keys[0], keys[1]);
	if (!err)
		err = pair_init(&trial->reference, reference, &trial->suite, esn, keys[0], keys[1]);
	for (size_t i = 0; !err && i < ARRAY_LEN(bursts); i++) {
		trial->len = bursts[i];
		err = agrees(trial) ? 0 : -EIO;
	}
	pair_done(&trial->tried);
	pair_done(&trial->reference);
	return err;
}

int crypto_check_suite(const struct crypto_backend *backend, const struct crypto_backend *reference,
	const struct suite *suite)
{
	AUTO_FREE struct trial *trial = xcalloc(1, sizeof(*trial));
	int err = check_answers(backend, suite);

	trial->suite = *suite;
	for (int esn = 0; !err && esn < 2; esn++)
		err = compare(trial, backend, reference, esn);
	return err;
}
