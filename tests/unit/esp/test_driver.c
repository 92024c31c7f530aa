/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data plane driver against an other side the test plays: what is wanted, what a dump gives
 * back, what is passed and taken away, and when it is said that a tunnel carries.
 */
#include "support/unit.h"

#include "unit/esp/other_side.h"
#include "unit/net/sample_world.h"

#include "drivers/esp/endpoint.h"
#include "drivers/esp/esp.h"

#include <fcntl.h>

#define TUNNELS 8

struct fixture {
	struct other_side other;
	struct world *world;
	struct esp *esp;
	/* the network driver, as this one sees it */
	int fds[TUNNELS];
	uint64_t generations[TUNNELS];
	unsigned int adopted, all_adopted, marked_all, woken, turned;
	char marked[64];
	uint32_t woken_number, turned_number;
	/* the engine's side */
	struct items seen;
	int err;
	unsigned int done;
	char fault[256];
};

static int tunnel_fd(void *ctx, uint32_t number)
{
	return ((struct fixture *)ctx)->fds[number];
}

static uint64_t tunnel_generation(void *ctx, uint32_t number)
{
	return ((struct fixture *)ctx)->generations[number];
}

static void adopt_take(void *ctx, uint32_t number, int fd)
{
	struct fixture *f = ctx;

	f->adopted++;
	f->fds[number] = fd;
	f->generations[number] = 1;
}

static void all_adopted(void *ctx)
{
	((struct fixture *)ctx)->all_adopted++;
}

static void mark(void *arg, enum kind kind, const char *id)
{
	struct fixture *f = arg;

	(void)kind;
	if (!id)
		f->marked_all++;
	else
		snprintf(f->marked, sizeof(f->marked), "%s", id);
}

static void wake(void *arg, uint32_t number)
{
	struct fixture *f = arg;

	f->woken++;
	f->woken_number = number;
}

static void turned(void *arg, uint32_t number)
{
	struct fixture *f = arg;

	f->turned++;
	f->turned_number = number;
}

static int start(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	other_side_init(&f->other);
	f->world = world_new(NULL);
	for (int i = 0; i < TUNNELS; i++)
		f->fds[i] = -1;
	f->esp = esp_new(&(struct esp_parts){ .loop = f->other.loop,
		.socket_path = f->other.path,
		.world = f->world,
		.tunnels = { tunnel_fd, tunnel_generation, adopt_take, all_adopted, f },
		.mark = mark,
		.mark_arg = f,
		.wake = wake,
		.wake_arg = f,
		.carrying_changed = turned,
		.carrying_arg = f });
	sample_vpc(f->world, 1, NULL);
	sample_gateway(f->world, 3, 1);
	sample_connection(f->world, 7, 3);
	*state = f;
	return 0;
}

static int stop(void **state)
{
	struct fixture *f = *state;

	esp_free(f->esp);
	items_clear(&f->seen);
	world_free(f->world);
	for (int i = 0; i < TUNNELS; i++)
		if (f->fds[i] >= 0)
			close(f->fds[i]);
	other_side_done(&f->other);
	free(f);
	return 0;
}

static void greet(struct fixture *f)
{
	unsigned int before = f->marked_all;

	other_side_accept(&f->other);
	other_side_greet(&f->other, ESPD_PROTO_VERSION);
	UNTIL(&f->other, f->marked_all > before);
}

static void observed(void *arg, int err, struct items *seen)
{
	struct fixture *f = arg;

	items_clear(&f->seen);
	f->seen = *seen;
	*seen = (struct items){ 0 };
	f->err = err;
	f->done++;
}

static void applied(void *arg, int err, const struct fault *fault)
{
	struct fixture *f = arg;

	f->err = err;
	f->fault[0] = '\0';
	if (fault)
		fault_message(fault, f->fault, sizeof(f->fault));
	f->done++;
}

static void observe(struct fixture *f, enum kind kind, const char *id)
{
	f->done = 0;
	assert_int_equal(esp_driver.observe(f->esp, &(struct scope){ kind, id }, observed, f), 0);
	assert_int_equal(f->done, 0);
}

static void apply(struct fixture *f, const struct item *want, const struct item *seen)
{
	f->done = 0;
	assert_int_equal(esp_driver.apply(f->esp, want, seen, applied, f), 0);
	assert_int_equal(f->done, 0);
}

static struct espd_tunnel tunnel(uint32_t number)
{
	return (struct espd_tunnel){
		.if_id = number, .mtu = 1400, .local_address = htonl(0x0a090003)
	};
}

static void send_held(struct fixture *f, uint32_t number)
{
	struct espd_tunnel held = tunnel(number);

	other_side_send(&f->other, ESPD_TUNNEL_HELD, f->other.header.sequence, &held, sizeof(held),
		f->other.listener);
}

