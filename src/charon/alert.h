/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a negotiation failed, for the agent: charon's alerts, what the message hook sees of refusals
 * that raise none (most of IKEv1), and the values of both sides for them.
 */
#pragma once

#include <bus/listeners/listener.h>

#include "charon/agent_link.h"
#include "charon/socket.h"

struct alerts;

/* link may be NULL: nothing is told then. Both are borrowed until freed. */
struct alerts *alerts_new(struct agent_link *link, struct ike_queue *queue);
void alerts_free(struct alerts *alerts);

/* The listener_t.alert hook. */
void alerts_raised(struct alerts *alerts, ike_sa_t *ike_sa, alert_t alert, va_list args);

/* A decrypted message, before charon looks into it, and one before it is encrypted. Both on the
 * thread that processes this IKE_SA. */
void alerts_received(struct alerts *alerts, ike_sa_t *ike_sa, message_t *message);
void alerts_sending(struct alerts *alerts, ike_sa_t *ike_sa, message_t *message);
