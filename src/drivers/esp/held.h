/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What vpngw-espd holds, as far as this process knows: read by a dump, kept up to date by what it
 * acknowledged and by its events. Sockets are kept with a duplicate of their descriptor.
 */
#pragma once

#include "drivers/esp/drops.h"
#include "drivers/esp/endpoint.h"

#include <uthash.h>

struct held {
	UT_hash_handle hh;
	char *key;   /* the item's */
	char *owner; /* id of the resource; "" = unknown */
	struct endpoint endpoint;
	bool is_there;       /* espd has it now */
	int fd;              /* of a socket; -1 for a tunnel */
	uint64_t generation; /* of the device it was given */
	uint32_t inbound_sas, outbound_sas;
	bool was_carrying;                    /* as told last */
	struct espd_tunnel_counters counters; /* as last stored */
	struct drops_told drops;              /* as last told in the connection log */
};

/* SAs both ways. */
bool held_is_carrying(const struct held *held);
/* Finds, or makes one that is not there. */
struct held *held_get(struct held **all, const struct endpoint *endpoint, const char *owner);
struct held *held_find_tunnel(struct held *all, uint32_t number);
void held_remove(struct held **all, struct held *held);
void held_clear(struct held **all);
/* espd is gone: nothing is there any more, descriptors stay. */
void held_forget(struct held *all);
