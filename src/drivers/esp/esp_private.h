/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this driver share.
 */
#pragma once

#include "base/instant.h"
#include "drivers/esp/client.h"
#include "drivers/esp/esp.h"
#include "drivers/esp/held.h"
#include "store/store.h"

#include <stdbool.h>

#define ESP_POLL_MS 10000 /* counters reach the store no oftener */

/* What is to be stored in one commit; keys and values are its own. */
struct moved {
	struct store_op *ops;
	size_t len, room;
};

struct esp {
	struct esp_parts parts;
	struct client *client;
	struct held *held;
	struct mono turned; /* when it was lost, or connected again; 0 = never */
	bool is_dumped;     /* espd has said what it holds since it was connected */
	bool is_dumping;    /* it is being asked again: what is held is half of it */
	struct loop_timer *poll;
	struct question *questions; /* that wait for an answer */
	struct moved moved;         /* in the poll that is under way */
};

int esp_apply(void *ctx, const struct item *want, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg);
/* Asks espd for every tunnel's counters and puts those that moved into the store. */
void esp_poll_counters(void *esp);
/* Nobody answers them any more. */
void esp_drop_questions(struct esp *esp);
/* Forgets what was gathered and not stored. */
void esp_clear_moved(struct esp *esp);
/* The connection is gone. */
void esp_drop_counters(struct esp *esp, const char *connection_id);
/* The id of the resource an endpoint belongs to; "" = none that is there. */
const char *esp_owner(const struct esp *esp, const struct endpoint *endpoint);
