/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forgetting and saying that it is done.
 */
#include "agent/first.h"

#include "base/fd.h"
#include "base/log.h"
#include "resource/config.h"
#include "resource/status.h"
#include "store/store.h"

#include <sys/socket.h>

#define BATCH 500

static int forget_some(struct store *store, size_t *ret_len)
{
	struct store_entries entries = { 0 };
	struct store_op ops[BATCH];
	int err = store_list(store, STATUS_KEYS, NULL, BATCH, &entries);

	for (size_t i = 0; !err && i < entries.len; i++)
		ops[i] = (struct store_op){ .key = entries.items[i].key, .expected = STORE_ANY };
	if (!err && entries.len)
		err = store_commit(store, ops, entries.len, NULL, NULL);
	*ret_len = entries.len;
	store_entries_clear(&entries);
	return err;
}

int first_forget(struct store *store)
{
	size_t len, all = 0;
	int err;

	do {
		err = forget_some(store, &len);
		all += err ? 0 : len;
	} while (!err && len);
	if (!err)
		log_info("nothing is known yet statuses_forgotten=%zu", all);
	return err;
}

int first_ready(const char *run_dir)
{
	AUTO_FREE char *path = config_path(run_dir, "agent/ready.sock");

	return unix_listen(path, SOCK_SEQPACKET, 0600, (gid_t)-1);
}
