/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was observed of a resource, written by the agent and read by the API. Conditions describe it
 * (type, status, reason, message, since); State and Status of the API are derived from them, never
 * stored and never guessed.
 */
#pragma once

#include "resource/resource.h"

enum condition_type {
	CONDITION_APPLIED, /* the world was changed to what revision `applied_revision` asks */
	CONDITION_IKE,     /* an IKE_SA is established */
	CONDITION_IPSEC,   /* a CHILD_SA is installed in charon and in the data plane */
	CONDITION_HEALTH,  /* the health check is answered; only where there is one */
	CONDITION_BGP,     /* the BGP session is established; only where there is one */
	CONDITION_COUNT,
};

struct condition {
	bool known; /* false: never observed */
	bool is_true;
	enum reason reason; /* why it is false; REASON_NONE when true */
	char *message;      /* both sides' values where there are some; "" = none */
	uint64_t since_ms;  /* wall clock of the last change of is_true or reason */
	bool is_kept;       /* of an observation: cannot be told now, what was recorded stays */
};

struct negotiated {
	char *ike_proposal, *esp_proposal; /* as charon words them; "" = nothing */
	/* What the peer agreed to, with a blank between: "10.1.0.0/24 10.2.0.0/24". */
	char *local_selectors, *remote_selectors;
	bool is_initiator, nat_detected;
	struct addr peer_address;
	uint32_t peer_port;
};

/* What a BGP peer advertises. Strings may be "". */
struct learned_route {
	struct prefix destination;
	char *as_path;     /* "65001 65010" */
	char *community;   /* "65001:7 65001:8" */
	uint64_t since_ms; /* wall clock when it was first seen */
};

struct learned_routes {
	struct learned_route *items; /* sorted by destination */
	size_t len;
};

void learned_routes_clear(struct learned_routes *routes);
/* The same destinations and attributes (not: since)? */
bool learned_routes_equal(const struct learned_routes *a, const struct learned_routes *b);

/* Where they are kept: below it comes <kind>/<id>. */
#define STATUS_KEYS "status/"

struct status {
	char *id;                  /* of the resource */
	uint64_t applied_revision; /* of its desired document */
	struct condition conditions[CONDITION_COUNT];
	struct negotiated negotiated;  /* connections only */
	struct learned_routes learned; /* connections only */
};

void status_clear(struct status *status);
/* Sets a condition; `since` moves only when is_true or reason changes. True when anything changed.
 */
bool status_set(struct status *status, enum condition_type type, bool is_true, enum reason reason,
	const char *message, uint64_t now_ms);
/* Takes the routes that were observed; those known before keep their since. Leaves nothing in
 * observed. */
void status_learn(struct status *status, struct learned_routes *observed, uint64_t now_ms);
json_t *status_encode(const struct status *status);
MUST_CHECK int status_decode(const json_t *document, struct status *ret);
const char *condition_name(enum condition_type type);
/* One that is not reported is no longer true or false of the resource: its feature was turned off.
 */
bool condition_is_optional(enum condition_type type);

/* The API's words. State: "active" once the stored revision is applied, else "updating". */
const char *status_state(const struct status *status, uint64_t desired_revision);
/* "ike_sa_not_established", "ike_sa_established", "ipsec_sa_not_established",
 * "ipsec_sa_established". */
const char *status_negotiation(const struct status *status);
