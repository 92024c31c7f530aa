/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/xml: the shapes of answers and the characters XML cannot hold.
 */
#include "support/unit.h"

#include "api/xml.h"
#include "base/alloc.h"

static void expect(const char *json, const char *xml)
{
	json_auto_t *object = json_loads(json, 0, NULL);
	AUTO_FREE char *text = NULL;

	assert_non_null(object);
	text = xml_render("R", object);
	assert_string_equal(text, xml);
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

static void test_shapes(void **state)
{
	(void)state;
	expect("{}", HEAD "<R></R>");
	expect("{\"A\":\"t\",\"B\":12,\"C\":true,\"D\":false}",
		HEAD "<R><A>t</A><B>12</B><C>true</C><D>false</D></R>");
	expect("{\"Vs\":{\"V\":[{\"Id\":\"1\"},{\"Id\":\"2\"}]},\"L\":[\"x\",\"y\"],\"E\":{\"I\":[]"
	       "}}",
		HEAD "<R><Vs><V><Id>1</Id></V><V><Id>2</Id></V></Vs><L>x</L><L>y</L><E></E></R>");
}

static void test_escapes(void **state)
{
	(void)state;
	expect("{\"A\":\"<a&\\\"b\\\">\\n\\u0001\xc3\xa9\"}",
		HEAD "<R><A>&lt;a&amp;&quot;b&quot;&gt;\n\xef\xbf\xbd\xc3\xa9</A></R>");
	expect("{\"A\":\"\xef\xbf\xbe|\xef\xbf\xbf|\xef\xbf\xbd\"}",
		HEAD "<R><A>\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd</A></R>");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
