/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags of everything that can have them: attach, detach, list. Either all resources of a call are
 * changed or none. What a tag may look like is the field table's.
 */
#include "api/actions/tag.h"

#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define RESOURCES_MAX 50
#define TAGS_MAX 20 /* a resource */
#define KEY_MAX 128 /* characters */

const char *const tag_types[] = { "VPC", "VSWITCH", "VPNGATEWAY", "CUSTOMERGATEWAY",
	"VPNCONNECTION", NULL };

enum kind tag_kind(const struct request *request)
{
	static const enum kind kinds[] = { KIND_VPC, KIND_VSWITCH, KIND_VPN_GATEWAY,
		KIND_CUSTOMER_GATEWAY, KIND_VPN_CONNECTION };
	const char *type = params_get(&request->params, "ResourceType");

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcasecmp(tag_types[i], type) == 0)
			return kinds[i];
	return KIND_COUNT; /* the action's table lets nothing else through */
}

static struct tag *find_tag(const struct tags *tags, const char *key)
{
	for (size_t i = 0; i < tags->len; i++)
		if (strcmp(tags->items[i].key, key) == 0)
			return &tags->items[i];
	return NULL;
}

/* A key that is there already gets the new value. */
static void attach(struct tags *tags, const struct tag *given)
{
	struct tag *tag = find_tag(tags, given->key);

	if (tag) {
		free(tag->value);
		tag->value = xstrdup(given->value);
		return;
	}
	tags->items = xreallocarray(tags->items, tags->len + 1, sizeof(*tags->items));
	tags->items[tags->len++] = (struct tag){ xstrdup(given->key), xstrdup(given->value) };
}

static void detach(struct tags *tags, struct tag *tag)
{
	free(tag->key);
	free(tag->value);
	tags->len--;
	memmove(tag, tag + 1, (size_t)(&tags->items[tags->len] - tag) * sizeof(*tag));
}

/* How a call changes the tags of one resource. 0 or a fault. */
typedef int (*tag_change)(const struct request *request, struct resource *resource,
	const struct tags *given, struct fault *fault);

static int attach_all(const struct request *request, struct resource *resource,
	const struct tags *given, struct fault *fault)
{
	(void)request;
	for (size_t i = 0; i < given->len; i++)
		attach(&resource->tags, &given->items[i]);
	if (resource->tags.len <= TAGS_MAX)
		return 0;
	return fault_setf(fault, REASON_QUOTA_FULL, "Tag", NULL,
		"detach some first with UnTagResources", "would give %s %zu tags of at most %d",
		resource->id, resource->tags.len, TAGS_MAX);
}

static int detach_some(const struct request *request, struct resource *resource,
	const struct tags *given, struct fault *fault)
{
	size_t len = params_count(&request->params, "TagKey");

	(void)given;
	(void)fault;
	for (size_t i = 1; i <= len; i++) {
		struct tag *tag = find_tag(
			&resource->tags, params_get_item(&request->params, "TagKey", i, NULL));

		if (tag)
			detach(&resource->tags, tag);
	}
	while (!len && resource->tags.len)
		detach(&resource->tags, &resource->tags.items[resource->tags.len - 1]);
	return 0;
}

static bool is_repeated(const struct request *request, size_t index)
{
	const char *id = params_get_item(&request->params, "ResourceId", index, NULL);

	for (size_t i = 1; id && i < index; i++)
		if (strcmp(params_get_item(&request->params, "ResourceId", i, NULL), id) == 0)
			return true;
	return false;
}

static int change_one(const struct api *api, const struct request *request, struct change *change,
	size_t index, const struct tags *given, tag_change apply, struct fault *fault)
{
	enum kind kind = tag_kind(request);
	struct resource *before = NULL, *resource = NULL;
	char name[32];
	int err;

	snprintf(name, sizeof(name), "ResourceId.%zu", index);
	err = find_resource(api, request, kind, name, &before, fault);
	if (err)
		return err;
	resource = resource_dup(kind, before);
	err = apply(request, resource, given, fault);
	if (!err)
		change_replace(change, api, kind, before, resource);
	if (!err && !change->resource_id)
		change->resource_id = xstrdup(before->id);
	resource_free(kind, before);
	resource_free(kind, resource);
	return err;
}

