/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field tables: one row per field of a resource drives decoding and encoding of stored documents,
 * parsing and validation of API parameters, and the generated reference. Field names are the API's.
 */
#pragma once

#include "resource/fault.h"

#include <stddef.h>
#include <stdint.h>

enum field_type {
	FIELD_STRING,   /* char *, owned, UTF-8; min/max in characters */
	FIELD_SECRET,   /* struct secret *, owned; sealed in documents, never in a fault */
	FIELD_BOOL,     /* bool */
	FIELD_U32,      /* uint32_t, min..max */
	FIELD_U64,      /* uint64_t */
	FIELD_ASN,      /* uint32_t; text may be "a.b" = a * 65536 + b */
	FIELD_ENUM,     /* int: index into values */
	FIELD_ADDR,     /* struct addr */
	FIELD_PREFIX,   /* struct prefix */
	FIELD_PREFIXES, /* struct prefixes, comma list, at most max of them */
	FIELD_TAGS,     /* struct tags */
	FIELD_OBJECT,   /* nested struct described by .object */
};

enum field_flags {
	FIELD_REQUIRED = 1,     /* must be given at creation */
	FIELD_IMMUTABLE = 2,    /* cannot be modified */
	FIELD_INTERNAL = 4,     /* in documents only, not a parameter of the API */
	FIELD_ZERO_DEFAULT = 8, /* 0 or "" means "not given" (lifetimes, intervals) */
	FIELD_NULLABLE = 16,    /* absent is a value of its own: omitted from answers */
};

struct field {
	const char *name;
	enum field_type type;
	unsigned int flags;
	size_t offset;
	uint64_t min, max;
	const char *default_text;   /* API default as text; NULL = none or computed */
	const char *const *values;  /* FIELD_ENUM, NULL-terminated */
	const struct field *object; /* FIELD_OBJECT: its table */
	/* Further rule on the text form; NULL = none. Fills the fault. */
	int (*check)(const struct field *field, const char *text, struct fault *fault);
	enum reason
		reason; /* of a refusal; REASON_NONE = InvalidParameter-style code with the name */
	const char *doc;
};
