/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything of the peer's view as JSON, for programs that configure devices.
 */
#include "api/peer/text.h"

#include <string.h>

static json_t *describe(const struct peer_config *config, const struct peer_view *view)
{
	const struct vpn_connection *connection = &view->connection;
	json_t *one = json_object(), *routes = json_array();

	peer_view_describe(view, one);
	json_object_set_new(one, "VpnConnectionId", json_string(connection->meta.id));
	json_object_set_new(one, "Name", json_string(connection->meta.name));
	json_object_set_new(one, "Revision", json_integer((json_int_t)connection->meta.revision));
	json_object_set_new(one, "EnableDpd", json_boolean(connection->enable_dpd));
	json_object_set_new(
		one, "EnableNatTraversal", json_boolean(connection->enable_nat_traversal));
	json_object_set_new(
		json_object_get(one, "IkeConfig"), "Psk", json_string(peer_psk(config)));
	for (size_t i = 0; i < view->routes.len; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(view->routes.items[i], text);
		json_array_append_new(routes, json_string(text));
	}
	json_object_set_new(one, "Routes", routes);
	return one;
}

int peer_render_json(const struct peer_config *config, struct strbuf *out, struct fault *fault)
{
	json_auto_t *whole = json_object();
	json_t *list = json_array();
	char *text;

	(void)fault;
	json_object_set_new(whole, "VpnConnections", list);
	for (size_t i = 0; i < config->len; i++)
		json_array_append_new(list, describe(config, &config->views[i]));
	text = json_dumps(whole, JSON_INDENT(2) | JSON_SORT_KEYS);
	strbuf_add(out, text);
	strbuf_add_char(out, '\n');
	wipe(text, strlen(text));
	free(text);
	return 0;
}
