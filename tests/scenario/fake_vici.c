/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of the fake charon, with the real one's names, fields and habits (reference: VICI as
 * measured): load-conn replaces and leaves SAs alone, initiate reuses an established IKE_SA,
 * get-shared shows ids only.
 */
#include "scenario/fake_charon_private.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <utlist.h>

static void count_given(struct fake_charon *charon, const char *command, const char *id)
{
	AUTO_FREE char *what = xasprintf("%s %s", command, id);
	struct fake_given *given;

	DL_FOREACH(charon->given, given)
	{
		if (strcmp(given->what, what) == 0) {
			given->count++;
			return;
		}
	}
	given = xcalloc(1, sizeof(*given));
	given->what = TAKE_PTR(what);
	given->count = 1;
	DL_APPEND(charon->given, given);
}

uint32_t fake_charon_count(const struct fake_charon *charon, const char *command, const char *id)
{
	AUTO_FREE char *what = xasprintf("%s %s", command, id);
	struct fake_given *given;

	DL_FOREACH(charon->given, given)
	if (strcmp(given->what, what) == 0)
		return given->count;
	return 0;
}

static char *get_text(const struct vici_tree *tree, const char *name)
{
	return vici_value_text(vici_find(tree, vici_root(tree), name));
}

static void refuse(struct vici_message *answer, const char *message)
{
	vici_value(answer, "success", "no");
	vici_value(answer, "errmsg", message);
}

static void stream(struct fake_charon *charon, struct vici_message *message)
{
	struct vici_tree tree;

	if (vici_parse(message->bytes, message->size, &tree) < 0)
		abort();
	if (charon->streamed)
		charon->streamed(charon->arg, &tree);
	vici_tree_clear(&tree);
	vici_message_clear(message);
}

static void put_child_config(
	void *arg, const char *child, const struct vici_tree *tree, const struct vici_node *node)
{
	struct vici_message *to = arg;

	(void)tree;
	(void)node;
	vici_section_start(to, child);
	vici_value(to, "mode", "TUNNEL");
	vici_section_end(to);
}

static void list_conns(struct fake_charon *charon, const struct vici_tree *request)
{
	AUTO_FREE char *only = get_text(request, "ike");
	struct fake_conn *conn;

	DL_FOREACH(charon->conns, conn)
	{
		struct vici_message message = { 0 };

		if (only && strcmp(only, conn->name) != 0)
			continue;
		vici_section_start(&message, conn->name);
		vici_value(&message, "version", "IKEv2");
		vici_section_start(&message, "children");
		fake_each_child(conn, put_child_config, &message);
		vici_section_end(&message);
		vici_section_end(&message);
		stream(charon, &message);
	}
}

struct selectors {
	const struct fake_charon *charon;
	const char *child;
	struct vici_message *to;
};

static void put_list(struct vici_message *to, const char *name, const struct vici_tree *tree,
	const struct vici_node *list)
{
	vici_list_start(to, name);
	for (list = list ? vici_first(tree, list) : NULL; list; list = vici_next(tree, list)) {
		AUTO_FREE char *text = vici_value_text(list);

		vici_list_item(to, text);
	}
	vici_list_end(to);
}

static void put_selectors(
	void *arg, const char *child, const struct vici_tree *tree, const struct vici_node *node)
{
	struct selectors *selectors = arg;
	const struct fake_whim *whim = fake_find_whim(selectors->charon, child);

	if (strcmp(child, selectors->child) != 0)
		return;
	put_list(selectors->to, "local-ts", tree, vici_find(tree, node, "local_ts"));
	if (!whim || !whim->remote_ts) {
		put_list(selectors->to, "remote-ts", tree, vici_find(tree, node, "remote_ts"));
		return;
	}
	vici_list_start(selectors->to, "remote-ts");
	vici_list_item(selectors->to, whim->remote_ts);
	vici_list_end(selectors->to);
}

