/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as text. Parsing belongs to field_parse.c.
 */
#include "resource/field_value.h"

#include "base/strbuf.h"

#include <inttypes.h>

static char *prefixes_to_text(const struct prefixes *prefixes)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(64 * 1024);

	for (size_t i = 0; i < prefixes->len; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(prefixes->items[i], text);
		strbuf_addf(&buf, "%s%s", i ? "," : "", text);
	}
	return strbuf_take(&buf);
}

static char *addr_to_text(struct addr addr)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(addr, text);
	return xstrdup(text);
}

static char *prefix_to_text(struct prefix prefix)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format(prefix, text);
	return xstrdup(text);
}

char *field_to_text(const struct field *field, const void *base)
{
	union field_const_value value = field_const_value(field, base);

	if ((field->flags & FIELD_NULLABLE) && field_is_absent(field, base))
		return xstrdup("");
	switch (field->type) {
	case FIELD_STRING:
		return xstrdup(*value.string ? *value.string : "");
	case FIELD_BOOL:
		return xstrdup(*value.boolean ? "true" : "false");
	case FIELD_U32:
	case FIELD_ASN:
		return xasprintf("%" PRIu32, *value.u32);
	case FIELD_U64:
		return xasprintf("%" PRIu64, *value.u64);
	case FIELD_ENUM:
		return xstrdup(field->values[*value.enumeration]);
	case FIELD_ADDR:
		return addr_to_text(*value.addr);
	case FIELD_PREFIX:
		return prefix_to_text(*value.prefix);
	case FIELD_PREFIXES:
		return prefixes_to_text(value.prefixes);
	case FIELD_SECRET:
	case FIELD_TAGS:
	case FIELD_OBJECT:
		break;
	}
	return xstrdup("");
}
