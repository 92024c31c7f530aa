/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection as the device in the data centre has to be configured: everything local and remote
 * is swapped. Whatever shows it (parameters, a rendered configuration) starts here.
 */
#pragma once

#include "api/action.h"

struct peer_view {
	struct vpn_gateway *gateway;
	struct customer_gateway *customer_gateway;
	/*
	 * With LocalSubnet and RemoteSubnet, the identities, and the AS numbers and addresses of
	 * BGP swapped; local_asn is 0 when the customer gateway has none. Shallow: it borrows from
	 * the connection it was made of and is never freed.
	 */
	struct vpn_connection connection;
	struct addr local, remote;  /* the device's, the gateway's */
	uint32_t peer_asn;          /* the gateway's */
	struct addr peer_bgp_ip;    /* the gateway's; 0 = none */
	struct prefix return_route; /* of health probes' answers, into the tunnel; len 0 = none */
	/* What lies behind the tunnel: the VPC's blocks, or the protected ones; owned. */
	struct prefixes routes;
};

/* connection: must outlive the view. 0 or a store error. */
MUST_CHECK int peer_view_make(
	const struct api *api, const struct vpn_connection *connection, struct peer_view *ret);
/* As DownloadVpnConnectionConfig shows it. */
void peer_view_describe(const struct peer_view *view, json_t *answer);
void peer_view_clear(struct peer_view *view);
#define AUTO_PEER_VIEW CLEANUP(peer_view_clear)
