/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One burst a wake-up and descriptor, so that a flood on one cannot starve the others. Port 4500
 * carries three things (RFC 3948 section 2): keepalives, IKE behind a zero marker, and ESP.
 */
#include "espd/pump.h"

#include "base/log.h"
#include "base/loop.h"
#include "espd/inbound.h"
#include "espd/outbound.h"
#include "espd/tunnel.h"

#include <string.h>

#define NON_ESP_MARKER 4

static bool is_ike(const struct wire *wire, const struct datagram *datagram)
{
	static const uint8_t marker[NON_ESP_MARKER];

	return wire->config.kind == ESPD_SOCKET_IKE ||
	       (wire->config.kind == ESPD_SOCKET_IKE_NATT && datagram->size >= NON_ESP_MARKER &&
		       !memcmp(datagram->bytes, marker, NON_ESP_MARKER));
}

static bool is_keepalive(const struct wire *wire, const struct datagram *datagram)
{
	return wire->config.kind != ESPD_SOCKET_ESP && datagram->size == 1 &&
	       datagram->bytes[0] == 0xff;
}

static void take_one(
	struct worker *worker, struct wire *wire, const struct datagram *datagram, size_t *esp_len)
{
	if (is_keepalive(wire, datagram)) {
		worker->counters.keepalives++;
	} else if (is_ike(wire, datagram)) {
		worker->hooks.ike(worker->hooks.arg, wire, datagram);
	} else {
		worker->in[(*esp_len)++] = *datagram;
		if (*esp_len < IN_BURST)
			return;
		inbound_burst(worker, wire, *esp_len);
		*esp_len = 0;
	}
}

/* The kernel joins by addresses, ports and size only: each part is looked at for itself. */
static void take_apart(
	struct worker *worker, struct wire *wire, const struct datagram *joined, size_t *esp_len)
{
	struct datagram one = *joined;
	size_t left = joined->size, step = joined->segment_size;

	do {
		one.size = step && step < left ? step : left;
		take_one(worker, wire, &one, esp_len);
		left -= one.size;
		one.bytes += one.size;
	} while (left);
}

static void wire_ready(void *arg, int events)
{
	struct wire *wire = arg;
	struct worker *worker = wire->worker;
	size_t len, esp_len = 0;

	(void)events;
	worker_enter(worker);
	len = wire_receive(wire, worker->in_buffers, worker->joined);
	for (size_t i = 0; i < len; i++)
		take_apart(worker, wire, &worker->joined[i], &esp_len);
	inbound_burst(worker, wire, esp_len);
	inbound_flush(worker);
	worker_leave(worker);
}

static void tunnel_ready(void *arg, int events)
{
	struct tunnel *tunnel = arg;
	int err;

	(void)events;
	worker_enter(tunnel->worker);
	err = outbound_read(tunnel->worker, tunnel);
	worker_leave(tunnel->worker);
	if (err < 0) {
		/* The device was deleted under us: the agent will remove or replace the tunnel. */
		log_warn("tunnel device cannot be read tunnel=%u error=%s", tunnel->config.if_id,
			strerror(-err));
		loop_io_set(tunnel->io, 0);
	}
}

void pump_watch_wire(struct loop *loop, struct worker *worker, struct wire *wire)
{
	wire->worker = worker;
	wire->io = loop_io_new(loop, wire->fd, LOOP_READ, wire_ready, wire);
}

void pump_watch_tunnel(struct loop *loop, struct worker *worker, struct tunnel *tunnel)
{
	tunnel->worker = worker;
	tunnel->io = loop_io_new(loop, tunnel->device.fd, LOOP_READ, tunnel_ready, tunnel);
}

void pump_kept(struct worker *worker, struct tunnel *tunnel)
{
	worker_enter(worker);
	outbound_kept(worker, tunnel);
	worker_leave(worker);
}

void pump_early(struct worker *worker)
{
	struct espd_socket door;

	worker_enter(worker);
	while (early_take(&worker->early, &door, &worker->in[0])) {
		const struct wire *wire = wires_get(worker->wires, door.kind, door.local_address);

		if (wire)
			inbound_burst(worker, wire, 1);
		else
			worker->counters.drop_unknown_spi++;
		inbound_flush(worker); /* the datagram is gone with the next one */
	}
	worker_leave(worker);
}
