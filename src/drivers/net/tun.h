/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TUN devices by connection number: made here, read and written by vpngw-espd. A device lives as
 * long as somebody holds a descriptor of it.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

struct tun {
	UT_hash_handle hh;
	uint32_t number;
	int fd;
	uint64_t generation;
};

struct tuns {
	struct tun *held;
	uint64_t generation; /* the last one given */
	bool are_known;      /* nobody else holds a descriptor that is not here as well */
};

/* Makes the device in a namespace and holds its descriptor. -EBUSY: the name is taken. */
MUST_CHECK int tuns_create(struct tuns *tuns, int namespace_fd, uint32_t number, const char *name);
const struct tun *tuns_find(const struct tuns *tuns, uint32_t number);
/* A device of this number that is there can never be served again: its descriptor is lost. */
bool tuns_is_lost(const struct tuns *tuns, uint32_t number);
void tuns_adopt_take(struct tuns *tuns, uint32_t number, int fd);
void tuns_close(struct tuns *tuns, uint32_t number);
void tuns_done(struct tuns *tuns);