static void put_child(struct fake_charon *charon, const struct fake_sa *sa,
	const struct fake_child *child, struct vici_message *to)
{
	AUTO_FREE char *section = xasprintf("%s-%u", child->name, child->id);
	int64_t age_ms = fake_now_ms(charon) - child->since_ms;
	const struct fake_conn *conn = fake_find_conn(charon, sa->name);

	vici_section_start(to, section);
	vici_value(to, "name", child->name);
	vici_value_u32(to, "uniqueid", child->id);
	vici_value(to, "state", "INSTALLED");
	vici_value(to, "encr-alg", "AES_CBC");
	vici_value(to, "encr-keysize", "128");
	vici_value(to, "integ-alg", "HMAC_SHA1_96");
	vici_value_u32(to, "install-time", (uint32_t)(age_ms / 1000));
	if (conn)
		fake_each_child(
			conn, put_selectors, &(struct selectors){ charon, child->name, to });
	vici_section_end(to);
}

static void list_sas(struct fake_charon *charon, const struct vici_tree *request)
{
	AUTO_FREE char *only = get_text(request, "ike");
	const struct fake_child *child;
	struct fake_sa *sa;

	DL_FOREACH(charon->sas, sa)
	{
		struct vici_message message = { 0 };
		int64_t age_ms = fake_now_ms(charon) - sa->since_ms;
		char spi[17];

		if (only && strcmp(only, sa->name) != 0)
			continue;
		(void)snprintf(spi, sizeof(spi), "%016x", sa->id);
		vici_section_start(&message, sa->name);
		vici_value_u32(&message, "uniqueid", sa->id);
		vici_value(&message, "state", sa->is_established ? "ESTABLISHED" : "CONNECTING");
		vici_value(&message, "remote-host", sa->peer);
		vici_value(&message, "remote-port", "500");
		vici_value(&message, "initiator-spi", spi);
		if (sa->is_initiator)
			vici_value(&message, "initiator", "yes");
		vici_value(&message, "encr-alg", "AES_CBC");
		vici_value(&message, "encr-keysize", "128");
		if (sa->is_established)
			vici_value_u32(&message, "established", (uint32_t)(age_ms / 1000));
		vici_section_start(&message, "child-sas");
		DL_FOREACH(sa->children, child)
		if (child->id)
			put_child(charon, sa, child, &message);
		vici_section_end(&message);
		vici_section_end(&message);
		stream(charon, &message);
	}
}

static void get_shared(struct fake_charon *charon, struct vici_message *answer)
{
	struct fake_key *key;

	vici_list_start(answer, "keys");
	DL_FOREACH(charon->keys, key)
	vici_list_item(answer, key->id);
	vici_list_end(answer);
}

static void load_conn(
	struct fake_charon *charon, const struct vici_tree *request, struct vici_message *answer)
{
	struct fake_conn *conn = xcalloc(1, sizeof(*conn));
	struct fake_conn *old;

	conn->name = vici_name_text(vici_first(request, vici_root(request)));
	vici_write_tree(&conn->message, request);
	old = fake_find_conn(charon, conn->name);
	if (old)
		fake_conn_free(charon, old);
	DL_APPEND(charon->conns, conn);
	count_given(charon, "load-conn", conn->name);
	vici_value(answer, "success", "yes");
}

static void unload_conn(
	struct fake_charon *charon, const struct vici_tree *request, struct vici_message *answer)
{
	AUTO_FREE char *name = get_text(request, "name");
	struct fake_conn *conn = fake_find_conn(charon, name);

	count_given(charon, "unload-conn", name);
	if (!conn) {
		refuse(answer, "no matching connection found");
		return;
	}
	fake_conn_free(charon, conn);
	vici_value(answer, "success", "yes");
}

static struct fake_key *find_key(const struct fake_charon *charon, const char *id)
{
	struct fake_key *key;

	DL_FOREACH(charon->keys, key)
	if (strcmp(key->id, id) == 0)
		return key;
	return NULL;
}

static void load_shared(
	struct fake_charon *charon, const struct vici_tree *request, struct vici_message *answer)
{
	struct fake_key *key = xcalloc(1, sizeof(*key));
	const struct vici_node *owners = vici_find(request, vici_root(request), "owners");
	const struct vici_node *first = vici_first(request, owners);
	AUTO_FREE char *a = vici_value_text(first);
	AUTO_FREE char *b = vici_value_text(vici_next(request, first));
	struct fake_key *old;

