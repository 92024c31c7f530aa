/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See crypto_speed.h. Every packet has its own buffer and what is opened was sealed before: garbage
 * would end at the integrity check.
 */
#include "espd/crypto_speed.h"

#include "base/instant.h"
#include "base/secret.h"
#include "espd/esp.h"
#include "espd/proto.h"

struct course {
	const struct crypto_backend *backend;
	void *context;
	struct crypto_key *seal, *open;
	uint8_t *bytes;
	struct crypto_packet *packets;
};

static int course_init(struct course *course, const struct crypto_backend *backend,
	const struct suite *suite, size_t burst, size_t payload)
{
	size_t size = esp_size(suite, payload);
	uint8_t keys[2][ESPD_KEY_MAX];
	int err;

	*course = (struct course){ .backend = backend };
	random_bytes(keys, sizeof(keys));
	err = backend->key_new(suite, CRYPTO_SEAL, false, keys[0], keys[1], &course->seal);
	if (!err)
		err = backend->key_new(suite, CRYPTO_OPEN, false, keys[0], keys[1], &course->open);
	wipe(keys, sizeof(keys));
	if (err)
		return err;
	course->context = backend->context_new();
	course->bytes = xcalloc(burst, size);
	course->packets = xcalloc(burst, sizeof(*course->packets));
	for (size_t i = 0; i < burst; i++)
		course->packets[i] =
			(struct crypto_packet){ .esp = course->bytes + i * size, .size = size };
	return 0;
}

static void course_done(struct course *course)
{
	if (course->seal)
		course->backend->key_free(course->seal);
	if (course->open)
		course->backend->key_free(course->open);
	if (course->packets)
		course->backend->context_free(course->context);
	free(course->bytes);
	free(course->packets);
}

static int64_t time_burst(struct course *course, size_t burst, struct crypto_key *key,
	void (*run)(void *context, struct crypto_packet *packets, size_t len))
{
	int64_t start;

	for (size_t i = 0; i < burst; i++)
		course->packets[i].key = key;
	start = mono_now().ns;
	run(course->context, course->packets, burst);
	return mono_now().ns - start;
}

int crypto_speed(const struct crypto_backend *backend, const struct suite *suite, size_t burst,
	size_t payload, unsigned int rounds, struct crypto_speed *ret)
{
	struct crypto_speed best = { INT64_MAX, INT64_MAX };
	struct course course;
	int err = course_init(&course, backend, suite, burst, payload);

	for (unsigned int i = 0; !err && i < rounds; i++) {
		int64_t seal = time_burst(&course, burst, course.seal, backend->seal);
		int64_t open = time_burst(&course, burst, course.open, backend->open);

		best.seal_ns = seal < best.seal_ns ? seal : best.seal_ns;
		best.open_ns = open < best.open_ns ? open : best.open_ns;
	}
	course_done(&course);
	if (!err)
		*ret = best;
	return err;
}
