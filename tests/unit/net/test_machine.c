/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network driver on a real kernel: in namespaces of the test's own, which end with it. Skipped
 * without the rights to make them.
 */
#include "support/unit.h"

#include "base/instant.h"
#include "base/loop.h"
#include "drivers/net/namespace.h"
#include "drivers/net/net_private.h"
#include "reconcile/diff.h"
#include "unit/reconcile/documents.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

struct bench {
	struct loop *loop;
	struct world *world;
	struct net *net;
	int marks, marks_of_all;
	int carries[9]; /* by number */
};

static bool is_able;

/* From here on the test has its own network, its own /run/netns and its own /dev/net. */
static bool enter_own_machine(void)
{
	return unshare(CLONE_NEWNS | CLONE_NEWNET) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       (mkdir(NAMESPACE_DIR, 0755) == 0 || errno == EEXIST) &&
	       mount("tmpfs", NAMESPACE_DIR, "tmpfs", 0, NULL) == 0 &&
	       access("/dev/net/tun", R_OK | W_OK) == 0;
}

static void mark(void *arg, enum kind kind, const char *id)
{
	struct bench *bench = arg;

	(void)kind;
	bench->marks++;
	bench->marks_of_all += !id;
}

static int carries(void *arg, uint32_t number)
{
	return ((struct bench *)arg)->carries[number];
}

static int start(struct bench *bench)
{
	return net_new(&(struct net_parts){ .loop = bench->loop,
			       .world = bench->world,
			       .mark = mark,
			       .mark_arg = bench,
			       .carries = carries,
			       .carries_arg = bench },
		&bench->net);
}

static int setup(void **state)
{
	struct bench *bench;

	*state = NULL;
	if (!is_able)
		return 0;
	bench = xcalloc(1, sizeof(*bench));
	bench->loop = loop_new();
	bench->world = world_sample();
	bench->carries[7] = bench->carries[8] = -EAGAIN;
	*state = bench;
	return start(bench);
}

#define ON_A_MACHINE(state)                                                                        \
	struct bench *bench = *(state);                                                            \
	if (!bench)                                                                                \
	skip()

static void remove_one(void *arg, const char *name)
{
	(void)arg;
	assert_int_equal(namespace_remove(name), 0);
}

static void delete_own_link(struct bench *bench, const char *name)
{
	struct rt_link link;

	if (rt_link_find(bench->net->domains.own, name, &link) == 0)
		assert_int_equal(rt_link_delete(bench->net->domains.own, link.index), 0);
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	if (!bench)
		return 0;
	delete_own_link(bench, "lan0");
	net_free(bench->net);
	world_free(bench->world);
	loop_free(bench->loop);
	assert_int_equal(namespace_each(remove_one, NULL), 0);
	free(bench);
	return 0;
}

/* A link of the machine that a VPC may get. */
static void make_lan(struct bench *bench)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info;

	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, "lan0");
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	mnl_attr_nest_end(message, info);
	assert_int_equal(netlink_request(bench->net->domains.own, message), 0);
}

static void look(struct bench *bench, struct items *ret)
{
	*ret = (struct items){ 0 };
	assert_int_equal(net_seen(bench->net, &(struct scope){ KIND_VPC, NULL }, ret), 0);
}

static const struct part *part_of(const struct items *items, const char *key)
{
	const struct item *item = items_find(items, key);

	return item ? item->data : NULL;
}

/* One look and one round of changes, as a pass makes them; returns how many there were. */
static size_t settle(struct bench *bench)
{
	struct items want = { 0 }, seen;
	struct changes changes;
	size_t len;

	assert_int_equal(net_want(bench->world, &(struct scope){ KIND_VPC, NULL }, &want), 0);
	items_sort(&want);
	look(bench, &seen);
	diff_items(&want, &seen, net_same, &changes);
	for (size_t i = 0; i < changes.len; i++) {
		const struct change *change = &changes.items[i];
		struct fault fault = { 0 };

		if (net_apply(bench->net, change->want ? change->want->data : NULL,
			    change->seen ? change->seen->data : NULL, &fault) < 0)
			print_message("# cannot change %s\n",
				change->want ? change->want->key : change->seen->key);
	}
	len = changes.len;
	changes_clear(&changes);
	items_clear(&want);
	items_clear(&seen);
	return len;
}

