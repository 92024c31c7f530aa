/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole server in memory: the example configuration, an empty store, a vault of its own, two
 * access keys. Nothing listens and nothing is left behind.
 */
#pragma once

#include "api/service.h"

struct refusals_server;

MUST_CHECK int refusals_server_new(struct refusals_server **ret);
void refusals_server_free(struct refusals_server *server);
DEFINE_CLEANUP(struct refusals_server, refusals_server_free)
struct service *refusals_server_service(struct refusals_server *server);
/* Of both keys of the script. */
extern const char refusals_secret[];
