/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The annotated default configuration: printed by `vpngw check-config --example`, part of the
 * documentation, and parsed by a test.
 */
#include "resource/config.h"

static const char example[] =
	"# vpngw: what this machine is. What its gateways do is set through the API.\n"
	"# Every value below is the default, except for the pool, which has none.\n"
	"\n"
	"[api]\n"
	"# Where the API listens.\n"
	"listen_address = 127.0.0.1\n"
	"listen_port = 8443\n"
	"# PEM files; both or none. With none the API speaks plain HTTP on 127.0.0.0/8 and\n"
	"# elsewhere TLS with a certificate of its own, <state_dir>/api-certificate.pem.\n"
	"tls_certificate =\n"
	"tls_key =\n"
	"\n"
	"[paths]\n"
	"# The store and its companions: back this up, together with the key file.\n"
	"state_dir = /var/lib/vpngw\n"
	"# Sockets.\n"
	"run_dir = /run/vpngw\n"
	"# Seals pre-shared keys and access keys in the store. Made at the first start.\n"
	"key_file = /etc/vpngw/vpngw.key\n"
	"# Where libstrongswan-vpngw.so lies.\n"
	"plugin_dir = /usr/lib/vpngw\n"
	"charon = /usr/sbin/charon-systemd\n"
	"\n"
	"[pool]\n"
	"# Public addresses that VPN gateways get, one per gateway, in this order. Behind\n"
	"# 1:1 NAT write public=local.\n"
	"address = 203.0.113.10\n"
	"address = 203.0.113.11=192.168.1.11\n"
	"\n"
	"[region \"cn-hangzhou\"]\n"
	"# Names the cloud's clients know; any name works that a client accepts. The first\n"
	"# region is the one of requests without RegionId.\n"
	"local_name = cn-hangzhou\n"
	"zones = cn-hangzhou-a, cn-hangzhou-b\n"
	"\n"
	"[resource]\n"
	"# Resource groups; the first is the default one.\n"
	"groups = rg-default\n"
	"\n"
	"[users]\n"
	"# Numeric; none has to exist. The agent runs as root with three capabilities.\n"
	"api_uid = 61101\n"
	"api_gid = 61101\n"
	"espd_uid = 61102\n"
	"espd_gid = 61102\n"
	"charon_uid = 61103\n"
	"charon_gid = 61103\n"
	"# Group of the store's files: that of the API.\n"
	"store_gid = 61101\n"
	"\n"
	"[log]\n"
	"# err, warn, notice, info or debug\n"
	"level = info\n";

const char *config_example(void)
{
	return example;
}
