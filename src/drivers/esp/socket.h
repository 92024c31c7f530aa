/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets towards the Internet, opened with the rights vpngw-espd does not have.
 */
#pragma once

#include "base/alloc.h"
#include "espd/proto.h"

/* A descriptor, or -errno (-EADDRINUSE: another IKE daemon has the port). */
MUST_CHECK int socket_open(const struct espd_socket *config);
