/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See walk.h.
 */
#include "espd/walk.h"

#include "espd/session.h"

static void hold_sas(struct walk *walk, const struct sadb *sadb)
{
	walk->sas = xcalloc(sadb->len + 1, sizeof(*walk->sas));
	walk->sas_len = sadb->len;
	for (size_t i = 0; i < sadb->len; i++) {
		const struct sa *sa = sadb->items[i];

		walk->sas[i] = (struct espd_sa_held){
			.key = { .direction = sa->outbound ? ESPD_OUT : ESPD_IN,
				.spi = sa->spi,
				.peer = sa->peer },
			.if_id = sa->tunnel->config.if_id,
			.source = sa->outer.source,
			.destination = sa->outer.destination,
			.source_port = sa->outer.source_port,
			.destination_port = sa->outer.destination_port,
			.cipher = sa->suite.cipher,
			.integrity = sa->suite.integrity,
			.encapsulated = sa->outer.encapsulated,
			.esn = sa->esn,
			.orphaned = sa->orphaned,
		};
	}
}

void walk_start_dump(struct walk *walk, uint32_t sequence, const struct plane *plane)
{
	*walk = (struct walk){ .stage = WALK_SOCKETS, .sequence = sequence };
	hold_sas(walk, plane_sadb(plane));
}

void walk_start_counters(struct walk *walk, uint32_t sequence)
{
	*walk = (struct walk){ .stage = WALK_COUNTERS, .sequence = sequence };
}

static void step_sockets(struct walk *walk, const struct plane *plane, struct session *session)
{
	const struct wires *wires = plane_wires(plane);

	if (walk->index == wires->len) {
		walk->stage = WALK_TUNNELS;
		return;
	}
	session_send(session, ESPD_SOCKET_HELD, walk->sequence, &wires->items[walk->index]->config,
		sizeof(struct espd_socket), wires->items[walk->index]->fd);
	walk->index++;
}

static void step_tunnels(struct walk *walk, const struct plane *plane, struct session *session)
{
	const struct tunnel *tunnel = tunnels_next(plane_tunnels(plane), walk->if_id);

	if (!tunnel) {
		walk->stage = WALK_SAS;
		walk->index = 0;
		return;
	}
	walk->if_id = tunnel->config.if_id;
	session_send(session, ESPD_TUNNEL_HELD, walk->sequence, &tunnel->config,
		sizeof(tunnel->config), tunnel->device.fd);
}

static void step_sas(struct walk *walk, struct session *session)
{
	if (walk->index == walk->sas_len) {
		walk_done(walk);
		return;
	}
	session_send(session, ESPD_SA_HELD, walk->sequence, &walk->sas[walk->index],
		sizeof(walk->sas[0]), -1);
	walk->index++;
}

static void step_counters(struct walk *walk, const struct plane *plane, struct session *session)
{
	const struct tunnel *tunnel = tunnels_next(plane_tunnels(plane), walk->if_id);
	struct espd_tunnel_counters counters;
	struct espd_global_counters global;

	if (walk->index++ == 0) {
		plane_global_counters(plane, &global);
		session_send(
			session, ESPD_GLOBAL_COUNTERS, walk->sequence, &global, sizeof(global), -1);
	} else if (!tunnel || plane_tunnel_counters(plane, tunnel->config.if_id, &counters) < 0) {
		walk_done(walk);
	} else {
		walk->if_id = tunnel->config.if_id;
		session_send(session, ESPD_TUNNEL_COUNTERS, walk->sequence, &counters,
			sizeof(counters), -1);
	}
}

bool walk_continue(struct walk *walk, const struct plane *plane, struct session *session)
{
	while (walk->stage != WALK_IDLE && !session_is_behind(session)) {
		switch (walk->stage) {
		case WALK_SOCKETS:
			step_sockets(walk, plane, session);
			break;
		case WALK_TUNNELS:
			step_tunnels(walk, plane, session);
			break;
		case WALK_SAS:
			step_sas(walk, session);
			break;
		case WALK_COUNTERS:
			step_counters(walk, plane, session);
			break;
		case WALK_IDLE:
		default:
			break;
		}
	}
	return walk->stage == WALK_IDLE;
}

void walk_done(struct walk *walk)
{
	free(walk->sas);
	walk->sas = NULL;
	walk->stage = WALK_IDLE;
}