static void assert_settles(struct bench *bench)
{
	assert_true(settle(bench) > 0);
	assert_int_equal(settle(bench), 0);
}

static struct domain *domain_of(struct bench *bench, const char *vpc_id)
{
	struct domain *domain;

	assert_int_equal(domains_get(&bench->net->domains, vpc_id, &domain), 0);
	return domain;
}

static void test_one_round_makes_it_so(void **state)
{
	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	assert_true(net_tunnel_fd(bench->net, 7) >= 0);
	assert_true(net_tunnel_generation(bench->net, 7) != net_tunnel_generation(bench->net, 8));
}

static void test_everything_goes_again(void **state)
{
	struct rt_link link;

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	world_free(bench->world);
	bench->world = world_new(NULL);
	bench->net->parts.world = bench->world;
	assert_settles(bench);
	assert_int_equal(net_tunnel_fd(bench->net, 7), -1);
	assert_null(bench->net->domains.open);
	assert_int_equal(rt_link_find(bench->net->domains.own, "lan0", &link), 0);
	assert_int_equal(link.group, 0);
	/* Who owned what is gone is remembered no longer than it takes. */
	settle(bench);
	assert_null(bench->net->owners.by_key);
}

/* A link that cannot be given back stays one of the VPC's, so that it is tried again. */
static void test_a_lan_that_cannot_go_back_is_still_seen(void **state)
{
	struct rt_link link;
	struct items seen;

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	make_lan(bench); /* the name is taken now */
	world_put(bench->world, "vpc/vpc-a", "{'Number':1,'CidrBlock':'10.0.0.0/16'}");
	assert_int_equal(settle(bench), 1);
	look(bench, &seen);
	assert_non_null(part_of(&seen, "vpc-a/1-lan"));
	items_clear(&seen);
	delete_own_link(bench, "lan0");
	assert_settles(bench);
	assert_int_equal(rt_link_find(bench->net->domains.own, "lan0", &link), 0);
}

/* Somebody moved it there by hand: it is taken all the same. */
static void test_a_lan_that_is_there_already(void **state)
{
	struct rt_link link;

	ON_A_MACHINE(state);
	settle(bench);
	make_lan(bench);
	assert_int_equal(rt_link_find(bench->net->domains.own, "lan0", &link), 0);
	assert_int_equal(rt_link_move(bench->net->domains.own, link.index,
				 domain_of(bench, "vpc-a")->fd, &link),
		0);
	assert_settles(bench);
}

/* Weights are exchanged one after the other: for a moment both routes are the same but for where
 * they lead. */
static void test_routes_of_equal_weight(void **state)
{
	ON_A_MACHINE(state);
	make_lan(bench);
	world_put(bench->world, "vpn-route-entry/vpn-a.vco-b.10.9.0.0-16",
		"{'VpnGatewayId':'vpn-a','NextHop':'vco-b','RouteDest':'10.9.0.0/16',"
		"'Weight':100,'PublishVpc':true}");
	assert_settles(bench);
	world_put(bench->world, "vpn-route-entry/vpn-a.vco-a.10.9.0.0-16",
		"{'VpnGatewayId':'vpn-a','NextHop':'vco-a','RouteDest':'10.9.0.0/16',"
		"'Weight':0,'PublishVpc':true}");
	assert_settles(bench);
}

static size_t tunnel_addresses(struct bench *bench, struct rt_address *ret)
{
	AUTO_FREE struct rt_address *addresses = NULL;
	struct domain *domain = domain_of(bench, "vpc-a");
	struct rt_link link;
	size_t len = 0, found = 0;

	assert_int_equal(rt_link_find(domain->netlink, "vco7", &link), 0);
	assert_int_equal(rt_addresses(domain->netlink, &addresses, &len), 0);
	for (size_t i = 0; i < len; i++)
		if (addresses[i].index == link.index) {
			*ret = addresses[i];
			found++;
		}
	return found;
}

