/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error queue of a socket with IP_RECVERR.
 */
#pragma once

#include <stdint.h>

/* Empties it; the last MTU that was told for this destination (network order), or 0. */
uint32_t wire_drain_errors(int fd, uint32_t destination);
