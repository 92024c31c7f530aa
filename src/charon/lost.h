/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What charon does about SAs that went with an espd: each is rekeyed as soon as the new espd holds
 * its tunnel and sockets, because a request before that would be lost and repeated seconds later.
 * Those still there after 10 s are deleted.
 */
#pragma once

#include "charon/espd_link.h"
#include "charon/sa_table.h"

/* A connection of this generation stands. Returns at once; borrows both for as long as charon's
 * scheduler runs. */
void lost_sas_replace(struct espd_link *link, struct sa_table *table, uint32_t generation);
