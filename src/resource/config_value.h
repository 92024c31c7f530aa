/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of single settings. Each checks its text, writes *target (a member of config) and returns
 * 0, or -EINVAL with what would have been right. Private to config.c.
 */
#pragma once

#include "resource/config.h"

struct config_error {
	char text[400];
};

int config_add_region(struct config *config, const char *id, struct config_error *error);

int config_read_listen_address(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_port(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_path(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_path_or_none(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_pool(
	struct config *config, void *target, const char *value, struct config_error *error);
/* Of the region opened last. */
int config_read_region_name(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_zones(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_groups(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_user(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_count(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_quota(
	struct config *config, void *target, const char *value, struct config_error *error);
int config_read_level(
	struct config *config, void *target, const char *value, struct config_error *error);
