/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request to one HTTP answer: parameters, authentication, dispatch, JSON or XML, audit.
 */
#pragma once

#include "api/audit.h"
#include "api/authenticate.h"
#include "api/console.h"

struct service {
	struct api api;
	struct authenticator authenticator;
	struct audit *audit;           /* NULL in tests: none */
	struct console_files *console; /* NULL: there is none */
};

/* A http_handler; arg is the service. */
void service_handle(void *arg, const struct http_request *http, struct http_answer *ret);