static void put_bgp(struct bench *bench, const char *block)
{
	AUTO_FREE char *text =
		xasprintf("{'VpnGatewayId':'vpn-a','CustomerGatewayId':'cgw-a','Number':7,"
			  "'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0','BgpConfig':{%s}}",
			block);

	world_put(bench->world, "vpn-connection/vco-a", text);
}

/* The address of a BGP session comes, moves and goes with the setting; it comes back when somebody
 * removes it, and one that somebody else put there stays. */
static void test_address_of_a_session(void **state)
{
	struct rt_address address, foreign = { .prefix = { { inet_addr("192.0.2.77") }, 32 } };
	struct rt_link link;

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	assert_int_equal(tunnel_addresses(bench, &address), 0);
	put_bgp(bench,
		"'EnableBgp':true,'TunnelCidr':'169.254.10.0/30','LocalBgpIp':'169.254.10.1'");
	assert_int_equal(settle(bench), 1);
	assert_int_equal(settle(bench), 0);
	assert_int_equal(tunnel_addresses(bench, &address), 1);
	assert_int_equal(address.prefix.addr.v4, inet_addr("169.254.10.1"));
	assert_int_equal(address.prefix.len, 30);
	assert_int_equal(rt_address_delete(domain_of(bench, "vpc-a")->netlink, &address), 0);
	/* with the last address of a link the kernel takes all its routes */
	assert_int_equal(settle(bench), 5);
	put_bgp(bench,
		"'EnableBgp':true,'TunnelCidr':'169.254.10.0/30','LocalBgpIp':'169.254.10.2'");
	assert_int_equal(settle(bench), 1);
	assert_int_equal(settle(bench), 0);
	assert_int_equal(tunnel_addresses(bench, &address), 1);
	assert_int_equal(address.prefix.addr.v4, inet_addr("169.254.10.2"));
	assert_int_equal(rt_link_find(domain_of(bench, "vpc-a")->netlink, "vco7", &link), 0);
	foreign.index = link.index;
	assert_int_equal(rt_address_add(domain_of(bench, "vpc-a")->netlink, &foreign), 0);
	put_bgp(bench, "'EnableBgp':false");
	assert_settles(bench);
	assert_int_equal(tunnel_addresses(bench, &address), 1);
	assert_int_equal(address.prefix.addr.v4, foreign.prefix.addr.v4);
}

/* The kernel says nothing of the routes that go with the last address: who takes it away has them
 * looked for again. */
static void test_routes_after_the_last_address(void **state)
{
	int marks;

	ON_A_MACHINE(state);
	make_lan(bench);
	put_bgp(bench,
		"'EnableBgp':true,'TunnelCidr':'169.254.10.0/30','LocalBgpIp':'169.254.10.1'");
	assert_settles(bench);
	put_bgp(bench, "'EnableBgp':false");
	marks = bench->marks;
	assert_int_equal(settle(bench), 1);
	assert_int_equal(bench->marks, marks + 2); /* the connection and its one route */
	assert_int_equal(settle(bench), 4);
	assert_int_equal(settle(bench), 0);
}

#define POLICY "vpn-pbr-route-entry/vpn-a.vco-a.10.0.0.0-24.10.9.0.0-16"

static void put_policy(struct bench *bench, uint32_t priority, uint32_t weight)
{
	AUTO_FREE char *text =
		xasprintf("{'VpnGatewayId':'vpn-a','NextHop':'vco-a','RouteSource':'10.0.0.0/24',"
			  "'RouteDest':'10.9.0.0/16','Weight':%u,'Priority':%u,'PublishVpc':true}",
			weight, priority);

	world_put(bench->world, POLICY, text);
}

static size_t rules_of_policies(struct bench *bench)
{
	AUTO_FREE struct rt_rule *rules = NULL;
	size_t len, found = 0;

	assert_int_equal(rt_rules(domain_of(bench, "vpc-a")->netlink, &rules, &len), 0);
	for (size_t i = 0; i < len; i++)
		found += section_is_policy(rules[i].preference);
	return found;
}

