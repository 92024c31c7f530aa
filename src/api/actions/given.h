/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From parameters to a resource, driven by the action's rows and the kind's field table.
 */
#pragma once

#include "api/action.h"

/*
 * Sets every field that is a row of the action's table and was sent; the tags from "Tags.N" or
 * "Tag.N". -EINVAL with the fault.
 */
MUST_CHECK int given_fields(
	const struct request *request, enum kind kind, void *resource, struct fault *fault);
/*
 * Refuses what a modification cannot change: a parameter named like one of the resource's immutable
 * fields, with another value than it has. instead: what to do then.
 */
MUST_CHECK int given_unchanged(const struct request *request, enum kind kind, const void *resource,
	const char *instead, struct fault *fault);
/* A new resource: defaults, the given fields, id, region, creation time, resource group. */
MUST_CHECK int given_new(const struct api *api, const struct request *request, enum kind kind,
	void *ret, struct fault *fault);
/* The resource group must be a configured one; "" becomes the default one. */
MUST_CHECK int given_resource_group(
	const struct api *api, struct resource *resource, struct fault *fault);

/* What this gateway does not do, parameter by parameter. */
struct unsupported {
	const char *name;
	const char *allowed; /* the only value that is served besides ""; NULL: none */
	const char *instead; /* what to do instead */
};
/* rows: ends with a NULL name. Lists count as given when they have an item. */
MUST_CHECK int given_unsupported(
	const struct request *request, const struct unsupported *rows, struct fault *fault);
