/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections whose request was refused before it was whole. Closing at once would reset them, and
 * the reset may take the answer with it; so what still comes is read and thrown away, but not much
 * and not for long. Private to http.c.
 */
#pragma once

struct loop;

/* fd has our last byte on it; it is duplicated, the caller closes its own. */
void http_linger(struct loop *loop, int fd);
