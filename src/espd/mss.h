/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP's maximum segment size in the SYN packets that cross a tunnel (RFC 9293 section 3.7.1): hosts
 * behind it learn at once what fits, also where ICMP does not reach them. Pure.
 */
#pragma once

#include "espd/ipv4.h"

/* Is it a whole or first fragment of a SYN, with all of its fixed header? */
bool mss_is_syn(const uint8_t *packet, const struct ipv4 *ipv4);
/* Lowers the option of a SYN so that no packet gets larger than max; everything else is left alone.
 */
void mss_clamp(uint8_t *packet, const struct ipv4 *ipv4, size_t max);
