/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connection to espd (espd/proto.h): one thread connects, connects again every 100 ms while
 * there is no espd, reads, matches answers to requests and hands events to the handler. Requests
 * may come from any thread and wait for their ACK; without a connection they fail at once.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "espd/proto.h"

struct espd_link;

/* Called on the link's thread; must not make requests. */
struct espd_link_handler {
	void *context;
	/* A connection stands; generation counts them from 1. What an earlier one installed is
	 * gone. */
	void (*connected)(void *context, uint32_t generation);
	void (*ike)(void *context, const struct espd_ike *ike, const void *payload, size_t size);
	void (*expired)(void *context, const struct espd_sa_expired *expired);
	void (*mapping)(void *context, const struct espd_sa_mapping *mapping);
};

/* Starts the thread; path and handler are copied. */
struct espd_link *espd_link_new(const char *path, const struct espd_link_handler *handler);
/* Ends the thread; requests that still wait fail. Accepts NULL. */
void espd_link_free(struct espd_link *link);

struct espd_answer {
	uint32_t value;                   /* of the ACK */
	uint32_t generation;              /* of the connection that answered */
	struct espd_sa_counters counters; /* of ESPD_SA_QUERY */
};

/* Sends one request and waits for its ACK. 0, espd's error, -ENOTCONN without espd, -ETIMEDOUT
 * after 5 s. ret_answer may be NULL. */
int espd_link_request(struct espd_link *link, enum espd_type type, const void *body, size_t size,
	struct espd_answer *ret_answer);

/* Sends an IKE datagram; never waits, 0 or -errno (-EAGAIN: espd does not keep up). */
int espd_link_send_ike(
	struct espd_link *link, const struct espd_ike *ike, const void *payload, size_t size);

/* The present connection's generation, 0 = none. */
uint32_t espd_link_generation(struct espd_link *link);
