/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key is a key of each backend. A burst is counted by suite, then split: packets may mix SAs and
 * suites in any way.
 */
#include "espd/crypto_pick.h"

#include "base/strbuf.h"
#include "espd/crypto_check.h"
#include "espd/crypto_mb.h"
#include "espd/crypto_speed.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define BURST 128
#define TUNE_SIZE 1440
#define TUNE_ROUNDS 5
#define FAILED_MAX 1024

enum side { PLAIN, FAST, SIDES };

struct pick_key {
	struct crypto_key common;
	size_t place;
	struct crypto_key *sides[SIDES]; /* FAST: NULL when the suite is PLAIN's alone */
};

struct part {
	size_t len;
	size_t from[BURST]; /* which packet of the burst it is */
	struct crypto_packet packets[BURST];
};

struct context {
	void *sides[SIDES];
	struct part parts[SIDES];
};

/* Set once, at start. */
static struct {
	const struct crypto_backend *fast; /* NULL: OpenSSL alone */
	size_t from[SUITES_MAX][2];        /* the burst from which on FAST takes a suite */
} choice;

static const struct crypto_backend *backend_of(enum side side)
{
	return side == PLAIN ? &crypto_openssl : choice.fast;
}

static struct pick_key *own(struct crypto_key *key)
{
	void *any = key;

	return any;
}

static void key_free(struct crypto_key *common)
{
	struct pick_key *key = own(common);

	if (!key)
		return;
	for (enum side side = 0; side < SIDES; side++)
		if (key->sides[side])
			backend_of(side)->key_free(key->sides[side]);
	free(key);
}
DEFINE_CLEANUP(struct crypto_key, key_free)

static int key_new(const struct suite *suite, enum crypto_direction direction, bool esn,
	const uint8_t *cipher_key, const uint8_t *integrity_key, struct crypto_key **ret)
{
	struct pick_key *key = xcalloc(1, sizeof(*key));
	CLEANUP(key_freep) struct crypto_key *common = &key->common;
	int err;

	*common = (struct crypto_key){ .backend = &crypto_pick, .suite = *suite, .esn = esn };
	key->place = suite_place(suite);
	err = crypto_openssl.key_new(
		suite, direction, esn, cipher_key, integrity_key, &key->sides[PLAIN]);
	if (!err && choice.fast && choice.from[key->place][direction] != SIZE_MAX)
		err = choice.fast->key_new(
			suite, direction, esn, cipher_key, integrity_key, &key->sides[FAST]);
	if (err)
		return err;
	*ret = TAKE_PTR(common);
	return 0;
}

static void *context_new(void)
{
	struct context *context = xcalloc(1, sizeof(*context));

	for (enum side side = 0; side < SIDES; side++)
		if (backend_of(side))
			context->sides[side] = backend_of(side)->context_new();
	return context;
}

static void context_free(void *any)
{
	struct context *context = any;

	if (!context)
		return;
	for (enum side side = 0; side < SIDES; side++)
		if (backend_of(side))
			backend_of(side)->context_free(context->sides[side]);
	free(context);
}

static void split(struct context *context, struct crypto_packet *packets, size_t len,
	enum crypto_direction direction)
{
	uint8_t counts[SUITES_MAX] = { 0 };

	context->parts[PLAIN].len = context->parts[FAST].len = 0;
	for (size_t i = 0; i < len; i++)
		counts[own(packets[i].key)->place]++;
	for (size_t i = 0; i < len; i++) {
		const struct pick_key *key = own(packets[i].key);
		enum side side =
			key->sides[FAST] && counts[key->place] >= choice.from[key->place][direction]
				? FAST
				: PLAIN;
		struct part *part = &context->parts[side];

		part->from[part->len] = i;
		part->packets[part->len] = packets[i];
		part->packets[part->len++].key = key->sides[side];
	}
}

