/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file: one table of settings, walked for parsing, defaults and the "unknown key"
 * error. Knows no program that uses the values.
 */
#include "resource/config.h"

#include "base/fd.h"
#include "base/ini.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "resource/config_value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FILE_MAX (256 * 1024) /* bytes */

/* Reads one value; 0, or -EINVAL with the reason printed into error. */
typedef int (*value_reader)(
	struct config *config, void *target, const char *value, struct config_error *error);

struct setting {
	const char *section, *key;
	size_t offset;
	value_reader read;
	const char *default_value; /* NULL: none */
	bool is_repeatable;
};

#define SETTING(section, key, member, reader, value)                                               \
	{                                                                                          \
		section, key, offsetof(struct config, member), reader, value, false                \
	}

static const struct setting settings[] = {
	SETTING("api", "listen_address", listen_address, config_read_listen_address, "127.0.0.1"),
	SETTING("api", "listen_port", listen_port, config_read_port, "8443"),
	SETTING("api", "tls_certificate", tls_certificate, config_read_path_or_none, ""),
	SETTING("api", "tls_key", tls_key, config_read_path_or_none, ""),
	SETTING("paths", "state_dir", state_dir, config_read_path, "/var/lib/vpngw"),
	SETTING("paths", "run_dir", run_dir, config_read_path, "/run/vpngw"),
	SETTING("paths", "key_file", key_file, config_read_path, "/etc/vpngw/vpngw.key"),
	SETTING("paths", "plugin_dir", plugin_dir, config_read_path, "/usr/lib/vpngw"),
	SETTING("paths", "charon", charon, config_read_path, "/usr/sbin/charon-systemd"),
	SETTING("paths", "bird", bird, config_read_path, "/usr/sbin/bird"),
	SETTING("paths", "console_dir", console_dir, config_read_path, "/usr/share/vpngw/console"),
	{ "pool", "address", 0, config_read_pool, NULL, true },
	{ "region", "local_name", 0, config_read_region_name, NULL, true },
	{ "region", "zones", 0, config_read_zones, NULL, true },
	SETTING("resource", "groups", resource_groups, config_read_groups, "rg-default"),
	SETTING("quotas", "vpn_gateways", quotas.vpn_gateways, config_read_quota, "1000"),
	SETTING("quotas", "customer_gateways_per_region", quotas.customer_gateways_per_region,
		config_read_quota, "20000"),
	SETTING("quotas", "vpn_connections_per_gateway", quotas.vpn_connections_per_gateway,
		config_read_quota, "20000"),
	SETTING("quotas", "route_entries_per_gateway", quotas.route_entries_per_gateway,
		config_read_quota, "20000"),
	SETTING("quotas", "pbr_route_entries_per_gateway", quotas.pbr_route_entries_per_gateway,
		config_read_quota, "20000"),
	SETTING("users", "api_uid", api_uid, config_read_user, "61101"),
	SETTING("users", "api_gid", api_gid, config_read_user, "61101"),
	SETTING("users", "espd_uid", espd_uid, config_read_user, "61102"),
	SETTING("users", "espd_gid", espd_gid, config_read_user, "61102"),
	SETTING("users", "charon_uid", charon_uid, config_read_user, "61103"),
	SETTING("users", "charon_gid", charon_gid, config_read_user, "61103"),
	SETTING("users", "bird_uid", bird_uid, config_read_user, "61104"),
	SETTING("users", "bird_gid", bird_gid, config_read_user, "61104"),
	SETTING("users", "store_gid", store_gid, config_read_user, "61101"),
	SETTING("limits", "requests_per_second", requests_per_second, config_read_count, "2000"),
	SETTING("limits", "request_burst", request_burst, config_read_count, "4000"),
	SETTING("limits", "failures_per_second", failures_per_second, config_read_count, "5"),
	SETTING("limits", "failure_burst", failure_burst, config_read_count, "100"),
	SETTING("limits", "connections", connections, config_read_count, "4096"),
	SETTING("limits", "connections_per_source", connections_per_source, config_read_count,
		"1024"),
	SETTING("log", "level", log_level, config_read_level, "info"),
};

struct parse {
	const char *path;
	struct config *config;
	bool seen[ARRAY_LEN(settings)];
	struct config_error error;
	unsigned int line;
};

__attribute__((format(printf, 2, 3))) static int refuse(
	struct parse *parse, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(parse->error.text, sizeof(parse->error.text), format, args);
	va_end(args);
	return -EINVAL;
}

