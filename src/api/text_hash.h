/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SipHash under a key of this process, for tables whose keys come from outside: nobody there can
 * choose names that collide.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Never 0, so that 0 can mean an empty place. */
uint64_t text_hash(const void *text, size_t size);
