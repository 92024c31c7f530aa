/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field tables: one row per field of a resource drives decoding and encoding of stored documents,
 * parsing and validation of API parameters, and the generated reference. Field names are the API's.
 */
#pragma once

#include "base/alloc.h"
#include "resource/fault.h"

#include <jansson.h>
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
	FIELD_AS_TEXT = 32,     /* answers carry the text even of a number or boolean */
	FIELD_HIDDEN = 64,      /* never in an answer (or the action computes it) */
};

struct field {
	const char *name;
	const char *answer_name; /* where answers call it something else; NULL = name */
	enum field_type type;
	unsigned int flags;
	size_t offset;
	uint64_t min, max;
	const char *default_text; /* API default as text; NULL = none or computed */
	/* FIELD_ENUM, and FIELD_U32 that allows a few numbers only; NULL-terminated. "" at
	 * index 0 is no legal text: a placeholder, or with FIELD_NULLABLE absence. */
	const char *const *values;
	const struct field *object; /* FIELD_OBJECT: its table */
	/* Further rule on the text form; NULL = none. Fills the fault. */
	int (*check)(const struct field *field, const char *text, struct fault *fault);
	enum reason
		reason; /* of a refusal; REASON_NONE = InvalidParameter-style code with the name */
	const char *doc;
};

enum field_style {
	FIELD_STYLE_DOCUMENT, /* ours: exact names and native types, unknown keys refused */
	FIELD_STYLE_WIRE,     /* clients': any case of a key, quoted or native scalars, unknown keys
				 ignored; answers have tags wrapped */
};

/* The row with this name; NULL when there is none. */
const struct field *field_find(const struct field *fields, const char *name);

/*
 * Parses and checks text and replaces the value in base, the struct of the row's table. An object
 * takes JSON text and keeps the members the text leaves out. "" resets FIELD_ZERO_DEFAULT and
 * FIELD_NULLABLE fields and strings, is refused for FIELD_REQUIRED ones and otherwise means "not
 * given": nothing happens. 0, or -EINVAL with the fault (its field dotted below this row's name).
 */
MUST_CHECK int field_set_text(
	const struct field *field, void *base, const char *text, struct fault *fault);
/* The same from a JSON value. null is "not given" on the wire and refused in documents. */
MUST_CHECK int field_set_json(const struct field *field, void *base, const json_t *value,
	enum field_style style, struct fault *fault);
/* Every member of a client's JSON object into the table's struct; the rest keeps its values. */
MUST_CHECK int fields_set_json(
	const struct field *fields, void *base, const json_t *object, struct fault *fault);

/* The value as text, an own string; "" for an absent one, and for secrets and objects. */
char *field_to_text(const struct field *field, const void *base);
/* NULL: absent and nullable. A secret is NULL in documents (the codec seals it), clear on the wire.
 */
json_t *field_to_json(const struct field *field, const void *base, enum field_style style);
/* An answer object: every field of the table that is not FIELD_HIDDEN. */
json_t *fields_to_json(const struct field *fields, const void *base);
/* The same into an object that may have more. */
void fields_into_json(const struct field *fields, const void *base, json_t *object);

/* The rules again, on the value that is there. 0, or -EINVAL with the fault. */
MUST_CHECK int field_check(const struct field *field, const void *base, struct fault *fault);
bool field_is_absent(const struct field *field, const void *base);
bool field_equal(const struct field *field, const void *a, const void *b);
/* Deep copy; what was there is released. */
void field_copy(const struct field *field, void *to, const void *from);
/* The default, or the empty value of the type ("" for strings). */
void field_set_default(const struct field *field, void *base);
/* Releases and zeroes. */
void field_clear(const struct field *field, void *base);
