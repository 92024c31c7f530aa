/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes of the algorithms a connection names. Knows no SA: what was negotiated is what was named.
 */
#include "reconcile/mtu.h"

#define OUTER 1500
#define IPV4_HEADER 20
#define UDP_HEADER 8
#define ESP_HEADER 8
#define TRAILER 2 /* pad length, next header */

static const struct {
	uint32_t align, iv, icv; /* icv: of AEAD */
} ciphers[] = {
	[ENC_AES] = { 16, 16, 0 },
	[ENC_AES192] = { 16, 16, 0 },
	[ENC_AES256] = { 16, 16, 0 },
	[ENC_DES] = { 8, 8, 0 },
	[ENC_3DES] = { 8, 8, 0 },
	[ENC_AES128GCM] = { 4, 8, 16 },
	[ENC_AES256GCM] = { 4, 8, 16 },
	[ENC_CHACHA20] = { 4, 8, 16 },
};
static const uint32_t icvs[] = { [AUTH_NONE] = 0,
	[AUTH_MD5] = 12,
	[AUTH_SHA1] = 12,
	[AUTH_SHA256] = 16,
	[AUTH_SHA384] = 24,
	[AUTH_SHA512] = 32 };

uint32_t tunnel_mtu(const struct vpn_connection *connection)
{
	const struct ipsec_config *ipsec = &connection->ipsec_config;
	uint32_t align = ciphers[ipsec->ipsec_enc_alg].align;
	uint32_t room = OUTER - IPV4_HEADER - ESP_HEADER - icvs[ipsec->ipsec_auth_alg] -
			ciphers[ipsec->ipsec_enc_alg].iv - ciphers[ipsec->ipsec_enc_alg].icv;

	if (connection->enable_nat_traversal)
		room -= UDP_HEADER;
	return room / align * align - TRAILER;
}
