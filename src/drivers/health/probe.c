/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends, waits, judges, and sends again. A probe's answer is waited for at most a second and at
 * most an interval, so that a failure is known interval x retry + that time after the path died.
 */
#include "drivers/health/probe.h"

#include "base/log.h"
#include "base/loop.h"
#include "drivers/health/socket.h"

#include <errno.h>
#include <sys/socket.h>

#define TIMEOUT_MAX_MS 1000
#define ANSWERS_AT_ONCE 16 /* whoever floods a socket does not hold up the loop */

static uint64_t interval_ms(const struct probe *probe)
{
	return (uint64_t)probe->settings.interval_s * 1000;
}

static uint64_t timeout_ms(const struct probe *probe)
{
	return interval_ms(probe) < TIMEOUT_MAX_MS ? interval_ms(probe) : TIMEOUT_MAX_MS;
}

static bool is_tunnel_up(const struct probe *probe)
{
	return probe->parts->carries(probe->parts->arg, probe->settings.number) == 1;
}

/* Ours to Dip; the answer's addresses are the other way round. */
static struct echo echo_of(const struct probe_settings *settings, bool is_answer)
{
	return (struct echo){ .source = is_answer ? settings->dip : settings->sip,
		.destination = is_answer ? settings->sip : settings->dip,
		.id = (uint16_t)settings->number };
}

static void set_timer(struct probe *probe, uint64_t delay_ms)
{
	probe->parts->clock->timer_set(probe->timer, delay_ms);
}

static void send_probe(struct probe *probe)
{
	struct echo echo = echo_of(&probe->settings, false);
	uint8_t packet[ECHO_SIZE];

	echo.sequence = check_send(&probe->check);
	echo_request(&echo, packet);
	/* A device that is full or going away answers nothing; the check says so in time. */
	if (send(probe->fd, packet, sizeof(packet), 0) < 0)
		log_debug("a health probe was not sent resource=%s error=%d", probe->id, errno);
	probe->is_listening = true;
	set_timer(probe, timeout_ms(probe));
}

static void tell_changed(struct probe *probe)
{
	probe->parts->changed(probe->parts->arg, probe->settings.number);
	probe->parts->mark(probe->parts->arg, KIND_VPN_CONNECTION, probe->id);
}

static void reset_when_due(struct probe *probe)
{
	const struct clock *clock = probe->parts->clock;
	struct mono now = clock->now(clock->ctx);

	if (probe->check.state != CHECK_FAILED || probe->check.missed < probe->check.retry ||
		!is_tunnel_up(probe) || now.ns < probe->reset_due.ns)
		return;
	probe->reset_due.ns = now.ns + (int64_t)check_reset(&probe->check) * 1000000;
	probe->parts->reset(probe->parts->arg, probe->id);
}

static void timer_expired(void *arg)
{
	struct probe *probe = arg;

	if (!probe->is_listening) {
		send_probe(probe);
		return;
	}
	probe->is_listening = false;
	if (check_expire(&probe->check, is_tunnel_up(probe)))
		tell_changed(probe);
	reset_when_due(probe);
	set_timer(probe, interval_ms(probe) - timeout_ms(probe));
}

static void answered(struct probe *probe, uint16_t sequence)
{
	const struct clock *clock = probe->parts->clock;
	bool is_changed;

	if (!check_answer(&probe->check, sequence, &is_changed))
		return;
	probe->answered_at = clock->now(clock->ctx);
	if (is_changed)
		tell_changed(probe);
}

static void readable(void *arg, int events)
{
	struct probe *probe = arg;
	struct echo wanted = echo_of(&probe->settings, true), reply;
	uint8_t packet[256];
	ssize_t size;

	(void)events;
	for (int i = 0; i < ANSWERS_AT_ONCE; i++) {
		size = recv(probe->fd, packet, sizeof(packet), 0);
		if (size <= 0)
			return;
		if (echo_parse_reply(packet, (size_t)size, &reply) == 0 &&
			addr_equal(reply.source, wanted.source) &&
			addr_equal(reply.destination, wanted.destination) && reply.id == wanted.id)
			answered(probe, reply.sequence);
	}
}

struct probe *probe_new(struct health_parts *parts, const char *id)
{
	struct probe *probe = xcalloc(1, sizeof(*probe));

	probe->parts = parts;
	probe->id = xstrdup(id);
	probe->fd = -1;
	probe->timer = parts->clock->timer_new(parts->clock->ctx, timer_expired, probe);
	return probe;
}

static void close_socket(struct probe *probe)
{
	loop_io_free(probe->io);
	probe->io = NULL;
	if (probe->fd >= 0)
		close(probe->fd);
	probe->fd = -1;
}

void probe_free(struct probe *probe)
{
	probe->parts->clock->timer_free(probe->timer);
	close_socket(probe);
	free(probe->id);
	free(probe);
}

static int open_socket(void *arg, const char *interface)
{
	const struct probe_settings *settings = arg;
	struct echo answer = echo_of(settings, true);

	return socket_open_device(interface, &answer);
}

static bool is_same_path(const struct probe_settings *a, const struct probe_settings *b)
{
	return addr_equal(a->dip, b->dip) && addr_equal(a->sip, b->sip) && a->retry == b->retry;
}

int probe_start(struct probe *probe, const struct vpn_connection *connection,
	const struct probe_settings *settings)
{
	struct device_port *devices = &probe->parts->devices;
	struct probe_settings opened = *settings;
	bool is_known = is_same_path(&probe->settings, settings);
	int fd;

	opened.generation = devices->generation(devices->ctx, settings->number);
	fd = devices->run(devices->ctx, connection, open_socket, &opened);
	if (fd < 0)
		return fd;
	close_socket(probe);
	probe->fd = fd;
	probe->io = loop_io_new(probe->parts->loop, fd, LOOP_READ, readable, probe);
	probe->settings = opened;
	if (!is_known) {
		check_init(&probe->check, settings->retry);
		probe->parts->changed(probe->parts->arg, settings->number);
	}
	send_probe(probe);
	return 0;
}

void probe_tunnel_changed(struct probe *probe)
{
	if (is_tunnel_up(probe))
		send_probe(probe);
	else if (check_tunnel_down(&probe->check))
		tell_changed(probe);
}
