/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources as stored documents, walking the tables. Secrets are sealed for their place, so that a
 * sealed value moved to another resource or field does not open. Knows JSON and the vault, no kind.
 */
#include "resource/field_value.h"

#include "resource/vault.h"

#include <errno.h>
#include <string.h>

/* Where in which resource the walk is: "vpn-connection/vco-1/IkeConfig.". */
struct place {
	const struct vault *vault;
	const char *path;
};

static char *place_of(const struct place *place, const struct field *field)
{
	return xasprintf("%s%s", place->path, field->name);
}

static json_t *encode_fields(
	const struct field *fields, const void *base, const struct place *place)
{
	json_t *document = json_object();

	for (; fields->name; fields++) {
		union field_const_value value = field_const_value(fields, base);
		AUTO_FREE char *path = place_of(place, fields);
		json_t *item = NULL;

		if (fields->type == FIELD_OBJECT) {
			AUTO_FREE char *below = xasprintf("%s.", path);

			item = encode_fields(fields->object, value.object,
				&(struct place){ place->vault, below });
		} else if (fields->type == FIELD_SECRET) {
			AUTO_FREE char *sealed =
				*value.secret ? vault_seal(place->vault, path, *value.secret)
					      : NULL;

			item = sealed ? json_string(sealed) : NULL;
		} else {
			item = field_to_json(fields, base, FIELD_STYLE_DOCUMENT);
		}
		if (item)
			json_object_set_new(document, fields->name, item);
	}
	return document;
}

static char *resource_path(enum kind kind, const char *id)
{
	return xasprintf("%s/%s/", kind_info(kind)->name, id);
}

json_t *resource_encode(enum kind kind, const void *resource, const struct vault *vault)
{
	const struct resource *meta = resource;
	AUTO_FREE char *path = resource_path(kind, meta->id);

	return encode_fields(kind_info(kind)->fields, resource, &(struct place){ vault, path });
}

static int refuse(struct fault *fault, const char *name, const char *rule)
{
	return fault_set(fault, REASON_PARAMETER_INVALID, name, NULL, rule, NULL);
}

static int decode_secret(const struct field *field, void *base, const json_t *value,
	const struct place *place, struct fault *fault)
{
	AUTO_FREE char *path = place_of(place, field);
	AUTO_SECRET struct secret *secret = NULL;

	if (!json_is_string(value))
		return refuse(fault, field->name, "has the wrong JSON type");
	if (!place->vault)
		return 0;
	if (vault_unseal(place->vault, path, json_string_value(value), &secret) < 0)
		return refuse(fault, field->name,
			"was not sealed with this key for this place; is the key file the right "
			"one?");
	field_clear(field, base);
	*field_value(field, base).secret = TAKE_PTR(secret);
	return 0;
}

static int decode_fields(const struct field *fields, void *base, const json_t *document,
	const struct place *place, struct fault *fault);

static int decode_field(const struct field *field, void *base, const json_t *value,
	const struct place *place, struct fault *fault)
{
	AUTO_FREE char *below = NULL;

	if (field->type == FIELD_SECRET)
		return decode_secret(field, base, value, place, fault);
	if (field->type != FIELD_OBJECT)
		return field_set_json(field, base, value, FIELD_STYLE_DOCUMENT, fault);
	if (!json_is_object(value))
		return refuse(fault, field->name, "has the wrong JSON type");
	below = xasprintf("%s%s.", place->path, field->name);
	if (decode_fields(field->object, field_value(field, base).object, value,
		    &(struct place){ place->vault, below }, fault) == 0)
		return 0;
	fault_nest(fault, field->name);
	return -EINVAL;
}

static int decode_fields(const struct field *fields, void *base, const json_t *document,
	const struct place *place, struct fault *fault)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)document, name, value) {
		const struct field *field = field_find(fields, name);

		if (!field)
			return refuse(fault, name, "is not a field of this document");
		if (decode_field(field, base, value, place, fault) < 0)
			return -EINVAL;
	}
	for (; fields->name; fields++)
		if ((fields->flags & FIELD_REQUIRED) && !json_object_get(document, fields->name))
			return refuse(fault, fields->name, "is missing in this document");
	return 0;
}

int resource_decode(enum kind kind, const json_t *document, const struct vault *vault,
	void *ret_resource, struct fault *fault)
{
	const struct field *fields = kind_info(kind)->fields;
	const char *id = json_string_value(json_object_get(document, fields[0].name));
	AUTO_FREE char *path = resource_path(kind, id ? id : "");
	void *resource = resource_new(kind);
	int err;

	resource_set_defaults(kind, resource);
	if (json_is_object(document))
		err = decode_fields(
			fields, resource, document, &(struct place){ vault, path }, fault);
	else
		err = refuse(fault, "document", "must be a JSON object");
	if (err) {
		resource_free(kind, resource);
		return err;
	}
	memcpy(ret_resource, resource, kind_info(kind)->size);
	free(resource);
	return 0;
}

static json_t *sealed_fields(const struct field *fields, const json_t *document)
{
	json_t *sealed = NULL;

	for (; fields->name; fields++) {
		json_t *value = json_object_get(document, fields->name);

		if (fields->type == FIELD_OBJECT)
			value = sealed_fields(fields->object, value);
		else
			value = fields->type == FIELD_SECRET ? json_incref(value) : NULL;
		if (!value)
			continue;
		if (!sealed)
			sealed = json_object();
		json_object_set_new(sealed, fields->name, value);
	}
	return sealed;
}

json_t *resource_sealed(enum kind kind, const json_t *document)
{
	return sealed_fields(kind_info(kind)->fields, document);
}

static int unseal_fields(const struct field *fields, void *base, const json_t *sealed,
	const struct place *place, struct fault *fault)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)sealed, name, value) {
		const struct field *field = field_find(fields, name);
		AUTO_FREE char *below = NULL;
		int err;

		if (field->type == FIELD_SECRET) {
			err = decode_secret(field, base, value, place, fault);
		} else {
			below = xasprintf("%s%s.", place->path, field->name);
			err = unseal_fields(field->object, field_value(field, base).object, value,
				&(struct place){ place->vault, below }, fault);
		}
		if (err < 0)
			return err;
	}
	return 0;
}

int resource_unseal(enum kind kind, const json_t *sealed, const struct vault *vault, void *resource,
	struct fault *fault)
{
	AUTO_FREE char *path = resource_path(kind, ((const struct resource *)resource)->id);

	return unseal_fields(
		kind_info(kind)->fields, resource, sealed, &(struct place){ vault, path }, fault);
}