static int change_each(const struct api *api, const struct request *request, struct change *change,
	const struct tags *given, tag_change apply, struct fault *fault)
{
	size_t len = params_count(&request->params, "ResourceId");
	int err = 0;

	for (size_t i = 1; i <= len && !err; i++)
		if (!is_repeated(request, i))
			err = change_one(api, request, change, i, given, apply, fault);
	return err;
}

static int tag_resources(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	enum kind kind = tag_kind(request);
	struct resource *given = resource_new(kind);
	int err = given_fields(request, kind, given, fault);

	(void)answer;
	if (!err)
		err = change_each(api, request, change, &given->tags, attach_all, fault);
	resource_free(kind, given);
	return err;
}

static int check_keys(const struct request *request, struct fault *fault)
{
	size_t len = params_count(&request->params, "TagKey");
	bool is_all = false;
	int err = check_bool(&request->params, "All", &is_all, fault);

	if (err)
		return err;
	if (!len && !is_all)
		return fault_set(fault, REASON_PARAMETER_MISSING, "TagKey", NULL,
			"must be given unless All is true",
			"name the keys as TagKey.1, TagKey.2 or send All=true");
	for (size_t i = 1; i <= len; i++) {
		struct field field = { .type = FIELD_STRING, .min = 1, .max = KEY_MAX };
		const char *key = params_get_item(&request->params, "TagKey", i, NULL);
		char name[32], *scratch = NULL;

		snprintf(name, sizeof(name), "TagKey.%zu", i);
		field.name = name;
		if (!key || !*key)
			return fault_missing(fault, name);
		err = field_set_text(&field, &scratch, key, fault);
		free(scratch);
		if (err)
			return err;
	}
	return 0;
}

static int untag_resources(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	int err = check_keys(request, fault);

	(void)answer;
	return err ? err : change_each(api, request, change, NULL, detach_some, fault);
}

#define RESOURCE_PARAMETERS                                                                        \
	{ .name = "ResourceType",                                                                  \
		.required = true,                                                                  \
		.values = tag_types,                                                               \
		.any_case = true,                                                                  \
		.doc = "Kind of the resources, in any case." },                                    \
	{                                                                                          \
		.name = "ResourceId", .type = PARAM_LIST, .required = true, .min = 1,              \
		.max = RESOURCES_MAX, .doc = "The resources; each must exist."                     \
	}

static const struct parameter tag_parameters[] = {
	RESOURCE_PARAMETERS,
	{ .name = "Tag",
		.type = PARAM_TAGS,
		.required = true,
		.min = 1,
		.max = TAGS_MAX,
		.doc = "Keys of 1 to 128 characters, values of 0 to 128. A key that is there "
		       "already gets the new value. A resource has at most 20." },
	{},
};

static const struct parameter untag_parameters[] = {
	RESOURCE_PARAMETERS,
	{ .name = "TagKey",
		.type = PARAM_LIST,
		.min = 1,
		.max = TAGS_MAX,
		.doc = "Keys to detach; keys that are not there are no error." },
	{ .name = "All", .type = PARAM_BOOL, .doc = "Without TagKey: every tag." },
	{},
};

const struct action tag_actions[] = {
	{ "TagResources", API_VERSION_VPC, true, tag_parameters, tag_resources,
		"Attaches tags to resources of one kind: to all of them or, refused, to none." },
	{ "UnTagResources", API_VERSION_VPC, true, untag_parameters, untag_resources,
		"Detaches tags." },
	{ "UntagResources", API_VERSION_VPC, true, untag_parameters, untag_resources,
		"The same as UnTagResources, for clients that spell it so." },
	{ "ListTagResources", API_VERSION_VPC, false, tag_list_parameters, tag_list,
		"Lists tags of resources, by resource and key, in pages." },
	{},
};