static void send_sas(struct fixture *f, uint32_t number)
{
	struct espd_sa_held sa = { .if_id = number, .key = { .direction = ESPD_IN } };

	other_side_send(&f->other, ESPD_SA_HELD, f->other.header.sequence, &sa, sizeof(sa), -1);
	sa.key.direction = ESPD_OUT;
	other_side_send(&f->other, ESPD_SA_HELD, f->other.header.sequence, &sa, sizeof(sa), -1);
}

static void answer_dump(struct fixture *f, bool has_tunnel, bool has_sas)
{
	other_side_receive(&f->other, ESPD_DUMP);
	if (has_tunnel)
		send_held(f, 7);
	if (has_sas)
		send_sas(f, 7);
	other_side_ack(&f->other, 0);
	UNTIL(&f->other, f->done);
}

static struct items wanted(const struct fixture *f)
{
	struct items items = { 0 };

	assert_int_equal(esp_driver.want(f->world, &(struct scope){ KIND_VPC, NULL }, &items), 0);
	items_sort(&items);
	return items;
}

static void test_want(void **state)
{
	struct fixture *f = *state;
	struct items items = wanted(f), one = { 0 };
	const struct item *item;
	const struct endpoint *endpoint;

	assert_int_equal(items.len, 4);
	item = items_find(&items, "tunnel/7");
	endpoint = item->data;
	assert_string_equal(item->owner, "vco-7");
	assert_int_equal(endpoint->tunnel.mtu, 1400);
	assert_int_equal(endpoint->tunnel.local_address, htonl(0x0a090003));
	for (unsigned int kind = ESPD_SOCKET_IKE; kind <= ESPD_SOCKET_ESP; kind++) {
		AUTO_FREE char *key = xasprintf("socket/10.9.0.3/%u", kind);

		item = items_find(&items, key);
		assert_non_null(item);
		assert_string_equal(item->owner, "vpn-3");
		assert_true(item->rank < items_find(&items, "tunnel/7")->rank);
	}
	assert_int_equal(
		esp_driver.want(f->world, &(struct scope){ KIND_VPN_CONNECTION, "vco-7" }, &one),
		0);
	assert_int_equal(one.len, 1);
	items_clear(&one);
	assert_int_equal(
		esp_driver.want(f->world, &(struct scope){ KIND_VPN_GATEWAY, "vpn-3" }, &one), 0);
	assert_int_equal(one.len, 3);
	items_clear(&one);
	assert_int_equal(
		esp_driver.want(f->world, &(struct scope){ KIND_VPN_CONNECTION, "vco-8" }, &one),
		0);
	assert_int_equal(one.len, 0);
	items_clear(&items);
}

static void test_same(void **state)
{
	struct endpoint a = { .is_tunnel = true, .tunnel = tunnel(7) }, b = a;
	const struct item want = { .data = &a }, seen = { .data = &b };

	(void)state;
	assert_true(esp_driver.same(&want, &seen));
	b.is_stale = true;
	assert_false(esp_driver.same(&want, &seen));
	b = a;
	b.tunnel.mtu++;
	assert_false(esp_driver.same(&want, &seen));
	b = a;
	b.tunnel.local_address++;
	assert_false(esp_driver.same(&want, &seen));
}

static void test_nobody_there(void **state)
{
	struct fixture *f = *state;

	observe(f, KIND_VPC, NULL);
	UNTIL(&f->other, f->done);
	assert_int_equal(f->err, -ENOTCONN);
	assert_int_equal(esp_carries(f->esp, 7), -EAGAIN);
}

/* After a restart of the agent the device comes back, and nothing is left to do. */
static void test_dump_gives_back(void **state)
{
	struct fixture *f = *state;
	struct items items = wanted(f);

	greet(f);
	assert_int_equal(esp_carries(f->esp, 7), -EAGAIN);
	observe(f, KIND_VPC, NULL);
	answer_dump(f, true, true);
	assert_int_equal(f->err, 0);
	assert_int_equal(f->adopted, 1);
	assert_true(f->fds[7] >= 0);
	assert_int_equal(f->all_adopted, 1);
	assert_int_equal(f->marked_all, 2); /* whose routes follow what carries */
	assert_int_equal(esp_carries(f->esp, 7), 1);
	assert_int_equal(esp_carries(f->esp, 6), 0);
	assert_int_equal(f->seen.len, 1);
	assert_string_equal(f->seen.items[0].owner, "vco-7");
	assert_true(esp_driver.same(items_find(&items, "tunnel/7"), &f->seen.items[0]));
	observe(f, KIND_VPC, NULL);
	answer_dump(f, true, true);
	assert_int_equal(f->adopted, 1);
	assert_int_equal(f->marked_all, 2); /* nothing turned */
	observe(f, KIND_VPC, NULL);
	answer_dump(f, true, false);
	assert_int_equal(f->marked_all, 3);
	assert_int_equal(esp_carries(f->esp, 7), 0);
	items_clear(&items);
}

