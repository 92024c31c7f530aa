/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an action is. A handler is a function from the store as it is to an answer and a change; it
 * commits nothing itself. The dispatcher checks the signature, the permission and the table's
 * parameters before it, and after it does DryRun, ClientToken, the commit (with the conditions the
 * handler read under) and the audit line. A commit that lost a race runs the handler again, so
 * users never see "...Configuring".
 */
#pragma once

#include "api/params.h"
#include "api/snapshot.h"
#include "resource/config.h"
#include "resource/parameter.h"
#include "resource/resource.h"
#include "resource/vault.h"
#include "store/store.h"

#define API_VERSION_VPC "2016-04-28"
#define API_VERSION_VPNGW "2026-11-01" /* our extensions */

struct api {
	struct loop *loop;
	struct store *store;
	struct snapshot *snapshot; /* of the store, synchronised before a handler runs */
	struct vault *vault;
	const struct config *config;
};

struct request {
	const struct action *action;
	struct params params;      /* query and form, without the signature's own */
	const char *access_key_id; /* "" on the unix socket */
	const char *policy;        /* of that key; NULL on the unix socket: all is allowed */
	const char *source;        /* "192.0.2.7" or "unix" */
	const char *host;          /* Host header, for HostId */
	char request_id[37];       /* upper-case UUID */
	int64_t now_ms;            /* wall clock when it arrived */
	bool is_root;              /* came over the unix socket */
	/* Where a list may put its entries as text; NULL: they must be in the answer. */
	struct rendered_list *rendered;
};

/* The store operations a handler asks for; all of them or none. */
struct change {
	struct store_op *ops;
	size_t len, room;
	char **owned; /* keys and values */
	size_t owned_len;
	char *resource_id; /* for the audit line */
};

/* Under the condition that the resource still has the revision it was read with (0: must not
 * exist). */
void change_put(struct change *change, const struct api *api, enum kind kind, const void *resource);
/* change_put() of after, where it differs from before: an edit that changes nothing writes nothing.
 */
void change_replace(struct change *change, const struct api *api, enum kind kind,
	const void *before, const void *after);
void change_delete(struct change *change, enum kind kind, const void *resource);
/* Only the condition: something the handler relied on must not have changed. */
void change_check(struct change *change, enum kind kind, const void *resource);
/* For other keys ("meta/..."); copies. */
void change_op(struct change *change, const struct store_op *op);
void change_clear(struct change *change);

struct action {
	const char *name, *version;
	bool is_write;
	const struct parameter *parameters; /* ends with a NULL name; beside the common ones */
	/*
	 * Fills answer (RequestId is added by the dispatcher). 0, or -EINVAL with the fault; any
	 * other -errno becomes InternalError or, for -EAGAIN, ServiceUnavailable.
	 */
	int (*handle)(const struct api *api, const struct request *request, struct change *change,
		json_t *answer, struct fault *fault);
	const char *doc;
	bool is_administrative; /* no pattern of a policy allows it */
};

/* The table of all actions, by (version, name); NULL and which of the two was unknown. */
const struct action *action_find(const char *version, const char *name, enum reason *ret_reason);
/* The whole table, for the generated reference: one NULL-terminated array per family. */
extern const struct action vpc_actions[], vswitch_actions[], vpn_gateway_actions[],
	vpn_gateway_encapsulation_actions[], customer_gateway_actions[], vpn_connection_actions[],
	vpn_connection_log_actions[], vpn_connection_switch_actions[], vpn_route_actions[],
	vpn_pbr_route_actions[], region_actions[], tag_actions[], resource_group_actions[],
	peer_view_actions[], peer_config_actions[], absent_actions[], extension_actions[],
	access_key_actions[];
