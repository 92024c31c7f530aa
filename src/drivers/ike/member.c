/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Into a connection of charon's and out of it, leaving the other members alone.
 */
#include "drivers/ike/member.h"

#include "drivers/ike/command.h"
#include "drivers/ike/fingerprint.h"

#include <string.h>

void member_unload(struct script *script, const struct ike_seen *seen, const char *name)
{
	if (ike_names_has(&seen->loaded, name)) {
		struct script_line line = {
			.command = "unload-conn",
			/* Another member may have taken it away a moment ago. */
			.may_fail = ike_is_group_name(name, strlen(name)),
		};

		vici_value(&line.message, "name", name);
		script_add(script, &line);
	}
	/* Always: a peer may have connected since charon was asked. */
	command_terminate(script, "ike", name, CLOSE_LIMIT_MS);
}

void member_unload_keys(struct script *script, const struct ike_seen *seen)
{
	for (size_t i = 0; i < seen->key_ids_len; i++)
		command_unload_key(script, seen->key_ids[i]);
}

/* Out of one of charon's connections; whoever else is in it stays. */
static void leave(
	struct ike *ike, struct script *script, const struct ike_seen *seen, const char *name)
{
	struct ike_group others = { .len = 0 };
	struct tunnel *tunnel, *next;

	(void)snprintf(others.name, sizeof(others.name), "%s", name);
	HASH_ITER (hh, ike->tunnels.items, tunnel, next)
		if (strcmp(tunnel->group, name) == 0 && strcmp(tunnel->id, seen->id) != 0)
			ike_group_add(
				&others, ike->parts.world, tunnel->id, ike->parts.fingerprint_key);
	if (others.len) {
		command_load_conn(script, &others);
		command_terminate_child(script, name, seen->id);
	} else {
		member_unload(script, seen, name);
	}
	ike_group_clear(&others);
}

void member_leave_all(
	struct ike *ike, struct script *script, const struct ike_seen *seen, const char *but)
{
	struct ike_names names;

	ike_seen_names(seen, &names);
	for (size_t i = 0; i < names.len; i++)
		if (!but || strcmp(names.items[i], but) != 0)
			leave(ike, script, seen, names.items[i]);
	ike_names_clear(&names);
}

/* Where phase 1 has changed for all, old keys of members whose turn comes later would be tried with
 * the peer as well. */
static void unload_others_keys(
	struct ike *ike, struct script *script, const struct ike_group *group, const char *id)
{
	for (size_t i = 0; i < group->len; i++) {
		const char *other = group->members[i].connection->meta.id;
		const struct keyring_entry *entry = keyring_find(&ike->keyring, other);
		AUTO_FREE char *right =
			fingerprint_key_id(&group->members[i], ike->parts.fingerprint_key);

		for (size_t j = 0; entry && j < entry->len; j++)
			if (strcmp(other, id) != 0 && strcmp(entry->key_ids[j], right) != 0)
				command_unload_key(script, entry->key_ids[j]);
	}
}

/* Has it been in this group before? Otherwise what is under negotiation there is others'. */
static bool was_in(const struct ike_seen *seen, const char *name)
{
	char group[IKE_NAME_SIZE];

	for (size_t i = 0; i < seen->key_ids_len; i++) {
		fingerprint_group(seen->key_ids[i], group);
		if (strcmp(group, name) == 0)
			return true;
	}
	return false;
}

/* A child that we have asked for comes up as it was configured then, and cannot be ended before. Of
 * the others an IKE_SA that does not stand yet carries nothing: they ask again. */
static void end_asking(struct script *script, const struct ike_seen *seen, const char *name)
{
	char id[11];

	for (size_t i = 0; i < seen->sas_len && was_in(seen, name); i++) {
		const struct ike_sa_seen *sa = &seen->sas[i];

		if (sa->state != SA_CONNECTING || !sa->is_initiator || sa->children_len ||
			strcmp(sa->name, name) != 0)
			continue;
		(void)snprintf(id, sizeof(id), "%u", sa->id);
		command_terminate(script, "ike-id", id, CLOSE_LIMIT_MS);
	}
}

void member_enter(struct ike *ike, struct script *script, const struct ike_group *group,
	const struct ike_settings *settings, const struct ike_seen *seen)
{
	const char *id = settings->connection->meta.id;

	unload_others_keys(ike, script, group, id);
	if (seen && group->len > 1) {
		command_load_conn(script, group);
		command_terminate_child(script, group->name, id);
		end_asking(script, seen, group->name);
		command_load_key(ike->parts.fingerprint_key, script, settings);
	} else {
		command_load_key(ike->parts.fingerprint_key, script, settings);
		command_load_conn(script, group);
	}
}
