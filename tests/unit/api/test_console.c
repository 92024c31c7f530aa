/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/console: which requests get which file, in which coding and under which headers; and what of
 * a folder is read at all.
 */
#include "support/temp_dir.h"
#include "support/unit.h"

#include "api/console.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PAGE "<html><meta content=\"__VPNGW_NONCE__\"></html>"

struct folder {
	char *dir;
	struct console_files *files;
};

static void write_file(const char *dir, const char *name, const char *text)
{
	AUTO_FREE char *path = xasprintf("%s/%s", dir, name);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	struct folder *folder = xcalloc(1, sizeof(*folder));
	AUTO_FREE char *assets = NULL, *link = NULL;

	folder->dir = temp_dir_new();
	assets = xasprintf("%s/assets", folder->dir);
	link = xasprintf("%s/link.js", folder->dir);
	assert_int_equal(mkdir(assets, 0755), 0);
	write_file(folder->dir, "index.html", PAGE);
	write_file(folder->dir, "secret.key", "not of the console");
	write_file(assets, "a-1.js", "plain");
	write_file(assets, "a-1.js.gz", "gzip");
	write_file(assets, "a-1.js.br", "brotli");
	write_file(assets, "b-2.svg", "<svg/>");
	assert_int_equal(symlink("/etc/passwd", link), 0);
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	struct folder *folder = *state;

	console_files_free(folder->files);
	temp_dir_free(folder->dir);
	free(folder);
	return 0;
}

static const struct console_files *open_files(void **state)
{
	struct folder *folder = *state;

	if (!folder->files)
		assert_int_equal(console_files_open(folder->dir, &folder->files), 0);
	return folder->files;
}

static void add_coding(struct http_request *request, const char *codings)
{
	params_append(&request->headers, xstrdup("accept-encoding"), xstrdup(codings));
}

static void clear(struct http_request *request, struct http_answer *answer)
{
	params_clear(&request->headers);
	params_clear(&answer->headers);
	free(answer->text);
	*answer = (struct http_answer){ 0 };
}

static const char *header(struct http_answer *answer, const char *name)
{
	params_sort(&answer->headers);
	return params_get(&answer->headers, name);
}

static void expect_body(void **state, const char *codings, const char *body, const char *coding)
{
	struct http_request request = { .is_get = true, .path = "/console/assets/a-1.js" };
	struct http_answer answer = { 0 };

	if (codings)
		add_coding(&request, codings);
	assert_true(console_answer(open_files(state), &request, &answer));
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.content_type, "text/javascript;charset=utf-8");
	assert_int_equal(answer.shared_size, strlen(body));
	assert_memory_equal(answer.shared, body, strlen(body));
	if (coding)
		assert_string_equal(header(&answer, "Content-Encoding"), coding);
	else
		assert_null(header(&answer, "Content-Encoding"));
	assert_string_equal(header(&answer, "Vary"), "Accept-Encoding");
	clear(&request, &answer);
}

static void test_coding_is_the_best_one_accepted(void **state)
{
	expect_body(state, NULL, "plain", NULL);
	expect_body(state, "gzip, deflate, br", "brotli", "br");
	expect_body(state, "br;q=0, gzip", "gzip", "gzip");
	expect_body(state, "br;q=0.5", "brotli", "br");
	expect_body(state, "gzipped, bread", "plain", NULL);
	expect_body(state, "identity", "plain", NULL);
}

static void test_page_has_a_nonce_of_its_own(void **state)
{
	struct http_request request = { .is_get = true, .path = "/console/" };
	struct http_answer first = { 0 }, second = { 0 };
	AUTO_FREE char *expected = NULL;
	char nonce[64] = "";
	const char *policy, *at;

	assert_true(console_answer(open_files(state), &request, &first));
	assert_true(console_answer(open_files(state), &request, &second));
	assert_string_not_equal(first.text, second.text);
	assert_string_equal(first.cache_control, "no-cache");
	policy = header(&first, "Content-Security-Policy");
	assert_non_null(strstr(policy, "default-src 'none'; script-src 'self';"));
	assert_null(strstr(policy, "unsafe"));
	at = strstr(policy, "'nonce-");
	assert_non_null(at);
	at += strlen("'nonce-");
	snprintf(nonce, sizeof(nonce), "%.*s", (int)strcspn(at, "'"), at);
	assert_int_equal(strlen(nonce), 24);
	expected = xasprintf("<html><meta content=\"%s\"></html>", nonce);
	assert_string_equal(first.text, expected);
	clear(&request, &first);
	clear(&request, &second);
}

