/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console under /console/: GET and HEAD of the files that were read at start, unsigned, since
 * they hold nothing but a client of the API. Everything else stays the API's.
 */
#pragma once

#include "api/console_files.h"
#include "api/http.h"

/* Whether the request asks for the console: then it was answered. files NULL: there is none. */
bool console_answer(const struct console_files *files, const struct http_request *request,
	struct http_answer *ret);
