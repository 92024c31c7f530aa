/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * charon's kernel_ipsec_t on top of espd: SAs go there and nowhere else. Policies are accepted and
 * forgotten, because espd enforces the selectors of each SA. SAs never survive espd: see lost.h.
 */
#pragma once

#include <kernel/kernel_ipsec.h>

#include "charon/espd_link.h"
#include "charon/sa_table.h"

/* Borrows both until destroyed. */
kernel_ipsec_t *kernel_ipsec_new(struct espd_link *link, struct sa_table *table);

/* What to do with espd's events; called on the link's thread. */
void kernel_ipsec_expired(struct sa_table *table, const struct espd_sa_expired *expired);
void kernel_ipsec_mapping(struct sa_table *table, const struct espd_sa_mapping *mapping);
