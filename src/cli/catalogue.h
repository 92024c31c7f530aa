/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every action of the API with its parameters, as the server's own table has them: the source file
 * behind this header is printed by vpngw-api while the build runs.
 */
#pragma once

#include "resource/parameter.h"

struct catalogue_action {
	const char *name, *version;
	bool is_write;
	const struct parameter *parameters; /* ends with a NULL name */
	const char *doc;
};

/* Ends with a NULL name. */
extern const struct catalogue_action catalogue[];
