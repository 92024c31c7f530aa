/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of formats.
 */
#include "api/peer/peer.h"

const struct peer_format peer_formats[] = {
	{ "sheet", "txt", peer_render_sheet, true },
	{ "json", "json", peer_render_json, true },
	{ "swanctl-policy", "conf", peer_render_swanctl_policy, true },
	{ "swanctl-route", "conf", peer_render_swanctl_route, true },
	{ "libreswan", "conf", peer_render_libreswan, false },
	{ "libreswan-secrets", "secrets", peer_render_libreswan_secrets, true },
	{},
};

const char *const peer_format_names[] = { "sheet", "json", "swanctl-policy", "swanctl-route",
	"libreswan", "libreswan-secrets", NULL };