	key->id = get_text(request, "id");
	key->psk = get_text(request, "data");
	key->owners = xasprintf("%s %s", a, b);
	old = find_key(charon, key->id);
	if (old)
		fake_key_free(charon, old);
	DL_APPEND(charon->keys, key);
	vici_value(answer, "success", "yes");
}

static void unload_shared(
	struct fake_charon *charon, const struct vici_tree *request, struct vici_message *answer)
{
	AUTO_FREE char *id = get_text(request, "id");
	struct fake_key *key = find_key(charon, id);

	if (!key) {
		refuse(answer, "no matching key found");
		return;
	}
	fake_key_free(charon, key);
	vici_value(answer, "success", "yes");
}

static void initiate(
	struct fake_charon *charon, const struct vici_tree *request, struct vici_message *answer)
{
	AUTO_FREE char *child = get_text(request, "child");
	AUTO_FREE char *ike = get_text(request, "ike");
	struct fake_conn *conn = fake_find_conn(charon, ike);
	AUTO_FREE char *config = conn ? fake_child_text(conn, child) : NULL;

	count_given(charon, "initiate", child);
	if (!config) {
		refuse(answer, "CHILD_SA config not found");
		return;
	}
	fake_initiate(charon, conn, child);
	vici_value(answer, "success", "yes");
}

struct termination {
	char *ike, *child;
	uint64_t ike_id, child_id;
	uint32_t matches;
	bool is_in_vain;
};

static void terminate_children(
	struct fake_charon *charon, struct fake_sa *sa, struct termination *termination)
{
	struct fake_child *child, *next;

	DL_FOREACH_SAFE(sa->children, child, next)
	{
		if (!child->id || (termination->child_id && child->id != termination->child_id) ||
			(termination->child && strcmp(child->name, termination->child) != 0))
			continue;
		/* Of duplicates, which go by number, the connection notices nothing. */
		if (termination->child)
			count_given(charon, "ended", child->name);
		fake_terminate_child(charon, sa, child);
		termination->matches++;
	}
}

static void terminate_sa(
	struct fake_charon *charon, struct fake_sa *sa, struct termination *termination)
{
	struct fake_child *child;
	bool has_own_name = false;

	DL_FOREACH(sa->children, child)
	{
		has_own_name = has_own_name || strcmp(child->name, sa->name) == 0;
		if (child->id && sa->is_established)
			count_given(charon, "ended", child->name);
	}
	if (sa->is_established && !has_own_name)
		count_given(charon, "ended", sa->name);
	fake_terminate(charon, sa);
	termination->matches++;
}

static void terminate(
	struct fake_charon *charon, const struct vici_tree *request, struct vici_message *answer)
{
	AUTO_FREE char *ike = get_text(request, "ike");
	AUTO_FREE char *child = get_text(request, "child");
	struct termination termination = {
		.ike = ike,
		.child = child,
		.ike_id = vici_number(request, vici_root(request), "ike-id", 0),
		.child_id = vici_number(request, vici_root(request), "child-id", 0),
	};
	struct fake_sa *sa, *next;

	if (ike)
		count_given(charon, "terminate", child ? child : ike);
	DL_FOREACH_SAFE(charon->sas, sa, next)
	{
		if ((ike && strcmp(sa->name, ike) != 0) ||
			(termination.ike_id && sa->id != termination.ike_id))
			continue;
		if (termination.child && fake_find_peer(charon, sa->peer)->behaviour == PEER_SILENT)
			termination.is_in_vain = true; /* the DELETE is retransmitted */
		else if (child || termination.child_id)
			terminate_children(charon, sa, &termination);
		else
			terminate_sa(charon, sa, &termination);
	}
	if (termination.is_in_vain)
		refuse(answer, "failed to terminate SA");
	else if (termination.matches == 0)
		refuse(answer, "no matching SAs to terminate found");
	else
		vici_value(answer, "success", "yes");
}

static bool run_effect(
	struct fake_charon *charon, const struct vici_tree *request, struct vici_message *answer)
{
	static const struct {
		const char *name;
		void (*run)(struct fake_charon *charon, const struct vici_tree *request,
			struct vici_message *answer);
	} commands[] = {
		{ "load-conn", load_conn },
		{ "unload-conn", unload_conn },
		{ "load-shared", load_shared },
		{ "unload-shared", unload_shared },
		{ "initiate", initiate },
		{ "terminate", terminate },
	};

	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i].name, charon->command) != 0)
			continue;
		commands[i].run(charon, request, answer);
		effect_happened(charon->effects);
		return true;
	}
	return false;
}

