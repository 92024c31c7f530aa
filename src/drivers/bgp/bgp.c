/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver contract over files and BIRDs. The files are the truth of what was configured, also
 * across restarts of the agent; a BIRD is talked to as long as its VPC has a main file.
 */
#include "drivers/bgp/bgp.h"

#include "base/instant.h"
#include "base/loop.h"
#include "base/secret.h"
#include "drivers/bgp/bird.h"
#include "drivers/bgp/text.h"
#include "drivers/bgp/want.h"
#include "reconcile/later.h"

#include <errno.h>
#include <string.h>
#include <uthash.h>

/* A file that is there, by its name. */
struct known {
	UT_hash_handle hh;
	char *name;
	struct bgp_file file;
};

/* The BIRD of a VPC. */
struct daemon {
	UT_hash_handle hh;
	char *vpc_id;
	struct bird *bird;
};

struct bgp {
	struct bgp_parts parts;
	char *dir;
	struct known *known;
	struct daemon *daemons;
};

static struct known *find_known(const struct bgp *bgp, const struct bgp_file *file)
{
	AUTO_FREE char *name = bgp_file_name(file);
	struct known *known;

	HASH_FIND_STR(bgp->known, name, known);
	return known;
}

static struct bird *bird_of(const struct bgp *bgp, const char *vpc_id)
{
	struct daemon *daemon;

	HASH_FIND_STR(bgp->daemons, vpc_id, daemon);
	return daemon ? daemon->bird : NULL;
}

static void add_daemon(struct bgp *bgp, const char *vpc_id)
{
	struct daemon *daemon;

	if (bird_of(bgp, vpc_id))
		return;
	daemon = xcalloc(1, sizeof(*daemon));
	daemon->vpc_id = xstrdup(vpc_id);
	daemon->bird = bird_new(&bgp->parts, vpc_id);
	HASH_ADD_KEYPTR(hh, bgp->daemons, daemon->vpc_id, strlen(daemon->vpc_id), daemon);
}

static void remove_daemon(struct bgp *bgp, const char *vpc_id)
{
	struct daemon *daemon;

	HASH_FIND_STR(bgp->daemons, vpc_id, daemon);
	if (!daemon)
		return;
	HASH_DEL(bgp->daemons, daemon);
	bird_free(daemon->bird);
	free(daemon->vpc_id);
	free(daemon);
}

static void know(struct bgp *bgp, const struct bgp_file *file)
{
	struct known *known = find_known(bgp, file);

	if (file->type == BGP_MAIN)
		add_daemon(bgp, file->vpc_id);
	if (known)
		return;
	known = xcalloc(1, sizeof(*known));
	known->name = bgp_file_name(file);
	known->file = (struct bgp_file){ file->type, xstrdup(file->vpc_id), xstrdup(file->id) };
	HASH_ADD_KEYPTR(hh, bgp->known, known->name, strlen(known->name), known);
}

static void forget(struct bgp *bgp, struct known *known)
{
	if (known->file.type == BGP_MAIN)
		remove_daemon(bgp, known->file.vpc_id);
	HASH_DEL(bgp->known, known);
	bgp_file_clear(&known->file);
	free(known->name);
	free(known);
}

/* Its SAs are there, but its health check forbids to use them: the session must stay away. Without
 * SAs it may try as it likes, nothing comes through. While neither is known, all stays as it is. */
static bool should_be_held(const struct bgp *bgp, uint32_t number, bool is_held)
{
	int carries = bgp->parts.carries(bgp->parts.arg, number);
	int may_carry = bgp->parts.may_carry(bgp->parts.arg, number);

	if (carries < 0 || (carries == 1 && may_carry < 0))
		return is_held;
	return carries == 1 && may_carry == 0;
}

struct looking {
	struct bgp *bgp;
	const char *owner; /* NULL: each file's own resource */
	struct items *items;
};

static uint32_t number_of(const struct bgp *bgp, const struct bgp_file *file)
{
	const struct vpn_connection *connection =
		file->type == BGP_SESSION
			? world_get(bgp->parts.world, KIND_VPN_CONNECTION, file->id)
			: NULL;

	return connection ? connection->number : 0;
}

