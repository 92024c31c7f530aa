/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks charon's configurations and prints them with strongSwan's own printf extensions, so that
 * the words are those of charon's log.
 */
#include "charon/describe.h"

#include <daemon.h>

#include "charon/proto.h"

void describe(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, CHARON_TEXT_MAX - used, format, args);
	va_end(args);
}

static const char *separator(const char *text)
{
	return text[0] ? ", " : "";
}

void describe_proposals(char *text, linked_list_t *proposals)
{
	describe(text, "%s%#P", separator(text), proposals);
}

void describe_selectors(char *text, linked_list_t *selectors)
{
	describe(text, "%#R", selectors);
}

void describe_ike_proposals(char *text, host_t *local, host_t *remote, ike_version_t version)
{
	enumerator_t *enumerator = charon->backends->create_ike_cfg_enumerator(
		charon->backends, local, remote, version);
	ike_cfg_t *config;

	while (enumerator->enumerate(enumerator, &config)) {
		linked_list_t *proposals = config->get_proposals(config);

		describe_proposals(text, proposals);
		proposals->destroy_offset(proposals, offsetof(proposal_t, destroy));
	}
	enumerator->destroy(enumerator);
}

identification_t *configured_identity(peer_cfg_t *connection, bool local)
{
	enumerator_t *enumerator = connection->create_auth_cfg_enumerator(connection, local);
	identification_t *identity = NULL;
	auth_cfg_t *auth;

	if (enumerator->enumerate(enumerator, &auth))
		identity = auth->get(auth, AUTH_RULE_IDENTITY);
	enumerator->destroy(enumerator);
	return identity;
}

static void describe_identity(char *text, identification_t *identity)
{
	if (identity)
		describe(text, "%Y", identity);
	else
		describe(text, "%%any");
}

void describe_identities(char *text, host_t *local, host_t *remote, ike_version_t version)
{
	enumerator_t *enumerator = charon->backends->create_peer_cfg_enumerator(
		charon->backends, local, remote, NULL, NULL, version);
	peer_cfg_t *connection;

	while (enumerator->enumerate(enumerator, &connection)) {
		describe(text, "%s", separator(text));
		describe_identity(text, configured_identity(connection, TRUE));
		describe(text, "...");
		describe_identity(text, configured_identity(connection, FALSE));
	}
	enumerator->destroy(enumerator);
}

static void each_child(char *text, ike_sa_t *ike_sa, void (*print)(char *text, child_cfg_t *child))
{
	peer_cfg_t *connection = ike_sa ? ike_sa->get_peer_cfg(ike_sa) : NULL;
	enumerator_t *enumerator;
	child_cfg_t *child;

	if (!connection)
		return;
	enumerator = connection->create_child_cfg_enumerator(connection);
	while (enumerator->enumerate(enumerator, &child))
		print(text, child);
	enumerator->destroy(enumerator);
}

static void print_proposals(char *text, child_cfg_t *child)
{
	linked_list_t *proposals = child->get_proposals(child, FALSE);

	describe_proposals(text, proposals);
	proposals->destroy_offset(proposals, offsetof(proposal_t, destroy));
}

static void print_selectors(char *text, child_cfg_t *child)
{
	describe(text, "%s", separator(text));
	for (int local = 1; local >= 0; local--) {
		linked_list_t *selectors =
			child->get_traffic_selectors(child, local, NULL, NULL, FALSE);

		describe_selectors(text, selectors);
		selectors->destroy_offset(selectors, offsetof(traffic_selector_t, destroy));
		if (local)
			describe(text, "=== ");
	}
}

void describe_child_proposals(char *text, ike_sa_t *ike_sa)
{
	each_child(text, ike_sa, print_proposals);
}

void describe_child_selectors(char *text, ike_sa_t *ike_sa)
{
	each_child(text, ike_sa, print_selectors);
}
