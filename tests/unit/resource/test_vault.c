/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vault: what it seals opens, anything touched does not, and the key file's rules.
 */
#include "resource/vault.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/vpngw-vault-XXXXXX";
static char *key_file;

static void write_key(const char *text, mode_t mode)
{
	int fd;

	unlink(key_file);
	fd = open(key_file, O_WRONLY | O_CREAT | O_EXCL, mode);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void sealed_secrets_open(void **state)
{
	CLEANUP(vault_freep) struct vault *vault = NULL, *again = NULL;
	AUTO_SECRET struct secret *secret = secret_new("a\0b", 3), *opened = NULL;
	AUTO_FREE char *sealed = NULL, *other = NULL;
	struct stat info;

	(void)state;
	unlink(key_file);
	assert_int_equal(vault_open(key_file, false, &vault), -ENOENT);
	assert_int_equal(vault_open(key_file, true, &vault), 0);
	assert_int_equal(stat(key_file, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(vault_open(key_file, true, &again), 0);
	sealed = vault_seal(vault, "k/1/Psk", secret);
	other = vault_seal(vault, "k/1/Psk", secret);
	assert_string_not_equal(sealed, other);
	assert_int_equal(vault_unseal(again, "k/1/Psk", sealed, &opened), 0);
	assert_true(secret_equal(secret, opened));
}

/* A second key would open nothing of what is there, and seal the rest with itself. */
static void a_lost_key_is_not_replaced(void **state)
{
	CLEANUP(vault_freep) struct vault *vault = NULL;

	(void)state;
	unlink(key_file);
	assert_int_equal(vault_open_first(key_file, "/", &vault), -ENOKEY);
	assert_int_equal(access(key_file, F_OK), -1);
	assert_int_equal(vault_open_first(key_file, "/nothing", &vault), 0);
	vault_free(TAKE_PTR(vault));
	assert_int_equal(vault_open_first(key_file, "/", &vault), 0);
}

static void touched_secrets_do_not_open(void **state)
{
	CLEANUP(vault_freep) struct vault *vault = NULL, *stranger = NULL;
	AUTO_SECRET struct secret *secret = secret_new("abc", 3);
	AUTO_FREE char *sealed = NULL;
	struct secret *opened = NULL;

	(void)state;
	unlink(key_file);
	assert_int_equal(vault_open(key_file, true, &vault), 0);
	sealed = vault_seal(vault, "k/1/Psk", secret);
	for (size_t i = 0; sealed[i]; i++) {
		char kept = sealed[i];

		sealed[i] = kept == 'A' ? 'B' : 'A';
		assert_int_equal(vault_unseal(vault, "k/1/Psk", sealed, &opened), -EBADMSG);
		sealed[i] = '\0';
		assert_int_equal(vault_unseal(vault, "k/1/Psk", sealed, &opened), -EBADMSG);
		sealed[i] = kept;
	}
	assert_int_equal(vault_unseal(vault, "k/2/Psk", sealed, &opened), -EBADMSG);
	assert_int_equal(vault_unseal(vault, "k/1/AuthKey", sealed, &opened), -EBADMSG);
	unlink(key_file);
	assert_int_equal(vault_open(key_file, true, &stranger), 0);
	assert_int_equal(vault_unseal(stranger, "k/1/Psk", sealed, &opened), -EBADMSG);
	assert_null(opened);
}

static void key_files_are_checked(void **state)
{
#define HEX16 "00112233445566778899aabbccddeeff"
	static const struct {
		const char *text;
		mode_t mode;
		int err;
	} cases[] = {
		{ HEX16 HEX16, 0600, 0 },
		{ HEX16 HEX16 "\n", 0400, 0 },
		{ HEX16 HEX16 "\n", 0640, -EPERM },
		{ HEX16 HEX16 "\n", 0604, -EPERM },
		{ HEX16 HEX16 "0", 0600, -EINVAL },
		{ HEX16 HEX16 "00", 0600, -EINVAL },
		{ HEX16 "00", 0600, -EINVAL },
		{ HEX16 "z0112233445566778899aabbccddeeff", 0600, -EINVAL },
		{ "", 0600, -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct vault *vault = NULL;

		write_key(cases[i].text, cases[i].mode);
		assert_int_equal(vault_open(key_file, true, &vault), cases[i].err);
		vault_free(vault);
	}
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	key_file = xasprintf("%s/key", dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(key_file);
	assert_int_equal(rmdir(dir), 0);
	free(key_file);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_secrets_open),
		cmocka_unit_test(a_lost_key_is_not_replaced),
		cmocka_unit_test(touched_secrets_do_not_open),
		cmocka_unit_test(key_files_are_checked),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
