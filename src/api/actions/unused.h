/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deleting what others may refer to.
 */
#pragma once

#include "api/action.h"

/*
 * Deletes the resource unless one of user_kind refers to it in its field `parameter`, which is also
 * the parameter that named the resource.
 */
MUST_CHECK int delete_unused(const struct api *api, struct change *change, enum kind kind,
	const struct resource *resource, enum kind user_kind, const char *parameter,
	struct fault *fault);
