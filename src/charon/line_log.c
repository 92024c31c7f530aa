/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A logger that listens to the control flow of connections and to nothing louder: from level 2 on
 * lines carry payloads, at level 4 keys. IKE_SAs without a connection are strangers' so far; what
 * is said of them stays in charon's own log, so that strangers fill nobody's.
 */
#include "charon/line_log.h"

#include <daemon.h>
#include <time.h>

#include "charon/line_queue.h"

struct line_log {
	logger_t logger;
	struct agent_link *link;
};

METHOD(logger_t, get_level, level_t, struct line_log *this, debug_t group)
{
	switch ((int)group) {
	case DBG_MGR: /* check-outs of IKE_SAs */
	case DBG_JOB:
	case DBG_NET: /* one line for every datagram */
	case DBG_LIB:
	case DBG_ASN:
		return LEVEL_AUDIT;
	default:
		return LEVEL_CTRL;
	}
}

METHOD(logger_t, log_, void, struct line_log *this, debug_t group, level_t level, int thread,
	ike_sa_t *ike_sa, const char *message)
{
	struct charon_line line = { 0 };
	struct timespec now;

	if (level > LEVEL_CTRL || !ike_sa || !ike_sa->get_peer_cfg(ike_sa) ||
		line_is_noise(message))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	line.time_s = (uint32_t)now.tv_sec;
	line.time_ms = (uint32_t)(now.tv_nsec / 1000000);
	snprintf(line.connection, sizeof(line.connection), "%s", ike_sa->get_name(ike_sa));
	snprintf(line.group, sizeof(line.group), "%N", debug_names, group);
	snprintf(line.text, sizeof(line.text), "%s", message);
	agent_link_line(this->link, &line);
}

logger_t *line_log_new(struct agent_link *link)
{
	struct line_log *this;

	INIT(this, .logger = { .log = _log_, .get_level = _get_level }, .link = link);
	return &this->logger;
}

void line_log_free(logger_t *logger)
{
	free(logger);
}