/* Made, changed in place and removed; nothing of the former places is left. */
static void test_policy_routes(void **state)
{
	ON_A_MACHINE(state);
	make_lan(bench);
	put_policy(bench, 10, 100);
	assert_settles(bench);
	assert_int_equal(rules_of_policies(bench), 4);
	put_policy(bench, 10, 0);
	assert_int_equal(settle(bench), 4);
	assert_int_equal(settle(bench), 0);
	put_policy(bench, 5, 0);
	assert_settles(bench);
	assert_int_equal(rules_of_policies(bench), 4);
	world_drop(bench->world, POLICY);
	assert_settles(bench);
	assert_int_equal(rules_of_policies(bench), 0);
}

/* An agent that died between the two steps of a move leaves one object at two places. */
static void test_what_was_left_at_two_places(void **state)
{
	struct rt_rule rule = { .source = { { inet_addr("10.0.0.0") }, 24 },
		.destination = { { inet_addr("10.9.0.0") }, 16 },
		.table = table_ready(7) };
	struct rt_route route = {
		.table = table_all(3), .destination = rule.destination, .priority = 102
	};
	struct policy_place place = { 99, 24, 16, false, false };
	struct rt_link link;
	struct domain *domain;

	ON_A_MACHINE(state);
	make_lan(bench);
	put_policy(bench, 10, 100);
	assert_settles(bench);
	domain = domain_of(bench, "vpc-a");
	for (place.priority = 1; place.priority < 100; place.priority += 49) {
		rule.preference = section_policy(SECTION_PUBLISHED, &place);
		assert_int_equal(rt_rule_add(domain->netlink, &rule), 0);
	}
	assert_int_equal(rt_link_find(domain->netlink, "vco7", &link), 0);
	route.index = link.index;
	assert_int_equal(rt_route_add(domain->netlink, &route), 0);
	for (int i = 0; i < 2; i++) /* what is right may be taken for the one that is too much */
		settle(bench);
	assert_int_equal(settle(bench), 0);
	assert_int_equal(rules_of_policies(bench), 4);
	assert_int_equal(rt_route_delete(domain->netlink, &route), -ESRCH);
}

static void test_a_device_that_cannot_be_made_marks_nothing(void **state)
{
	ON_A_MACHINE(state);
	make_lan(bench);
	assert_int_equal(mount("tmpfs", "/dev/net", "tmpfs", 0, NULL), 0);
	settle(bench);
	assert_int_equal(bench->marks, 0);
	assert_int_equal(umount("/dev/net"), 0);
	assert_settles(bench);
	assert_int_equal(bench->marks, 2);
}

/* vco7 is there, its descriptor is lost: once that is sure, a new device takes its place. */
static void test_a_lost_device_is_replaced(void **state)
{
	uint64_t generation;
	int kept;

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	kept = fcntl(net_tunnel_fd(bench->net, 7), F_DUPFD_CLOEXEC, 0);
	net_free(bench->net); /* the agent ends; somebody holds vco7 */
	assert_int_equal(start(bench), 0);
	net_tunnel_adopt_take(bench->net, 8, open("/dev/null", O_RDONLY | O_CLOEXEC));
	settle(bench); /* vco8 went with its last descriptor, what came back is dead */
	assert_int_equal(net_tunnel_fd(bench->net, 7), -1);
	assert_int_equal(settle(bench), 0);
	generation = net_tunnel_generation(bench->net, 8);
	assert_true(generation > 1);
	net_tunnels_all_adopted(bench->net);
	assert_int_equal(bench->marks_of_all, 1);
	settle(bench); /* its routes went with it */
	settle(bench);
	assert_int_equal(settle(bench), 0);
	assert_true(net_tunnel_fd(bench->net, 7) >= 0);
	assert_int_equal(net_tunnel_generation(bench->net, 8), generation);
	close(kept);
}

static int break_setting(void *arg)
{
	AUTO_CLOSE int fd = open(arg, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, "1", 1) == 1 ? 0 : -EIO;
}

