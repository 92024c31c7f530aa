/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the connection actions share: rules that take other resources, and the answer.
 */
#pragma once

#include "api/action.h"

/* Parameters no action of this family serves. */
MUST_CHECK int vpn_connection_unsupported(const struct request *request, struct fault *fault);
/* The gateway does IPsec, and both are in one region. */
MUST_CHECK int vpn_connection_check_ends(const struct vpn_gateway *gateway,
	const struct customer_gateway *peer, struct fault *fault);
/*
 * Health probes go from the VPC to somewhere else; BGP knows the peer's AS number; the tunnel's
 * block is used once in the VPC. Takes the VPC's guard where it decides about the block.
 */
MUST_CHECK int vpn_connection_check_network(const struct api *api, struct change *change,
	const struct vpn_connection *connection, const struct vpn_gateway *gateway,
	const struct customer_gateway *peer, struct fault *fault);
/*
 * An AEAD cipher has no authentication algorithm beside it: what the request did not say goes away,
 * what it did say stays and is refused by the kind's check. Another cipher without one gets the
 * default. After given_fields().
 */
MUST_CHECK int vpn_connection_settle_integrity(
	const struct request *request, struct vpn_connection *connection, struct fault *fault);
/* Identities that were left out: the gateway's and the customer gateway's address. */
void vpn_connection_fill_ids(struct vpn_connection *connection, const struct vpn_gateway *gateway,
	const struct customer_gateway *peer);
MUST_CHECK int vpn_connection_describe(const struct api *api, const void *resource, json_t *answer);
/* The answer of a modification. */
MUST_CHECK int vpn_connection_describe_modified(
	const struct api *api, const struct vpn_connection *connection, json_t *answer);
