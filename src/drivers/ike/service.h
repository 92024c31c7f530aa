/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The IKE driver with its real sockets: what the agent opens.
 */
#pragma once

#include "drivers/ike/ike.h"

struct ike_service;

struct ike_service_settings {
	struct loop *loop;
	const struct clock *clock;
	const struct world *world;
	struct connection_log *log; /* may be NULL */
	const char *vici_path;      /* charon's VICI socket */
	const char *alert_path;     /* the plug-in's; NULL: charon runs without it */
	const struct secret *fingerprint_key;
	void (*mark)(void *arg, enum kind kind, const char *id);
	void *mark_arg;
};

/* Begins to connect at once; charon need not be there yet. Everything is borrowed. */
struct ike_service *ike_service_new(const struct ike_service_settings *settings);
void ike_service_free(struct ike_service *service); /* NULL is fine */
/* The driver's ctx, and the target of ike_wake(). */
struct ike *ike_service_driver_ctx(struct ike_service *service);
