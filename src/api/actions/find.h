/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Desired resources as they were when the handler was started (api/snapshot.h). Whoever reads a
 * list to decide something must hold the guard of what the list hangs on first (guard.h).
 */
#pragma once

#include "api/action.h"

/* RegionId of the request, or the first configured region. Borrowed. */
const char *request_region(const struct api *api, const struct request *request);

/*
 * The resource a parameter names. -EINVAL: the kind's NotFound fault, also for one of another
 * region than the request's. ret: address of a pointer to the kind's struct; the resource is the
 * caller's (resource_free).
 */
MUST_CHECK int find_resource(const struct api *api, const struct request *request, enum kind kind,
	const char *parameter, void *ret, struct fault *fault);
/* By id, for references inside resources. -ENOENT. */
MUST_CHECK int find_by_id(const struct api *api, enum kind kind, const char *id, void *ret);

/* The same without its secrets, borrowed while the handler runs. ret: address of a pointer to
 * const. */
MUST_CHECK int find_seen(const struct api *api, enum kind kind, const char *id, void *ret);

struct found_item {
	const void *resource; /* without its secrets; borrowed */
	const struct snapshot_item *item;
};

struct found {
	enum kind kind;
	struct found_item *items; /* by creation time, then id */
	size_t len;
};

/*
 * All of a kind; with `below` only ids that start with it, with `mention` only those that name this
 * id or value somewhere (the caller still checks where). Either may be NULL. With an id or address
 * to go by it costs as much as there are such resources, else as much as there are of the kind.
 */
MUST_CHECK int find_all(const struct api *api, enum kind kind, const char *below,
	const char *mention, struct found *ret);
/* All of a kind whose field ("VpcId", a row of its table) is this id or text. */
MUST_CHECK int find_owned(const struct api *api, enum kind kind, const char *field,
	const char *owner, struct found *ret);
/* One of them with its secrets; the caller's. */
MUST_CHECK int found_open(
	const struct api *api, const struct found *found, size_t index, void **ret);
void found_clear(struct found *found);
#define AUTO_FOUND CLEANUP(found_clear)

#define DEFINE_RESOURCE_CLEANUP(type, kind)                                                        \
	static inline void type##_releasep(struct type **resource)                                 \
	{                                                                                          \
		resource_free(kind, *resource);                                                    \
	}
DEFINE_RESOURCE_CLEANUP(vpc, KIND_VPC)
DEFINE_RESOURCE_CLEANUP(vswitch, KIND_VSWITCH)
DEFINE_RESOURCE_CLEANUP(vpn_gateway, KIND_VPN_GATEWAY)
DEFINE_RESOURCE_CLEANUP(customer_gateway, KIND_CUSTOMER_GATEWAY)
DEFINE_RESOURCE_CLEANUP(vpn_connection, KIND_VPN_CONNECTION)
DEFINE_RESOURCE_CLEANUP(vpn_route_entry, KIND_VPN_ROUTE_ENTRY)
DEFINE_RESOURCE_CLEANUP(vpn_pbr_route_entry, KIND_VPN_PBR_ROUTE_ENTRY)
/* AUTO_RESOURCE(vpc) struct vpc *vpc = NULL; */
#define AUTO_RESOURCE(type) CLEANUP(type##_releasep)
