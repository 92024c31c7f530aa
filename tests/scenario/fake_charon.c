/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state and the peers of the fake charon; its commands are in fake_vici.c.
 */
#include "scenario/fake_charon_private.h"

#include <string.h>
#include <utlist.h>

#define ANSWER_MS 50 /* a negotiation with a peer that answers */
#define CHILD_MS 30
#define SILENCE_MS 20000 /* until charon gives up on one that does not */
#define RESTART_MS 700

static void tell_event_of(
	struct fake_charon *charon, const char *id, const struct fake_child *child_up)
{
	AUTO_FREE char *child = child_up ? xasprintf("%s-%u", child_up->name, child_up->id) : NULL;
	struct vici_message message = { 0 };
	struct vici_tree tree;

	if (!charon->ike)
		return;
	if (child)
		vici_value(&message, "up", "yes");
	vici_section_start(&message, id);
	vici_value(&message, "uniqueid", "1");
	if (child) {
		vici_section_start(&message, "child-sas");
		vici_section_start(&message, child);
		vici_section_end(&message);
		vici_section_end(&message);
	}
	vici_section_end(&message);
	if (vici_parse(message.bytes, message.size, &tree) < 0)
		abort();
	ike_event(charon->ike, "child-updown", &tree);
	vici_tree_clear(&tree);
	vici_message_clear(&message);
}

static void tell_event(struct fake_charon *charon, const char *id)
{
	tell_event_of(charon, id, NULL);
}

static void alert(struct fake_charon *charon, enum charon_reason reason, const char *id,
	const char *local, const char *remote)
{
	struct charon_alert alert = { .reason = reason };

	if (!charon->ike)
		return;
	(void)snprintf(alert.connection, sizeof(alert.connection), "%s", id);
	(void)snprintf(alert.local, sizeof(alert.local), "%s", local);
	(void)snprintf(alert.remote, sizeof(alert.remote), "%s", remote);
	ike_alert(charon->ike, &alert);
}

struct fake_conn *fake_find_conn(const struct fake_charon *charon, const char *name)
{
	struct fake_conn *conn;

	DL_FOREACH(charon->conns, conn)
	if (strcmp(conn->name, name) == 0)
		return conn;
	return NULL;
}

void fake_child_free(struct fake_sa *sa, struct fake_child *child)
{
	DL_DELETE(sa->children, child);
	free(child->settings);
	free(child->name);
	free(child);
}

void fake_terminate_child(struct fake_charon *charon, struct fake_sa *sa, struct fake_child *child)
{
	fake_child_free(sa, child);
	tell_event(charon, sa->name);
}

void fake_sa_free(struct fake_charon *charon, struct fake_sa *sa)
{
	DL_DELETE(charon->sas, sa);
	while (sa->children)
		fake_child_free(sa, sa->children);
	charon->clock->timer_free(sa->timer);
	free(sa->settings);
	free(sa->psk);
	free(sa->peer);
	free(sa->name);
	free(sa);
}

void fake_conn_free(struct fake_charon *charon, struct fake_conn *conn)
{
	DL_DELETE(charon->conns, conn);
	vici_message_clear(&conn->message);
	free(conn->name);
	free(conn);
}

void fake_key_free(struct fake_charon *charon, struct fake_key *key)
{
	DL_DELETE(charon->keys, key);
	free(key->id);
	free(key->psk);
	free(key->owners);
	free(key);
}

void fake_terminate(struct fake_charon *charon, struct fake_sa *sa)
{
	AUTO_FREE char *name = xstrdup(sa->name);
	bool was_up = sa->is_established;

	fake_sa_free(charon, sa);
	if (was_up)
		tell_event(charon, name);
}

static struct fake_peer_entry *find_peer(struct fake_charon *charon, const char *address)
{
	struct fake_peer_entry *peer;

	DL_FOREACH(charon->peers, peer)
	if (strcmp(peer->address, address) == 0)
		return peer;
	peer = xcalloc(1, sizeof(*peer));
	peer->address = xstrdup(address);
	peer->psk = xstrdup("");
	peer->behaviour = PEER_SILENT;
	DL_APPEND(charon->peers, peer);
	return peer;
}

