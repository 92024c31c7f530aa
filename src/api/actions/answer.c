/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared parts of answers, and statuses as the agent left them. Knows no family.
 */
#include "api/actions/answer.h"

#include "base/instant.h"

#include <stdio.h>
#include <string.h>

void answer_fields(enum kind kind, const void *resource, json_t *answer)
{
	fields_into_json(kind_info(kind)->fields, resource, answer);
}

void answer_some(enum kind kind, const void *resource, const char *const *names, json_t *answer)
{
	json_auto_t *fields = fields_to_json(kind_info(kind)->fields, resource);

	for (; *names; names++)
		if (json_object_get(fields, *names))
			json_object_set(answer, *names, json_object_get(fields, *names));
}

void answer_text(json_t *answer, const char *name, const char *text)
{
	json_object_set_new(answer, name, json_string(text));
}

void answer_bool(json_t *answer, const char *name, bool value)
{
	json_object_set_new(answer, name, json_boolean(value));
}

void answer_empty_list(json_t *answer, const char *wrapper, const char *list)
{
	json_object_set_new(answer, wrapper, json_pack("{s:[]}", list));
}

void answer_creation_time(const struct resource *resource, json_t *answer)
{
	char text[WALL_TEXT_SIZE];

	wall_format((int64_t)(resource->create_time_ms / 1000), text);
	answer_text(answer, "CreationTime", text);
	json_object_del(answer, "CreateTime");
}

void answer_owner(json_t *answer)
{
	json_object_set_new(answer, "OwnerId", json_integer(OWNER_ID));
}

void answer_spec(uint32_t bandwidth, json_t *answer)
{
	char text[16];

	snprintf(text, sizeof(text), "%uM", (unsigned int)bandwidth);
	answer_text(answer, "Spec", text);
}

int status_get(const struct api *api, enum kind kind, const char *id, const struct status **ret)
{
	static const struct status nothing;
	const struct status *status;
	int err = snapshot_status(api->snapshot, kind, id, &status);

	if (!err)
		*ret = status ? status : &nothing;
	return err;
}

int state_read(
	const struct api *api, enum kind kind, const struct resource *resource, const char **ret)
{
	const struct status *status;
	int err = status_get(api, kind, resource->id, &status);

	if (!err)
		*ret = status_state(status, resource->revision);
	return err;
}
