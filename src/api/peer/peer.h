/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations for the device in the data centre, rendered out of the peer's view of a
 * connection. Pure: views go in, text comes out. Every format is a row of the table; what a format
 * cannot say is refused, never left out.
 */
#pragma once

#include "api/actions/peer_view.h"
#include "base/strbuf.h"

/* What stands where the reader may not see the pre-shared key. */
#define PEER_PSK_PLACEHOLDER "REPLACE-WITH-THE-PRE-SHARED-KEY"
#define PEER_CONFIG_MAX (256 * 1024)

struct peer_config {
	/* The connection asked for, then those that share its phase 1: one IKE_SA carries them all,
	 * so they belong into one file. */
	const struct peer_view *views;
	size_t len;
	bool shows_psk;
};

struct peer_format {
	const char *name;   /* "swanctl-policy" */
	const char *suffix; /* of the file: "conf" */
	/* 0, or -EINVAL with the fault: this connection cannot be said in this format. */
	int (*render)(const struct peer_config *config, struct strbuf *out, struct fault *fault);
	bool has_psk; /* the key is a part of it */
};

/* Ends with a NULL name. */
extern const struct peer_format peer_formats[];
/* The names of the table, NULL-terminated. */
extern const char *const peer_format_names[];

int peer_render_sheet(const struct peer_config *config, struct strbuf *out, struct fault *fault);
int peer_render_json(const struct peer_config *config, struct strbuf *out, struct fault *fault);
int peer_render_swanctl_policy(
	const struct peer_config *config, struct strbuf *out, struct fault *fault);
int peer_render_swanctl_route(
	const struct peer_config *config, struct strbuf *out, struct fault *fault);
int peer_render_libreswan(
	const struct peer_config *config, struct strbuf *out, struct fault *fault);
int peer_render_libreswan_secrets(
	const struct peer_config *config, struct strbuf *out, struct fault *fault);