/* The key whose owners are both ends of the connection. */
static const char *find_psk(const struct fake_charon *charon, const struct fake_conn *conn)
{
	AUTO_FREE char *local = fake_setting(conn, "local", "id");
	AUTO_FREE char *remote = fake_setting(conn, "remote", "id");
	AUTO_FREE char *owners = xasprintf("%s %s", local, remote);
	struct fake_key *key;

	DL_FOREACH(charon->keys, key)
	if (strcmp(key->owners, owners) == 0)
		return key->psk;
	return NULL;
}

const struct fake_whim *fake_find_whim(const struct fake_charon *charon, const char *child)
{
	const struct fake_whim *whim;

	DL_FOREACH(charon->whims, whim)
	if (strcmp(whim->child, child) == 0)
		return whim;
	return NULL;
}

/* What is configured now is negotiated, whatever is loaded in the meantime. */
static struct fake_child *ask_for_child(struct fake_sa *sa, const char *name)
{
	struct fake_child *child = xcalloc(1, sizeof(*child));
	const struct fake_conn *conn = fake_find_conn(sa->charon, sa->name);

	child->name = xstrdup(name);
	child->settings = conn ? fake_child_text(conn, name) : NULL;
	if (!child->settings)
		child->settings = xstrdup("");
	DL_APPEND(sa->children, child);
	return child;
}

static void install_child(struct fake_charon *charon, struct fake_child *child)
{
	child->id = ++charon->last_id;
	child->since_ms = fake_now_ms(charon);
}

static void fail(struct fake_charon *charon, struct fake_sa *sa, enum charon_reason reason,
	const char *local, const char *remote)
{
	AUTO_FREE char *name = xstrdup(sa->name);

	fake_sa_free(charon, sa);
	alert(charon, reason, name, local, remote);
}

static void negotiate_children(struct fake_charon *charon, struct fake_sa *sa, bool are_refused)
{
	struct fake_child *child, *next;

	DL_FOREACH_SAFE(sa->children, child, next)
	{
		const struct fake_whim *whim = fake_find_whim(charon, child->name);

		if (child->id)
			continue;
		if (are_refused || (whim && !whim->remote_ts)) {
			fake_child_free(sa, child);
			alert(charon, CHARON_CHILD_PROPOSAL_MISMATCH, sa->name,
				"ESP:AES_CBC_128/HMAC_SHA1_96", "NO_PROPOSAL_CHOSEN");
			continue;
		}
		install_child(charon, child);
		tell_event_of(charon, sa->name, child);
	}
}

static void negotiated(void *arg)
{
	struct fake_sa *sa = arg;
	struct fake_charon *charon = sa->charon;
	struct fake_peer_entry *peer = find_peer(charon, sa->peer);

	if (peer->behaviour == PEER_SILENT) {
		fail(charon, sa, CHARON_PEER_SILENT, "", "");
		return;
	}
	if (!sa->psk || strcmp(sa->psk, peer->psk) != 0) {
		fail(charon, sa, CHARON_PSK_MISMATCH, "", "AUTHENTICATION_FAILED");
		return;
	}
	if (!sa->is_established) {
		sa->is_established = true;
		sa->since_ms = fake_now_ms(charon);
		tell_event(charon, sa->name);
		/* Phase 2 follows, as in IKEv1. */
		charon->clock->timer_set(sa->timer, CHILD_MS);
		return;
	}
	negotiate_children(charon, sa, peer->behaviour == PEER_REFUSES_CHILD);
}

struct fake_sa *fake_sa_add(struct fake_charon *charon, const struct fake_conn *conn)
{
	struct fake_sa *sa = xcalloc(1, sizeof(*sa));
	const char *psk = find_psk(charon, conn);

	sa->charon = charon;
	sa->name = xstrdup(conn->name);
	sa->id = ++charon->last_id;
	sa->peer = fake_setting(conn, NULL, "remote_addrs");
	sa->psk = psk ? xstrdup(psk) : NULL;
	sa->settings = fake_phase1_text(conn);
	sa->timer = charon->clock->timer_new(charon->clock->ctx, negotiated, sa);
	DL_APPEND(charon->sas, sa);
	return sa;
}

