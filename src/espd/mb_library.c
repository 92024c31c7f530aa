/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs of the library are used as its header of build time describes them: another version than
 * that is refused. So is a library that failed its own self test, or one that would compute AES
 * with tables (no AES instructions): their timing tells keys.
 */
#include "espd/mb_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define NAME "libIPSec_MB.so.1"
/* Of 1.3.0 the 1.3: fields move between minor versions. */
#define SERIES(version) ((version) >> 8)

static struct {
	unsigned int (*version)(void);
	const char *(*version_text)(void);
	IMB_MGR *(*manager_new)(uint64_t flags);
	void (*manager_free)(IMB_MGR *manager);
	void (*init_narrow)(IMB_MGR *manager);
	void (*init_wide)(IMB_MGR *manager, IMB_ARCH *ret_arch);
} library;

static const char *const architectures[IMB_ARCH_NUM] = {
	[IMB_ARCH_SSE] = "sse",
	[IMB_ARCH_AVX] = "avx",
	[IMB_ARCH_AVX2] = "avx2",
	[IMB_ARCH_AVX512] = "avx512",
};

static bool find(void *handle, const char *name, void *ret)
{
	void *symbol = dlsym(handle, name);

	memcpy(ret, &symbol, sizeof(symbol));
	return symbol;
}

static const char *find_all(void *handle)
{
	if (!find(handle, "imb_get_version", &library.version) ||
		!find(handle, "imb_get_version_str", &library.version_text) ||
		!find(handle, "alloc_mb_mgr", &library.manager_new) ||
		!find(handle, "free_mb_mgr", &library.manager_free) ||
		!find(handle, "init_mb_mgr_sse", &library.init_narrow) ||
		!find(handle, "init_mb_mgr_auto", &library.init_wide))
		return "functions are missing";
	if (SERIES(library.version()) != SERIES(IMB_VERSION_NUM))
		return "another version than this build is for";
	return NULL;
}

IMB_MGR *mb_manager_new(enum mb_width width)
{
	IMB_MGR *manager = library.manager_new(0);
	IMB_ARCH arch;

	if (!manager)
		abort();
	if (width == MB_WIDE)
		library.init_wide(manager, &arch);
	else
		library.init_narrow(manager);
	return manager;
}

void mb_manager_free(IMB_MGR *manager)
{
	if (manager)
		library.manager_free(manager);
}

static const char *judge(const IMB_MGR *manager)
{
	if (!(manager->features & IMB_FEATURE_AESNI) || manager->used_arch >= IMB_ARCH_NUM ||
		!architectures[manager->used_arch])
		return "the processor has no AES instructions";
	if ((manager->features & IMB_FEATURE_SELF_TEST) &&
		!(manager->features & IMB_FEATURE_SELF_TEST_PASS))
		return "its self test failed";
	return NULL;
}

int mb_library_load(const char **ret_why, char **ret_what)
{
	/* Stays loaded: managers and keys point into it. */
	void *handle = dlopen(NAME, RTLD_NOW | RTLD_LOCAL);
	const char *why = handle ? find_all(handle) : NAME " is not installed";
	IMB_MGR *manager;

	if (!why) {
		manager = mb_manager_new(MB_WIDE);
		why = judge(manager);
		if (!why)
			*ret_what = xasprintf(
				"%s %s", library.version_text(), architectures[manager->used_arch]);
		mb_manager_free(manager);
	}
	if (!why)
		return 0;
	*ret_why = why;
	return -EOPNOTSUPP;
}
