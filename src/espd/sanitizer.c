/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only in sanitizer builds: the leak scan at exit needs ptrace, which the sandbox and the
 * undumpable process rule out. Leaks are looked for by the unit tests, which run the same code
 * unsandboxed.
 */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0:symbolize=0";
}
