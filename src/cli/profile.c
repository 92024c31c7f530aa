/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading profiles. The secret is never an option: the process list would show it.
 */
#include "cli/profile.h"

#include "base/fd.h"
#include "base/ini.h"
#include "resource/config.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_CONFIG "/etc/vpngw/vpngw.conf"
#define DEFAULT_SOCKET "/run/vpngw/api.sock"
#define PROFILE_MAX 4096

const struct profile_flag profile_flags[] = {
	{ "endpoint", "URL", "Where the API is: https://192.0.2.1:8443 (or VPNGW_ENDPOINT).",
		offsetof(struct profile_options, endpoint) },
	{ "profile", "FILE", "Lines AccessKeyId=, AccessKeySecret=, Endpoint=, CaFile=.",
		offsetof(struct profile_options, profile) },
	{ "access-key-id", "ID", "The access key; its secret comes from VPNGW_ACCESS_KEY_SECRET.",
		offsetof(struct profile_options, access_key_id) },
	{ "ca-file", "FILE", "Certificate that the endpoint's must be signed by.",
		offsetof(struct profile_options, ca_file) },
	{ "config", "FILE", "Where the socket is; /etc/vpngw/vpngw.conf when left out.",
		offsetof(struct profile_options, config) },
	{ "socket", "PATH", "Unix socket of vpngw-api, for root without a key.",
		offsetof(struct profile_options, socket) },
	{},
};

const char **profile_option(struct profile_options *options, const char *name)
{
	for (const struct profile_flag *flag = profile_flags; flag->name; flag++)
		if (strcmp(flag->name, name) == 0)
			return (const char **)((char *)options + flag->offset);
	return NULL;
}

static void set(char **at, const char *text)
{
	free(*at);
	*at = text && *text ? xstrdup(text) : NULL;
}

static void set_secret(struct profile *profile, const char *text)
{
	secret_free(profile->access_key_secret);
	profile->access_key_secret = text && *text ? secret_new(text, strlen(text)) : NULL;
}

/* Lines as in first-access-key: AccessKeyId=, AccessKeySecret=, also Endpoint= and CaFile=. */
static int profile_entry(void *arg, const struct ini_entry *entry)
{
	struct profile *profile = arg;

	if (!entry->key)
		return 0;
	if (!strcmp(entry->key, "AccessKeyId"))
		set(&profile->access_key_id, entry->value);
	else if (!strcmp(entry->key, "AccessKeySecret"))
		set_secret(profile, entry->value);
	else if (!strcmp(entry->key, "Endpoint"))
		set(&profile->endpoint, entry->value);
	else if (!strcmp(entry->key, "CaFile"))
		set(&profile->ca_file, entry->value);
	else
		return -EBADMSG;
	return 0;
}

static int read_file(const char *path, struct profile *profile, char **ret_message)
{
	char *text;
	size_t size;
	unsigned int line = 0;
	int err = file_read(path, PROFILE_MAX, &text, &size);

	if (err < 0) {
		*ret_message = xasprintf("%s: %s", path, strerror(-err));
		return -EINVAL;
	}
	err = ini_walk(text, profile_entry, profile, &line);
	wipe(text, size);
	free(text);
	if (err < 0) {
		*ret_message = xasprintf("%s: only AccessKeyId=, AccessKeySecret=, Endpoint= and "
					 "CaFile= belong into a profile",
			path);
		return -EINVAL;
	}
	return 0;
}

/* The machine's own configuration tells where the API listens and its socket is. */
static void read_config(const char *path, struct profile *profile)
{
	struct config *config;
	AUTO_FREE char *message = NULL;

	if (config_load(path, &config, &message) < 0)
		return;
	free(profile->socket);
	profile->socket = config_path(config->run_dir, "api.sock");
	config_free(config);
}

static int check(struct profile *profile, char **ret_message)
{
	if (!profile->access_key_id != !profile->access_key_secret) {
		*ret_message = xstrdup("an access key needs its id and its secret "
				       "(--profile or VPNGW_ACCESS_KEY_SECRET)");
		return -EINVAL;
	}
	if (profile->endpoint && !profile->access_key_id) {
		*ret_message = xstrdup("an endpoint needs an access key: --profile FILE, or "
				       "VPNGW_ACCESS_KEY_ID and VPNGW_ACCESS_KEY_SECRET");
		return -EINVAL;
	}
	if (!profile->endpoint && geteuid()) {
		*ret_message = xstrdup("only root may use the socket; give --endpoint URL and an "
				       "access key");
		return -EINVAL;
	}
	return 0;
}

static void read_environment(struct profile *profile)
{
	set(&profile->endpoint, getenv("VPNGW_ENDPOINT"));
	set(&profile->access_key_id, getenv("VPNGW_ACCESS_KEY_ID"));
	set(&profile->ca_file, getenv("VPNGW_CA_FILE"));
	set_secret(profile, getenv("VPNGW_ACCESS_KEY_SECRET"));
}

int profile_find(const struct profile_options *options, struct profile *ret, char **ret_message)
{
	int err;

	*ret = (struct profile){ .socket = xstrdup(DEFAULT_SOCKET) };
	read_config(options->config ? options->config : DEFAULT_CONFIG, ret);
	/* Who names this machine's socket means it, whatever the environment says. */
	if ((!options->config && !options->socket) || options->endpoint)
		read_environment(ret);
	if (options->profile) {
		err = read_file(options->profile, ret, ret_message);
		if (err < 0)
			return err;
	}
	if (options->endpoint)
		set(&ret->endpoint, options->endpoint);
	if (options->access_key_id)
		set(&ret->access_key_id, options->access_key_id);
	if (options->ca_file)
		set(&ret->ca_file, options->ca_file);
	if (options->socket)
		set(&ret->socket, options->socket);
	return check(ret, ret_message);
}

void profile_clear(struct profile *profile)
{
	free(profile->endpoint);
	free(profile->socket);
	free(profile->ca_file);
	free(profile->access_key_id);
	secret_free(profile->access_key_secret);
	*profile = (struct profile){ 0 };
}
