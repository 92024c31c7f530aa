/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why something was refused or failed, for a person: a reason out of reason.def and which field,
 * what value, which rule, what to do. A fault never holds a secret: the code that fills it for a
 * secret field leaves the value empty.
 */
#pragma once

#include <stdbool.h>

enum reason {
	REASON_NONE,
#define REASON(name, code, status, text) REASON_##name,
#include "resource/reason.def"
#undef REASON
	REASON_COUNT,
};

struct fault {
	enum reason reason;
	char field[64];   /* API name, dotted for nested ones: "IkeConfig.IkeEncAlg" */
	char value[160];  /* what was given, shortened; "" where there is none or it is secret */
	char rule[256];   /* "must be one of aes, aes192, ..." */
	char remedy[256]; /* the nearest legal value or the next step; may be "" */
	char code[64];    /* overrides the reason's code where the wire wants the field in it
			     ("MissingVpcId") */
};

/* The API's Code, e.g. "InvalidName". */
const char *fault_code(const struct fault *fault);
/* The HTTP status; 0 for reasons that only appear in conditions. */
int fault_status(const struct fault *fault);
/* One sentence out of the parts, at most size bytes with the NUL. */
void fault_message(const struct fault *fault, char *ret, unsigned int size);
/* Fills a fault and returns -EINVAL, so that a check can `return fault_set(...)`. NULL parts are
 * "". */
int fault_set(struct fault *fault, enum reason reason, const char *field, const char *value,
	const char *rule, const char *remedy);
/* The same with a formatted rule; the remedy stands before it. */
int fault_setf(struct fault *fault, enum reason reason, const char *field, const char *value,
	const char *remedy, const char *rule, ...) __attribute__((format(printf, 6, 7)));
/* A mandatory parameter is absent: Code "Missing<Name>". -EINVAL. */
int fault_missing(struct fault *fault, const char *field);
/* Puts "<parent>." before the field's name. */
void fault_nest(struct fault *fault, const char *parent);
/* The symbolic name in conditions, e.g. "PeerSilent". */
const char *reason_code(enum reason reason);
const char *reason_text(enum reason reason);
/* The reverse of reason_code(); REASON_NONE when unknown. */
enum reason reason_find(const char *code);