/* As the real one: an IKE_SA of the same connection, also one under way, takes the child too. */
void fake_initiate(struct fake_charon *charon, const struct fake_conn *conn, const char *child)
{
	struct fake_sa *sa, *present = NULL;

	DL_FOREACH(charon->sas, sa)
	if (strcmp(sa->name, conn->name) == 0 && (!present || sa->is_established))
		present = sa;
	sa = present ? present : fake_sa_add(charon, conn);
	(void)ask_for_child(sa, child);
	if (present && !present->is_established)
		return;
	sa->is_initiator = true;
	charon->clock->timer_set(sa->timer,
		find_peer(charon, sa->peer)->behaviour == PEER_SILENT ? SILENCE_MS : ANSWER_MS);
}

void fake_charon_set_peer(
	struct fake_charon *charon, const char *address, enum fake_peer behaviour, const char *psk)
{
	struct fake_peer_entry *peer = find_peer(charon, address);

	peer->behaviour = behaviour;
	free(peer->psk);
	peer->psk = xstrdup(psk);
}

void fake_charon_peer_connects(struct fake_charon *charon, const char *id)
{
	struct fake_conn *conn = fake_conn_of(charon, id);
	struct fake_sa *sa;

	if (!conn)
		return;
	sa = fake_sa_add(charon, conn);
	(void)ask_for_child(sa, id);
	charon->clock->timer_set(sa->timer, ANSWER_MS);
}

static void end_sas(struct fake_charon *charon, const char *name)
{
	struct fake_sa *sa, *next;

	DL_FOREACH_SAFE(charon->sas, sa, next)
	if (strcmp(sa->name, name) == 0)
		fake_sa_free(charon, sa);
	tell_event(charon, name);
}

void fake_charon_peer_dies(struct fake_charon *charon, const char *id)
{
	const struct fake_conn *conn = fake_conn_of(charon, id);

	if (!conn)
		return;
	alert(charon, CHARON_DPD_TIMEOUT, conn->name, "", "");
	end_sas(charon, conn->name);
}

void fake_charon_peer_deletes(struct fake_charon *charon, const char *id)
{
	const struct fake_conn *conn = fake_conn_of(charon, id);

	if (conn)
		end_sas(charon, conn->name);
}

void fake_charon_lose_child(struct fake_charon *charon, const char *id)
{
	struct fake_child *child, *next;
	struct fake_sa *sa;

	DL_FOREACH(charon->sas, sa)
	{
		DL_FOREACH_SAFE(sa->children, child, next)
		if (strcmp(child->name, id) == 0)
			fake_terminate_child(charon, sa, child);
	}
}

void fake_charon_duplicate(struct fake_charon *charon, const char *id)
{
	struct fake_conn *conn = fake_conn_of(charon, id);
	struct fake_sa *sa;

	if (!conn)
		return;
	sa = fake_sa_add(charon, conn);
	sa->is_established = true;
	sa->since_ms = fake_now_ms(charon);
	install_child(charon, ask_for_child(sa, id));
	tell_event(charon, sa->name);
}

void fake_charon_accept(struct fake_charon *charon, const char *id)
{
	struct fake_whim *whim, *next;

	DL_FOREACH_SAFE(charon->whims, whim, next)
	{
		if (strcmp(whim->child, id) != 0)
			continue;
		DL_DELETE(charon->whims, whim);
		free(whim->child);
		free(whim->remote_ts);
		free(whim);
	}
}

void fake_charon_narrow(struct fake_charon *charon, const char *id, const char *remote_ts)
{
	struct fake_whim *whim = xcalloc(1, sizeof(*whim));

	fake_charon_accept(charon, id);
	whim->child = xstrdup(id);
	whim->remote_ts = remote_ts ? xstrdup(remote_ts) : NULL;
	DL_APPEND(charon->whims, whim);
}

