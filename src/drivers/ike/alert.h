/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client of the plug-in's side channel (charon/proto.h): receives alerts and log lines,
 * sends each peer's NAT traversal setting. Connects again whenever it is lost.
 */
#pragma once

#include "charon/proto.h"
#include "drivers/ike/ike.h"

struct alert_client;

struct alert_client_calls {
	void (*ready)(void *arg); /* greeted by a plug-in of our version */
	void (*lost)(void *arg);
	void (*alert)(void *arg, const struct charon_alert *alert);
	void (*line)(void *arg, const struct charon_line *line);
	void *arg;
};

/* Connects when its port is started. */
struct alert_client *alert_client_new(
	struct loop *loop, const char *path, const struct alert_client_calls *calls);
void alert_client_free(struct alert_client *client); /* NULL is fine */
struct peer_port alert_client_port(struct alert_client *client);
