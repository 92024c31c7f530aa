/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deleting what connections end at.
 */
#include "api/actions/connection_end.h"

#include "api/actions/find.h"
#include "api/actions/guard.h"

#include <string.h>

int end_delete(const struct api *api, struct change *change, enum kind kind,
	const struct resource *end, const char *(*id_of)(const struct vpn_connection *connection),
	const char *parameter, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	int err = guard_remove(api, change, end->id);

	if (!err)
		err = find_all(api, KIND_VPN_CONNECTION, NULL, end->id, &found);
	for (size_t i = 0; !err && i < found.len; i++) {
		const struct vpn_connection *connection = found.items[i].resource;

		if (strcmp(id_of(connection), end->id) == 0)
			return fault_setf(fault, REASON_DEPENDENCY, parameter, end->id,
				"delete that first", "is still used by %s", connection->meta.id);
	}
	if (err)
		return err;
	change_delete(change, kind, end);
	change->resource_id = xstrdup(end->id);
	return 0;
}
