/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the command line finds the API and its access key: options, a profile file, the
 * environment, or, for root, the unix socket.
 */
#pragma once

#include "base/secret.h"

struct profile {
	char *endpoint;      /* "https://192.0.2.1:8443"; NULL: the unix socket */
	char *socket;        /* path of the unix socket */
	char *ca_file;       /* NULL: the system's certificates */
	char *access_key_id; /* NULL: unsigned */
	struct secret *access_key_secret;
};

struct profile_options {
	const char *endpoint, *access_key_id, *profile, *ca_file, *socket, *config;
};

/* The options in words: "endpoint"; ends with a NULL name. */
struct profile_flag {
	const char *name, *value, *doc;
	size_t offset;
};
extern const struct profile_flag profile_flags[];
/* Where the value of the option of this name belongs; NULL: there is none. */
const char **profile_option(struct profile_options *options, const char *name);

/* 0, or -EINVAL with *ret_message, an own sentence for the user. */
MUST_CHECK int profile_find(
	const struct profile_options *options, struct profile *ret, char **ret_message);
void profile_clear(struct profile *profile);