static void test_every_setting_counts(void **state)
{
	const struct part *domain;
	struct items seen;

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	assert_int_equal(namespace_run(domain_of(bench, "vpc-a")->fd, break_setting,
				 (char[]){ "/proc/sys/net/ipv4/conf/all/rp_filter" }),
		0);
	look(bench, &seen);
	domain = part_of(&seen, "vpc-a/0-domain");
	assert_true(domain && !domain->is_ready);
	items_clear(&seen);
	assert_int_equal(settle(bench), 1);
	assert_int_equal(settle(bench), 0);
}

/* Somebody took the name away. What runs in the namespace goes on, under its name again. */
static void test_a_namespace_gets_its_name_back(void **state)
{
	int fd;

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	fd = net_tunnel_fd(bench->net, 7);
	assert_int_equal(namespace_remove("vpngw-vpc-a"), 0);
	assert_int_equal(settle(bench), 1);
	assert_int_equal(settle(bench), 0);
	assert_int_equal(net_tunnel_fd(bench->net, 7), fd);
	fd = namespace_open("vpngw-vpc-a");
	assert_true(fd >= 0);
	close(fd);
}

/* Another one has the name now: that is the VPC's from here on. */
static void test_another_namespace_of_the_name(void **state)
{
	uint64_t generation;

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	generation = net_tunnel_generation(bench->net, 7);
	assert_int_equal(namespace_remove("vpngw-vpc-a"), 0);
	assert_int_equal(namespace_create("vpngw-vpc-a"), 0);
	make_lan(bench);
	assert_settles(bench);
	assert_true(net_tunnel_generation(bench->net, 7) > generation);
}

/* Looking at one resource finds what looking at everything finds of it, also when it is gone. */
static void assert_scope_agrees(
	struct bench *bench, const struct items *all, enum kind kind, const char *id)
{
	struct items one = { 0 };
	size_t expected = 0;

	assert_int_equal(net_seen(bench->net, &(struct scope){ kind, id }, &one), 0);
	for (size_t i = 0; i < all->len; i++) {
		if (strcmp(all->items[i].owner, id) != 0)
			continue;
		expected++;
		if (!items_find(&one, all->items[i].key))
			fail_msg("%s is not found for %s", all->items[i].key, id);
	}
	assert_true(expected > 0);
	assert_int_equal(one.len, expected);
	items_clear(&one);
}

static void test_one_resource_is_looked_at_alone(void **state)
{
	struct items all;

	ON_A_MACHINE(state);
	make_lan(bench);
	put_policy(bench, 10, 100);
	assert_settles(bench);
	look(bench, &all);
	assert_scope_agrees(bench, &all, KIND_VPC, "vpc-a");
	assert_scope_agrees(bench, &all, KIND_VPC, "vpc-b");
	assert_scope_agrees(bench, &all, KIND_VPN_GATEWAY, "vpn-a");
	assert_scope_agrees(bench, &all, KIND_VPN_CONNECTION, "vco-b");
	assert_scope_agrees(bench, &all, KIND_VPN_ROUTE_ENTRY, "vpn-a.vco-a.10.9.0.0-16");
	assert_scope_agrees(bench, &all, KIND_VPN_PBR_ROUTE_ENTRY, strchr(POLICY, '/') + 1);
	world_drop(bench->world, "vpn-route-entry/vpn-a.vco-a.10.9.0.0-16");
	world_drop(bench->world, POLICY);
	world_drop(bench->world, "vpn-connection/vco-a");
	assert_scope_agrees(bench, &all, KIND_VPN_ROUTE_ENTRY, "vpn-a.vco-a.10.9.0.0-16");
	assert_scope_agrees(bench, &all, KIND_VPN_CONNECTION, "vco-a");
	assert_scope_agrees(bench, &all, KIND_VPN_PBR_ROUTE_ENTRY, strchr(POLICY, '/') + 1);
	world_drop(bench->world, "vpn-gateway/vpn-a");
	assert_scope_agrees(bench, &all, KIND_VPN_GATEWAY, "vpn-a");
	assert_scope_agrees(bench, &all, KIND_VPN_ROUTE_ENTRY, "vpn-a.vco-b.10.9.0.0-16");
	items_clear(&all);
}

