/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of field tables. Each macro refuses at compile time a member whose C type is not the one the
 * field type stands for. Only the table files include this.
 */
#pragma once

#include "resource/resource.h"
#include "resource/rules.h"

#include <stddef.h>

#define FIELD_ROW(owner, member, ctype, field_type, text, ...)                                     \
	{                                                                                          \
		.name = text, .type = field_type,                                                  \
		.offset = offsetof(owner, member) +                                                \
			  0 * sizeof(char[__builtin_types_compatible_p(                            \
						  __typeof__(((owner *)0)->member), ctype)         \
						  ? 1                                              \
						  : -1]),                                          \
		__VA_ARGS__                                                                        \
	}
#define STRING(owner, member, name, ...)                                                           \
	FIELD_ROW(owner, member, char *, FIELD_STRING, name, __VA_ARGS__)
#define SECRET(owner, member, name, ...)                                                           \
	FIELD_ROW(owner, member, struct secret *, FIELD_SECRET, name, __VA_ARGS__)
#define BOOL(owner, member, name, ...) FIELD_ROW(owner, member, bool, FIELD_BOOL, name, __VA_ARGS__)
#define U32(owner, member, name, ...)                                                              \
	FIELD_ROW(owner, member, uint32_t, FIELD_U32, name, __VA_ARGS__)
#define U64(owner, member, name, ...)                                                              \
	FIELD_ROW(owner, member, uint64_t, FIELD_U64, name, __VA_ARGS__)
#define ASN(owner, member, name, ...)                                                              \
	FIELD_ROW(owner, member, uint32_t, FIELD_ASN, name, __VA_ARGS__)
#define ENUM(owner, member, name, ...) FIELD_ROW(owner, member, int, FIELD_ENUM, name, __VA_ARGS__)
#define ADDR(owner, member, name, ...)                                                             \
	FIELD_ROW(owner, member, struct addr, FIELD_ADDR, name, __VA_ARGS__)
#define PREFIX(owner, member, name, ...)                                                           \
	FIELD_ROW(owner, member, struct prefix, FIELD_PREFIX, name, __VA_ARGS__)
#define PREFIXES(owner, member, name, ...)                                                         \
	FIELD_ROW(owner, member, struct prefixes, FIELD_PREFIXES, name, __VA_ARGS__)
#define TAGS(owner, member, name, ...)                                                             \
	FIELD_ROW(owner, member, struct tags, FIELD_TAGS, name, __VA_ARGS__)
#define OBJECT(owner, member, ctype, name, ...)                                                    \
	FIELD_ROW(owner, member, ctype, FIELD_OBJECT, name, __VA_ARGS__)

#define META_ID(owner, name)                                                                       \
	STRING(owner, meta.id, name, .flags = FIELD_INTERNAL | FIELD_REQUIRED, .min = 1,           \
		.max = 128, .check = rule_id, .doc = "Identifier, made by the gateway.")
/* What every kind has and names alike. hidden: FIELD_HIDDEN for a field its answers do not have. */
#define META_REST(owner, region_hidden, group_hidden)                                              \
	STRING(owner, meta.region_id, "RegionId", .flags = FIELD_INTERNAL | (region_hidden),       \
		.min = 1, .max = 64, .check = rule_id, .doc = "Region; that of the request."),     \
		STRING(owner, meta.resource_group_id, "ResourceGroupId",                           \
			.flags = FIELD_IMMUTABLE | (group_hidden), .min = 1, .max = 64,            \
			.check = rule_id,                                                          \
			.doc = "Resource group; the default one when left out."),                  \
		U64(owner, meta.create_time_ms, "CreateTime", .flags = FIELD_INTERNAL,             \
			.max = INT64_MAX, .doc = "Creation, milliseconds since 1970."),            \
		TAGS(owner, meta.tags, "Tags", .flags = FIELD_IMMUTABLE, .min = 128, .max = 20,    \
			.doc = "At most 20 pairs of key and value, unique keys; values "           \
			       "may be empty.")
/* How an answer's name of a kind is checked. */
#define NAME_RULE(name_max)                                                                        \
	.min = 1, .max = name_max, .check = rule_no_link, .reason = REASON_NAME_INVALID
#define DESCRIPTION_RULE(description_max)                                                          \
	.min = 1, .max = description_max, .check = rule_no_link,                                   \
	.reason = REASON_DESCRIPTION_INVALID
