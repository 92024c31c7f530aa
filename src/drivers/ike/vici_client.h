/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client of charon's VICI: one connection for commands, which are sent one after the other, and
 * one for events. Connects again whenever it is lost; being connected is the only proof that charon
 * is ready (the socket file stays behind when it dies).
 */
#pragma once

#include "drivers/ike/vici.h"

struct loop;
struct vici_client;

struct vici_client_calls {
	/* Connected and registered: also the sign that charon may be a new one. */
	void (*ready)(void *arg);
	void (*lost)(void *arg);
	void (*event)(void *arg, const char *name, const struct vici_tree *message);
	void *arg;
};

/* events: NULL-terminated names to register for. Both arrays are borrowed for good. */
struct vici_client *vici_client_new(struct loop *loop, const char *path, const char *const *events,
	const struct vici_client_calls *calls);
void vici_client_free(struct vici_client *client); /* NULL is fine; open requests are forgotten */
/* Not connected: answers -ENOTCONN. A command without an answer within 10 s costs the connection.
 */
void vici_client_request(struct vici_client *client, const struct vici_request *request);
bool vici_client_is_ready(const struct vici_client *client);
/* The client as a port for the driver. */
struct vici_port vici_client_port(struct vici_client *client);