/* Its connections may still carry, when charon is away and they cannot be taken leave of. */
static void test_a_section_goes_after_its_tunnels(void **state)
{
	AUTO_FREE char *key = xasprintf("vpc-a/3-rule/%u//0", section_of_gateway(3));
	struct fault fault = { 0 };
	struct items seen;

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	look(bench, &seen);
	assert_non_null(part_of(&seen, key));
	assert_int_equal(net_apply(bench->net, NULL, part_of(&seen, key), &fault), -EBUSY);
	items_clear(&seen);
	look(bench, &seen);
	assert_non_null(part_of(&seen, key));
	items_clear(&seen);
	world_drop(bench->world, "vpn-connection/vco-a");
	world_drop(bench->world, "vpn-connection/vco-b");
	world_drop(bench->world, "vpn-gateway/vpn-a");
	settle(bench);
	look(bench, &seen);
	assert_null(part_of(&seen, key));
	items_clear(&seen);
}

static int refuse(const struct nlmsghdr *message, void *arg)
{
	(void)message;
	(void)arg;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

/* What a broken-off dump left behind is not taken for the answer to the next request. */
static void test_a_dump_that_breaks_off(void **state)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_GETLINK, 0);
	struct netlink *netlink;
	struct rt_link link;
	size_t len = 0;

	(void)state;
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	assert_int_equal(netlink_open(&netlink), 0);
	assert_int_equal(netlink_dump(netlink, message, refuse, NULL, &len), -ENOMEM);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rt_link_find(netlink, "lo", &link), 0);
	netlink_close(netlink);
}

static int interrupt_twice(const struct nlmsghdr *message, void *arg)
{
	size_t *len = arg;
	static int interruptions;

	(void)message;
	(*len)++;
	errno = EINTR; /* as libmnl says it when the table changed under the dump */
	return ++interruptions <= 2 ? MNL_CB_ERROR : MNL_CB_OK;
}

static void test_an_interrupted_dump_starts_again(void **state)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_GETLINK, 0);
	AUTO_FREE struct rt_link *links = NULL;
	struct netlink *netlink;
	size_t len = 0, links_len;

	(void)state;
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	assert_int_equal(netlink_open(&netlink), 0);
	assert_int_equal(netlink_dump(netlink, message, interrupt_twice, &len, &len), 0);
	assert_int_equal(rt_links(netlink, &links, &links_len), 0);
	assert_int_equal(len, links_len);
	netlink_close(netlink);
}

static int open_netlink(void *arg)
{
	return netlink_open(arg);
}

static bool was_marked(struct bench *bench, int turns)
{
	for (int i = 0; i < turns && !bench->marks_of_all; i++)
		loop_run_once(bench->loop, 20);
	return bench->marks_of_all;
}

/* A stream of removals must not put the look off for ever. */
static void test_drift_is_looked_at_while_it_goes_on(void **state)
{
	struct mono start_time;
	struct domain *domain;

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	was_marked(bench, 10);
	bench->marks_of_all = 0;
	domain = domain_of(bench, "vpc-a");
	start_time = mono_now();
	while (!bench->marks_of_all && mono_diff_ms(mono_now(), start_time) < 2000) {
		struct netlink *other;
		struct rt_rule rule = { .preference = 5, .table = 77 };

		/* By somebody else: the socket of this process is known. */
		assert_int_equal(namespace_run(domain->fd, open_netlink, &other), 0);
		assert_int_equal(rt_rule_add(other, &rule), 0);
		assert_int_equal(rt_rule_delete(other, &rule), 0);
		netlink_close(other);
		loop_run_once(bench->loop, 20);
	}
	assert_int_equal(bench->marks_of_all, 1);
}

