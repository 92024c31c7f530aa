/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is read out of "show protocols all" and "show route ... all", as BIRD 2.0.12 prints them.
 */
#include "support/unit.h"

#include "drivers/bgp/seen_session.h"

struct found {
	struct seen_session sessions[8];
	size_t len;
};

static void found_one(void *arg, const struct seen_session *session)
{
	struct found *found = arg;

	assert_true(found->len < 8);
	found->sessions[found->len++] = *session;
}

static struct found read_sessions(const struct bird_line *lines, size_t len)
{
	struct found found = { 0 };
	struct sessions_reader reader = { .each = found_one, .arg = &found };

	for (size_t i = 0; i < len; i++)
		sessions_line(&reader, &lines[i]);
	sessions_end(&reader);
	return found;
}

static void test_sessions(void **state)
{
	static const struct bird_line lines[] = {
		{ 2002, "Name       Proto      Table      State  Since         Info" },
		{ 1002, "vco12      BGP        ---        up     2026-11-25 20:12:51.736  "
			"Established   " },
		{ 1006, "  Description:    vco-abc" },
		{ 1006, "      Import updates:              7          1          1          1     "
			"    "
			" 4" },
		{ 1006, "      Import withdraws:            2          0        ---          0     "
			"    "
			" 2" },
		{ 1006, "      Export updates:              9          9          9        ---     "
			"    "
			" 9" },
		{ 1002, "vco13      BGP        ---        start  2026-11-25 20:12:59.088  Active   "
			"    "
			" Socket: Connection closed" },
		{ 1002, "vco14      BGP        ---        down   2026-11-25 20:13:20.385  " },
		{ 1002, "static_1   Static     bgp_1      up     2026-11-25 20:12:50.967  " },
		{ 1006, "      Import updates:              3          0          0          0     "
			"    "
			" 3" },
		{ 1002, "vco15      BGP        ---        start  2026-11-25 20:12:59.088  Idle     "
			"    "
			" Received: Bad peer AS" },
	};
	struct found found = read_sessions(lines, ARRAY_LEN(lines));

	(void)state;
	assert_int_equal(found.len, 4);
	assert_int_equal(found.sessions[0].number, 12);
	assert_true(found.sessions[0].is_up);
	assert_int_equal(found.sessions[0].changes, 6);
	assert_string_equal(found.sessions[0].since, "2026-11-25 20:12:51.736");
	assert_string_equal(found.sessions[0].error, "");
	assert_int_equal(found.sessions[1].number, 13);
	assert_false(found.sessions[1].is_up);
	assert_string_equal(found.sessions[1].error, "Socket: Connection closed");
	assert_true(found.sessions[2].is_down);
	assert_int_equal(found.sessions[3].number, 15);
	assert_string_equal(found.sessions[3].error, "Received: Bad peer AS");
}

static void test_strange_sessions(void **state)
{
	static const struct bird_line lines[] = {
		{ 1006, "      Import updates: 1 1 1 1 1" },
		{ 1002, "" },
		{ 1002, "   " },
		{ 1002, "vco BGP --- up a b c" },
		{ 1002, "vcox BGP --- up a b c" },
		{ 1002, "vco0 BGP --- up a b c" },
		{ 1002, "vco99999999999 BGP --- up a b c" },
		{ 1002, "vco7 BGP up" },
		{ 1002, "vco8 Static --- up a b c" },
		{ 1002, "vco9 BGP --- up a b Establishedly" },
		{ 1006, "      Import updates: x x x x x" },
		{ 1006, "      Import updates: 1 1 1 1 18446744073709551615" },
	};
	struct found found = read_sessions(lines, ARRAY_LEN(lines));

	(void)state;
	assert_int_equal(found.len, 1);
	assert_int_equal(found.sessions[0].number, 9);
	assert_false(found.sessions[0].is_up);
	assert_int_equal(found.sessions[0].changes, 0);
}

static const struct bird_line route_lines[] = {
	{ 1007, "Table bgp_1:" },
	{ 1007, "192.168.11.0/24      unicast [vco12 20:12:51.892] * (100) [AS65001i]" },
	{ 1007, "\tvia 169.254.10.2 on vco12" },
	{ 1008, "\tType: BGP univ" },
	{ 1012, "\tBGP.origin: IGP" },
	{ 1012, "\tBGP.as_path: 65001 4200000001" },
	{ 1012, "\tBGP.next_hop: 169.254.10.2" },
	{ 1012, "\tBGP.community: (65001,7) (65001,8)" },
	{ 1012, "\t\t(65001,9)" },
	{ 1007, "192.168.10.0/24      unicast [vco12 20:12:51.892] * (100) [i]" },
	{ 1012, "\tBGP.as_path: " },
	{ 1012, "\tBGP.large_community: (1, 2, 3)" },
	{ 1012, "\t\t(4, 5, 6)" },
};

static void test_routes(void **state)
{
	struct routes_reader reader = { .max = 10 };
	struct learned_routes routes;
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(route_lines); i++)
		routes_line(&reader, &route_lines[i]);
	routes = routes_take(&reader);
	assert_int_equal(routes.len, 2);
	prefix_format(routes.items[0].destination, text);
	assert_string_equal(text, "192.168.10.0/24");
	assert_string_equal(routes.items[0].as_path, "");
	assert_string_equal(routes.items[0].community, "");
	assert_string_equal(routes.items[1].as_path, "65001 4200000001");
	assert_string_equal(routes.items[1].community, "65001:7 65001:8 65001:9");
	learned_routes_clear(&routes);
	assert_int_equal(routes_take(&reader).len, 0);
}

static void test_routes_are_bounded(void **state)
{
	struct routes_reader reader = { .max = 1 };
	struct learned_routes routes;
	char word[400], line[450];

	(void)state;
	routes_line(&reader, &(struct bird_line){ 1012, "\tBGP.as_path: 1 2 3", false });
	memset(word, '1', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	snprintf(line, sizeof(line), "\tBGP.as_path: %s", word);
	routes_line(&reader, &route_lines[1]);
	for (int i = 0; i < 10; i++)
		routes_line(&reader, &(struct bird_line){ 1012, line, false });
	routes_line(&reader, &route_lines[9]);
	routes_line(&reader, &(struct bird_line){ 1012, "\tBGP.community: (1,1)", false });
	routes = routes_take(&reader);
	assert_int_equal(routes.len, 1);
	assert_int_equal(strlen(routes.items[0].as_path), 1000);
	assert_string_equal(routes.items[0].community, "");
	learned_routes_clear(&routes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_strange_sessions),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_routes_are_bounded),
	};

	return cmocka_run_group_tests_name("bgp seen_session", tests, NULL, NULL);
}
