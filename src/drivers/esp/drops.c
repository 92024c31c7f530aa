/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the drop counters a user can act on: packets without an SA, inner IPv6 and what the
 * kernel refused have places of their own and are no news here.
 */
#include "drivers/esp/drops.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name; /* the counter's, as DescribeVpnConnectionDetail has it */
	size_t offset;
	const char *text;
} causes[] = {
	{ "DropSelectorOut", offsetof(struct espd_tunnel_counters, drop_selector_out),
		"outside the negotiated networks (LocalSubnet, RemoteSubnet), from the VPC" },
	{ "DropSelectorIn", offsetof(struct espd_tunnel_counters, drop_selector_in),
		"outside the negotiated networks (LocalSubnet, RemoteSubnet), from the peer" },
	{ "DropAuthentication", offsetof(struct espd_tunnel_counters, drop_auth),
		"failed the integrity check (forged or damaged on the way)" },
	{ "DropReplay", offsetof(struct espd_tunnel_counters, drop_replay),
		"came twice or too late (replay)" },
	{ "DropMalformed", offsetof(struct espd_tunnel_counters, drop_malformed), "malformed" },
	{ "DropTooBig", offsetof(struct espd_tunnel_counters, drop_too_big),
		"too large for the path and not to be fragmented (the sender was told)" },
	{ "DropSequence", offsetof(struct espd_tunnel_counters, drop_sequence),
		"not sent because the SA's sequence numbers are used up" },
};

static uint64_t value(const struct espd_tunnel_counters *counters, size_t cause)
{
	uint64_t number;

	memcpy(&number, (const char *)counters + causes[cause].offset, sizeof(number));
	return number;
}

/* How many more; all of them when the counting began anew. */
static uint64_t growth(
	const struct drops_told *told, const struct espd_tunnel_counters *counters, size_t cause)
{
	uint64_t was = value(&told->counters, cause), is = value(counters, cause);

	return is >= was ? is - was : is;
}

static bool has_grown(const struct drops_told *told, const struct espd_tunnel_counters *counters)
{
	for (size_t i = 0; i < ARRAY_LEN(causes); i++)
		if (growth(told, counters, i))
			return true;
	return false;
}

/* Doubled when the drops went on; the first one again when there was quiet for as long. */
static void pause_after(struct drops_told *told, struct mono now)
{
	bool goes_on = told->was_told && mono_diff_ms(now, told->at) < 2 * told->pause_ms;

	told->pause_ms = goes_on ? 2 * told->pause_ms : DROPS_TOLD_MS;
	if (told->pause_ms > DROPS_TOLD_MAX_MS)
		told->pause_ms = DROPS_TOLD_MAX_MS;
	told->was_told = true;
	told->at = now;
}

bool drops_tell(struct drops_told *told, const struct espd_tunnel_counters *counters,
	struct mono now, char *text, size_t size, json_t **ret_data)
{
	size_t at;

	if (!told->is_known) {
		told->is_known = true;
		told->counters = *counters;
		return false;
	}
	if (!has_grown(told, counters) ||
		(told->was_told && mono_diff_ms(now, told->at) < told->pause_ms))
		return false;
	at = (size_t)snprintf(text, size, "packets were dropped");
	*ret_data = json_object();
	for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
		uint64_t count = growth(told, counters, i);

		if (!count)
			continue;
		if (at < size)
			at += (size_t)snprintf(text + at, size - at, "%s %" PRIu64 " %s",
				json_object_size(*ret_data) ? "," : ":", count, causes[i].text);
		json_object_set_new(*ret_data, causes[i].name, json_integer((json_int_t)count));
	}
	pause_after(told, now);
	told->counters = *counters;
	return true;
}
