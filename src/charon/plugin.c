/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What charon loads: creates the parts, wires them and registers kernel-ipsec, socket, the
 * listener and the logger. Knows the settings vpngw.espd and vpngw.agent. There is one plug-in per
 * process, and charon's constructors for kernel_ipsec_t and socket_t take no argument, hence the
 * one static pointer.
 */
#include <daemon.h>
#include <kernel/kernel_ipsec.h>
#include <network/socket.h>
#include <plugins/plugin.h>

#include "charon/agent_link.h"
#include "charon/alert.h"
#include "charon/espd_link.h"
#include "charon/kernel_ipsec.h"
#include "charon/line_log.h"
#include "charon/lost.h"
#include "charon/message_hook.h"
#include "charon/peers.h"
#include "charon/sa_table.h"
#include "charon/socket.h"

/* The layouts of Debian's charon 5.9.8; other headers, or ours without ME, would call the wrong
 * methods. */
_Static_assert(sizeof(daemon_t) == 176, "daemon_t is not that of charon 5.9.8");
_Static_assert(sizeof(ike_sa_t) == 728, "ike_sa_t is not that of charon 5.9.8");
_Static_assert(sizeof(peer_cfg_t) == 272, "peer_cfg_t is not that of charon 5.9.8");

struct vpngw_plugin {
	plugin_t interface;
	struct espd_link *espd;
	struct sa_table *sas;
	struct ike_queue *ike;
	struct peers *peers;
	struct agent_link *agent;
	struct alerts *alerts;
	listener_t *hook;
	logger_t *log; /* NULL: there is no agent to tell */
};

static struct vpngw_plugin *plugin;

static void on_connected(void *context, uint32_t generation)
{
	struct vpngw_plugin *this = context;

	lost_sas_replace(this->espd, this->sas, generation);
}

static void on_ike(void *context, const struct espd_ike *ike, const void *payload, size_t size)
{
	struct vpngw_plugin *this = context;

	ike_queue_add(this->ike, ike, payload, size);
}

static void on_expired(void *context, const struct espd_sa_expired *expired)
{
	struct vpngw_plugin *this = context;

	kernel_ipsec_expired(this->sas, expired);
}

static void on_mapping(void *context, const struct espd_sa_mapping *mapping)
{
	struct vpngw_plugin *this = context;

	kernel_ipsec_mapping(this->sas, mapping);
}

static kernel_ipsec_t *create_kernel_ipsec(void)
{
	return kernel_ipsec_new(plugin->espd, plugin->sas);
}

static socket_t *create_socket(void)
{
	return socket_new(plugin->espd, plugin->ike);
}

static bool register_hook(
	struct vpngw_plugin *this, plugin_feature_t *feature, bool reg, void *data)
{
	if (reg) {
		charon->bus->add_listener(charon->bus, this->hook);
		if (this->log)
			charon->bus->add_logger(charon->bus, this->log);
	} else {
		charon->bus->remove_listener(charon->bus, this->hook);
		if (this->log)
			charon->bus->remove_logger(charon->bus, this->log);
	}
	return TRUE;
}

METHOD(plugin_t, get_name, char *, struct vpngw_plugin *this)
{
	return "vpngw";
}

METHOD(plugin_t, get_features, int, struct vpngw_plugin *this, plugin_feature_t *features[])
{
	static plugin_feature_t provided[] = {
		PLUGIN_CALLBACK(kernel_ipsec_register, create_kernel_ipsec),
		PLUGIN_PROVIDE(CUSTOM, "kernel-ipsec"),
		PLUGIN_CALLBACK(socket_register, create_socket),
		PLUGIN_PROVIDE(CUSTOM, "socket"),
		PLUGIN_CALLBACK((plugin_feature_callback_t)register_hook, NULL),
		PLUGIN_PROVIDE(CUSTOM, "vpngw"),
	};

	*features = provided;
	return countof(provided);
}

METHOD(plugin_t, destroy, void, struct vpngw_plugin *this)
{
	espd_link_free(this->espd);
	if (this->hook)
		message_hook_free(this->hook);
	alerts_free(this->alerts);
	line_log_free(this->log);
	agent_link_free(this->agent);
	peers_free(this->peers);
	ike_queue_free(this->ike);
	sa_table_free(this->sas);
	free(this);
	plugin = NULL;
}

/* FALSE when a setting is missing or cannot work: charon then goes on without us, and ends because
 * nothing provides kernel-ipsec. */
static bool start(struct vpngw_plugin *this)
{
	const struct espd_link_handler handler = {
		.context = this,
		.connected = on_connected,
		.ike = on_ike,
		.expired = on_expired,
		.mapping = on_mapping,
	};
	const char *espd =
		lib->settings->get_str(lib->settings, "%s.plugins.vpngw.espd", NULL, lib->ns);
	const char *agent =
		lib->settings->get_str(lib->settings, "%s.plugins.vpngw.agent", NULL, lib->ns);

	if (!espd) {
		DBG1(DBG_LIB, "vpngw: %s.plugins.vpngw.espd is not set", lib->ns);
		return FALSE;
	}
	this->sas = sa_table_new();
	this->ike = ike_queue_new();
	this->peers = peers_new();
	if (agent) {
		this->agent = agent_link_new(agent, this->peers);
		if (!this->agent)
			return FALSE;
		this->log = line_log_new(this->agent);
	}
	this->alerts = alerts_new(this->agent, this->ike);
	this->espd = espd_link_new(espd, &handler);
	if (!this->espd)
		return FALSE;
	this->hook = message_hook_new(this->alerts, this->peers, this->ike, this->espd);
	return TRUE;
}

__attribute__((visibility("default"))) plugin_t *vpngw_plugin_create(void);

plugin_t *vpngw_plugin_create(void)
{
	struct vpngw_plugin *this;

	INIT(this, .interface = {
			   .get_name = _get_name,
			   .get_features = _get_features,
			   .destroy = _destroy,
		   });
	plugin = this;
	if (!start(this)) {
		this->interface.destroy(&this->interface);
		return NULL;
	}
	return &this->interface;
}
