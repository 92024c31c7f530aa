/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes are checked here, meanings in the plane.
 */
#include "espd/control_agent.h"

#include "espd/session.h"
#include "espd/walk.h"

#include <errno.h>

bool agent_has(uint16_t type)
{
	return type >= ESPD_SOCKET_ADD && type <= ESPD_COUNTERS;
}

static int add_socket(struct plane *plane, const struct espd_socket *config, int *fd)
{
	int err = *fd < 0 ? -EBADF : plane_add_socket(plane, config, *fd);

	if (!err)
		(void)TAKE_FD(*fd);
	return err;
}

static int add_tunnel(struct plane *plane, const struct espd_tunnel *config, int *fd)
{
	int err = *fd < 0 ? -EBADF : plane_add_tunnel(plane, config, *fd);

	if (!err)
		(void)TAKE_FD(*fd);
	return err;
}

static int counters(struct plane *plane, struct session *session, struct walk *walk,
	uint32_t sequence, uint32_t if_id)
{
	struct espd_tunnel_counters one;
	int err;

	if (!if_id) {
		walk_start_counters(walk, sequence);
		return 0;
	}
	err = plane_tunnel_counters(plane, if_id, &one);
	if (!err)
		session_send(session, ESPD_TUNNEL_COUNTERS, sequence, &one, sizeof(one), -1);
	return err;
}

static size_t body_size(uint16_t type)
{
	switch (type) {
	case ESPD_SOCKET_ADD:
	case ESPD_SOCKET_REMOVE:
		return sizeof(struct espd_socket);
	case ESPD_TUNNEL_ADD:
	case ESPD_TUNNEL_SET:
		return sizeof(struct espd_tunnel);
	case ESPD_TUNNEL_REMOVE:
	case ESPD_COUNTERS:
		return sizeof(struct espd_tunnel_key);
	default:
		return 0;
	}
}

int agent_request(struct plane *plane, struct session *session, struct walk *walk,
	const struct espd_header *header, const uint8_t *body, size_t size, int *fd)
{
	const void *any = body;
	const struct espd_tunnel_key *key = any;

	if (size != body_size(header->type))
		return -EINVAL;
	switch (header->type) {
	case ESPD_SOCKET_ADD:
		return add_socket(plane, any, fd);
	case ESPD_SOCKET_REMOVE:
		return plane_remove_socket(plane, any);
	case ESPD_TUNNEL_ADD:
		return add_tunnel(plane, any, fd);
	case ESPD_TUNNEL_SET:
		return plane_set_tunnel(plane, any);
	case ESPD_TUNNEL_REMOVE:
		return plane_remove_tunnel(plane, key->if_id);
	case ESPD_COUNTERS:
		return counters(plane, session, walk, header->sequence, key->if_id);
	default:
		walk_start_dump(walk, header->sequence, plane);
		return 0;
	}
}
