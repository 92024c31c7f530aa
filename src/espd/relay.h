/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which IKE datagrams from the Internet may reach charon: only plausible ones, and not more of them
 * than the flood limits allow.
 */
#pragma once

#include "espd/counters.h"
#include "espd/limit.h"
#include "espd/wire.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * First datagrams of an exchange between strangers (no responder SPI yet) have limits of their own,
 * so that a flood of them does not delay negotiations under way. Sized for mass reconnects: a
 * thousand peers behind one NAT address may start at once.
 */
struct relay {
	struct limit initial, other;
};

struct relay *relay_new(int64_t now_ms);
void relay_free(struct relay *relay);
/* false: counted. */
bool relay_accept(struct relay *relay, const struct wire *wire, const struct datagram *datagram,
	int64_t now_ms, struct global_counters *counters);
