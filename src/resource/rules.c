/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared text rules. Knows character sets and address ranges, no resource.
 */
#include "resource/rules.h"

#include "base/addr.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int field_refuse(const struct field *field, struct fault *fault, const char *value,
	const char *rule, const char *remedy)
{
	if (field->reason)
		return fault_set(fault, field->reason, field->name, value, rule, remedy);
	fault_set(fault, REASON_PARAMETER_INVALID, field->name, value, rule, remedy);
	snprintf(fault->code, sizeof(fault->code), "Invalid%.50s", field->name);
	return -EINVAL;
}

/* Bytes of the UTF-8 character at text (RFC 3629: no overlong form, no surrogate); 0 = broken. */
static size_t character_size(const unsigned char *text)
{
	static const struct {
		unsigned char first_min, first_max, second_min, second_max;
		size_t size;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (*text < 0x80)
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (*text < forms[i].first_min || *text > forms[i].first_max)
			continue;
		if (text[1] < forms[i].second_min || text[1] > forms[i].second_max)
			return 0;
		for (size_t at = 2; at < forms[i].size; at++)
			if ((text[at] & 0xc0) != 0x80)
				return 0;
		return forms[i].size;
	}
	return 0;
}

int text_len(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	int len = 0;

	while (*at) {
		size_t size = character_size(at);

		if (!size)
			return -1;
		at += size;
		len++;
	}
	return len;
}

int rule_no_link(const struct field *field, const char *text, struct fault *fault)
{
	if (strncasecmp(text, "http://", 7) != 0 && strncasecmp(text, "https://", 8) != 0)
		return 0;
	return field_refuse(field, fault, text, "must not start with http:// or https://",
		"leave the scheme out");
}

int rule_gateway_name(const struct field *field, const char *text, struct fault *fault)
{
	const unsigned char *at = (const unsigned char *)text;

	if (rule_no_link(field, text, fault) < 0)
		return -EINVAL;
	if (!isalpha(*at) && *at < 0x80)
		return field_refuse(field, fault, text, "must start with a letter",
			"put a letter in front of it");
	for (; *at; at++)
		if (!isalnum(*at) && *at < 0x80 && !strchr("_-.", *at))
			return field_refuse(field, fault, text,
				"must consist of letters, digits, _, - and .",
				"write _ for the other characters");
	return 0;
}

/* Position of the first byte that is not printable ASCII or is in `refused`; 0 = all are fine. */
static size_t first_refused(const char *text, const char *refused)
{
	for (size_t i = 0; text[i]; i++)
		if (text[i] <= ' ' || text[i] > '~' || strchr(refused, text[i]))
			return i + 1;
	return 0;
}

/* Somebody sends back what was shown instead of the secret. */
static int refuse_mask(const struct field *field, struct fault *fault)
{
	return field_refuse(field, fault, NULL,
		"is what answers show instead of a secret that the caller may not read",
		"leave it out to keep the secret");
}

int rule_psk(const struct field *field, const char *text, struct fault *fault)
{
	size_t at = first_refused(text, "\"");
	char remedy[64];

	if (!strcmp(text, SECRET_MASK))
		return refuse_mask(field, fault);
	if (!at)
		return 0;
	snprintf(remedy, sizeof(remedy), "replace character %zu", at);
	return field_refuse(field, fault, NULL,
		"must consist of digits, letters and ~`!@#$%^&*()_-+={}[]\\|;:',.<>/? without "
		"blanks",
		remedy);
}

int rule_auth_key(const struct field *field, const char *text, struct fault *fault)
{
	size_t at = first_refused(text, "?\"");
	char remedy[64];

	if (!strcmp(text, SECRET_MASK))
		return refuse_mask(field, fault);
	if (!at)
		return 0;
	snprintf(remedy, sizeof(remedy), "replace character %zu", at);
	return field_refuse(field, fault, NULL,
		"must consist of printable ASCII characters without blanks, question marks and "
		"double quotes, which BIRD cannot take",
		remedy);
}

int rule_identity(const struct field *field, const char *text, struct fault *fault)
{
	struct addr addr;

	if (first_refused(text, ""))
		return field_refuse(field, fault, text,
			"must be an IPv4 address or a domain name of printable ASCII characters "
			"without blanks",
			"take the blanks and other characters out");
	if (text[strspn(text, "0123456789.")] == '\0' && addr_parse(text, &addr) < 0)
		return field_refuse(field, fault, text,
			"consists of digits and dots but is no IPv4 address",
			"write four numbers from 0 to 255 with dots, or a domain name");
	return 0;
}

int rule_id(const struct field *field, const char *text, struct fault *fault)
{
	for (const char *at = text; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("-_.", *at))
			return field_refuse(field, fault, text,
				"must consist of letters, digits, -, _ and .", NULL);
	return 0;
}

int rule_host_address(const struct field *field, const char *text, struct fault *fault)
{
	static const char *const ranges[] = { "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4" };
	struct prefix prefix;
	struct addr addr;

	if (addr_parse(text, &addr) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (prefix_parse(ranges[i], &prefix) == 0 && prefix_has(prefix, addr)) {
			char rule[64];

			snprintf(rule, sizeof(rule), "must not lie in %s", ranges[i]);
			return field_refuse(field, fault, text, rule, "give the address of a host");
		}
	return 0;
}

int rule_route_destination(const struct field *field, const char *text, struct fault *fault)
{
	struct prefix destination, shared;

	if (prefix_parse(text, &destination) < 0 || prefix_parse("100.64.0.0/10", &shared) < 0)
		return 0;
	if (destination.len == 0)
		return field_refuse(field, fault, text, "must not be the default route",
			"name the blocks of the data centre, such as 10.0.0.0/8");
	if (prefix_overlaps(destination, shared))
		return field_refuse(field, fault, text, "must not overlap 100.64.0.0/10",
			"use blocks beside it");
	return 0;
}
