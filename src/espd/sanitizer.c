/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only in sanitizer builds: the leak scan at exit needs ptrace, which the sandbox and the
 * undumpable process rule out. It is off however the process ends and whatever ASAN_OPTIONS says.
 * Leaks are looked for by the unit tests, which run the same code unsandboxed. A report must not
 * make calls that the sandbox answers with SIGSYS before a word is out: no colours (asks the
 * terminal), no symbols (starts a program). UBSan reads its options at its first report, when the
 * sandbox no longer lets it read the environment, so they are said here.
 */
int __lsan_is_turned_off(void);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

int __lsan_is_turned_off(void)
{
	return 1;
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0:symbolize=0:color=never";
}

const char *__ubsan_default_options(void)
{
	return "symbolize=0:color=never:halt_on_error=1:abort_on_error=1:print_stacktrace=1";
}