/* Of a routing daemon's: protocol 12 is bird. */
static int change_their_rule(struct netlink *netlink, uint16_t type, uint16_t flags)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, type, flags);
	struct fib_rule_hdr *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->family = AF_INET;
	info->action = FR_ACT_TO_TBL;
	mnl_attr_put_u32(message, FRA_TABLE, 77);
	mnl_attr_put_u32(message, FRA_PRIORITY, 6);
	mnl_attr_put_u8(message, FRA_PROTOCOL, RTPROT_BIRD);
	return netlink_request(netlink, message);
}

/* Each look is one at everything. */
static void test_what_others_remove_is_no_drift(void **state)
{
	struct netlink *other;
	struct rt_rule rule = { .preference = 5, .table = 77 };

	ON_A_MACHINE(state);
	make_lan(bench);
	assert_settles(bench);
	was_marked(bench, 10);
	bench->marks_of_all = 0;
	assert_int_equal(namespace_run(domain_of(bench, "vpc-a")->fd, open_netlink, &other), 0);
	assert_int_equal(change_their_rule(other, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL), 0);
	assert_int_equal(change_their_rule(other, RTM_DELRULE, 0), 0);
	assert_false(was_marked(bench, 10));
	/* ours is */
	assert_int_equal(rt_rule_add(other, &rule), 0);
	assert_int_equal(rt_rule_delete(other, &rule), 0);
	netlink_close(other);
	assert_true(was_marked(bench, 200));
}

static uint32_t priority_of(const struct items *items, const char *key)
{
	const struct part *part = part_of(items, key);

	assert_non_null(part);
	return part ? part->route.priority : 0;
}

/* Without a pass: the one that is running may wait for a dead peer. */
static void test_routes_follow_at_once(void **state)
{
	static const char key[] = "vpc-a/4-route/10007/10.9.0.0/16/7";
	uint32_t up, down;
	struct items seen;

	ON_A_MACHINE(state);
	make_lan(bench);
	bench->carries[7] = bench->carries[8] = 1;
	assert_settles(bench);
	look(bench, &seen);
	up = priority_of(&seen, key);
	items_clear(&seen);
	bench->carries[7] = 0;
	net_carrying_changed(bench->net, 7);
	look(bench, &seen);
	down = priority_of(&seen, key);
	assert_true(down > up);
	assert_true(down > priority_of(&seen, "vpc-a/4-route/10007/10.9.0.0/16/8"));
	items_clear(&seen);
	assert_int_equal(settle(bench), 0); /* nothing is left to do, of its policy table either */
	bench->carries[7] = -EAGAIN;
	net_carrying_changed(bench->net, 7);
	assert_int_equal(settle(bench), 0);
	bench->carries[7] = 1;
	net_carrying_changed(bench->net, 7);
	assert_int_equal(settle(bench), 0);
	look(bench, &seen);
	assert_int_equal(priority_of(&seen, key), up);
	items_clear(&seen);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		/* first: the links of a namespace that was removed go a moment later */
		cmocka_unit_test(test_a_dump_that_breaks_off),
		cmocka_unit_test(test_an_interrupted_dump_starts_again),
		TEST(test_one_round_makes_it_so),
		TEST(test_everything_goes_again),
		TEST(test_a_lan_that_cannot_go_back_is_still_seen),
		TEST(test_a_lan_that_is_there_already),
		TEST(test_routes_of_equal_weight),
		TEST(test_address_of_a_session),
		TEST(test_routes_after_the_last_address),
		TEST(test_policy_routes),
		TEST(test_routes_follow_at_once),
		TEST(test_what_was_left_at_two_places),
		TEST(test_a_device_that_cannot_be_made_marks_nothing),
		TEST(test_a_lost_device_is_replaced),
		TEST(test_every_setting_counts),
		TEST(test_a_namespace_gets_its_name_back),
		TEST(test_another_namespace_of_the_name),
		TEST(test_drift_is_looked_at_while_it_goes_on),
		TEST(test_what_others_remove_is_no_drift),
		TEST(test_one_resource_is_looked_at_alone),
		TEST(test_a_section_goes_after_its_tunnels),
	};

	is_able = enter_own_machine();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
