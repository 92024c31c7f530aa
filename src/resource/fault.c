/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults as data and as one sentence. Knows the table of reasons, not what any field means.
 */
#include "resource/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *code;
	int status;
	const char *text;
} reasons[REASON_COUNT] = {
	[REASON_NONE] = { "", 0, "" },
#define REASON(name, code, status, text) [REASON_##name] = { code, status, text },
#include "resource/reason.def"
#undef REASON
};

/* Copies at most size - 1 bytes, marks a cut with "...", never splits a UTF-8 character, and shows
 * control characters as '?', so that a message is one line. */
static void copy(char *ret, size_t size, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	size_t end = len < size ? len : size - 4;

	while (len >= size && end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	for (size_t i = 0; i < end; i++)
		ret[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
	if (len >= size)
		memcpy(ret + end, "...", 3);
	ret[end + (len >= size ? 3 : 0)] = '\0';
}

int fault_set(struct fault *fault, enum reason reason, const char *field, const char *value,
	const char *rule, const char *remedy)
{
	fault->reason = reason;
	fault->code[0] = '\0';
	copy(fault->field, sizeof(fault->field), field);
	copy(fault->value, sizeof(fault->value), value);
	copy(fault->rule, sizeof(fault->rule), rule);
	copy(fault->remedy, sizeof(fault->remedy), remedy);
	return -EINVAL;
}

int fault_setf(struct fault *fault, enum reason reason, const char *field, const char *value,
	const char *remedy, const char *rule, ...)
{
	char text[2 * sizeof(fault->rule)];
	va_list args;

	va_start(args, rule);
	vsnprintf(text, sizeof(text), rule, args);
	va_end(args);
	return fault_set(fault, reason, field, value, text, remedy);
}

int fault_missing(struct fault *fault, const char *field)
{
	fault_set(
		fault, REASON_PARAMETER_MISSING, field, NULL, "is mandatory for this action", NULL);
	snprintf(fault->code, sizeof(fault->code), "Missing%.50s", fault->field);
	return -EINVAL;
}

void fault_nest(struct fault *fault, const char *parent)
{
	char inner[sizeof(fault->field)];

	memcpy(inner, fault->field, sizeof(inner));
	snprintf(fault->field, sizeof(fault->field), "%.30s.%.32s", parent, inner);
}

const char *fault_code(const struct fault *fault)
{
	return fault->code[0] ? fault->code : reason_code(fault->reason);
}

int fault_status(const struct fault *fault)
{
	return reasons[fault->reason].status;
}

void fault_message(const struct fault *fault, char *ret, unsigned int size)
{
	const char *text = reason_text(fault->reason);
	bool has_subject = fault->field[0] || fault->value[0];
	bool has_parts = has_subject || fault->rule[0];

	snprintf(ret, size, "%.*s%s%s%s%s%s%s%s%s%s.",
		(int)strlen(text) - (*text && text[strlen(text) - 1] == '.'), text,
		has_parts ? ": " : "", fault->field, fault->value[0] ? " \"" : "", fault->value,
		fault->value[0] ? "\"" : "", has_subject && fault->rule[0] ? " " : "", fault->rule,
		fault->remedy[0] ? "; " : "", fault->remedy);
}

const char *reason_code(enum reason reason)
{
	return reasons[reason].code;
}

const char *reason_text(enum reason reason)
{
	return reasons[reason].text;
}

enum reason reason_find(const char *code)
{
	for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
		if (strcmp(reasons[reason].code, code) == 0)
			return (enum reason)reason;
	return REASON_NONE;
}