static void test_scope_is_answered_without_asking(void **state)
{
	struct fixture *f = *state;

	greet(f);
	observe(f, KIND_VPC, NULL);
	answer_dump(f, true, false);
	observe(f, KIND_VPN_CONNECTION, "vco-7");
	UNTIL(&f->other, f->done);
	assert_int_equal(f->seen.len, 1);
	observe(f, KIND_VPN_GATEWAY, "vpn-3");
	UNTIL(&f->other, f->done);
	assert_int_equal(f->seen.len, 0);
	assert_false(other_side_try_receive(&f->other));
}

static void test_tunnel_is_passed(void **state)
{
	struct fixture *f = *state;
	struct items items = wanted(f);
	const struct item *want = items_find(&items, "tunnel/7");

	greet(f);
	apply(f, want, NULL); /* the network driver has not made the device yet */
	UNTIL(&f->other, f->done);
	assert_int_equal(f->err, -ENODEV);
	f->fds[7] = open(f->other.dir, O_RDONLY | O_CLOEXEC);
	f->generations[7] = 5;
	apply(f, want, NULL);
	other_side_receive(&f->other, ESPD_TUNNEL_ADD);
	assert_memory_equal(
		f->other.body, &((const struct endpoint *)want->data)->tunnel, f->other.size);
	assert_true(f->other.passed_fd >= 0);
	other_side_ack(&f->other, 0);
	UNTIL(&f->other, f->done);
	assert_int_equal(f->err, 0);
	observe(f, KIND_VPN_CONNECTION, "vco-7");
	UNTIL(&f->other, f->done);
	assert_true(esp_driver.same(want, &f->seen.items[0]));
	/* Another device of the same number: the old one is taken away before it is given. */
	f->generations[7] = 6;
	observe(f, KIND_VPN_CONNECTION, "vco-7");
	UNTIL(&f->other, f->done);
	assert_false(esp_driver.same(want, &f->seen.items[0]));
	apply(f, want, &f->seen.items[0]);
	other_side_receive(&f->other, ESPD_TUNNEL_REMOVE);
	other_side_ack(&f->other, 0);
	other_side_receive(&f->other, ESPD_TUNNEL_ADD);
	other_side_ack(&f->other, 0);
	UNTIL(&f->other, f->done);
	assert_int_equal(f->err, 0);
	items_clear(&items);
}

static void test_tunnel_is_set_and_removed(void **state)
{
	struct fixture *f = *state;
	struct items items = wanted(f);
	const struct item *want = items_find(&items, "tunnel/7");

	greet(f);
	observe(f, KIND_VPC, NULL);
	answer_dump(f, true, false);
	((struct endpoint *)want->data)->tunnel.mtu = 1380;
	apply(f, want, &f->seen.items[0]);
	other_side_receive(&f->other, ESPD_TUNNEL_SET);
	assert_int_equal(f->other.passed_fd, -1);
	other_side_ack(&f->other, -EINVAL);
	UNTIL(&f->other, f->done);
	assert_int_equal(f->err, -EINVAL);
	apply(f, NULL, &f->seen.items[0]);
	other_side_receive(&f->other, ESPD_TUNNEL_REMOVE);
	other_side_ack(&f->other, -ENOENT); /* safe to repeat */
	UNTIL(&f->other, f->done);
	assert_int_equal(f->err, 0);
	observe(f, KIND_VPN_CONNECTION, "vco-7");
	UNTIL(&f->other, f->done);
	assert_int_equal(f->seen.len, 0);
	items_clear(&items);
}

/* When espd dies nothing is known any more; its successor gets the same descriptors again. */
static void test_other_side_restarts(void **state)
{
	struct fixture *f = *state;
	struct items items = wanted(f);
	const struct item *want = items_find(&items, "tunnel/7");

	greet(f);
	observe(f, KIND_VPC, NULL);
	answer_dump(f, true, true);
	other_side_hang_up(&f->other);
	UNTIL(&f->other, esp_carries(f->esp, 7) == -EAGAIN);
	observe(f, KIND_VPN_CONNECTION, "vco-7");
	UNTIL(&f->other, f->done);
	assert_int_equal(f->err, -ENOTCONN);
	greet(f);
	observe(f, KIND_VPC, NULL);
	answer_dump(f, false, false);
	assert_int_equal(f->seen.len, 0);
	assert_int_equal(esp_carries(f->esp, 7), 0);
	apply(f, want, NULL);
	other_side_receive(&f->other, ESPD_TUNNEL_ADD);
	assert_true(f->other.passed_fd >= 0);
	other_side_ack(&f->other, 0);
	UNTIL(&f->other, f->done);
	assert_int_equal(f->err, 0);
	assert_int_equal(f->adopted, 1);
	items_clear(&items);
}

