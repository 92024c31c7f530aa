/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers behind the table of config.c. Knows values, not sections.
 */
#include "resource/config_value.h"

#include "base/log.h"
#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LIST_MAX 100

static int refuse(struct config_error *error, const char *rule)
{
	snprintf(error->text, sizeof(error->text), "%s", rule);
	return -EINVAL;
}

static void replace(void *target, const char *value)
{
	char **string = target;

	free(*string);
	*string = xstrdup(value);
}

int config_read_listen_address(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	struct addr addr;

	(void)config;
	if (addr_parse(value, &addr) < 0)
		return refuse(error, "must be an IPv4 address; 0.0.0.0 is every address");
	replace(target, value);
	return 0;
}

int config_read_port(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	uint32_t port;

	(void)config;
	if (parse_u32(value, 1, UINT16_MAX, &port) < 0)
		return refuse(error, "must be a port from 1 to 65535");
	*(uint16_t *)target = (uint16_t)port;
	return 0;
}

int config_read_path(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	(void)config;
	if (*value != '/')
		return refuse(error, "must be an absolute path");
	replace(target, value);
	return 0;
}

int config_read_path_or_none(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	if (*value)
		return config_read_path(config, target, value, error);
	replace(target, value);
	return 0;
}

static bool is_usable(struct addr addr)
{
	struct prefix zero, loopback, multicast;

	if (prefix_parse("0.0.0.0/8", &zero) < 0 || prefix_parse("127.0.0.0/8", &loopback) < 0 ||
		prefix_parse("224.0.0.0/3", &multicast) < 0)
		return false;
	return !prefix_has(zero, addr) && !prefix_has(loopback, addr) &&
	       !prefix_has(multicast, addr);
}

int config_read_pool(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	const char *equals = strchr(value, '=');
	AUTO_FREE char *internet =
		xstrndup(value, equals ? (size_t)(equals - value) : strlen(value));
	struct pool_entry entry;

	(void)target;
	if (addr_parse(internet, &entry.internet_ip) < 0 || !is_usable(entry.internet_ip) ||
		addr_parse(equals ? equals + 1 : internet, &entry.local_ip) < 0 ||
		!is_usable(entry.local_ip))
		return refuse(error,
			"must be an IPv4 address, or public=local behind 1:1 NAT, as in "
			"203.0.113.1=192.168.0.2");
	for (size_t i = 0; i < config->pool_len; i++)
		if (addr_equal(config->pool[i].internet_ip, entry.internet_ip) ||
			addr_equal(config->pool[i].local_ip, entry.local_ip))
			return refuse(error, "one of the addresses is in the pool already");
	if (config->pool_len == LIST_MAX * 10)
		return refuse(error, "the pool has at most 1000 addresses");
	config->pool = xreallocarray(config->pool, config->pool_len + 1, sizeof(entry));
	config->pool[config->pool_len++] = entry;
	return 0;
}

static bool is_id(const char *text)
{
	if (!*text || strlen(text) > 64)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("-_.", *text))
			return false;
	return true;
}

int config_add_region(struct config *config, const char *id, struct config_error *error)
{
	if (!is_id(id))
		return refuse(error, "a region needs a name: [region \"cn-hangzhou\"]");
	for (size_t i = 0; i < config->regions_len; i++)
		if (strcmp(config->regions[i].id, id) == 0)
			return refuse(error, "this region is there already");
	if (config->regions_len == LIST_MAX)
		return refuse(error, "there can be at most 100 regions");
	config->regions =
		xreallocarray(config->regions, config->regions_len + 1, sizeof(*config->regions));
	config->regions[config->regions_len++] =
		(struct config_region){ .id = xstrdup(id), .local_name = xstrdup(id) };
	return 0;
}

int config_read_region_name(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	(void)target;
	if (!*value || strlen(value) > 100)
		return refuse(error, "must have 1 to 100 characters");
	replace(&config->regions[config->regions_len - 1].local_name, value);
	return 0;
}

/* "a, b, c" -> a NULL-terminated list of ids without repetition. */
static int read_list(char ***target, const char *value, struct config_error *error)
{
	size_t len = 0;
	char **list;

	if (*target)
		return refuse(error, "is set twice");
	list = *target = xcalloc(LIST_MAX + 1, sizeof(*list));
	for (;;) {
		size_t size;

		value += strspn(value, " \t");
		size = strcspn(value, ", \t");
		if (len == LIST_MAX)
			return refuse(error, "must have at most 100 entries");
		list[len++] = xstrndup(value, size);
		if (!is_id(list[len - 1]))
			return refuse(error,
				"must be names of letters, digits, -, _ and . with commas between");
		for (size_t i = 0; i + 1 < len; i++)
			if (strcmp(list[i], list[len - 1]) == 0)
				return refuse(error, "has an entry twice");
		value += size;
		value += strspn(value, " \t");
		if (!*value)
			return 0;
		if (*value++ != ',')
			return refuse(error, "must have commas between the names");
	}
}

int config_read_zones(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	(void)target;
	return read_list(&config->regions[config->regions_len - 1].zones, value, error);
}

int config_read_groups(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	(void)config;
	return read_list(target, value, error);
}

/* Root is refused: these programs are to have no power but their sockets. */
int config_read_user(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	_Static_assert(sizeof(uid_t) == sizeof(uint32_t), "ids are 32 bits");
	_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "ids are 32 bits");
	(void)config;
	if (parse_u32(value, 1, UINT32_MAX - 1, target) < 0)
		return refuse(error, "must be a numeric id other than 0");
	return 0;
}

int config_read_count(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	(void)config;
	if (parse_u32(value, 1, 1000000, target) < 0)
		return refuse(error, "must be an integer from 1 to 1000000");
	return 0;
}

int config_read_quota(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	(void)config;
	if (parse_u32(value, 0, 1000000, target) < 0)
		return refuse(error, "must be a number from 0 (no limit) to 1000000");
	return 0;
}

int config_read_level(
	struct config *config, void *target, const char *value, struct config_error *error)
{
	static const struct {
		const char *name;
		uint32_t level;
	} levels[] = {
		{ "err", LEVEL_ERR },
		{ "warn", LEVEL_WARN },
		{ "notice", LEVEL_NOTICE },
		{ "info", LEVEL_INFO },
		{ "debug", LEVEL_DEBUG },
	};

	(void)config;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strcmp(levels[i].name, value) == 0) {
			*(uint32_t *)target = levels[i].level;
			return 0;
		}
	return refuse(error, "must be one of err, warn, notice, info, debug");
}
