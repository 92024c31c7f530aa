/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One running health check: its socket, its timer and its state.
 */
#pragma once

#include "drivers/health/check.h"
#include "drivers/health/health.h"

#include <uthash.h>

/* What a check is made of; two that are equal need no restart. */
struct probe_settings {
	uint32_t number; /* of the connection */
	struct addr dip, sip;
	uint32_t interval_s, retry;
	uint64_t generation; /* of the device; seen only */
};

struct probe {
	UT_hash_handle hh;
	struct health_parts *parts;
	struct probe_settings settings;
	char *id; /* of the connection */
	struct check check;
	struct clock_timer *timer;
	struct mono answered_at; /* the last one; 0 = never */
	bool is_listening; /* for an answer to the last probe; else the timer sends the next one */
	struct mono reset_due; /* no reset before */
	struct loop_io *io;
	int fd;
};

struct probe *probe_new(struct health_parts *parts, const char *id);
void probe_free(struct probe *probe);
/* Starts or restarts it with these settings; what is known of the path stays. */
MUST_CHECK int probe_start(struct probe *probe, const struct vpn_connection *connection,
	const struct probe_settings *settings);
/* The tunnel came up or went down. */
void probe_tunnel_changed(struct probe *probe);
