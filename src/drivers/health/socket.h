/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A packet socket on one tunnel device. Probes go straight into the device, past the routes of the
 * VPC, and answers are caught as they come out of it, also where their destination is a host of the
 * VPC. The kernel lets nothing but those answers through.
 */
#pragma once

#include "drivers/health/echo.h"

/* Inside the device's network namespace. answer: addresses and id of the awaited replies. A
 * non-blocking descriptor, or -errno. */
MUST_CHECK int socket_open_device(const char *interface, const struct echo *answer);
