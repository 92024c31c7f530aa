/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests, dumps and what their messages say, with a kernel made of scripted datagrams (the two
 * socket calls of libmnl are wrapped).
 */
#include "support/unit.h"

#include "drivers/net/rt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#define ANSWERS_MAX 32
#define STALE 0xdead

/* What the kernel answers to each request, datagram by datagram; sequence numbers are filled in
 * when they are read, as those of the present request, except STALE ones. */
static struct {
	char bytes[ANSWERS_MAX][1024];
	size_t sizes[ANSWERS_MAX], len, at;
	char request[NETLINK_REQUEST_SIZE];
	unsigned int requests;
} kernel;

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *socket, const void *request, size_t size);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t size);

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *socket, const void *request, size_t size)
{
	(void)socket;
	assert_true(size <= sizeof(kernel.request));
	memcpy(kernel.request, request, size);
	kernel.requests++;
	return (ssize_t)size;
}

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t size)
{
	const struct nlmsghdr *request = (const void *)kernel.request;
	size_t answer_size, at = 0;
	char *answer;

	(void)socket;
	if (kernel.at == kernel.len)
		fail_msg("the kernel has no more to say");
	answer = kernel.bytes[kernel.at];
	answer_size = kernel.sizes[kernel.at++];
	while (at < answer_size) {
		struct nlmsghdr *message = (void *)(answer + at);

		if (message->nlmsg_seq != STALE)
			message->nlmsg_seq = request->nlmsg_seq;
		at += MNL_ALIGN(message->nlmsg_len);
	}
	assert_true(answer_size <= size);
	memcpy(buffer, answer, answer_size);
	return (ssize_t)answer_size;
}

static int start(void **state)
{
	struct netlink *netlink;

	memset(&kernel, 0, sizeof(kernel));
	assert_int_equal(netlink_open(&netlink), 0);
	*state = netlink;
	return 0;
}

static int stop(void **state)
{
	netlink_close(*state);
	return kernel.at == kernel.len ? 0 : -1;
}

static struct nlmsghdr *answer(uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(kernel.bytes[kernel.len]);

	message->nlmsg_type = type;
	message->nlmsg_flags = flags;
	return message;
}

/* The datagram is complete. */
static void end(const struct nlmsghdr *message)
{
	kernel.sizes[kernel.len++] = message->nlmsg_len;
}

static void answer_error(int error, uint32_t sequence)
{
	struct nlmsghdr *message = answer(NLMSG_ERROR, 0);
	struct nlmsgerr *body = mnl_nlmsg_put_extra_header(message, sizeof(*body));

	body->error = error;
	message->nlmsg_seq = sequence;
	end(message);
}

static void answer_done(void)
{
	struct nlmsghdr *message = answer(NLMSG_DONE, NLM_F_MULTI);
	int *body = mnl_nlmsg_put_extra_header(message, sizeof(*body));

	*body = 0;
	end(message);
}

static void answer_link(int index, const char *name, uint16_t flags, uint32_t sequence)
{
	struct nlmsghdr *message = answer(RTM_NEWLINK, flags);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	message->nlmsg_seq = sequence;
	info->ifi_index = index;
	info->ifi_flags = IFF_UP;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	mnl_attr_put_strz(message, IFLA_IFALIAS, "vco-1");
	mnl_attr_put_u32(message, IFLA_MTU, 1400);
	mnl_attr_put_u32(message, IFLA_GROUP, 7);
	end(message);
}

