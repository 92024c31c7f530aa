/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificate of the server's own making, interrupted at each step: the next start has a pair.
 */
#include "support/unit.h"

#include "api/certificate.h"
#include "support/temp_dir.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail_at; /* the rename that fails, from 1; 0: none */

/* In the place of the C library's: what puts a file in its place. */
int rename(const char *from, const char *to)
{
	if (fail_at && --fail_at == 0) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_rename, from, to);
}

static int open_one(char *dir, SSL_CTX **ret)
{
	static char none[] = "", everywhere[] = "0.0.0.0";
	const struct config config = { .state_dir = dir,
		.listen_address = everywhere,
		.tls_certificate = none,
		.tls_key = none };

	return certificate_open(&config, ret);
}

static void test_interrupted(void **state)
{
	static const char *const missing[] = { "api-certificate.key", "api-certificate.pem", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(missing); i++)
		for (int at = 1; at <= 2; at++) {
			char *dir = temp_dir_new();
			AUTO_FREE char *path =
				xasprintf("%s/%s", dir, missing[i] ? missing[i] : "");
			SSL_CTX *context = NULL;

			if (missing[i]) {
				assert_int_equal(open_one(dir, &context), 0);
				SSL_CTX_free(TAKE_PTR(context));
				assert_int_equal(unlink(path), 0);
			}
			fail_at = at;
			assert_int_equal(open_one(dir, &context), -EIO);
			assert_int_equal(fail_at, 0);
			assert_int_equal(open_one(dir, &context), 0);
			assert_non_null(context);
			SSL_CTX_free(context);
			temp_dir_free(dir);
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_interrupted) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
