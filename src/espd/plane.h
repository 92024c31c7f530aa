/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data plane as a whole, without the control protocol: tunnels, sockets, SAs and the worker
 * that moves packets between them. The control side calls the functions and gets the events.
 */
#pragma once

#include "base/alloc.h"
#include "espd/proto.h"
#include "espd/sadb.h"
#include "espd/tunnel.h"
#include "espd/wire.h"

#include <stddef.h>
#include <stdint.h>

struct loop;
struct plane;

/* Never called from inside a plane_ function except sas_changed and expired. */
struct plane_events {
	void *arg;
	void (*wake)(void *arg, uint32_t if_id);
	void (*sas_changed)(void *arg, uint32_t if_id, uint32_t inbound, uint32_t outbound);
	void (*expired)(void *arg, const struct sa *sa, bool hard);
	void (*mapping)(void *arg, const struct sa *sa, uint32_t address, uint16_t port);
	/* false: nobody took it. */
	bool (*ike)(void *arg, const struct wire *wire, const struct datagram *datagram);
};

/* super_packets: the sockets may send and receive several packets as one, where they can. */
struct plane *plane_new(struct loop *loop, struct plane_events events, bool super_packets);
void plane_free(struct plane *plane);
DEFINE_CLEANUP(struct plane, plane_free)

/* fd is taken on success only. -EINVAL: not what config says. */
MUST_CHECK int plane_add_socket(struct plane *plane, const struct espd_socket *config, int fd);
MUST_CHECK int plane_remove_socket(struct plane *plane, const struct espd_socket *config);
MUST_CHECK int plane_add_tunnel(struct plane *plane, const struct espd_tunnel *config, int fd);
MUST_CHECK int plane_set_tunnel(struct plane *plane, const struct espd_tunnel *config);
MUST_CHECK int plane_remove_tunnel(struct plane *plane, uint32_t if_id);
/* Reports again the tunnels whose packets wait: for an agent that was away. */
void plane_wake_again(struct plane *plane);

/* An inbound SPI that no SA has, network order; what comes on it from now on waits for its SA. */
uint32_t plane_fresh_spi(struct plane *plane);
MUST_CHECK int plane_add_sa(
	struct plane *plane, const struct espd_sa *request, const struct espd_selector *selectors);
MUST_CHECK int plane_update_sa(struct plane *plane, const struct espd_sa_update *update);
MUST_CHECK int plane_remove_sa(struct plane *plane, const struct espd_sa_key *key);
MUST_CHECK int plane_query_sa(
	struct plane *plane, const struct espd_sa_key *key, struct espd_sa_counters *ret);
void plane_flush_sas(struct plane *plane);
/* Charon is gone. */
void plane_orphan_sas(struct plane *plane);
/* Outbound SAs of a lost charon that the tunnel still sends on. -ENOENT: the tunnel or a socket of
 * its address is not there. */
MUST_CHECK int plane_orphans(const struct plane *plane, uint32_t if_id, uint32_t *ret_len);
/* Counts what the kernel refuses. */
void plane_send_ike(
	struct plane *plane, const struct espd_ike *ike, const uint8_t *payload, size_t size);

/* Borrowed, for walks. */
const struct wires *plane_wires(const struct plane *plane);
const struct tunnels *plane_tunnels(const struct plane *plane);
const struct sadb *plane_sadb(const struct plane *plane);
MUST_CHECK int plane_tunnel_counters(
	const struct plane *plane, uint32_t if_id, struct espd_tunnel_counters *ret);
void plane_global_counters(const struct plane *plane, struct espd_global_counters *ret);