static void test_lost_while_asking(void **state)
{
	struct fixture *f = *state;

	greet(f);
	observe(f, KIND_VPC, NULL);
	other_side_receive(&f->other, ESPD_DUMP);
	send_held(f, 7);
	other_side_hang_up(&f->other);
	UNTIL(&f->other, f->done);
	assert_int_equal(f->err, -ECONNRESET);
	assert_int_equal(f->all_adopted, 0);
	assert_int_equal(esp_carries(f->esp, 7), -EAGAIN);
}

static void send_sas_changed(struct fixture *f, uint32_t inbound, uint32_t outbound)
{
	struct espd_tunnel_sas sas = { .if_id = 7, .inbound = inbound, .outbound = outbound };

	f->marked[0] = '\0';
	other_side_send(&f->other, ESPD_TUNNEL_SAS, 0, &sas, sizeof(sas), -1);
	UNTIL(&f->other, f->marked[0]);
	assert_string_equal(f->marked, "vco-7");
}

static void test_events(void **state)
{
	struct fixture *f = *state;
	struct espd_tunnel_key key = { .if_id = 7 };

	greet(f);
	observe(f, KIND_VPC, NULL);
	answer_dump(f, true, false);
	other_side_send(&f->other, ESPD_TUNNEL_WAKE, 0, &key, sizeof(key), -1);
	UNTIL(&f->other, f->woken);
	assert_int_equal(f->woken_number, 7);
	send_sas_changed(f, 1, 0);
	assert_int_equal(f->turned, 0);
	send_sas_changed(f, 1, 1);
	assert_int_equal(f->turned, 1);
	assert_int_equal(f->turned_number, 7);
	send_sas_changed(f, 2, 2); /* a rekey */
	send_sas_changed(f, 1, 1);
	assert_int_equal(f->turned, 1);
	send_sas_changed(f, 0, 1);
	assert_int_equal(f->turned, 2);
	assert_int_equal(esp_carries(f->esp, 7), 0);
}

/* charon's word alone is not enough. */
static void test_report(void **state)
{
	struct fixture *f = *state;
	struct scope scope = { KIND_VPN_CONNECTION, "vco-7" };
	struct status status = { .id = xstrdup("vco-7") };

	greet(f);
	observe(f, KIND_VPC, NULL);
	answer_dump(f, true, false);
	(void)status_set(&status, CONDITION_IPSEC, true, REASON_NONE, "", 1);
	esp_driver.report(f->esp, f->world, &scope, &f->seen, &status);
	assert_false(status.conditions[CONDITION_IPSEC].is_true);
	assert_int_equal(status.conditions[CONDITION_IPSEC].reason, REASON_DATA_PLANE_LOST);
	for (uint32_t inbound = 0; inbound < 2; inbound++) {
		send_sas_changed(f, inbound, !inbound);
		(void)status_set(&status, CONDITION_IPSEC, true, REASON_NONE, "", 1);
		esp_driver.report(f->esp, f->world, &scope, &f->seen, &status);
		assert_false(status.conditions[CONDITION_IPSEC].is_true);
	}
	send_sas_changed(f, 1, 1);
	esp_driver.report(f->esp, f->world, &scope, &f->seen, &status);
	assert_false(status.conditions[CONDITION_IPSEC].is_true); /* nor is ours */
	(void)status_set(&status, CONDITION_IPSEC, true, REASON_NONE, "", 1);
	esp_driver.report(f->esp, f->world, &scope, &f->seen, &status);
	assert_true(status.conditions[CONDITION_IPSEC].is_true);
	status_clear(&status);
}

/* An address this machine does not have is said, not only numbered. */
static void test_socket_that_cannot_be_opened(void **state)
{
	struct fixture *f = *state;
	struct items items = wanted(f);

	greet(f);
	apply(f, items_find(&items, "socket/10.9.0.3/1"), NULL);
	UNTIL(&f->other, f->done);
	assert_true(f->err < 0);
	assert_non_null(strstr(f->fault, "10.9.0.3"));
	items_clear(&items);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_want),
		TEST(test_same),
		TEST(test_nobody_there),
		TEST(test_dump_gives_back),
		TEST(test_scope_is_answered_without_asking),
		TEST(test_tunnel_is_passed),
		TEST(test_tunnel_is_set_and_removed),
		TEST(test_other_side_restarts),
		TEST(test_lost_while_asking),
		TEST(test_events),
		TEST(test_report),
		TEST(test_socket_that_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
