/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guessing the intended value: numbers by distance, words by other vendors' names for the same
 * thing, then by edit distance without case and punctuation. Knows texts only.
 */
#include "resource/nearest.h"

#include "base/alloc.h"
#include "base/parse.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX 31

/* What other products call our values. */
static const struct {
	const char *word, *value;
} synonyms[] = {
	{ "aes128", "aes" },
	{ "aescbc", "aes" },
	{ "aes128cbc", "aes" },
	{ "aes192cbc", "aes192" },
	{ "aes256cbc", "aes256" },
	{ "tripledes", "3des" },
	{ "aesgcm", "aes128gcm" },
	{ "aes128gcm16", "aes128gcm" },
	{ "aesgcm256", "aes256gcm" },
	{ "aes256gcm16", "aes256gcm" },
	{ "chacha20poly1305", "chacha20" },
	{ "sha", "sha1" },
	{ "sha2", "sha256" },
	{ "modp768", "group1" },
	{ "modp1024", "group2" },
	{ "modp1536", "group5" },
	{ "modp2048", "group14" },
	{ "group24", "group14" },
	{ "none", "disabled" },
	{ "off", "disabled" },
	{ "nopfs", "disabled" },
	{ "1", "ikev1" },
	{ "2", "ikev2" },
	{ "prepaid", "PREPAY" },
	{ "subscription", "PREPAY" },
	{ "postpaid", "POSTPAY" },
	{ "payasyougo", "POSTPAY" },
};

static void normalise(const char *text, char ret[static WORD_MAX + 1])
{
	size_t len = 0;

	for (; *text && len < WORD_MAX; text++)
		if (isalnum((unsigned char)*text))
			ret[len++] = (char)tolower((unsigned char)*text);
	ret[len] = '\0';
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's distance of two short words. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[WORD_MAX + 1];
	size_t len = strlen(b);

	for (size_t j = 0; j <= len; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; a[i - 1]; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= len; j++) {
			unsigned int above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[len];
}

static uint64_t cost(const char *value, const char *text, const char *word)
{
	char other[WORD_MAX + 1];
	uint64_t a, b;

	if (parse_u64(value, 0, UINT64_MAX, &a) == 0 && parse_u64(text, 0, UINT64_MAX, &b) == 0)
		return a > b ? a - b : b - a;
	normalise(value, other);
	for (size_t i = 0; i < ARRAY_LEN(synonyms); i++)
		if (strcmp(synonyms[i].word, word) == 0 && strcmp(synonyms[i].value, value) == 0)
			return 0;
	return distance(word, other);
}

const char *nearest_value(const char *const *values, const char *text)
{
	char word[WORD_MAX + 1];
	const char *best = NULL;
	uint64_t least = UINT64_MAX;

	normalise(text, word);
	for (; *values; values++) {
		uint64_t now = **values ? cost(*values, text, word) : UINT64_MAX;

		if (now < least) {
			least = now;
			best = *values;
		}
	}
	return best;
}
