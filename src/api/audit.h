/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: one JSON line a call, appended to <state_dir>/audit.log. Never a parameter's
 * value, so never a secret.
 */
#pragma once

#include "base/alloc.h"

#include <stdint.h>

struct audit;

struct audit_entry {
	int64_t time_ms;
	const char *access_key_id, *source, *action, *version, *resource_id, *code, *request_id;
	int status;
};

/* -errno when the file cannot be opened; made when missing, mode 0640. */
MUST_CHECK int audit_open(const char *path, struct audit **ret);
void audit_free(struct audit *audit);
DEFINE_CLEANUP(struct audit, audit_free)
/* After logrotate moved the file away. Keeps the old one when that fails. */
MUST_CHECK int audit_reopen(struct audit *audit);
/* A line that cannot be written is reported once in the daemon's log. */
void audit_write(struct audit *audit, const struct audit_entry *entry);
