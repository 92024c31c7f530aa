/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of actions as C source, for the command line: it must not know the server, and a
 * second list would drift. The build runs it; what it declares is in cli/catalogue.h.
 */
#pragma once

#include "base/strbuf.h"

/* 0 or -errno. */
MUST_CHECK int catalogue_write(struct strbuf *buf);
