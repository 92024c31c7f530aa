/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value a row stands for, by type. Private to the field_*.c files and the codec.
 */
#pragma once

#include "resource/resource.h"

#include <stdint.h>

union field_value {
	void *object;
	char **string;
	struct secret **secret;
	bool *boolean;
	uint32_t *u32;
	uint64_t *u64;
	int *enumeration;
	struct addr *addr;
	struct prefix *prefix;
	struct prefixes *prefixes;
	struct tags *tags;
};

union field_const_value {
	const void *object;
	char *const *string;
	struct secret *const *secret;
	const bool *boolean;
	const uint32_t *u32;
	const uint64_t *u64;
	const int *enumeration;
	const struct addr *addr;
	const struct prefix *prefix;
	const struct prefixes *prefixes;
	const struct tags *tags;
};

static inline union field_value field_value(const struct field *field, void *base)
{
	return (union field_value){ .object = (char *)base + field->offset };
}

static inline union field_const_value field_const_value(const struct field *field, const void *base)
{
	return (union field_const_value){ .object = (const char *)base + field->offset };
}

/* Bytes of the C type behind the row; 0 for objects. */
size_t field_size(const struct field *field);
#define FIELD_VALUE_SIZE 32 /* room for any of them */
/* Length, characters and the row's own check of a text or secret. */
int field_check_string(const struct field *field, const char *text, struct fault *fault);
int field_check_secret(const struct field *field, const char *text, struct fault *fault);
void tags_clear(struct tags *tags);
/* One tag's rules; index from 1 for the fault. */
int tag_check(const struct field *field, const char *key, const char *value, size_t index,
	struct fault *fault);
