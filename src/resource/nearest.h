/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The legal value a person most likely meant, for the remedy of a refusal.
 */
#pragma once

/* values: NULL-terminated, not empty; "" entries are skipped. Borrowed from values. */
const char *nearest_value(const char *const *values, const char *text);