void fake_charon_refuse(struct fake_charon *charon, const char *id)
{
	fake_charon_narrow(charon, id, NULL);
}

void fake_charon_forget(struct fake_charon *charon, const char *id)
{
	struct fake_conn *conn = fake_conn_of(charon, id);

	if (conn)
		fake_conn_free(charon, conn);
}

static void clear(struct fake_charon *charon)
{
	while (charon->sas)
		fake_sa_free(charon, charon->sas);
	while (charon->conns)
		fake_conn_free(charon, charon->conns);
	while (charon->keys)
		fake_key_free(charon, charon->keys);
}

static void add_foreign(struct fake_charon *charon)
{
	struct fake_conn *conn = xcalloc(1, sizeof(*conn));
	struct fake_key *key = xcalloc(1, sizeof(*key));
	struct fake_sa *sa;

	conn->name = xstrdup("road-warriors");
	vici_section_start(&conn->message, conn->name);
	vici_section_start(&conn->message, "local");
	vici_value(&conn->message, "id", "a");
	vici_section_end(&conn->message);
	vici_section_start(&conn->message, "remote");
	vici_value(&conn->message, "id", "b");
	vici_section_end(&conn->message);
	vici_list_start(&conn->message, "remote_addrs");
	vici_list_item(&conn->message, "203.0.113.99");
	vici_list_end(&conn->message);
	vici_section_end(&conn->message);
	DL_APPEND(charon->conns, conn);
	key->id = xstrdup("somebody-elses");
	key->psk = xstrdup("x");
	key->owners = xstrdup("a b");
	DL_APPEND(charon->keys, key);
	sa = fake_sa_add(charon, conn);
	sa->is_established = true;
	install_child(charon, ask_for_child(sa, "a-road-warrior"));
}

static void is_back(void *arg)
{
	struct fake_charon *charon = arg;

	charon->is_down = false;
	add_foreign(charon);
	if (!charon->ike)
		return;
	ike_charon_changed(charon->ike);
	if (charon->peers_started)
		ike_peers_ready(charon->ike);
}

void fake_charon_restart(struct fake_charon *charon)
{
	clear(charon);
	charon->is_down = true;
	fake_fail_request(charon);
	charon->clock->timer_set(charon->back, RESTART_MS);
	if (charon->ike)
		ike_charon_changed(charon->ike);
}

struct fake_charon *fake_charon_new(const struct clock *clock, struct effects *effects)
{
	struct fake_charon *charon = xcalloc(1, sizeof(*charon));

	charon->clock = clock;
	charon->effects = effects;
	charon->back = clock->timer_new(clock->ctx, is_back, charon);
	charon->answer = clock->timer_new(clock->ctx, fake_answer, charon);
	charon->greet = clock->timer_new(clock->ctx, fake_greet, charon);
	add_foreign(charon);
	return charon;
}

void fake_charon_free(struct fake_charon *charon)
{
	clear(charon);
	while (charon->peers) {
		struct fake_peer_entry *peer = charon->peers;

		DL_DELETE(charon->peers, peer);
		free(peer->address);
		free(peer->psk);
		free(peer);
	}
	while (charon->whims)
		fake_charon_accept(charon, charon->whims->child);
	while (charon->given) {
		struct fake_given *given = charon->given;

		DL_DELETE(charon->given, given);
		free(given->what);
		free(given);
	}
	vici_message_clear(&charon->request);
	free(charon->command);
	charon->clock->timer_free(charon->back);
	charon->clock->timer_free(charon->answer);
	charon->clock->timer_free(charon->greet);
	free(charon);
}

bool fake_charon_has_connection(const struct fake_charon *charon, const char *id)
{
	return fake_conn_of(charon, id) != NULL;
}

static void count_child(
	void *arg, const char *child, const struct vici_tree *tree, const struct vici_node *node)
{
	uint32_t *count = arg;

	(void)child;
	(void)tree;
	(void)node;
	++*count;
}

uint32_t fake_charon_members(const struct fake_charon *charon, const char *id)
{
	const struct fake_conn *conn = fake_conn_of(charon, id);
	uint32_t count = 0;

	if (conn)
		fake_each_child(conn, count_child, &count);
	return count;
}