static void run(struct fake_charon *charon, struct vici_message *answer)
{
	struct vici_tree request;

	if (vici_parse(charon->request.bytes, charon->request.size, &request) < 0)
		abort();
	if (!run_effect(charon, &request, answer)) {
		if (strcmp(charon->command, "list-conns") == 0)
			list_conns(charon, &request);
		else if (strcmp(charon->command, "list-sas") == 0)
			list_sas(charon, &request);
		else if (strcmp(charon->command, "get-shared") == 0)
			get_shared(charon, answer);
		else
			abort();
	}
	vici_tree_clear(&request);
}

void fake_answer(void *arg)
{
	struct fake_charon *charon = arg;
	void (*done)(void *, int, const struct vici_tree *);
	struct vici_message answer = { 0 };
	struct vici_tree tree;

	if (!charon->command)
		return;
	if (charon->is_down) {
		done = TAKE_PTR(charon->done);
		free(TAKE_PTR(charon->command));
		done(charon->arg, -ENOTCONN, NULL);
		return;
	}
	run(charon, &answer);
	/* The agent dies before it hears of it. */
	if (!charon->effects->kill_is_due) {
		if (vici_parse(answer.bytes, answer.size, &tree) < 0)
			abort();
		done = TAKE_PTR(charon->done);
		free(TAKE_PTR(charon->command));
		done(charon->arg, 0, &tree);
		vici_tree_clear(&tree);
	}
	vici_message_clear(&answer);
}

void fake_fail_request(struct fake_charon *charon)
{
	if (charon->command)
		charon->clock->timer_set(charon->answer, 0);
}

static bool is_ready(void *ctx)
{
	const struct fake_charon *charon = ctx;

	return !charon->is_down;
}

static void request(void *ctx, const struct vici_request *asked)
{
	struct fake_charon *charon = ctx;

	assert(!charon->command);
	charon->command = xstrdup(asked->command);
	vici_message_clear(&charon->request);
	if (asked->message) {
		charon->request = *asked->message;
		*asked->message = (struct vici_message){ 0 };
	}
	charon->streamed = asked->streamed;
	charon->done = asked->done;
	charon->arg = asked->arg;
	charon->clock->timer_set(charon->answer, 1);
}

struct vici_port fake_charon_vici(struct fake_charon *charon)
{
	return (struct vici_port){ .is_ready = is_ready, .request = request, .ctx = charon };
}

void fake_greet(void *arg)
{
	struct fake_charon *charon = arg;

	if (!charon->ike || charon->is_down)
		return;
	charon->is_greeted = true;
	ike_peers_ready(charon->ike);
}

static void peers_start(void *ctx)
{
	struct fake_charon *charon = ctx;

	charon->peers_started = true;
	charon->clock->timer_set(charon->greet, 1);
}

static bool peers_are_ready(void *ctx)
{
	const struct fake_charon *charon = ctx;

	return charon->is_greeted && !charon->is_down;
}

static int set_nat_traversal(void *ctx, struct addr local, struct addr remote, bool is_on)
{
	struct fake_peer_entry *peer;
	char text[ADDR_TEXT_SIZE];

	(void)local;
	addr_format(remote, text);
	peer = fake_find_peer(ctx, text);
	peer->nat_is_told = true;
	peer->nat_traversal = is_on;
	return 0;
}

static int settings_complete(void *ctx)
{
	(void)ctx;
	return 0;
}

struct peer_port fake_charon_peers(struct fake_charon *charon)
{
	return (struct peer_port){
		.start = peers_start,
		.is_ready = peers_are_ready,
		.set_nat_traversal = set_nat_traversal,
		.settings_complete = settings_complete,
		.ctx = charon,
	};
}

void fake_charon_attach(struct fake_charon *charon, struct ike *ike)
{
	charon->ike = ike;
	if (ike)
		return;
	free(TAKE_PTR(charon->command));
	charon->done = NULL;
	charon->streamed = NULL;
	charon->clock->timer_clear(charon->answer);
	charon->peers_started = false;
	charon->is_greeted = false;
}
