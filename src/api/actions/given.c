/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters into fields. Knows the tables on both sides, no field by name but those all kinds
 * share.
 */
#include "api/actions/given.h"

#include "api/actions/find.h"
#include "resource/nearest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CREATE_TAG_KEY_MAX 64 /* characters */

/*
 * "Tags.N" of a creation has shorter keys than "Tag.N", also where the same kind takes the longer
 * ones from TagResources; faults name the parameter.
 */
static int given_tags(const struct request *request, const char *name, const struct field *field,
	void *resource, struct fault *fault)
{
	struct field row = *field;
	json_auto_t *list = json_array();
	size_t len = params_count(&request->params, name);

	if (!len)
		return 0;
	row.name = name;
	if (strcmp(name, "Tags") == 0)
		row.min = CREATE_TAG_KEY_MAX;
	for (size_t i = 1; i <= len; i++) {
		const char *key = params_get_item(&request->params, name, i, "Key");
		const char *value = params_get_item(&request->params, name, i, "Value");

		json_array_append_new(
			list, json_pack("{s:s, s:s}", "Key", key, "Value", value ? value : ""));
	}
	return field_set_json(&row, resource, list, FIELD_STYLE_DOCUMENT, fault);
}

int given_fields(const struct request *request, enum kind kind, void *resource, struct fault *fault)
{
	const struct field *fields = kind_info(kind)->fields;
	int err = 0;

	for (const struct parameter *row = request->action->parameters; row && row->name && !err;
		row++) {
		bool is_tags = row->type == PARAM_TAGS;
		const struct field *field = field_find(fields, is_tags ? "Tags" : row->name);
		const char *value = params_get(&request->params, row->name);

		if (!field || field->flags & FIELD_INTERNAL)
			continue;
		if (is_tags)
			err = given_tags(request, row->name, field, resource, fault);
		else if (value)
			err = field_set_text(field, resource, value, fault);
	}
	return err;
}

static bool is_settable_once(const struct field *field)
{
	return (field->flags & FIELD_IMMUTABLE) && !(field->flags & FIELD_INTERNAL) &&
	       field->type != FIELD_TAGS;
}

int given_unchanged(const struct request *request, enum kind kind, const void *resource,
	const char *instead, struct fault *fault)
{
	const struct field *field = kind_info(kind)->fields;
	void *asked = resource_dup(kind, resource);
	int err = 0;

	for (; field->name && !err; field++) {
		const char *value = params_get(&request->params, field->name);

		if (!value || !*value || !is_settable_once(field))
			continue;
		err = field_set_text(field, asked, value, fault);
		if (err || field_equal(field, resource, asked))
			continue;
		fault_set(fault, REASON_PARAMETER_INVALID, field->name, value, "cannot be changed",
			instead);
		snprintf(fault->code, sizeof(fault->code), "Invalid%.50s", field->name);
		err = -EINVAL;
	}
	resource_free(kind, asked);
	return err;
}

int given_resource_group(const struct api *api, struct resource *resource, struct fault *fault)
{
	char *const *groups = api->config->resource_groups;
	AUTO_FREE char *remedy = NULL;

	if (!*resource->resource_group_id) {
		free(resource->resource_group_id);
		resource->resource_group_id = xstrdup(groups[0]);
		return 0;
	}
	for (size_t i = 0; groups[i]; i++)
		if (strcmp(groups[i], resource->resource_group_id) == 0)
			return 0;
	remedy = xasprintf(
		"use %s", nearest_value((const char *const *)groups, resource->resource_group_id));
	return fault_set(fault, REASON_RESOURCE_GROUP_NOT_FOUND, "ResourceGroupId",
		resource->resource_group_id, "must be a resource group of this server", remedy);
}

int given_new(const struct api *api, const struct request *request, enum kind kind, void *ret,
	struct fault *fault)
{
	char id[RESOURCE_ID_SIZE];
	struct resource *resource = resource_new(kind);
	int err;

	resource_set_defaults(kind, resource);
	err = given_fields(request, kind, resource, fault);
	if (!err)
		err = given_resource_group(api, resource, fault);
	if (err) {
		resource_free(kind, resource);
		return err;
	}
	resource_make_id(kind_info(kind)->id_prefix, id);
	free(resource->id);
	resource->id = xstrdup(id);
	free(resource->region_id);
	resource->region_id = xstrdup(request_region(api, request));
	resource->create_time_ms = (uint64_t)request->now_ms;
	memcpy(ret, &resource, sizeof(resource));
	return 0;
}

int given_unsupported(
	const struct request *request, const struct unsupported *rows, struct fault *fault)
{
	for (; rows->name; rows++) {
		const char *value = params_get(&request->params, rows->name);

		if (params_count(&request->params, rows->name))
			value = "1";
		if (!value || !*value || (rows->allowed && strcasecmp(value, rows->allowed) == 0))
			continue;
		return fault_set(fault, REASON_UNSUPPORTED, rows->name, NULL,
			rows->allowed ? "is not supported with this value" : "is not supported",
			rows->instead);
	}
	return 0;
}
