/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From BIRD's words ("Received: Bad peer AS", "Error: Hold timer expired") to reasons.
 */
#include "drivers/bgp/verdict.h"

#include "drivers/bgp/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FROM_PEER "Received: "

static struct bgp_verdict down(enum reason reason, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static struct bgp_verdict down(enum reason reason, const char *format, ...)
{
	struct bgp_verdict verdict = { .reason = reason };
	va_list args;

	va_start(args, format);
	vsnprintf(verdict.message, sizeof(verdict.message), format, args);
	va_end(args);
	return verdict;
}

bool bgp_error_is_telling(const char *error)
{
	return *error && strncmp(error, "Socket:", strlen("Socket:")) != 0;
}

static bool says(const char *error, const char *words)
{
	return strstr(error, words) != NULL;
}

static struct bgp_verdict judge_asn(const struct vpn_connection *connection,
	const struct customer_gateway *peer, const char *error)
{
	if (strncmp(error, FROM_PEER, strlen(FROM_PEER)) == 0)
		return down(REASON_BGP_ASN_MISMATCH,
			"the peer expects another AS number than BgpConfig.LocalAsn %u",
			connection->bgp_config.local_asn);
	return down(REASON_BGP_ASN_MISMATCH,
		"the peer has another AS number than Asn %u of customer gateway %s", peer->asn,
		peer->meta.id);
}

static struct bgp_verdict judge_error(const struct vpn_connection *connection,
	const struct customer_gateway *peer, const char *error)
{
	if (says(error, "Bad peer AS"))
		return judge_asn(connection, peer, error);
	if (says(error, "Hold timer expired"))
		return down(REASON_BGP_HOLD_EXPIRED, "%s after %u s", error, BGP_HOLD_S);
	if (says(error, "limit"))
		return down(REASON_BGP_PREFIX_LIMIT,
			"more than %u; the session comes back when there are fewer",
			BGP_PREFIX_LIMIT);
	return down(REASON_BGP_REFUSED, "%s", error);
}

static struct bgp_verdict judge_keys(const struct customer_gateway *peer, bool is_sure)
{
	return down(REASON_BGP_KEY_MISMATCH,
		"%s with another key than AuthKey of customer gateway %s",
		is_sure ? "the peer comes" : "a peer, maybe this one, comes", peer->meta.id);
}

struct bgp_verdict bgp_judge(const struct vpn_connection *connection,
	const struct customer_gateway *peer, const struct bgp_evidence *evidence)
{
	char address[ADDR_TEXT_SIZE];

	/* BIRD may still believe in it. */
	if (evidence->carries == 0)
		return down(REASON_BGP_TUNNEL_DOWN, "%s", "");
	if (evidence->may_carry == 0)
		return down(REASON_HEALTH_CHECK, "the session is kept down until it is");
	if (evidence->is_up)
		return (struct bgp_verdict){ .is_up = true };
	if (*evidence->error)
		return judge_error(connection, peer, evidence->error);
	if (evidence->has_bad_keys)
		return judge_keys(peer, evidence->is_only_silent);
	if (evidence->down_ms < BGP_SILENT_MS)
		return down(REASON_BGP_CONNECTING, "%s", "");
	addr_format(vpn_connection_peer_bgp_ip(connection), address);
	return down(REASON_BGP_PEER_SILENT,
		"%s: no BGP there, a firewall, or another key than AuthKey of customer gateway %s",
		address, peer->meta.id);
}
