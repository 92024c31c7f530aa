/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An example of every refusal for the reference, made by the server itself: a script of requests
 * runs against an empty server in memory, and what it answers is printed.
 */
#pragma once

#include "base/strbuf.h"

/* One section per Code. 0, or -errno when the server in memory could not be made. */
MUST_CHECK int refusals_write(struct strbuf *buf);