uint32_t fake_charon_sas(const struct fake_charon *charon, const char *id)
{
	const struct fake_conn *conn = fake_conn_of(charon, id);
	struct fake_sa *sa;
	uint32_t count = 0;

	DL_FOREACH(charon->sas, sa)
	count += sa->is_established && strcmp(sa->name, conn ? conn->name : id) == 0;
	return count;
}

uint32_t fake_charon_sa_id(const struct fake_charon *charon, const char *id)
{
	const struct fake_child *child;
	const struct fake_sa *sa;
	uint32_t sa_id = 0;

	DL_FOREACH(charon->sas, sa)
	{
		DL_FOREACH(sa->children, child)
		if (child->id && strcmp(child->name, id) == 0)
			sa_id = sa->id;
	}
	return sa_id;
}

uint32_t fake_charon_children(const struct fake_charon *charon, const char *id)
{
	const struct fake_child *child;
	struct fake_sa *sa;
	uint32_t count = 0;

	DL_FOREACH(charon->sas, sa)
	{
		DL_FOREACH(sa->children, child)
		count += child->id && strcmp(child->name, id) == 0;
	}
	return count;
}

uint32_t fake_charon_keys(const struct fake_charon *charon, const char *id)
{
	struct fake_key *key;
	uint32_t count = 0;

	DL_FOREACH(charon->keys, key)
	count += strncmp(key->id, id, strlen(id)) == 0;
	return count;
}

char *fake_charon_setting(const struct fake_charon *charon, const char *id, const char *name)
{
	const struct fake_conn *conn = fake_conn_of(charon, id);

	return conn ? fake_setting(conn, NULL, name) : NULL;
}

int fake_charon_nat_traversal(const struct fake_charon *charon, const char *remote)
{
	struct fake_peer_entry *peer;

	DL_FOREACH(charon->peers, peer)
	if (strcmp(peer->address, remote) == 0)
		return peer->nat_is_told ? peer->nat_traversal : -1;
	return -1;
}

static char *sa_complaint(const struct fake_charon *charon, const struct fake_sa *sa)
{
	const struct fake_conn *conn = fake_find_conn(charon, sa->name);
	const char *psk = conn ? find_psk(charon, conn) : NULL;
	AUTO_FREE char *phase1 = NULL;
	const struct fake_child *child;

	if (!sa->is_established)
		return NULL;
	if (!conn)
		return xasprintf("%s has an SA and no connection", sa->name);
	phase1 = fake_phase1_text(conn);
	if (strcmp(phase1, sa->settings) != 0)
		return xasprintf("%s has an SA of other settings than are loaded", sa->name);
	if (!psk || !sa->psk || strcmp(psk, sa->psk) != 0)
		return xasprintf("%s has an SA of another key than is loaded", sa->name);
	if (strcmp(sa->name, "road-warriors") == 0)
		return NULL;
	DL_FOREACH(sa->children, child)
	{
		AUTO_FREE char *settings = fake_child_text(conn, child->name);

		if (child->id && (!settings || strcmp(settings, child->settings) != 0))
			return xasprintf(
				"%s is up with other settings than are loaded", child->name);
	}
	return NULL;
}

char *fake_charon_complaint(const struct fake_charon *charon)
{
	struct fake_sa *sa;

	if (charon->is_down)
		return NULL;
	if (!fake_find_conn(charon, "road-warriors") ||
		!fake_charon_children(charon, "a-road-warrior") ||
		!fake_charon_keys(charon, "somebody-elses"))
		return xstrdup("something foreign was touched");
	DL_FOREACH(charon->sas, sa)
	{
		char *complaint = sa_complaint(charon, sa);

		if (complaint)
			return complaint;
	}
	return NULL;
}

int64_t fake_now_ms(const struct fake_charon *charon)
{
	return charon->clock->now(charon->clock->ctx).ns / 1000000;
}

struct fake_peer_entry *fake_find_peer(struct fake_charon *charon, const char *address)
{
	return find_peer(charon, address);
}