static void see_file(void *arg, const struct bgp_file *file)
{
	struct looking *looking = arg;
	struct bgp *bgp = looking->bgp;
	struct bgp_part *part;
	char *text = NULL;
	int err = bgp_file_read(bgp->dir, file, &text);

	if (err == -ENOENT)
		return;
	/* One that cannot be read is one that is not as it should be. */
	know(bgp, file);
	part_add_take(looking->items, file, err < 0 ? xstrdup("") : text, number_of(bgp, file),
		looking->owner ? looking->owner : file->id);
	part = looking->items->items[looking->items->len - 1].data;
	if (file->type != BGP_SESSION)
		return;
	part->is_held = text_release(part->text);
	part->should_be_held = should_be_held(bgp, part->number, part->is_held);
}

static int see_all(struct bgp *bgp, struct looking *looking)
{
	struct known *known, *next;
	int err = bgp_files_each(bgp->dir, see_file, looking);

	items_sort(looking->items);
	HASH_ITER (hh, bgp->known, known, next)
		if (!err && !items_find(looking->items, known->name))
			forget(bgp, known);
	return err;
}

/* Is the file this resource's own? A VPC answers for those of its gateways too. */
static bool is_left_of(const struct bgp_file *file, const struct scope *scope)
{
	if (scope->kind == KIND_VPC && file->type != BGP_SESSION)
		return strcmp(file->vpc_id, scope->id) == 0;
	return strcmp(file->id, scope->id) == 0;
}

/* What the resource may ask for, and what is left of it. */
static void see_some(struct bgp *bgp, const struct scope *scope, struct looking *looking)
{
	struct known *known, *next;

	scope_each(bgp->parts.world, scope, see_file, looking);
	items_sort(looking->items);
	HASH_ITER (hh, bgp->known, known, next) {
		if (!is_left_of(&known->file, scope) || items_find(looking->items, known->name))
			continue;
		see_file(looking, &known->file);
		items_sort(looking->items);
	}
}

static int observe(void *ctx, const struct scope *scope,
	void (*done)(void *arg, int err, struct items *seen), void *arg)
{
	struct bgp *bgp = ctx;
	struct items seen = { 0 };
	struct looking looking = { bgp, scope->id, &seen };
	int err = 0;

	if (scope->id)
		see_some(bgp, scope, &looking);
	else
		err = see_all(bgp, &looking);
	observed_later(bgp->parts.loop, done, arg, err, &seen);
	return 0;
}

static bool same(const struct item *want, const struct item *seen)
{
	const struct bgp_part *a = want->data, *b = seen->data;

	return b->is_held == b->should_be_held && strcmp(a->text, b->text) == 0;
}

/* seen: what is there, or NULL. */
static int write_part(struct bgp *bgp, const struct bgp_part *part, const struct bgp_part *seen)
{
	bool is_held = part->file.type == BGP_SESSION &&
		       should_be_held(bgp, part->number, seen && seen->is_held);
	char *held = is_held ? text_hold(part->text) : NULL;
	int err = bgp_file_write(bgp->dir, bgp->parts.group, &part->file, held ? held : part->text);

	free_wiped(held);
	if (!err)
		know(bgp, &part->file);
	return err;
}

/* The file of its gateway and VPC may be there for nothing now. */
static int remove_part(struct bgp *bgp, const struct bgp_part *part)
{
	int err = bgp_file_remove(bgp->dir, &part->file);
	struct known *known = err ? NULL : find_known(bgp, &part->file);

	if (known)
		forget(bgp, known);
	if (part->file.type == BGP_SESSION)
		bgp->parts.mark(bgp->parts.arg, KIND_VPC, part->file.vpc_id);
	return err;
}

