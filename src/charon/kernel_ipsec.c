/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Translates between charon's kernel_ipsec_t and espd/proto.h. Knows both vocabularies; how
 * messages travel is espd_link's business. Session keys pass through here and are wiped from the
 * message as soon as it is sent.
 */
#include "charon/kernel_ipsec.h"

#include <daemon.h>
#include <errno.h>
#include <netinet/in.h>

/* An IKEv1 responder installs its SAs with the last message of quick mode, which leaves after ours
 * are installed and may be lost: strongSwan asks for it again after 4 s. */
#define LAST_MESSAGE_MS 5000
/* A lifetime beyond this is charon's "none" after its jitter arithmetic has wrapped. */
#define LIFETIME_MAX_S INT32_MAX

struct kernel_ipsec {
	kernel_ipsec_t interface;
	struct espd_link *link;
	struct sa_table *table;
};

/* The one message with keys in it. */
struct sa_message {
	struct espd_sa sa;
	struct espd_selector selectors[2 * ESPD_SELECTORS_MAX];
};

static uint32_t address_of(host_t *host)
{
	chunk_t address = host->get_address(host);
	uint32_t value = 0;

	if (host->get_family(host) == AF_INET && address.len == sizeof(value))
		memcpy(&value, address.ptr, sizeof(value));
	return value;
}

static struct espd_sa_key key_of(const kernel_ipsec_sa_id_t *id, bool inbound)
{
	return (struct espd_sa_key){
		.direction = inbound ? ESPD_IN : ESPD_OUT,
		.spi = id->spi,
		.peer = address_of(inbound ? id->src : id->dst),
	};
}

/* charon does not say which direction an SA to update, query or delete has; the table knows. */
static bool find_key(
	struct kernel_ipsec *this, const kernel_ipsec_sa_id_t *id, struct espd_sa_key *ret_key)
{
	for (int inbound = 0; inbound < 2; inbound++) {
		struct espd_sa_key key = key_of(id, inbound);
		host_t *destination = sa_table_destination(this->table, &key);
		bool found = destination && destination->ip_equals(destination, id->dst);

		DESTROY_IF(destination);
		if (found) {
			*ret_key = key;
			return TRUE;
		}
	}
	return FALSE;
}

static status_t status_of(const char *what, int error)
{
	if (!error)
		return SUCCESS;
	DBG1(DBG_KNL, "vpngw: espd did not %s: %s", what, strerror(-error));
	return error == -ENOENT ? NOT_FOUND : FAILED;
}

METHOD(kernel_ipsec_t, get_features, kernel_feature_t, struct kernel_ipsec *this)
{
	return 0;
}

METHOD(kernel_ipsec_t, get_spi, status_t, struct kernel_ipsec *this, host_t *src, host_t *dst,
	uint8_t protocol, uint32_t *spi)
{
	struct espd_answer answer;
	int error;

	if (protocol != IPPROTO_ESP)
		return NOT_SUPPORTED;
	error = espd_link_request(this->link, ESPD_SPI_GET, NULL, 0, &answer);
	if (!error)
		*spi = answer.value;
	return status_of("give an SPI", error);
}

METHOD(kernel_ipsec_t, get_cpi, status_t, struct kernel_ipsec *this, host_t *src, host_t *dst,
	uint16_t *cpi)
{
	return NOT_SUPPORTED;
}

/* -EAFNOSUPPORT for anything but IPv4, -E2BIG when there are too many. */
static int add_selectors(linked_list_t *list, struct espd_selector *selectors, size_t *count)
{
	enumerator_t *enumerator = list->create_enumerator(list);
	traffic_selector_t *selector;
	size_t before = *count;
	int error = 0;

	while (!error && enumerator->enumerate(enumerator, &selector)) {
		struct espd_selector *to = &selectors[*count];

		if (selector->get_type(selector) != TS_IPV4_ADDR_RANGE) {
			error = -EAFNOSUPPORT;
		} else if (*count - before == ESPD_SELECTORS_MAX) {
			error = -E2BIG;
		} else {
			memcpy(&to->first, selector->get_from_address(selector).ptr, 4);
			memcpy(&to->last, selector->get_to_address(selector).ptr, 4);
			to->first_port = selector->get_from_port(selector);
			to->last_port = selector->get_to_port(selector);
			to->protocol = selector->get_protocol(selector);
			++*count;
		}
	}
	enumerator->destroy(enumerator);
	return error;
}

static int add_keys(struct espd_sa *sa, const kernel_ipsec_add_sa_t *data)
{
	if (data->enc_key.len > ESPD_KEY_MAX || data->int_key.len > ESPD_KEY_MAX)
		return -E2BIG;
	sa->cipher = data->enc_alg;
	sa->cipher_key_size = (uint16_t)data->enc_key.len;
	memcpy(sa->cipher_key, data->enc_key.ptr, data->enc_key.len);
	sa->integrity = data->int_alg == AUTH_UNDEFINED ? ESPD_INTEGRITY_NONE : data->int_alg;
	sa->integrity_key_size = (uint16_t)data->int_key.len;
	if (data->int_key.len)
		memcpy(sa->integrity_key, data->int_key.ptr, data->int_key.len);
	return 0;
}

