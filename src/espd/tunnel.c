/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The set is a sorted array: it changes rarely and is small beside what it points to.
 */
#include "espd/tunnel.h"

#include "base/loop.h"

#include <errno.h>
#include <string.h>

int tunnel_check(const struct espd_tunnel *config)
{
	if (!config->if_id || config->mtu < TUNNEL_MTU_MIN || config->mtu > TUNNEL_MTU_MAX ||
		!config->local_address)
		return -EINVAL;
	return 0;
}

struct tunnel *tunnel_new(const struct espd_tunnel *config, const struct device *device)
{
	struct tunnel *tunnel = xcalloc(1, sizeof(*tunnel));

	tunnel->config = *config;
	tunnel->device = *device;
	kept_init(&tunnel->kept, config->mtu);
	return tunnel;
}

void tunnel_free(struct tunnel *tunnel)
{
	if (!tunnel)
		return;
	loop_io_free(tunnel->io);
	close(tunnel->device.fd);
	kept_done(&tunnel->kept);
	free(tunnel);
}

void tunnel_set(struct tunnel *tunnel, const struct espd_tunnel *config)
{
	if (config->mtu != tunnel->config.mtu) {
		struct kept kept;
		size_t size;

		kept_init(&kept, config->mtu);
		for (size_t i = 0; i < tunnel->kept.len; i++) {
			const uint8_t *packet = kept_get(&tunnel->kept, i, &size);

			if (!kept_add(&kept, packet, size, tunnel->kept.until_ms[i] - KEPT_MS))
				tunnel->counters[0].drop_no_sa++;
		}
		kept_done(&tunnel->kept);
		tunnel->kept = kept;
	}
	tunnel->config = *config;
}

static uint64_t later(uint64_t a, int64_t b)
{
	return (uint64_t)b > a ? (uint64_t)b : a;
}

static uint64_t count_out(const struct tunnel *tunnel)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < WORKERS_MAX; i++)
		sum += tunnel->counters[i].out_packets + tunnel->counters[i].drop_no_sa;
	return sum;
}

/* Once a millisecond is enough, and spares looking at the other workers' for each packet. */
void tunnel_note_in(const struct tunnel *tunnel, struct tunnel_counters *counters, int64_t now_ms)
{
	if (counters->last_in_ms == now_ms)
		return;
	counters->last_in_ms = now_ms;
	counters->out_at_in = count_out(tunnel);
}

void tunnel_counters_get(const struct tunnel *tunnel, struct espd_tunnel_counters *ret)
{
	struct espd_tunnel_counters sum = { .if_id = tunnel->config.if_id };
	uint64_t out_at_in = 0;

	for (unsigned int i = 0; i < WORKERS_MAX; i++) {
		const struct tunnel_counters *c = &tunnel->counters[i];

		sum.in_packets += c->in_packets;
		sum.in_bytes += c->in_bytes;
		sum.out_packets += c->out_packets;
		sum.out_bytes += c->out_bytes;
		if ((uint64_t)c->last_in_ms > sum.last_in_ms)
			out_at_in = c->out_at_in;
		sum.last_in_ms = later(sum.last_in_ms, c->last_in_ms);
		sum.last_out_ms = later(sum.last_out_ms, c->last_out_ms);
		sum.drop_no_sa += c->drop_no_sa;
		sum.drop_selector_in += c->drop_selector_in;
		sum.drop_selector_out += c->drop_selector_out;
		sum.drop_replay += c->drop_replay;
		sum.drop_auth += c->drop_auth;
		sum.drop_malformed += c->drop_malformed;
		sum.drop_too_big += c->drop_too_big;
		sum.drop_ipv6 += c->drop_ipv6;
		sum.drop_sequence += c->drop_sequence;
		sum.drop_io += c->drop_io;
	}
	sum.out_unanswered = count_out(tunnel) - out_at_in;
	*ret = sum;
}

/* The index of the first tunnel with at least this number. */
static size_t find(const struct tunnels *tunnels, uint32_t if_id)
{
	size_t low = 0, high = tunnels->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tunnels->items[middle]->config.if_id < if_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct tunnel *tunnels_get(const struct tunnels *tunnels, uint32_t if_id)
{
	struct tunnel *tunnel = if_id ? tunnels_next(tunnels, if_id - 1) : NULL;

	return tunnel && tunnel->config.if_id == if_id ? tunnel : NULL;
}

struct tunnel *tunnels_next(const struct tunnels *tunnels, uint32_t if_id)
{
	size_t index = if_id == UINT32_MAX ? tunnels->len : find(tunnels, if_id + 1);

	return index < tunnels->len ? tunnels->items[index] : NULL;
}

int tunnels_add(struct tunnels *tunnels, struct tunnel *tunnel)
{
	size_t index = find(tunnels, tunnel->config.if_id);

	if (tunnels_get(tunnels, tunnel->config.if_id))
		return -EEXIST;
	if (tunnels->len == TUNNELS_MAX)
		return -ENOSPC;
	tunnels->items = xreallocarray(tunnels->items, tunnels->len + 1, sizeof(*tunnels->items));
	memmove(tunnels->items + index + 1, tunnels->items + index,
		(tunnels->len - index) * sizeof(*tunnels->items));
	tunnels->items[index] = tunnel;
	tunnels->len++;
	return 0;
}

struct tunnel *tunnels_take(struct tunnels *tunnels, uint32_t if_id)
{
	size_t index = find(tunnels, if_id);
	struct tunnel *tunnel = tunnels_get(tunnels, if_id);

	if (!tunnel)
		return NULL;
	tunnels->len--;
	memmove(tunnels->items + index, tunnels->items + index + 1,
		(tunnels->len - index) * sizeof(*tunnels->items));
	return tunnel;
}

void tunnels_done(struct tunnels *tunnels)
{
	for (size_t i = 0; i < tunnels->len; i++)
		tunnel_free(tunnels->items[i]);
	free(tunnels->items);
	*tunnels = (struct tunnels){ 0 };
}
