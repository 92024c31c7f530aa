/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads charon's lists into values. Unknown fields are passed over, absent ones are nought.
 */
#include "drivers/ike/seen.h"

#include "base/strbuf.h"

#include <string.h>

bool ike_names_has(const struct ike_names *names, const char *name)
{
	for (size_t i = 0; i < names->len; i++)
		if (strcmp(names->items[i], name) == 0)
			return true;
	return false;
}

void ike_names_add(struct ike_names *names, const char *name)
{
	if (ike_names_has(names, name))
		return;
	names->items = xreallocarray(names->items, names->len + 1, sizeof(*names->items));
	(void)snprintf(names->items[names->len++], IKE_NAME_SIZE, "%s", name);
}

void ike_names_clear(struct ike_names *names)
{
	free(names->items);
	*names = (struct ike_names){ 0 };
}

struct ike_seen *ike_seen_new(const char *id)
{
	struct ike_seen *seen = xcalloc(1, sizeof(*seen));

	seen->id = xstrdup(id);
	return seen;
}

static void sa_clear(struct ike_sa_seen *sa)
{
	for (size_t i = 0; i < sa->children_len; i++) {
		free(sa->children[i].proposal);
		free(sa->children[i].local_ts);
		free(sa->children[i].remote_ts);
	}
	free(sa->children);
	free(sa->proposal);
}

void ike_seen_free(void *data)
{
	struct ike_seen *seen = data;

	if (!seen)
		return;
	for (size_t i = 0; i < seen->key_ids_len; i++)
		free(seen->key_ids[i]);
	for (size_t i = 0; i < seen->sas_len; i++)
		sa_clear(&seen->sas[i]);
	ike_names_clear(&seen->loaded);
	free(seen->key_ids);
	free(seen->sas);
	free(seen->id);
	free(seen);
}

void ike_seen_add_key_id(struct ike_seen *seen, const char *key_id)
{
	seen->key_ids = xreallocarray(seen->key_ids, seen->key_ids_len + 1, sizeof(*seen->key_ids));
	seen->key_ids[seen->key_ids_len++] = xstrdup(key_id);
}

static void add_part(struct strbuf *buf, const struct vici_tree *tree, const struct vici_node *node,
	const char *name, const char *size_name)
{
	AUTO_FREE char *text = vici_value_text(vici_find(tree, node, name));
	AUTO_FREE char *size = vici_value_text(vici_find(tree, node, size_name));

	if (!text)
		return;
	strbuf_addf(buf, "%s%s%s%s", *strbuf_text(buf) ? "/" : "", text, size ? "_" : "",
		size ? size : "");
}

/* The algorithms of an SA as charon words them, in the order of a proposal. */
static char *proposal_of(const struct vici_tree *tree, const struct vici_node *node)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(256);

	add_part(&buf, tree, node, "encr-alg", "encr-keysize");
	add_part(&buf, tree, node, "integ-alg", "integ-keysize");
	add_part(&buf, tree, node, "prf-alg", "");
	add_part(&buf, tree, node, "dh-group", "");
	if (vici_value_is(vici_find(tree, node, "esn"), "1"))
		strbuf_add(&buf, "/ESN");
	return xstrdup(strbuf_text(&buf));
}

static bool is_yes(const struct vici_tree *tree, const struct vici_node *node, const char *name)
{
	return vici_value_is(vici_find(tree, node, name), "yes");
}

/* A list's items with a blank between. */
static char *list_of(const struct vici_tree *tree, const struct vici_node *node, const char *name)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(4096);
	const struct vici_node *list = vici_find(tree, node, name);
	const struct vici_node *item = list ? vici_first(tree, list) : NULL;

	for (; item; item = vici_next(tree, item)) {
		AUTO_FREE char *text = vici_value_text(item);

		if (text)
			strbuf_addf(&buf, "%s%s", *strbuf_text(&buf) ? " " : "", text);
	}
	return xstrdup(strbuf_text(&buf));
}

char *ike_child_name(const struct vici_tree *tree, const struct vici_node *child)
{
	const struct vici_node *state = vici_find(tree, child, "state");
	char *name = vici_value_text(vici_find(tree, child, "name"));

	if (name && ike_is_our_id(name, strlen(name)) && !vici_value_is(state, "DELETED") &&
		!vici_value_is(state, "DELETING"))
		return name;
	free(name);
	return NULL;
}

static void add_child(
	struct ike_sa_seen *sa, const struct vici_tree *tree, const struct vici_node *node)
{
	const struct vici_node *state = vici_find(tree, node, "state");
	AUTO_FREE char *name = vici_value_text(vici_find(tree, node, "name"));
	struct ike_child_seen *child;

