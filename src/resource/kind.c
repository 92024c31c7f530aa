/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all kinds have in common, by walking their tables: making, copying, releasing, defaults and
 * rules. Knows no kind by name beyond the list.
 */
#include "resource/kinds.h"

#include <errno.h>
#include <string.h>

const struct kind_info *kind_info(enum kind kind)
{
	static const struct kind_info *const kinds[KIND_COUNT] = {
		[KIND_VPC] = &vpc_kind,
		[KIND_VSWITCH] = &vswitch_kind,
		[KIND_VPN_GATEWAY] = &vpn_gateway_kind,
		[KIND_CUSTOMER_GATEWAY] = &customer_gateway_kind,
		[KIND_VPN_CONNECTION] = &vpn_connection_kind,
		[KIND_VPN_ROUTE_ENTRY] = &vpn_route_entry_kind,
		[KIND_VPN_PBR_ROUTE_ENTRY] = &vpn_pbr_route_entry_kind,
		[KIND_ACCESS_KEY] = &access_key_kind,
	};

	return kinds[kind];
}

const struct kind_info *kind_find(const char *name)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (strcmp(kind_info((enum kind)kind)->name, name) == 0)
			return kind_info((enum kind)kind);
	return NULL;
}

void *resource_new(enum kind kind)
{
	return xcalloc(1, kind_info(kind)->size);
}

void resource_clear(enum kind kind, void *resource)
{
	for (const struct field *field = kind_info(kind)->fields; field->name; field++)
		field_clear(field, resource);
	memset(resource, 0, kind_info(kind)->size);
}

void resource_free(enum kind kind, void *resource)
{
	if (!resource)
		return;
	resource_clear(kind, resource);
	free(resource);
}

void *resource_dup(enum kind kind, const void *resource)
{
	struct resource *copy = resource_new(kind);

	for (const struct field *field = kind_info(kind)->fields; field->name; field++)
		field_copy(field, copy, resource);
	copy->revision = ((const struct resource *)resource)->revision;
	return copy;
}

void resource_set_defaults(enum kind kind, void *resource)
{
	for (const struct field *field = kind_info(kind)->fields; field->name; field++)
		field_set_default(field, resource);
}

bool resource_equal(enum kind kind, const void *a, const void *b)
{
	for (const struct field *field = kind_info(kind)->fields; field->name; field++)
		if (!field_equal(field, a, b))
			return false;
	return true;
}

int resource_check(enum kind kind, const void *resource, struct fault *fault)
{
	const struct kind_info *info = kind_info(kind);

	for (const struct field *field = info->fields; field->name; field++)
		if (field_check(field, resource, fault) < 0)
			return -EINVAL;
	return info->check ? info->check(resource, fault) : 0;
}
