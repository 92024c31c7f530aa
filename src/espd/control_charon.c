/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes and counts are checked here, meanings in the plane. Keys stay in the session's buffer,
 * which is wiped after the call.
 */
#include "espd/control_charon.h"

#include "espd/session.h"

#include <errno.h>

bool charon_has(uint16_t type)
{
	return type >= ESPD_SPI_GET && type <= ESPD_ORPHANS;
}

static int add_sa(struct plane *plane, const uint8_t *body, size_t size)
{
	const void *any = body;
	const struct espd_sa *request = any;
	size_t selectors;

	if (size < sizeof(*request))
		return -EINVAL;
	selectors = (size_t)request->source_selectors + request->destination_selectors;
	if (request->source_selectors > ESPD_SELECTORS_MAX ||
		request->destination_selectors > ESPD_SELECTORS_MAX ||
		size != sizeof(*request) + selectors * sizeof(struct espd_selector))
		return -EINVAL;
	any = body + sizeof(*request);
	return plane_add_sa(plane, request, any);
}

static int query_sa(struct plane *plane, struct session *session, uint32_t sequence,
	const struct espd_sa_key *key)
{
	struct espd_sa_counters counters;
	int err = plane_query_sa(plane, key, &counters);

	if (!err)
		session_send(session, ESPD_SA_COUNTERS, sequence, &counters, sizeof(counters), -1);
	return err;
}

static int count_orphans(
	const struct plane *plane, const uint8_t *body, size_t size, uint32_t *ret_value)
{
	const void *any = body;
	const struct espd_tunnel_key *key = any;

	if (size != sizeof(*key))
		return -EINVAL;
	return plane_orphans(plane, key->if_id, ret_value);
}

static int send_ike(struct plane *plane, const uint8_t *body, size_t size)
{
	const void *any = body;
	const struct espd_ike *ike = any;

	if (size > sizeof(*ike))
		plane_send_ike(plane, ike, body + sizeof(*ike), size - sizeof(*ike));
	return 0;
}

static int sa_request(struct plane *plane, struct session *session,
	const struct espd_header *header, const uint8_t *body, size_t size)
{
	const void *any = body;
	const struct espd_sa_key *key = any;

	if (size < sizeof(*key) || (key->direction != ESPD_IN && key->direction != ESPD_OUT) ||
		size != (header->type == ESPD_SA_UPDATE ? sizeof(struct espd_sa_update)
							: sizeof(*key)))
		return -EINVAL;
	switch (header->type) {
	case ESPD_SA_UPDATE:
		return plane_update_sa(plane, any);
	case ESPD_SA_QUERY:
		return query_sa(plane, session, header->sequence, key);
	default:
		return plane_remove_sa(plane, key);
	}
}

int charon_request(struct plane *plane, struct session *session, const struct espd_header *header,
	const uint8_t *body, size_t size, uint32_t *ret_value)
{
	*ret_value = 0;
	switch (header->type) {
	case ESPD_SPI_GET:
		if (size)
			return -EINVAL;
		*ret_value = plane_fresh_spi(plane);
		return 0;
	case ESPD_SA_FLUSH:
		if (size)
			return -EINVAL;
		plane_flush_sas(plane);
		return 0;
	case ESPD_SA_ADD:
		return add_sa(plane, body, size);
	case ESPD_IKE_SEND:
		return send_ike(plane, body, size);
	case ESPD_ORPHANS:
		return count_orphans(plane, body, size, ret_value);
	default:
		return sa_request(plane, session, header, body, size);
	}
}
