/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is connected. A connection becomes its role's client with a HELLO of the right version and
 * replaces the one before; when charon's goes, its SAs become orphans.
 */
#include "espd/control.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "espd/control_agent.h"
#include "espd/control_charon.h"
#include "espd/session.h"
#include "espd/walk.h"

#include <errno.h>
#include <string.h>
#include <sys/queue.h>

#define STRANGERS_MAX 8 /* connections of a role that said no HELLO yet */

enum role { ROLE_AGENT, ROLE_CHARON, ROLES };

static const char *const role_names[ROLES] = { "agent", "charon" };

struct client {
	struct control *control;
	enum role role;
	struct session *session;
	struct walk walk;
	LIST_ENTRY(client) next;
};

struct listener {
	struct control *control;
	enum role role;
	int fd;
	struct loop_io *io;
	LIST_HEAD(, client) strangers;
	size_t strangers_len;
	struct client *client;
};

struct control {
	struct loop *loop;
	struct plane *plane;
	struct espd_crypto crypto;
	bool has_crypto;
	struct listener listeners[ROLES];
};

static void client_free(struct client *client)
{
	walk_done(&client->walk);
	session_free(client->session);
	free(client);
}

/* The client of a role is no longer it. */
static void client_lost(struct listener *listener)
{
	listener->client = NULL;
	log_notice("%s disconnected", role_names[listener->role]);
	if (listener->role == ROLE_CHARON)
		plane_orphan_sas(listener->control->plane);
}

static void on_closed(void *arg)
{
	struct client *client = arg;
	struct listener *listener = &client->control->listeners[client->role];

	if (listener->client == client) {
		client_lost(listener);
	} else {
		LIST_REMOVE(client, next);
		listener->strangers_len--;
	}
	client_free(client);
}

static void acknowledge(struct client *client, uint32_t sequence, int error, uint32_t value)
{
	struct espd_ack ack = { .error = error, .value = value };

	session_send(client->session, ESPD_ACK, sequence, &ack, sizeof(ack), -1);
}

static void continue_walk(struct client *client)
{
	if (client->walk.stage != WALK_IDLE &&
		walk_continue(&client->walk, client->control->plane, client->session))
		acknowledge(client, client->walk.sequence, 0, 0);
}

static void on_drained(void *arg)
{
	continue_walk(arg);
}

static void hello(
	struct client *client, const struct espd_header *header, const uint8_t *body, size_t size)
{
	struct listener *listener = &client->control->listeners[client->role];
	struct espd_hello theirs = { 0 }, ours = { .version = ESPD_PROTO_VERSION };

	if (header->type != ESPD_HELLO || size != sizeof(theirs)) {
		session_end(client->session);
		return;
	}
	memcpy(&theirs, body, sizeof(theirs));
	session_send(client->session, ESPD_HELLO, header->sequence, &ours, sizeof(ours), -1);
	if (theirs.version != ESPD_PROTO_VERSION) {
		log_err("%s speaks another version theirs=%u ours=%d", role_names[client->role],
			theirs.version, ESPD_PROTO_VERSION);
		session_end(client->session);
		return;
	}
	LIST_REMOVE(client, next);
	listener->strangers_len--;
	if (listener->client) {
		struct client *old = listener->client;

		client_lost(listener);
		client_free(old);
	}
	listener->client = client;
	log_notice("%s connected", role_names[client->role]);
	if (client->role != ROLE_AGENT)
		return;
	if (client->control->has_crypto)
		session_send(client->session, ESPD_CRYPTO, 0, &client->control->crypto,
			sizeof(client->control->crypto), -1);
	plane_wake_again(client->control->plane);
}

static void request(struct client *client, const struct espd_header *header, const uint8_t *body,
	size_t size, int *fd)
{
	struct plane *plane = client->control->plane;
	bool agents = agent_has(header->type), charons = charon_has(header->type);
	uint32_t value = 0;
	int err;

	if (!header->sequence && header->type != ESPD_IKE_SEND)
		err = -EINVAL;
	else if (!agents && !charons)
		err = -EOPNOTSUPP;
	else if (agents != (client->role == ROLE_AGENT))
		err = -EPERM;
	else if (agents)
		err = agent_request(plane, client->session, &client->walk, header, body, size, fd);
	else
		err = charon_request(plane, client->session, header, body, size, &value);
	/* A refused descriptor is not held any more when the client hears of it. */
	if (*fd >= 0)
		close(TAKE_FD(*fd));
	if (client->walk.stage != WALK_IDLE)
		continue_walk(client);
	else if (header->type != ESPD_IKE_SEND || client->role != ROLE_CHARON)
		acknowledge(client, header->sequence, err, value);
}

