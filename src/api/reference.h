/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/api.md, made from the tables the server runs on, so that it cannot drift.
 */
#pragma once

#include "base/strbuf.h"

/* 0 or -errno. */
MUST_CHECK int reference_write(struct strbuf *buf);
