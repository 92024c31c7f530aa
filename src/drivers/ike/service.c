/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ties the driver to the VICI client and the plug-in's client. Wiring only.
 */
#include "drivers/ike/service.h"

#include "base/log.h"
#include "drivers/ike/alert.h"
#include "drivers/ike/vici_client.h"

struct ike_service {
	struct vici_client *vici;
	struct alert_client *alerts;
	struct ike *ike;
};

static void charon_ready(void *arg)
{
	struct ike_service *service = arg;

	log_notice("charon is reachable");
	ike_charon_changed(service->ike);
}

static void charon_lost(void *arg)
{
	struct ike_service *service = arg;

	log_warn("charon is gone");
	ike_charon_changed(service->ike);
}

static void charon_event(void *arg, const char *name, const struct vici_tree *message)
{
	struct ike_service *service = arg;

	ike_event(service->ike, name, message);
}

static void peers_ready(void *arg)
{
	struct ike_service *service = arg;

	ike_peers_ready(service->ike);
}

static void peers_lost(void *arg)
{
	struct ike_service *service = arg;

	ike_charon_changed(service->ike);
}

static void alerted(void *arg, const struct charon_alert *alert)
{
	struct ike_service *service = arg;

	ike_alert(service->ike, alert);
}

static void logged(void *arg, const struct charon_line *line)
{
	struct ike_service *service = arg;

	ike_line(service->ike, line);
}

struct ike_service *ike_service_new(const struct ike_service_settings *settings)
{
	struct ike_service *service = xcalloc(1, sizeof(*service));
	const struct vici_client_calls vici_calls = {
		.ready = charon_ready,
		.lost = charon_lost,
		.event = charon_event,
		.arg = service,
	};
	const struct alert_client_calls alert_calls = {
		.ready = peers_ready,
		.lost = peers_lost,
		.alert = alerted,
		.line = logged,
		.arg = service,
	};
	struct ike_parts parts = {
		.world = settings->world,
		.clock = settings->clock,
		.log = settings->log,
		.fingerprint_key = settings->fingerprint_key,
		.mark = settings->mark,
		.mark_arg = settings->mark_arg,
	};

	service->vici =
		vici_client_new(settings->loop, settings->vici_path, ike_events, &vici_calls);
	parts.vici = vici_client_port(service->vici);
	if (settings->alert_path) {
		service->alerts =
			alert_client_new(settings->loop, settings->alert_path, &alert_calls);
		parts.peers = alert_client_port(service->alerts);
	}
	service->ike = ike_new(&parts);
	return service;
}

void ike_service_free(struct ike_service *service)
{
	if (!service)
		return;
	vici_client_free(service->vici);
	alert_client_free(service->alerts);
	ike_free(service->ike);
	free(service);
}

struct ike *ike_service_driver_ctx(struct ike_service *service)
{
	return service->ike;
}
