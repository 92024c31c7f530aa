/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend over Intel's multi-buffer library: packets of a burst go through the vector units
 * side by side. The library is loaded at run time, when it is installed and fits; x86-64 only.
 */
#pragma once

#include "espd/crypto.h"

/* AES and ChaCha20 suites; never DES and 3DES, which it is slow at. Usable after crypto_mb_load().
 */
extern const struct crypto_backend crypto_mb;

/*
 * Loads the library and measures from which burst size on its widest code wins; once, before the
 * sandbox. -EOPNOTSUPP: ret_why (static text) says what is missing. ret_what: version and code, own
 * string.
 */
MUST_CHECK int crypto_mb_load(const char **ret_why, char **ret_what);