static void test_hashed_names_are_kept_for_ever(void **state)
{
	struct http_request request = { .is_head = true, .path = "/console/assets/b-2.svg" };
	struct http_answer answer = { 0 };

	assert_true(console_answer(open_files(state), &request, &answer));
	assert_string_equal(answer.content_type, "image/svg+xml");
	assert_string_equal(answer.cache_control, "public, max-age=31536000, immutable");
	clear(&request, &answer);
}

static void expect_missing(void **state, const char *path)
{
	struct http_request request = { .is_get = true, .path = path };
	struct http_answer answer = { 0 };

	assert_true(console_answer(open_files(state), &request, &answer));
	assert_int_equal(answer.status, 404);
	assert_null(answer.shared);
	clear(&request, &answer);
}

static void test_only_files_of_the_list_exist(void **state)
{
	static const char *const paths[] = { "/console/assets", "/console/assets/",
		"/console/../etc/passwd", "/console/assets/../index.html", "/console//etc/passwd",
		"/console/%2e%2e/etc/passwd", "/console/link.js", "/console/secret.key",
		"/console/assets/a-1.js.gz", "/console/assets/a-1.js/", "/console/INDEX.HTML" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		expect_missing(state, paths[i]);
	assert_int_equal(console_files_len(open_files(state)), 3);
}

static void test_without_the_slash_it_leads_there(void **state)
{
	struct http_request request = { .is_get = true, .path = "/console" };
	struct http_answer answer = { 0 };

	assert_true(console_answer(open_files(state), &request, &answer));
	assert_int_equal(answer.status, 308);
	assert_string_equal(header(&answer, "Location"), "/console/");
	clear(&request, &answer);
}

static void test_everything_else_is_the_api(void **state)
{
	struct http_request requests[] = {
		{ .is_get = true, .path = "/" },
		{ .is_get = true, .path = "/consoles/" },
		{ .is_post = true, .path = "/console/" },
		{ .path = "/console/" },
		{ .is_get = true, .path = "/console/", .broken = 400 },
	};
	struct http_answer answer = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		assert_false(console_answer(open_files(state), &requests[i], &answer));
}

static void test_not_installed_says_what_to_do(void **state)
{
	struct http_request request = { .is_get = true, .path = "/console/" };
	struct http_answer answer = { 0 };

	(void)state;
	assert_true(console_answer(NULL, &request, &answer));
	assert_int_equal(answer.status, 404);
	assert_non_null(strstr(answer.text, "console_dir"));
	clear(&request, &answer);
}

static void test_a_folder_without_a_page_is_no_console(void **state)
{
	struct folder *folder = *state;
	struct console_files *files = NULL;
	AUTO_FREE char *page = xasprintf("%s/index.html", folder->dir);

	assert_int_equal(unlink(page), 0);
	assert_int_equal(console_files_open(folder->dir, &files), -ENOENT);
	assert_int_equal(console_files_open("/nonexistent", &files), -ENOENT);
	assert_null(files);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_coding_is_the_best_one_accepted),
		TEST(test_page_has_a_nonce_of_its_own),
		TEST(test_hashed_names_are_kept_for_ever),
		TEST(test_only_files_of_the_list_exist),
		TEST(test_without_the_slash_it_leads_there),
		TEST(test_everything_else_is_the_api),
		TEST(test_not_installed_says_what_to_do),
		TEST(test_a_folder_without_a_page_is_no_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
