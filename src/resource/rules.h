/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on the text of one field that several tables share. Each has the signature of
 * struct field's check: 0, or -EINVAL with the fault.
 */
#pragma once

#include "resource/field.h"

#include <stdbool.h>
#include <stddef.h>

/* What answers show instead of a secret; refused as one. */
#define SECRET_MASK "******"

/* Not starting with http:// or https://. */
int rule_no_link(const struct field *field, const char *text, struct fault *fault);
/* A gateway's name: a letter first, then letters, digits, _ - . */
int rule_gateway_name(const struct field *field, const char *text, struct fault *fault);
/* The mission's characters of a pre-shared key; the value never gets into the fault. */
int rule_psk(const struct field *field, const char *text, struct fault *fault);
/* BGP key: printable ASCII, no blank, no question mark; no quote, which BIRD 2.0 has no word for.
 */
int rule_auth_key(const struct field *field, const char *text, struct fault *fault);
/* LocalId, RemoteId: an IPv4 address or a token of printable ASCII. */
int rule_identity(const struct field *field, const char *text, struct fault *fault);
/* Letters, digits, - _ . */
int rule_id(const struct field *field, const char *text, struct fault *fault);
/* A unicast IPv4 address that can be somebody's own. */
int rule_host_address(const struct field *field, const char *text, struct fault *fault);
/* Where a route made by hand may lead: not everywhere, and not to the cloud's own 100.64.0.0/10. */
int rule_route_destination(const struct field *field, const char *text, struct fault *fault);

/* Characters of well-formed UTF-8; -1 when it is not. */
int text_len(const char *text);
/* The reason of a refusal: the row's own, else PARAMETER_INVALID with Code "Invalid<Name>". */
int field_refuse(const struct field *field, struct fault *fault, const char *value,
	const char *rule, const char *remedy);
