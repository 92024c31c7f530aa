/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logging to standard error, one line an event: a syslog priority in angle brackets (journald reads
 * it), the program, the message, then key=value pairs made with LOG_FIELD formats by the caller.
 * Library rooms log at debug only; an error is logged once, where it ends (main, an API handler,
 * the reconciler). Never pass a secret.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum log_level { LEVEL_ERR = 3, LEVEL_WARN = 4, LEVEL_NOTICE = 5, LEVEL_INFO = 6, LEVEL_DEBUG = 7 };

/* program: shown in every line; max: lines above this level are dropped. */
void log_init(const char *program, enum log_level max);
bool log_is_on(enum log_level level);
void log_at(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_err(...) log_at(LEVEL_ERR, __VA_ARGS__)
#define log_warn(...) log_at(LEVEL_WARN, __VA_ARGS__)
#define log_notice(...) log_at(LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_at(LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LEVEL_DEBUG, __VA_ARGS__)

/* For lines an outsider can trigger: true at most `burst` times per `window_ms`. */
struct log_limit {
	int64_t window_start_ns;
	uint32_t count, suppressed;
};
bool log_allow(struct log_limit *limit, uint32_t burst, uint32_t window_ms);
