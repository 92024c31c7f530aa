/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and folders: modes, groups, what is found again, what goes.
 */
#include "support/unit.h"

#include "base/secret.h"
#include "drivers/bgp/files.h"
#include "drivers/bgp/text.h"
#include "support/temp_dir.h"

#include <errno.h>
#include <sys/stat.h>

static const struct bgp_file session = { BGP_SESSION, (char[]){ "vpc-a" }, (char[]){ "vco-a" } };
static const struct bgp_file gateway = { BGP_GATEWAY, (char[]){ "vpc-a" }, (char[]){ "vpn-a" } };
static const struct bgp_file top = { BGP_MAIN, (char[]){ "vpc-a" }, (char[]){ "vpc-a" } };

static mode_t mode_of(const char *dir, const char *name)
{
	AUTO_FREE char *path = xasprintf("%s/%s", dir, name);
	struct stat info;

	assert_int_equal(lstat(path, &info), 0);
	assert_int_equal(info.st_gid, getgid());
	return info.st_mode & 07777;
}

static void test_write_and_read(void **state)
{
	char *root = temp_dir_new(), *text = NULL;
	AUTO_FREE char *dir = xasprintf("%s/bird", root);

	(void)state;
	assert_int_equal(bgp_file_read(dir, &session, &text), -ENOENT);
	assert_int_equal(bgp_file_write(dir, getgid(), &session, "one\n"), 0);
	assert_int_equal(bgp_file_write(dir, getgid(), &session, "two\n"), 0);
	assert_int_equal(mode_of(root, "bird"), 02750);
	assert_int_equal(mode_of(dir, "vpc-a"), 02750);
	assert_int_equal(mode_of(dir, "vpc-a/session-vco-a.conf"), 0640);
	assert_int_equal(bgp_file_read(dir, &session, &text), 0);
	assert_string_equal(text, "two\n");
	free_wiped(text);
	assert_int_equal(bgp_file_remove(dir, &session), 0);
	assert_int_equal(bgp_file_remove(dir, &session), 0);
	temp_dir_free(root);
}

static void count(void *arg, const struct bgp_file *file)
{
	AUTO_FREE char *name = bgp_file_name(file);
	char *names = arg;

	assert_true(strlen(names) + strlen(name) + 2 < 512);
	strncat(names, name, 256);
	strncat(names, " ", 2);
}

static void touch(const char *dir, const char *name)
{
	AUTO_FREE char *path = xasprintf("%s/%s", dir, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fclose(file);
}

static void test_each(void **state)
{
	char *root = temp_dir_new();
	AUTO_FREE char *dir = xasprintf("%s/bird", root);
	AUTO_FREE char *folder = xasprintf("%s/vpc-a", dir);
	char names[512] = "";

	(void)state;
	assert_int_equal(bgp_files_each(dir, count, names), 0);
	assert_string_equal(names, "");
	assert_int_equal(bgp_file_write(dir, getgid(), &session, "s"), 0);
	assert_int_equal(bgp_file_write(dir, getgid(), &gateway, "g"), 0);
	assert_int_equal(bgp_file_write(dir, getgid(), &top, "m"), 0);
	touch(dir, "vpc-a.ctl");
	touch(dir, "vpc-a.conf.new.7");
	touch(folder, "other.conf");
	touch(folder, "session-.conf");
	touch(folder, "session-vco-x.conf.new.7");
	assert_int_equal(bgp_files_each(dir, count, names), 0);
	assert_non_null(strstr(names, "vpc-a/session-vco-a.conf "));
	assert_non_null(strstr(names, "vpc-a/gateway-vpn-a.conf "));
	assert_non_null(strstr(names, "vpc-a.conf "));
	assert_int_equal(strlen(names), strlen("vpc-a/session-vco-a.conf vpc-a/gateway-vpn-a.conf "
					       "vpc-a.conf "));
	temp_dir_free(root);
}

/* Somebody put a link in the place of a file or folder. */
static void test_links_are_not_followed(void **state)
{
	char *root = temp_dir_new(), *text = NULL;
	AUTO_FREE char *dir = xasprintf("%s/bird", root);
	AUTO_FREE char *target = xasprintf("%s/target", root);
	AUTO_FREE char *folder = xasprintf("%s/vpc-a", dir);
	AUTO_FREE char *path = xasprintf("%s.conf", folder);

	(void)state;
	assert_int_equal(mkdir(dir, 0700), 0);
	touch(root, "target");
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(symlink(root, folder), 0);
	assert_int_equal(bgp_file_read(dir, &top, &text), -EBADMSG);
	assert_int_equal(bgp_file_write(dir, getgid(), &top, "main"), 0);
	assert_int_equal(bgp_file_read(dir, &top, &text), 0);
	free_wiped(text);
	assert_int_not_equal(bgp_file_write(dir, getgid(), &session, "s"), 0);
	temp_dir_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_and_read),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_links_are_not_followed),
	};

	return cmocka_run_group_tests_name("bgp files", tests, NULL, NULL);
}