static void add_lifetimes(struct espd_sa *sa, const lifetime_cfg_t *lifetime)
{
	if (lifetime->time.life <= LIFETIME_MAX_S)
		sa->hard_lifetime_s = (uint32_t)lifetime->time.life;
	if (lifetime->time.rekey <= LIFETIME_MAX_S)
		sa->soft_lifetime_s = (uint32_t)lifetime->time.rekey;
	sa->soft_packets = lifetime->packets.rekey;
	sa->hard_packets = lifetime->packets.life;
	sa->soft_bytes = lifetime->bytes.rekey;
	sa->hard_bytes = lifetime->bytes.life;
}

/* if_id names the tunnel. A connection without one may carry the number as its mark instead. */
static uint32_t tunnel_of(const kernel_ipsec_sa_id_t *id)
{
	return id->if_id ? id->if_id : id->mark.value;
}

static bool is_quick_mode_initiator(const kernel_ipsec_add_sa_t *data)
{
	ike_sa_t *ike_sa = charon->bus->get_sa(charon->bus);

	return data->initiator && ike_sa && ike_sa->get_version(ike_sa) == IKEV1;
}

static int fill(struct sa_message *message, const kernel_ipsec_sa_id_t *id,
	const kernel_ipsec_add_sa_t *data, size_t *ret_size)
{
	size_t count = 0, sources;
	int error;

	if (id->proto != IPPROTO_ESP || data->mode != MODE_TUNNEL || data->ipcomp != IPCOMP_NONE)
		return -EPROTONOSUPPORT;
	if (!address_of(id->src) || !address_of(id->dst))
		return -EAFNOSUPPORT;
	if (!tunnel_of(id))
		return -ENODEV;
	message->sa = (struct espd_sa){
		.key = key_of(id, data->inbound),
		.if_id = tunnel_of(id),
		.source = address_of(id->src),
		.destination = address_of(id->dst),
		.source_port = id->src->get_port(id->src),
		.destination_port = id->dst->get_port(id->dst),
		.encapsulated = data->encap,
		.esn = data->esn,
		.replay_window = data->replay_window,
	};
	if (!data->inbound && is_quick_mode_initiator(data))
		message->sa.hold_ms = LAST_MESSAGE_MS;
	add_lifetimes(&message->sa, data->lifetime);
	error = add_selectors(data->src_ts, message->selectors, &count);
	sources = count;
	if (!error)
		error = add_selectors(data->dst_ts, message->selectors, &count);
	if (!error)
		error = add_keys(&message->sa, data);
	message->sa.source_selectors = (uint16_t)sources;
	message->sa.destination_selectors = (uint16_t)(count - sources);
	*ret_size = offsetof(struct sa_message, selectors) + count * sizeof(struct espd_selector);
	return error;
}

METHOD(kernel_ipsec_t, add_sa, status_t, struct kernel_ipsec *this, kernel_ipsec_sa_id_t *id,
	kernel_ipsec_add_sa_t *data)
{
	struct sa_message message = {};
	struct espd_sa_key key = key_of(id, data->inbound);
	struct espd_answer answer;
	size_t size;
	int error = fill(&message, id, data, &size);

	if (!error)
		error = espd_link_request(this->link, ESPD_SA_ADD, &message, size, &answer);
	memwipe(&message, sizeof(message));
	if (error)
		return status_of("install an SA", error);
	sa_table_add(this->table, &key, tunnel_of(id), id->dst, answer.generation);
	if (data->inbound && espd_link_generation(this->link) != answer.generation) {
		/* espd went after it had answered; a new connection may have missed this entry. */
		charon->kernel->expire(charon->kernel, id->proto, id->spi, id->dst, FALSE);
	}
	return SUCCESS;
}

METHOD(kernel_ipsec_t, update_sa, status_t, struct kernel_ipsec *this, kernel_ipsec_sa_id_t *id,
	kernel_ipsec_update_sa_t *data)
{
	kernel_ipsec_sa_id_t new_id = *id;
	struct espd_sa_update update = {
		.source = address_of(data->new_src),
		.destination = address_of(data->new_dst),
		.source_port = data->new_src->get_port(data->new_src),
		.destination_port = data->new_dst->get_port(data->new_dst),
		.encapsulated = data->new_encap,
	};
	struct espd_sa_key new_key;
	int error = -ENOENT;

	if (find_key(this, id, &update.key))
		error = espd_link_request(
			this->link, ESPD_SA_UPDATE, &update, sizeof(update), NULL);
	if (error)
		return status_of("update an SA", error);
	new_id.src = data->new_src;
	new_id.dst = data->new_dst;
	new_key = key_of(&new_id, update.key.direction == ESPD_IN);
	sa_table_move(this->table, &update.key, &new_key, data->new_dst);
	return SUCCESS;
}

