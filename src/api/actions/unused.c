/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One check and one guard for everything that others end at or lie in. Knows no kind.
 */
#include "api/actions/unused.h"

#include "api/actions/find.h"
#include "api/actions/guard.h"

int delete_unused(const struct api *api, struct change *change, enum kind kind,
	const struct resource *resource, enum kind user_kind, const char *parameter,
	struct fault *fault)
{
	AUTO_FOUND struct found users = {};
	int err = guard_remove(api, change, resource->id);

	if (!err)
		err = find_owned(api, user_kind, parameter, resource->id, &users);
	if (err)
		return err;
	if (users.len) {
		const struct resource *user = users.items[0].resource;

		return fault_setf(fault, REASON_DEPENDENCY, parameter, resource->id,
			"delete that first", "is still used by %s", user->id);
	}
	change_delete(change, kind, resource);
	change->resource_id = xstrdup(resource->id);
	return 0;
}
