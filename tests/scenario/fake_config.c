/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fake charon was told of a connection: single settings, its children, and texts to
 * compare settings by.
 */
#include "scenario/fake_charon_private.h"

#include "base/strbuf.h"

#include <string.h>
#include <utlist.h>

static void parse(const struct fake_conn *conn, struct vici_tree *ret)
{
	if (vici_parse(conn->message.bytes, conn->message.size, ret) < 0)
		abort();
}

char *fake_setting(const struct fake_conn *conn, const char *path, const char *name)
{
	struct vici_tree tree;
	const struct vici_node *node;
	char *text = NULL;

	parse(conn, &tree);
	node = vici_find(&tree, vici_root(&tree), conn->name);
	if (path)
		node = vici_find(&tree, node, path);
	node = vici_find(&tree, node, name);
	if (node && node->type == VICI_LIST)
		node = vici_first(&tree, node);
	text = vici_value_text(node);
	vici_tree_clear(&tree);
	return text;
}

static void dump(struct strbuf *buf, const struct vici_tree *tree, const struct vici_node *node,
	const char *but)
{
	for (node = vici_first(tree, node); node; node = vici_next(tree, node)) {
		AUTO_FREE char *name = node->type == VICI_ITEM ? NULL : vici_name_text(node);
		AUTO_FREE char *value = NULL;

		if (name && but && strcmp(name, but) == 0)
			continue;
		strbuf_addf(buf, "%s", name ? name : "");
		if (node->type == VICI_VALUE || node->type == VICI_ITEM) {
			value = vici_value_text(node);
			strbuf_addf(buf, "=%s;", value);
			continue;
		}
		strbuf_add(buf, "{");
		dump(buf, tree, node, NULL);
		strbuf_add(buf, "}");
	}
}

char *fake_phase1_text(const struct fake_conn *conn)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(65536);
	struct vici_tree tree;

	parse(conn, &tree);
	dump(&buf, &tree, vici_find(&tree, vici_root(&tree), conn->name), "children");
	vici_tree_clear(&tree);
	return xstrdup(strbuf_text(&buf));
}

char *fake_child_text(const struct fake_conn *conn, const char *child)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(65536);
	const struct vici_node *node;
	struct vici_tree tree;
	char *text = NULL;

	parse(conn, &tree);
	node = vici_find(&tree, vici_root(&tree), conn->name);
	node = vici_find(&tree, vici_find(&tree, node, "children"), child);
	if (node) {
		dump(&buf, &tree, node, NULL);
		text = xstrdup(strbuf_text(&buf));
	}
	vici_tree_clear(&tree);
	return text;
}

void fake_each_child(const struct fake_conn *conn,
	void (*call)(void *arg, const char *child, const struct vici_tree *tree,
		const struct vici_node *node),
	void *arg)
{
	const struct vici_node *node;
	struct vici_tree tree;

	parse(conn, &tree);
	node = vici_find(&tree, vici_root(&tree), conn->name);
	node = vici_find(&tree, node, "children");
	for (node = node ? vici_first(&tree, node) : NULL; node; node = vici_next(&tree, node)) {
		AUTO_FREE char *name = vici_name_text(node);

		call(arg, name, &tree, node);
	}
	vici_tree_clear(&tree);
}

struct fake_conn *fake_conn_of(const struct fake_charon *charon, const char *child)
{
	struct fake_conn *conn;

	DL_FOREACH(charon->conns, conn)
	{
		AUTO_FREE char *text = fake_child_text(conn, child);

		if (text)
			return conn;
	}
	return NULL;
}
