/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both sides' values as text for an alert: proposals, traffic selectors, identities. Every function
 * appends to a text of CHARON_TEXT_MAX bytes and cuts what does not fit. Knows charon's objects and
 * its printf extensions; never sees a secret.
 */
#pragma once

#include <collections/linked_list.h>
#include <sa/ike_sa.h>

/* printf with strongSwan's %H, %Y, %P, %R, %N. */
void describe(char *text, const char *format, ...);

/* Of proposal_t, of traffic_selector_t. */
void describe_proposals(char *text, linked_list_t *proposals);
void describe_selectors(char *text, linked_list_t *selectors);

/* The proposals of every configuration that matches these addresses. */
void describe_ike_proposals(char *text, host_t *local, host_t *remote, ike_version_t version);
/* The identity pairs of every connection that matches these addresses. */
void describe_identities(char *text, host_t *local, host_t *remote, ike_version_t version);

/* What the IKE_SA's connection has for its children; nothing when none is chosen yet. */
void describe_child_proposals(char *text, ike_sa_t *ike_sa);
void describe_child_selectors(char *text, ike_sa_t *ike_sa);

/* The identity this side of the connection is configured with, NULL = any. Borrowed. */
identification_t *configured_identity(peer_cfg_t *connection, bool local);