METHOD(kernel_ipsec_t, query_sa, status_t, struct kernel_ipsec *this, kernel_ipsec_sa_id_t *id,
	kernel_ipsec_query_sa_t *data, uint64_t *bytes, uint64_t *packets, time_t *use_time)
{
	struct espd_sa_key key;
	struct espd_answer answer = {};

	/* Asked for every SA at every look, so a failure is not worth a line. */
	if (!find_key(this, id, &key) ||
		espd_link_request(this->link, ESPD_SA_QUERY, &key, sizeof(key), &answer) != 0)
		return NOT_FOUND;
	if (bytes)
		*bytes = answer.counters.bytes;
	if (packets)
		*packets = answer.counters.packets;
	if (use_time) {
		*use_time = 0;
		if (answer.counters.packets && answer.counters.idle_s != UINT64_MAX)
			*use_time = time_monotonic(NULL) - (time_t)answer.counters.idle_s;
	}
	return SUCCESS;
}

METHOD(kernel_ipsec_t, del_sa, status_t, struct kernel_ipsec *this, kernel_ipsec_sa_id_t *id,
	kernel_ipsec_del_sa_t *data)
{
	struct espd_sa_key key;
	int error;

	if (!find_key(this, id, &key))
		return NOT_FOUND;
	sa_table_remove(this->table, &key);
	error = espd_link_request(this->link, ESPD_SA_REMOVE, &key, sizeof(key), NULL);
	/* Gone with espd, or by its hard lifetime: what charon wanted. */
	if (error == -ENOENT || error == -ENOTCONN)
		error = 0;
	return status_of("remove an SA", error);
}

METHOD(kernel_ipsec_t, flush_sas, status_t, struct kernel_ipsec *this)
{
	return status_of("flush", espd_link_request(this->link, ESPD_SA_FLUSH, NULL, 0, NULL));
}

METHOD(kernel_ipsec_t, add_policy, status_t, struct kernel_ipsec *this,
	kernel_ipsec_policy_id_t *id, kernel_ipsec_manage_policy_t *data)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, query_policy, status_t, struct kernel_ipsec *this,
	kernel_ipsec_policy_id_t *id, kernel_ipsec_query_policy_t *data, time_t *use_time)
{
	*use_time = 0; /* charon takes the SA's, from query_sa */
	return SUCCESS;
}

METHOD(kernel_ipsec_t, del_policy, status_t, struct kernel_ipsec *this,
	kernel_ipsec_policy_id_t *id, kernel_ipsec_manage_policy_t *data)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, flush_policies, status_t, struct kernel_ipsec *this)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, bypass_socket, bool, struct kernel_ipsec *this, int fd, int family)
{
	return TRUE;
}

METHOD(kernel_ipsec_t, enable_udp_decap, bool, struct kernel_ipsec *this, int fd, int family,
	uint16_t port)
{
	return TRUE;
}

METHOD(kernel_ipsec_t, destroy, void, struct kernel_ipsec *this)
{
	free(this);
}

kernel_ipsec_t *kernel_ipsec_new(struct espd_link *link, struct sa_table *table)
{
	struct kernel_ipsec *this;

	INIT(this,
		.interface = {
			.get_features = _get_features,
			.get_spi = _get_spi,
			.get_cpi = _get_cpi,
			.add_sa = _add_sa,
			.update_sa = _update_sa,
			.query_sa = _query_sa,
			.del_sa = _del_sa,
			.flush_sas = _flush_sas,
			.add_policy = _add_policy,
			.query_policy = _query_policy,
			.del_policy = _del_policy,
			.flush_policies = _flush_policies,
			.bypass_socket = _bypass_socket,
			.enable_udp_decap = _enable_udp_decap,
			.destroy = _destroy,
		},
		.link = link, .table = table);
	return &this->interface;
}

void kernel_ipsec_expired(struct sa_table *table, const struct espd_sa_expired *expired)
{
	host_t *destination = sa_table_destination(table, &expired->key);

	if (!destination)
		return; /* removed in the meantime */
	charon->kernel->expire(
		charon->kernel, IPPROTO_ESP, expired->key.spi, destination, expired->hard != 0);
	destination->destroy(destination);
}

void kernel_ipsec_mapping(struct sa_table *table, const struct espd_sa_mapping *mapping)
{
	host_t *destination = sa_table_destination(table, &mapping->key);
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(mapping->port),
		.sin_addr.s_addr = mapping->address,
	};
	host_t *remote;

	if (!destination)
		return;
	remote = host_create_from_sockaddr((sockaddr_t *)&address);
	charon->kernel->mapping(charon->kernel, IPPROTO_ESP, mapping->key.spi, destination, remote);
	remote->destroy(remote);
	destination->destroy(destination);
}
