/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver contract over want.c, seen.c and apply.c: the kernel answers at once, so completions
 * are only put off to the loop. Drift that the monitors report is gathered for a moment and then
 * everything is looked at.
 */
#include "drivers/net/net.h"

#include "base/loop.h"
#include "drivers/net/lan.h"
#include "drivers/net/namespace.h"
#include "drivers/net/net_private.h"
#include "reconcile/later.h"

#include <errno.h>

#define DRIFT_DELAY_MS 100

static int observe(void *ctx, const struct scope *scope,
	void (*done)(void *arg, int err, struct items *seen), void *arg)
{
	struct net *net = ctx;
	struct items seen = { 0 };
	int err = net_seen(net, scope, &seen);

	observed_later(net->parts.loop, done, arg, err, &seen);
	return 0;
}

static bool is_routing(const struct part *part)
{
	return part->type == PART_ROUTE || part->type == PART_RULE;
}

static int apply(void *ctx, const struct item *want, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg)
{
	struct net *net = ctx;
	struct fault fault = { 0 };
	int err = net_apply(net, want ? want->data : NULL, seen ? seen->data : NULL, &fault);

	if (want && !err)
		(void)owners_note(&net->owners, want->data, want->owner);
	if (!err && is_routing(want ? want->data : seen->data) && net->parts.routed)
		net->parts.routed(net->parts.routed_arg);
	applied_later(net->parts.loop, done, arg, err, &fault);
	return 0;
}

const struct driver net_driver = {
	.name = "net",
	.kinds = DRIVER_SERVES(KIND_VPC) | DRIVER_SERVES(KIND_VPN_GATEWAY) |
		 DRIVER_SERVES(KIND_VPN_CONNECTION) | DRIVER_SERVES(KIND_VPN_ROUTE_ENTRY) |
		 DRIVER_SERVES(KIND_VPN_PBR_ROUTE_ENTRY),
	.want = net_want,
	.observe = observe,
	.same = net_same,
	.apply = apply,
};

enum carrying net_carrying(const struct net *net, uint32_t number)
{
	int carries = number && net->parts.carries
			      ? net->parts.carries(net->parts.carries_arg, number)
			      : -EAGAIN;

	if (carries < 0)
		return CARRYING_UNKNOWN;
	return carries ? CARRYING_YES : CARRYING_NO;
}

/* Policy routes follow the connection's own table. The passes only look afterwards. */
void net_carrying_changed(struct net *net, uint32_t number)
{
	const struct vpn_connection *connection =
		world_connection_by_number(net->parts.world, number);
	size_t len;
	const void *const *all = world_list(net->parts.world, KIND_VPN_ROUTE_ENTRY, &len);

	if (connection)
		net_steer(net, connection);
	if (connection)
		net->parts.mark(net->parts.mark_arg, KIND_VPN_CONNECTION, connection->meta.id);
	for (size_t i = 0; connection && i < len; i++) {
		const struct vpn_route_entry *entry = all[i];

		if (strcmp(entry->next_hop, connection->meta.id) == 0)
			net->parts.mark(net->parts.mark_arg, KIND_VPN_ROUTE_ENTRY, entry->meta.id);
	}
}

static void drift_over(void *arg)
{
	struct net *net = arg;

	net->drift_is_due = false;
	net->parts.mark(net->parts.mark_arg, KIND_VPC, NULL);
}

/* A link that went with its connection is no drift. */
static void removed(void *arg, const char *link)
{
	struct net *net = arg;
	uint32_t number = link ? part_link_number(link) : 0;

	if (number && !world_connection_by_number(net->parts.world, number))
		return;
	/* Not put off by further ones: somebody may change something all the time. */
	if (!net->drift_is_due)
		loop_timer_set(net->drift, DRIFT_DELAY_MS);
	net->drift_is_due = true;
}

/* A link that a VPC waits for is there. */
static void appeared(void *arg, const char *link)
{
	struct net *net = arg;
	size_t len;
	const void *const *all = world_list(net->parts.world, KIND_VPC, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpc *vpc = all[i];

		if (vpc->lan_interface && *vpc->lan_interface &&
			strcmp(vpc->lan_interface, link) == 0)
			net->parts.mark(net->parts.mark_arg, KIND_VPC, vpc->meta.id);
	}
}

int net_new(const struct net_parts *parts, struct net **ret)
{
	struct net *net = xcalloc(1, sizeof(*net));
	int err;

	net->parts = *parts;
	net->drift = loop_timer_new(parts->loop, drift_over, net);
	err = domains_init(&net->domains, parts->loop,
		&(struct domains_calls){ .removed = removed, .appeared = appeared, .arg = net });
	if (!err)
		err = lan_finish_returns(net);
	if (err < 0) {
		net_free(net);
		return err;
	}
	*ret = net;
	return 0;
}

void net_free(struct net *net)
{
	if (!net)
		return;
	owners_clear(&net->owners);
	loop_timer_free(net->drift);
	domains_done(&net->domains);
	tuns_done(&net->tuns);
	free(net);
}

int net_tunnel_fd(const struct net *net, uint32_t number)
{
	const struct tun *tun = tuns_find(&net->tuns, number);

	return tun ? tun->fd : -1;
}

struct tunnel_call {
	int (*call)(void *arg, const char *interface);
	void *arg;
	char interface[IFNAMSIZ];
};

static int run_tunnel_call(void *arg)
{
	struct tunnel_call *call = arg;

	return call->call(call->arg, call->interface);
}

int net_tunnel_run(struct net *net, const struct vpn_connection *connection,
	int (*call)(void *arg, const char *interface), void *arg)
{
	const struct vpn_gateway *gateway = world_gateway_of(net->parts.world, connection);
	struct tunnel_call tunnel_call = { .call = call, .arg = arg };
	struct domain *domain;

	if (!gateway || domains_get(&net->domains, gateway->vpc_id, &domain) < 0)
		return -ENODEV;
	part_link_name(connection->number, tunnel_call.interface);
	return namespace_run(domain->fd, run_tunnel_call, &tunnel_call);
}

uint64_t net_tunnel_generation(const struct net *net, uint32_t number)
{
	const struct tun *tun = tuns_find(&net->tuns, number);

	return tun ? tun->generation : 0;
}

void net_tunnel_adopt_take(struct net *net, uint32_t number, int fd)
{
	tuns_adopt_take(&net->tuns, number, fd);
}

void net_tunnels_all_adopted(struct net *net)
{
	if (net->tuns.are_known)
		return;
	net->tuns.are_known = true;
	net->parts.mark(net->parts.mark_arg, KIND_VPC, NULL);
}