static void test_request(void **state)
{
	const struct nlmsghdr *request = (const void *)kernel.request;

	answer_error(0, 0);
	assert_int_equal(rt_link_delete(*state, 5), 0);
	assert_int_equal(request->nlmsg_type, RTM_DELLINK);
	assert_int_equal(request->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	answer_error(-ENODEV, 0);
	assert_int_equal(rt_link_delete(*state, 5), -ENODEV);
}

static void test_link_by_name(void **state)
{
	struct rt_link link;

	answer_link(5, "vco1", 0, 0);
	answer_error(0, 0);
	assert_int_equal(rt_link_find(*state, "vco1", &link), 0);
	assert_int_equal(link.index, 5);
	assert_string_equal(link.name, "vco1");
	assert_string_equal(link.alias, "vco-1");
	assert_int_equal(link.mtu, 1400);
	assert_int_equal(link.group, 7);
	assert_true(link.is_up);
	answer_error(-ENODEV, 0);
	assert_int_equal(rt_link_find(*state, "vco2", &link), -ENODEV);
	assert_int_equal(link.index, 5);
}

/* What is left of an answer nobody waits for any more is passed over. */
static void test_stale_answers(void **state)
{
	struct rt_link link;

	answer_link(1, "lo", NLM_F_MULTI, STALE);
	answer_error(-EPERM, STALE);
	answer_link(5, "vco1", 0, 0);
	answer_error(0, 0);
	assert_int_equal(rt_link_find(*state, "vco1", &link), 0);
	assert_int_equal(link.index, 5);
}

/* The table changed under the dump: it is taken anew, nothing twice. */
static void test_interrupted_dump(void **state)
{
	struct rt_link *links;
	size_t len;

	answer_link(1, "lo", NLM_F_MULTI, 0);
	answer_link(2, "vco1", NLM_F_MULTI | NLM_F_DUMP_INTR, 0);
	answer_link(3, "vco2", NLM_F_MULTI, STALE); /* the rest of the interrupted one */
	answer_link(1, "lo", NLM_F_MULTI, 0);
	answer_link(3, "vco2", NLM_F_MULTI, 0);
	answer_done();
	assert_int_equal(rt_links(*state, &links, &len), 0);
	assert_int_equal(kernel.requests, 2);
	assert_int_equal(len, 2);
	assert_string_equal(links[1].name, "vco2");
	free(links);
}

static void test_dump_that_never_rests(void **state)
{
	struct rt_link *links;
	size_t len;

	for (int i = 0; i < 10; i++)
		answer_link(1, "lo", NLM_F_MULTI | NLM_F_DUMP_INTR, 0);
	assert_int_equal(rt_links(*state, &links, &len), -EAGAIN);
}

static void answer_route(uint8_t protocol, unsigned int flags, uint32_t table)
{
	struct nlmsghdr *message = answer(RTM_NEWROUTE, NLM_F_MULTI);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->rtm_protocol = protocol;
	info->rtm_flags = flags;
	info->rtm_dst_len = 24;
	mnl_attr_put_u32(message, RTA_TABLE, table);
	mnl_attr_put_u32(message, RTA_DST, inet_addr("192.168.1.0"));
	mnl_attr_put_u32(message, RTA_OIF, 5);
	mnl_attr_put_u32(message, RTA_PRIORITY, 102);
	end(message);
}

static void test_routes(void **state)
{
	struct rt_route *routes;
	size_t len;

	answer_route(RTPROT_STATIC, 0, 1);
	answer_route(RT_PROTOCOL, 0, 10002);
	answer_route(RT_PROTOCOL, RTM_F_CLONED, 3);
	answer_done();
	assert_int_equal(rt_routes(*state, 0, 0, &routes, &len), 0);
	assert_int_equal(len, 1);
	assert_int_equal(routes[0].table, 10002);
	assert_int_equal(routes[0].index, 5);
	assert_int_equal(routes[0].priority, 102);
	assert_int_equal(routes[0].destination.len, 24);
	assert_int_equal(routes[0].destination.addr.v4, inet_addr("192.168.1.0"));
	free(routes);
}

/* Asked for some, a kernel that cannot filter answers with all. */
static void test_some_routes(void **state)
{
	const struct rtmsg *info =
		mnl_nlmsg_get_payload((const struct nlmsghdr *)(const void *)kernel.request);
	struct rt_route *routes, asked;
	size_t len;

	answer_route(RT_PROTOCOL, 0, 10003);
	answer_route(RT_PROTOCOL, 0, 10002);
	answer_done();
	assert_int_equal(rt_routes(*state, 10002, 5, &routes, &len), 0);
	assert_int_equal(len, 1);
	assert_int_equal(routes[0].table, 10002);
	free(routes);
	assert_true(rt_read_route((const void *)kernel.request, &asked));
	assert_int_equal(asked.table, 10002);
	assert_int_equal(asked.index, 5);
	assert_int_equal(info->rtm_type, RTN_UNICAST);
	answer_route(RT_PROTOCOL, 0, 10002);
	answer_done();
	assert_int_equal(rt_routes(*state, 10002, 6, &routes, &len), 0);
	assert_int_equal(len, 0);
	free(routes);
	answer_error(-ENOENT, 0); /* there is no such table */
	assert_int_equal(rt_routes(*state, 10002, 0, &routes, &len), 0);
	assert_int_equal(len, 0);
	free(routes);
	assert_int_equal(info->rtm_type, RTN_UNSPEC); /* unreachable and throw */
}

/* What we send reads back as what it was. */
static void test_routes_there_and_back(void **state)
{
	for (int round = 0; round < 500; round++) {
		struct rt_route route = { .table = (uint32_t)unit_next(),
			.priority = (uint32_t)unit_next(),
			.destination = { { (uint32_t)unit_next() }, (uint8_t)(unit_next() % 33) },
			.index = (int)(unit_next() % 3) };
		struct rt_route back;

		route.is_throw = !route.index && unit_next() % 2;
		kernel.len = kernel.at = 0;
		answer_error(0, 0);
		assert_int_equal(rt_route_add(*state, &route), 0);
		assert_true(rt_read_route((const void *)kernel.request, &back));
		assert_int_equal(back.table, route.table);
		assert_int_equal(back.priority, route.priority);
		assert_true(prefix_equal(back.destination, route.destination));
		assert_int_equal(back.index, route.index);
		assert_int_equal(back.is_throw, route.is_throw);
	}
}

static struct prefix some_prefix(void)
{
	struct prefix prefix = { { (uint32_t)unit_next() }, (uint8_t)(unit_next() % 33) };

	return prefix.len ? prefix : (struct prefix){ 0 };
}

static void test_rules_there_and_back(void **state)
{
	for (int round = 0; round < 500; round++) {
		struct rt_rule rule = { .preference = (uint32_t)unit_next(),
			.action = (enum rt_action)(unit_next() % 4),
			.source = some_prefix(),
			.destination = some_prefix(),
			.without_default = unit_next() % 2 };
		struct rt_rule back;

		if (rule.action == RT_LOOKUP)
			rule.table = (uint32_t)unit_next();
		if (rule.action == RT_GOTO)
			rule.target = (uint32_t)unit_next();
		if (unit_next() % 2)
			snprintf(
				rule.in_interface, IFNAMSIZ, "vco%u", (uint32_t)unit_next() % 1000);
		kernel.len = kernel.at = 0;
		answer_error(0, 0);
		assert_int_equal(rt_rule_add(*state, &rule), 0);
		assert_true(rt_read_rule((const void *)kernel.request, &back));
		assert_int_equal(back.table, rule.table);
		assert_int_equal(back.target, rule.target);
		assert_int_equal(back.preference, rule.preference);
		assert_int_equal(back.action, rule.action);
		assert_int_equal(back.without_default, rule.without_default);
		assert_true(prefix_equal(back.source, rule.source));
		assert_true(prefix_equal(back.destination, rule.destination));
		assert_string_equal(back.in_interface, rule.in_interface);
	}
}

static void test_foreign_rule(void **state)
{
	struct nlmsghdr *message = answer(RTM_NEWRULE, 0);
	struct fib_rule_hdr *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	struct rt_rule rule;

	(void)state;
	info->action = FR_ACT_TO_TBL;
	assert_false(rt_read_rule(message, &rule));
	mnl_attr_put_u8(message, FRA_PROTOCOL, RTPROT_KERNEL);
	assert_false(rt_read_rule(message, &rule));
	mnl_attr_put_u8(message, FRA_PROTOCOL, RT_PROTOCOL);
	assert_true(rt_read_rule(message, &rule));
	info->action = FR_ACT_PROHIBIT; /* never one of ours */
	assert_false(rt_read_rule(message, &rule));
}

static void test_addresses_there_and_back(void **state)
{
	for (int round = 0; round < 200; round++) {
		struct rt_address address = { .index = 1 + (int)(unit_next() % 100),
			.prefix = { { (uint32_t)unit_next() }, (uint8_t)(unit_next() % 33) },
			.is_own = unit_next() % 2 };
		struct rt_address back;

		kernel.len = kernel.at = 0;
		answer_error(0, 0);
		assert_int_equal(rt_address_add(*state, &address), 0);
		rt_read_address((const void *)kernel.request, &back);
		assert_int_equal(back.index, address.index);
		assert_true(prefix_equal(back.prefix, address.prefix));
		assert_int_equal(back.is_own, address.is_own);
	}
}

/* Names and aliases longer than the kernel's do not come from the kernel, and are cut. */
static void test_long_texts(void **state)
{
	struct nlmsghdr *message = answer(RTM_NEWLINK, 0);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	char text[400];
	struct rt_link link;

	(void)state;
	(void)info;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	mnl_attr_put_strz(message, IFLA_IFNAME, text);
	mnl_attr_put_strz(message, IFLA_IFALIAS, text);
	rt_read_link(message, &link);
	assert_int_equal(strlen(link.name), IFNAMSIZ - 1);
	assert_int_equal(strlen(link.alias), RT_ALIAS_SIZE - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_request),
		TEST(test_link_by_name),
		TEST(test_stale_answers),
		TEST(test_interrupted_dump),
		TEST(test_dump_that_never_rests),
		TEST(test_routes),
		TEST(test_some_routes),
		TEST(test_routes_there_and_back),
		TEST(test_rules_there_and_back),
		TEST(test_foreign_rule),
		TEST(test_addresses_there_and_back),
		TEST(test_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