static int read_section(struct parse *parse, const struct ini_entry *entry)
{
	bool is_region = strcmp(entry->section, "region") == 0;

	if (is_region)
		return config_add_region(parse->config, entry->name, &parse->error);
	if (*entry->name)
		return refuse(parse, "section [%s] takes no name", entry->section);
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (strcmp(settings[i].section, entry->section) == 0)
			return 0;
	return refuse(parse,
		"unknown section [%s]; known are api, paths, pool, region \"...\", resource, "
		"quotas, "
		"users, limits and log",
		entry->section);
}

static int read_setting(struct parse *parse, size_t index, const char *value)
{
	const struct setting *setting = &settings[index];
	struct config_error error = {};
	void *target = (char *)parse->config + setting->offset;

	if (parse->seen[index] && !setting->is_repeatable)
		return refuse(parse, "%s is set twice", setting->key);
	parse->seen[index] = true;
	if (setting->read(parse->config, target, value, &error) == 0)
		return 0;
	return refuse(parse, "%s = %.150s: %s", setting->key, value, error.text);
}

static int read_entry(void *arg, const struct ini_entry *entry)
{
	struct parse *parse = arg;

	parse->line = entry->line;
	if (!entry->key)
		return read_section(parse, entry);
	if (!*entry->section)
		return refuse(parse, "%s stands before the first [section]", entry->key);
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (strcmp(settings[i].section, entry->section) == 0 &&
			strcmp(settings[i].key, entry->key) == 0)
			return read_setting(parse, i, entry->value);
	return refuse(parse, "unknown key %.100s in [%.100s]", entry->key, entry->section);
}

static int set_defaults(struct parse *parse)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (settings[i].default_value && !parse->seen[i] &&
			read_setting(parse, i, settings[i].default_value) < 0)
			return -EINVAL;
	if (parse->config->regions_len)
		return 0;
	if (config_add_region(parse->config, "cn-hangzhou", &parse->error) < 0)
		return -EINVAL;
	return config_read_zones(
		parse->config, NULL, "cn-hangzhou-a, cn-hangzhou-b", &parse->error);
}

static int check_whole(struct parse *parse)
{
	struct config *config = parse->config;
	bool has_certificate = *config->tls_certificate, has_key = *config->tls_key;

	if (has_certificate != has_key)
		return refuse(parse, "%s", "tls_certificate and tls_key go together");
	for (size_t i = 0; i < config->regions_len; i++)
		if (!config->regions[i].zones)
			return refuse(parse, "region \"%s\" has no zones", config->regions[i].id);
	return 0;
}

int config_parse(const char *path, char *text, struct config **ret, char **ret_message)
{
	struct parse parse = { .path = path, .config = xcalloc(1, sizeof(struct config)) };
	unsigned int line = 0;
	int err = ini_walk(text, read_entry, &parse, &line);

	if (err && line) {
		parse.line = line;
		refuse(&parse, "%s", "neither [section], key = value nor # comment");
	}
	if (!err) {
		parse.line = 0;
		err = set_defaults(&parse);
	}
	if (!err)
		err = check_whole(&parse);
	if (!err) {
		*ret = parse.config;
		return 0;
	}
	*ret_message = parse.line ? xasprintf("%s:%u: %s", path, parse.line, parse.error.text)
				  : xasprintf("%s: %s", path, parse.error.text);
	config_free(parse.config);
	return -EINVAL;
}

int config_load(const char *path, struct config **ret, char **ret_message)
{
	AUTO_FREE char *text = NULL;
	size_t size;
	int err = file_read(path, FILE_MAX, &text, &size);

	if (err) {
		*ret_message = xasprintf("%s: %s", path, strerror(-err));
		return err;
	}
	if (strlen(text) != size) {
		*ret_message = xasprintf("%s: holds a NUL byte", path);
		return -EINVAL;
	}
	return config_parse(path, text, ret, ret_message);
}

static void strings_free(char **strings)
{
	for (char **string = strings; string && *string; string++)
		free(*string);
	free(strings);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	free(config->listen_address);
	free(config->tls_certificate);
	free(config->tls_key);
	free(config->state_dir);
	free(config->run_dir);
	free(config->key_file);
	free(config->plugin_dir);
	free(config->charon);
	free(config->bird);
	free(config->console_dir);
	free(config->pool);
	for (size_t i = 0; i < config->regions_len; i++) {
		free(config->regions[i].id);
		free(config->regions[i].local_name);
		strings_free(config->regions[i].zones);
	}
	free(config->regions);
	strings_free(config->resource_groups);
	free(config);
}

char *config_path(const char *dir, const char *name)
{
	return xasprintf("%s/%s", dir, name);
}
