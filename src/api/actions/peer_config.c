/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration for the device in the data centre, in a format of the caller's choice. A
 * secret inside a text is none to the mask over answers, so who may not read secrets gets a text
 * without.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/vpn_connection_siblings.h"
#include "api/check.h"
#include "api/peer/peer.h"
#include "api/permit.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* The views of a connection and of those that share its phase 1. */
struct views {
	struct siblings siblings;
	struct peer_view *items;
	size_t len;
};

static void views_clear(struct views *views)
{
	for (size_t i = 0; i < views->len; i++)
		peer_view_clear(&views->items[i]);
	free(views->items);
	siblings_clear(&views->siblings);
}

static int make_views(
	const struct api *api, const struct vpn_connection *connection, struct views *views)
{
	int err = siblings_find(api, connection, connection, &views->siblings);

	if (err)
		return err;
	views->items = xcalloc(views->siblings.len + 1, sizeof(*views->items));
	err = peer_view_make(api, connection, &views->items[0]);
	views->len = err ? 0 : 1;
	for (size_t i = 0; i < views->siblings.len && !err; i++) {
		if (!views->siblings.items[i].is_member)
			continue;
		err = peer_view_make(
			api, views->siblings.items[i].connection, &views->items[views->len]);
		views->len += !err;
	}
	return err;
}

static const struct peer_format *format_of(const struct request *request)
{
	const struct peer_format *format = peer_formats;

	/* The table of parameters has let only these through. */
	while (format->name &&
		strcasecmp(format->name, params_get(&request->params, "ConfigFormat")) != 0)
		format++;
	return format->name ? format : NULL;
}

static int describe_config(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	CLEANUP(views_clear) struct views views = {};
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(PEER_CONFIG_MAX);
	const struct peer_format *format = format_of(request);
	struct peer_config config = { .shows_psk = permit_shows_secrets(request) };
	AUTO_FREE char *file = NULL;
	int err = find_resource(
		api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &connection, fault);

	(void)change;
	if (!err)
		err = make_views(api, connection, &views);
	if (err)
		return err;
	config.views = views.items;
	config.len = views.len;
	err = format ? format->render(&config, &text, fault) : -EBADMSG;
	if (err)
		return err;
	file = xasprintf("%s.%s", connection->meta.id, format->suffix);
	answer_text(answer, "VpnConnectionId", connection->meta.id);
	answer_text(answer, "ConfigFormat", format->name);
	answer_text(answer, "FileName", file);
	answer_bool(answer, "IsComplete", config.shows_psk || !format->has_psk);
	answer_text(answer, "Config", strbuf_text(&text));
	if (text.size)
		wipe(text.text, text.size);
	return 0;
}

static const struct parameter parameters[] = {
	{ .name = "VpnConnectionId", .required = true, .doc = "The connection." },
	{ .name = "ConfigFormat",
		.required = true,
		.values = peer_format_names,
		.any_case = true,
		.doc = "A sheet for any device, JSON, strongSwan with policies or with an XFRM "
		       "interface and routes, libreswan's ipsec.conf or its ipsec.secrets." },
	{},
};

const struct action peer_config_actions[] = {
	{ "DescribeVpnConnectionPeerConfig", API_VERSION_VPNGW, false, parameters, describe_config,
		"The configuration for the device in the data centre, ready to be saved as "
		"FileName. Connections that share its phase 1 are in it too. Without the "
		"permission read-secrets a mark stands in place of the pre-shared key, and "
		"IsComplete is false." },
	{},
};