static void on_message(
	void *arg, const struct espd_header *header, const uint8_t *body, size_t size, int *fd)
{
	struct client *client = arg;

	if (client->control->listeners[client->role].client == client)
		request(client, header, body, size, fd);
	else
		hello(client, header, body, size);
}

static void on_connection(void *arg, int events)
{
	struct listener *listener = arg;
	int fd = unix_accept(listener->fd);
	struct client *client;

	(void)events;
	if (fd < 0)
		return;
	if (listener->strangers_len == STRANGERS_MAX) {
		close(fd);
		return;
	}
	client = xcalloc(1, sizeof(*client));
	client->control = listener->control;
	client->role = listener->role;
	client->session = session_new(listener->control->loop, fd,
		(struct session_events){ .arg = client,
			.message = on_message,
			.drained = on_drained,
			.closed = on_closed });
	LIST_INSERT_HEAD(&listener->strangers, client, next);
	listener->strangers_len++;
}

static struct session *session_of(struct control *control, enum role role)
{
	struct client *client = control->listeners[role].client;

	return client ? client->session : NULL;
}

static void send_event(
	struct control *control, enum role role, uint16_t type, const void *body, size_t size)
{
	struct session *session = session_of(control, role);

	if (session)
		session_send(session, type, 0, body, size, -1);
}

static void on_wake(void *arg, uint32_t if_id)
{
	struct espd_tunnel_key key = { .if_id = if_id };

	send_event(arg, ROLE_AGENT, ESPD_TUNNEL_WAKE, &key, sizeof(key));
}

static void on_sas_changed(void *arg, uint32_t if_id, uint32_t inbound, uint32_t outbound)
{
	struct espd_tunnel_sas sas = { .if_id = if_id, .inbound = inbound, .outbound = outbound };

	send_event(arg, ROLE_AGENT, ESPD_TUNNEL_SAS, &sas, sizeof(sas));
}

static struct espd_sa_key name_of(const struct sa *sa)
{
	return (struct espd_sa_key){
		.direction = sa->outbound ? ESPD_OUT : ESPD_IN, .spi = sa->spi, .peer = sa->peer
	};
}

static void on_expired(void *arg, const struct sa *sa, bool hard)
{
	struct espd_sa_expired expired = { .key = name_of(sa), .hard = hard };

	send_event(arg, ROLE_CHARON, ESPD_SA_EXPIRED, &expired, sizeof(expired));
}

static void on_mapping(void *arg, const struct sa *sa, uint32_t address, uint16_t port)
{
	struct espd_sa_mapping mapping = { .key = name_of(sa), .address = address, .port = port };

	send_event(arg, ROLE_CHARON, ESPD_SA_MAPPING, &mapping, sizeof(mapping));
}

static bool on_ike(void *arg, const struct wire *wire, const struct datagram *datagram)
{
	struct session *session = session_of(arg, ROLE_CHARON);
	struct espd_ike ike = { .local_address = wire->config.local_address,
		.remote_address = datagram->source,
		.local_port = wire->config.kind == ESPD_SOCKET_IKE ? IKE_PORT : NATT_PORT,
		.remote_port = datagram->source_port };

	return session && session_send_lossy(session, ESPD_IKE_RECEIVED, &ike, sizeof(ike),
				  datagram->bytes, datagram->size);
}

static void listener_init(struct control *control, enum role role, int fd)
{
	struct listener *listener = &control->listeners[role];

	listener->control = control;
	listener->role = role;
	listener->fd = fd;
	LIST_INIT(&listener->strangers);
	listener->io = loop_io_new(control->loop, fd, LOOP_READ, on_connection, listener);
}

void control_set_crypto(struct control *control, const struct espd_crypto *crypto)
{
	control->crypto = *crypto;
	control->has_crypto = true;
}

struct control *control_new(
	struct loop *loop, int agent_listener, int charon_listener, bool super_packets)
{
	struct control *control = xcalloc(1, sizeof(*control));

	control->loop = loop;
	control->plane = plane_new(loop,
		(struct plane_events){ .arg = control,
			.wake = on_wake,
			.sas_changed = on_sas_changed,
			.expired = on_expired,
			.mapping = on_mapping,
			.ike = on_ike },
		super_packets);
	listener_init(control, ROLE_AGENT, agent_listener);
	listener_init(control, ROLE_CHARON, charon_listener);
	return control;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	for (int i = 0; i < ROLES; i++) {
		struct listener *listener = &control->listeners[i];
		struct client *client;

		while ((client = LIST_FIRST(&listener->strangers))) {
			LIST_REMOVE(client, next);
			client_free(client);
		}
		if (listener->client)
			client_free(listener->client);
		loop_io_free(listener->io);
		close(listener->fd);
	}
	plane_free(control->plane);
	free(control);
}