static void run(struct context *context, struct crypto_packet *packets, size_t len,
	enum crypto_direction direction)
{
	split(context, packets, len, direction);
	for (enum side side = 0; side < SIDES; side++) {
		struct part *part = &context->parts[side];

		if (!part->len)
			continue;
		if (direction == CRYPTO_SEAL)
			backend_of(side)->seal(context->sides[side], part->packets, part->len);
		else
			backend_of(side)->open(context->sides[side], part->packets, part->len);
		for (size_t i = 0; i < part->len; i++)
			packets[part->from[i]].result = part->packets[i].result;
	}
}

static void run_all(
	void *context, struct crypto_packet *packets, size_t len, enum crypto_direction direction)
{
	static_assert(BURST <= UINT8_MAX, "counts are bytes");
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

const struct crypto_backend crypto_pick = {
	.name = "pick",
	.context_new = context_new,
	.context_free = context_free,
	.key_new = key_new,
	.key_free = key_free,
	.seal = seal_burst,
	.open = open_burst,
};

/* From which burst on fast wins at every measured size; wish: at once. */
static void tune(size_t place, const struct suite *suite, enum crypto_wish wish)
{
	static const size_t bursts[] = { 32, 16, 8, 4, 3, 2, 1 };
	size_t *from = choice.from[place];
	bool seal = true, open = true;

	from[CRYPTO_SEAL] = from[CRYPTO_OPEN] = wish == CRYPTO_IPSEC_MB ? 1 : SIZE_MAX;
	for (size_t i = 0; wish == CRYPTO_AUTO && i < ARRAY_LEN(bursts); i++) {
		struct crypto_speed fast, plain;

		if (crypto_speed(choice.fast, suite, bursts[i], TUNE_SIZE, TUNE_ROUNDS, &fast) <
				0 ||
			crypto_speed(&crypto_openssl, suite, bursts[i], TUNE_SIZE, TUNE_ROUNDS,
				&plain) < 0)
			return;
		seal = seal && fast.seal_ns <= plain.seal_ns;
		open = open && fast.open_ns <= plain.open_ns;
		if (seal)
			from[CRYPTO_SEAL] = bursts[i];
		if (open)
			from[CRYPTO_OPEN] = bursts[i];
	}
}

static void use_suite(size_t place, const struct suite *suite, enum crypto_wish wish,
	struct crypto_report *report, struct strbuf *failed)
{
	char name[SUITE_NAME_MAX];
	int err = crypto_check_suite(choice.fast, &crypto_openssl, suite);

	if (err == -EOPNOTSUPP)
		return;
	if (err) {
		report->failed_len++;
		suite_name(suite, name);
		strbuf_addf(failed, "%s%s", failed->size ? "," : "", name);
		return;
	}
	tune(place, suite, wish);
	report->suites += choice.from[place][CRYPTO_SEAL] != SIZE_MAX ||
			  choice.from[place][CRYPTO_OPEN] != SIZE_MAX;
}

int crypto_pick_use(
	const struct crypto_backend *fast, enum crypto_wish wish, struct crypto_report *ret)
{
	AUTO_STRBUF struct strbuf failed = STRBUF_INIT(FAILED_MAX);
	struct suite suite;

	choice.fast = fast;
	memset(choice.from, 0xff, sizeof(choice.from));
	for (size_t place = 0; place < SUITES_MAX; place++)
		if (suite_at(place, &suite))
			use_suite(place, &suite, wish, ret, &failed);
	if (failed.size)
		ret->failed = strbuf_take(&failed);
	return wish == CRYPTO_IPSEC_MB && ret->failed ? -EOPNOTSUPP : 0;
}

int crypto_pick_init(enum crypto_wish wish, struct crypto_report *ret)
{
	int err = crypto_check_reference();

	*ret = (struct crypto_report){ 0 };
	if (err || wish == CRYPTO_OPENSSL)
		return err;
	err = crypto_mb_load(&ret->why_not, &ret->what);
	if (err)
		return wish == CRYPTO_IPSEC_MB ? err : 0;
	return crypto_pick_use(&crypto_mb, wish, ret);
}

void crypto_report_done(struct crypto_report *report)
{
	free(report->what);
	free(report->failed);
}