	if (!name || !ike_is_our_id(name, strlen(name)))
		return;

	sa->children = xreallocarray(sa->children, sa->children_len + 1, sizeof(*sa->children));
	child = &sa->children[sa->children_len++];
	*child = (struct ike_child_seen){
		.id = (uint32_t)vici_number(tree, node, "uniqueid", 0),
		.age_s = vici_number(tree, node, "install-time", 0),
		/* While it is being replaced the old one still carries traffic. */
		.is_installed = vici_value_is(state, "INSTALLED") ||
				vici_value_is(state, "REKEYING") ||
				vici_value_is(state, "UPDATING"),
		.proposal = proposal_of(tree, node),
		.local_ts = list_of(tree, node, "local-ts"),
		.remote_ts = list_of(tree, node, "remote-ts"),
	};
	memcpy(child->name, name, sizeof(child->name));
}

static bool has_task(const struct vici_tree *tree, const struct vici_node *sa, const char *list,
	const char *task)
{
	const struct vici_node *item = vici_find(tree, sa, list);

	for (item = item ? vici_first(tree, item) : NULL; item; item = vici_next(tree, item))
		if (vici_value_is(item, task))
			return true;
	return false;
}

static enum ike_sa_state state_of(const struct vici_node *state)
{
	if (vici_value_is(state, "ESTABLISHED") || vici_value_is(state, "REKEYING"))
		return SA_ESTABLISHED;
	if (vici_value_is(state, "CREATED") || vici_value_is(state, "CONNECTING"))
		return SA_CONNECTING;
	return SA_GOING; /* REKEYED, DELETING, DESTROYING, PASSIVE */
}

static uint64_t spi_of(const struct vici_tree *tree, const struct vici_node *sa)
{
	AUTO_FREE char *text = vici_value_text(vici_find(tree, sa, "initiator-spi"));

	return text ? strtoull(text, NULL, 16) : 0;
}

void ike_seen_add_sa(
	struct ike_seen *seen, const struct vici_tree *tree, const struct vici_node *node)
{
	AUTO_FREE char *host = vici_value_text(vici_find(tree, node, "remote-host"));
	AUTO_FREE char *name = vici_name_text(node);
	const struct vici_node *children = vici_find(tree, node, "child-sas");
	struct ike_sa_seen *sa;

	seen->sas = xreallocarray(seen->sas, seen->sas_len + 1, sizeof(*seen->sas));
	sa = &seen->sas[seen->sas_len++];
	*sa = (struct ike_sa_seen){
		.id = (uint32_t)vici_number(tree, node, "uniqueid", 0),
		.state = state_of(vici_find(tree, node, "state")),
		/* Not told of one that is being replaced: then it is older than any other. */
		.age_s = vici_number(tree, node, "established", UINT64_MAX),
		.spi = spi_of(tree, node),
		.is_initiator = is_yes(tree, node, "initiator"),
		.is_adding_child = has_task(tree, node, "tasks-queued", "QUICK_MODE") ||
				   has_task(tree, node, "tasks-active", "QUICK_MODE"),
		.nat_detected = is_yes(tree, node, "nat-any"),
		.peer_port = (uint32_t)vici_number(tree, node, "remote-port", 0),
		.proposal = proposal_of(tree, node),
	};
	(void)snprintf(sa->name, sizeof(sa->name), "%s", name);
	if (!host || addr_parse(host, &sa->peer_address) < 0)
		sa->peer_address = (struct addr){ 0 };
	if (!children)
		return;
	for (children = vici_first(tree, children); children; children = vici_next(tree, children))
		add_child(sa, tree, children);
}

void ike_seen_names(const struct ike_seen *seen, struct ike_names *ret)
{
	char name[IKE_NAME_SIZE];

	*ret = (struct ike_names){ 0 };
	for (size_t i = 0; i < seen->loaded.len; i++)
		ike_names_add(ret, seen->loaded.items[i]);
	for (size_t i = 0; i < seen->sas_len; i++)
		ike_names_add(ret, seen->sas[i].name);
	for (size_t i = 0; i < seen->key_ids_len; i++) {
		fingerprint_group(seen->key_ids[i], name);
		ike_names_add(ret, name);
	}
}

bool ike_seen_has_settings(const struct ike_seen *seen, const struct ike_settings *settings)
{
	AUTO_FREE char *wanted = NULL;
	char group[IKE_NAME_SIZE];

	if (seen->loaded.len != 1 || seen->key_ids_len != 1)
		return false;
	wanted = fingerprint_key_id(settings, seen->fingerprint_key);
	fingerprint_group(wanted, group);
	return strcmp(seen->key_ids[0], wanted) == 0 && strcmp(seen->loaded.items[0], group) == 0;
}