static int apply(void *ctx, const struct item *want, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg)
{
	struct bgp *bgp = ctx;
	const struct bgp_part *part = want ? want->data : seen->data;
	const struct fault no_fault = { 0 };
	int err = want ? write_part(bgp, part, seen ? seen->data : NULL) : remove_part(bgp, part);
	struct bird *bird = bird_of(bgp, part->file.vpc_id);
	bool is_edited = !want || !seen ||
			 strcmp(part->text, ((const struct bgp_part *)seen->data)->text) != 0;

	if (bird && part->number && is_edited)
		bird_forget(bird, part->number);
	if (bird)
		bird_reload(bird);
	applied_later(bgp->parts.loop, done, arg, err, &no_fault);
	return 0;
}

static void report_learned(const struct learned_routes *learned, struct status *status)
{
	struct learned_routes *routes = &status->learned;

	learned_routes_clear(routes);
	routes->items = xcalloc(learned->len + 1, sizeof(*routes->items));
	for (; routes->len < learned->len; routes->len++) {
		const struct learned_route *route = &learned->items[routes->len];

		routes->items[routes->len] = (struct learned_route){ route->destination,
			xstrdup(route->as_path), xstrdup(route->community), 0 };
	}
}

static void report(void *ctx, const struct world *world, const struct scope *scope,
	const struct items *seen, struct status *status)
{
	const struct bgp *bgp = ctx;
	const struct vpn_connection *connection = scope->kind == KIND_VPN_CONNECTION
							  ? world_get(world, scope->kind, scope->id)
							  : NULL;
	const struct vpn_gateway *gateway = connection ? world_gateway_of(world, connection) : NULL;
	struct bgp_verdict verdict = { .reason = REASON_BGP_DAEMON_GONE };
	const struct learned_routes *learned = NULL;
	struct bird *bird;

	(void)seen;
	if (!gateway || !connection->bgp_config.enable_bgp)
		return;
	bird = bird_of(bgp, gateway->vpc_id);
	if (bird && bird_is_unknown(bird)) {
		status->conditions[CONDITION_BGP].is_kept = true;
		return;
	}
	if (bird) {
		verdict = bird_verdict(bird, connection->number);
		learned = bird_learned(bird, connection->number);
	}
	/* It is told together with what was learned, which is asked for at once. */
	if (verdict.is_up && !learned) {
		status->conditions[CONDITION_BGP].is_kept = true;
		return;
	}
	status_set(status, CONDITION_BGP, verdict.is_up, verdict.reason, verdict.message,
		(uint64_t)wall_now_ms());
	if (learned)
		report_learned(learned, status);
}

const struct driver bgp_driver = {
	.name = "bgp",
	.kinds = DRIVER_SERVES(KIND_VPC) | DRIVER_SERVES(KIND_VSWITCH) |
		 DRIVER_SERVES(KIND_VPN_GATEWAY) | DRIVER_SERVES(KIND_VPN_CONNECTION) |
		 DRIVER_SERVES(KIND_VPN_ROUTE_ENTRY) | DRIVER_SERVES(KIND_VPN_PBR_ROUTE_ENTRY),
	.want = bgp_want,
	.observe = observe,
	.same = same,
	.apply = apply,
	.report = report,
};

struct bgp *bgp_new(const struct bgp_parts *parts)
{
	struct bgp *bgp = xcalloc(1, sizeof(*bgp));

	bgp->parts = *parts;
	bgp->dir = xstrdup(parts->dir);
	bgp->parts.dir = bgp->dir;
	if (!bgp->parts.open)
		bgp->parts.open = bird_client_open;
	return bgp;
}

void bgp_free(struct bgp *bgp)
{
	struct known *known, *next;

	if (!bgp)
		return;
	HASH_ITER (hh, bgp->known, known, next)
		forget(bgp, known);
	free(bgp->dir);
	free(bgp);
}

void bgp_carrying_changed(struct bgp *bgp, uint32_t number)
{
	const struct vpn_connection *connection =
		world_connection_by_number(bgp->parts.world, number);
	const struct vpn_gateway *gateway =
		connection ? world_gateway_of(bgp->parts.world, connection) : NULL;
	struct bird *bird = gateway ? bird_of(bgp, gateway->vpc_id) : NULL;

	if (bird)
		bird_carrying_changed(bird, number);
}
