/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection with both its gateways, for tests of the IKE driver.
 */
#pragma once

#include "drivers/ike/settings.h"

struct sample {
	struct vpn_connection *connection;
	struct vpn_gateway *gateway;
	struct customer_gateway *customer_gateway;
	struct ike_settings settings;
};

static inline void sample_text(char **to, const char *text)
{
	free(*to);
	*to = xstrdup(text);
}

static inline void sample_prefix(struct prefixes *prefixes, const char *text)
{
	prefixes->items =
		xreallocarray(prefixes->items, prefixes->len + 1, sizeof(*prefixes->items));
	if (prefix_parse(text, &prefixes->items[prefixes->len++]) < 0)
		abort();
}

static inline void sample_init(struct sample *sample)
{
	sample->connection = resource_new(KIND_VPN_CONNECTION);
	sample->gateway = resource_new(KIND_VPN_GATEWAY);
	sample->customer_gateway = resource_new(KIND_CUSTOMER_GATEWAY);
	resource_set_defaults(KIND_VPN_CONNECTION, sample->connection);
	sample_text(&sample->connection->meta.id, "vco-0123456789abcdefg");
	sample_text(&sample->gateway->meta.id, "vpn-0123456789abcdefg");
	sample_text(&sample->connection->ike_config.local_id, "192.0.2.1");
	sample_text(&sample->connection->ike_config.remote_id, "198.51.100.1");
	sample->connection->ike_config.psk = secret_new("~`!@#$%^&*()", 12);
	sample->connection->number = 7;
	sample_prefix(&sample->connection->local_subnet, "0.0.0.0/0");
	sample_prefix(&sample->connection->remote_subnet, "0.0.0.0/0");
	if (addr_parse("192.0.2.1", &sample->gateway->internet_ip) < 0 ||
		addr_parse("10.0.0.5", &sample->gateway->local_ip) < 0 ||
		addr_parse("198.51.100.1", &sample->customer_gateway->ip_address) < 0)
		abort();
	sample->settings = (struct ike_settings){ sample->connection, sample->gateway,
		sample->customer_gateway };
}

/* Protected data flows instead of destination mode. */
static inline void sample_protect(struct sample *sample, const char *local, const char *remote)
{
	sample->connection->local_subnet.len = sample->connection->remote_subnet.len = 0;
	sample_prefix(&sample->connection->local_subnet, local);
	sample_prefix(&sample->connection->remote_subnet, remote);
}

static inline void sample_done(struct sample *sample)
{
	resource_free(KIND_VPN_CONNECTION, sample->connection);
	resource_free(KIND_VPN_GATEWAY, sample->gateway);
	resource_free(KIND_CUSTOMER_GATEWAY, sample->customer_gateway);
}
