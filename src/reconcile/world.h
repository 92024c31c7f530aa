/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desired resources, decoded, as one consistent snapshot in memory, with the look-ups the
 * drivers need. Filled from the store's desired/ space and kept up to date by its watch.
 */
#pragma once

#include "resource/resource.h"

struct world;

struct world *world_new(const struct vault *vault);
void world_free(struct world *world);
DEFINE_CLEANUP(struct world, world_free)
/*
 * key: "<kind>/<id>"; document NULL: the resource is gone. 0, or -EINVAL for one that does not
 * decode: the resource stays as it was before, and is_broken until a good document or its end
 * comes, so that nothing of it is removed because of a document nobody understands.
 */
MUST_CHECK int world_set(struct world *world, const char *key, const json_t *document,
	uint64_t revision, struct fault *fault);
/* NULL when there is none. Borrowed until the next world_set of that key. */
const void *world_get(const struct world *world, enum kind kind, const char *id);
bool world_is_broken(const struct world *world, enum kind kind, const char *id);
/* All of a kind, sorted by id. Borrowed. */
const void *const *world_list(const struct world *world, enum kind kind, size_t *ret_len);
const struct vpn_gateway *world_gateway_of(
	const struct world *world, const struct vpn_connection *connection);
const struct customer_gateway *world_customer_gateway_of(
	const struct world *world, const struct vpn_connection *connection);
const struct vpc *world_vpc_of(const struct world *world, const struct vpn_gateway *gateway);
/* The kind of the resource with this id; KIND_COUNT when there is none. */
enum kind world_kind_of(const struct world *world, const char *id);
/* The connection with this number; NULL when there is none. */
const struct vpn_connection *world_connection_by_number(const struct world *world, uint32_t number);
