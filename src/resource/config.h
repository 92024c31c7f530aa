/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one configuration file, /etc/vpngw/vpngw.conf: what a machine is, not what its gateways do
 * (that is in the store). An unknown section or key is an error with its line; every value is
 * checked when the file is read. config_example() is the annotated default and part of the
 * documentation.
 */
#pragma once

#include "base/addr.h"

#include <stdint.h>
#include <sys/types.h>

struct pool_entry {
	struct addr internet_ip; /* what peers see */
	struct addr local_ip;    /* what this machine has: the same, or behind 1:1 NAT */
};

struct config_region {
	char *id, *local_name;
	char **zones; /* NULL-terminated */
};

/* How many there may be at most; 0 = any number. */
struct config_quotas {
	uint32_t vpn_gateways;
	uint32_t customer_gateways_per_region;
	uint32_t vpn_connections_per_gateway;
	uint32_t route_entries_per_gateway;
	uint32_t pbr_route_entries_per_gateway;
};

struct config {
	char *listen_address; /* "127.0.0.1" */
	uint16_t listen_port; /* 8443 */
	char *tls_certificate,
		*tls_key;  /* "" = plain HTTP on a loopback address, else a self-signed one */
	char *state_dir;   /* /var/lib/vpngw: store.db and its companions */
	char *run_dir;     /* /run/vpngw: sockets */
	char *key_file;    /* /etc/vpngw/vpngw.key */
	char *plugin_dir;  /* where libstrongswan-vpngw.so lies */
	char *charon;      /* /usr/sbin/charon-systemd */
	char *bird;        /* /usr/sbin/bird */
	char *console_dir; /* /usr/share/vpngw/console: the built console */
	struct pool_entry *pool;
	size_t pool_len;
	struct config_region *regions;
	size_t regions_len; /* at least one */
	struct config_quotas quotas;
	char **resource_groups; /* NULL-terminated; the first is the default one */
	uid_t api_uid, espd_uid, charon_uid, bird_uid; /* numeric; none is created */
	gid_t api_gid, espd_gid, charon_gid, bird_gid, store_gid;
	uint32_t log_level; /* enum log_level */
	/* of each access key */
	uint32_t requests_per_second, request_burst;
	/* bad keys and signatures of each address that are told why */
	uint32_t failures_per_second, failure_burst;
	uint32_t connections, connections_per_source; /* to the API at once */
};

/* -EINVAL with *ret_message (an own string: "file:line: ..."), or the error of reading the file. */
MUST_CHECK int config_load(const char *path, struct config **ret, char **ret_message);
MUST_CHECK int config_parse(const char *path, char *text, struct config **ret, char **ret_message);
void config_free(struct config *config);
DEFINE_CLEANUP(struct config, config_free)
/* The annotated default file. */
const char *config_example(void);
/* dir/name; an own string. */
char *config_path(const char *dir, const char *name);
