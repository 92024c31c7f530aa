/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flags of an action, made of its parameters: "VpnGatewayId" is --vpn-gateway-id (or
 * --gateway), the members of a JSON parameter are flags of their own (--ike-version), tags are
 * --tag KEY=VALUE, secrets can also be read from a file (--psk-file). Pure.
 */
#pragma once

#include "cli/catalogue.h"
#include "resource/field.h"

struct flag {
	char *name;                        /* without the dashes */
	char *short_name;                  /* another name, or NULL */
	const struct parameter *parameter; /* what it sets */
	const struct field *member;        /* of a JSON parameter; NULL: all of it */
	bool is_secret;
};

struct flags {
	struct flag *items;
	size_t len;
};

/* parameter: the name of one of the action's that the user does not see. */
void flags_make(const struct catalogue_action *action,
	bool (*is_hidden)(const void *arg, const char *parameter), const void *arg,
	struct flags *ret);
void flags_clear(struct flags *flags);
#define AUTO_FLAGS CLEANUP(flags_clear)
/* name: of name_size bytes, by either name; NULL when there is none. */
const struct flag *flags_find(const struct flags *flags, const char *name, size_t name_size);
/* The flag of a parameter, or of a member of it; NULL when there is none. */
const struct flag *flags_find_parameter(
	const struct flags *flags, const char *parameter, const char *member);
/* What is most like the name, for an error; NULL when there is no flag at all. */
const char *flags_nearest(const struct flags *flags, const char *name);
/* Whether it can be given more than once. */
bool flag_repeats(const struct flag *flag);
bool flag_is_boolean(const struct flag *flag);
/* NULL-terminated legal values, or NULL: anything. */
const char *const *flag_values(const struct flag *flag);
const char *flag_doc(const struct flag *flag);
/* "VpnGatewayId" as "vpn-gateway-id"; an own string. */
char *flag_name_of(const char *parameter);
/* A field of any kind with this name (or the name it has in answers) holds a secret. */
bool name_is_secret(const char *name);
