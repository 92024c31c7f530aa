/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * The control protocol of vpngw-espd: what the agent and charon's plug-in may say to the data plane
 * and what it answers. Unix SOCK_SEQPACKET, one message per packet, host byte order unless a field
 * says "network order". Both sides run on one machine and come from one build, so structs travel as
 * they are; espd still checks every size, count and enum as if a stranger had sent it.
 *
 * Two sockets, two roles: the agent's (tunnels and sockets, with file descriptors) and charon's
 * (SAs and IKE datagrams). A message of the other role is refused with EPERM. A new connection of a
 * role replaces the old one. Session keys cross only the charon socket.
 *
 *   client                         espd
 *     HELLO(version)        ───▶
 *                           ◀───   HELLO(version)            mismatch: the connection is closed
 *     request(sequence)     ───▶
 *                           ◀───   answer items(sequence)    for DUMP, COUNTERS
 *                           ◀───   ACK(sequence, error)      exactly one per request, in order
 *                           ◀───   events (sequence 0)       at any time
 */
#pragma once

#include <stdint.h>

#define ESPD_PROTO_VERSION 3
#define ESPD_MESSAGE_MAX 65536 /* bytes, header included; an IKE datagram fits */
#define ESPD_KEY_MAX 64        /* bytes of one key: AES-256 32, HMAC-SHA-512 64, salt included */
#define ESPD_SELECTORS_MAX 64  /* per side of one SA */

enum espd_type {
	ESPD_HELLO = 1, /* both ways: struct espd_hello */
	ESPD_ACK = 2,   /* espd: struct espd_ack */

	/* agent's requests */
	ESPD_SOCKET_ADD = 16,    /* struct espd_socket + descriptor; EEXIST when held already */
	ESPD_SOCKET_REMOVE = 17, /* struct espd_socket */
	ESPD_TUNNEL_ADD = 18,    /* struct espd_tunnel + TUN descriptor, IFF_NO_PI, with or (slowly)
				  without IFF_VNET_HDR; EEXIST when held already */
	ESPD_TUNNEL_SET = 19,    /* struct espd_tunnel: new settings, same device */
	ESPD_TUNNEL_REMOVE = 20, /* struct espd_tunnel_key; its SAs go too */
	ESPD_DUMP = 21,          /* no body; answers SOCKET_HELD, TUNNEL_HELD, SA_HELD, then ACK */
	ESPD_COUNTERS = 22,      /* struct espd_tunnel_key; answers TUNNEL_COUNTERS; with if_id 0
				  GLOBAL_COUNTERS, then TUNNEL_COUNTERS of every tunnel */
	/* agent's answers and events */
	ESPD_SOCKET_HELD = 32,     /* struct espd_socket + duplicate of the descriptor */
	ESPD_TUNNEL_HELD = 33,     /* struct espd_tunnel + duplicate of the descriptor */
	ESPD_SA_HELD = 34,         /* struct espd_sa_held; never a key */
	ESPD_TUNNEL_COUNTERS = 35, /* struct espd_tunnel_counters */
	ESPD_TUNNEL_WAKE = 36, /* event, struct espd_tunnel_key: an IPv4 packet found no outbound
				  SA. At most one a second per tunnel; the packet itself is kept (up
				  to 16 of them) and sent when an SA arrives within 30 s */
	ESPD_TUNNEL_SAS = 37,  /* event, struct espd_tunnel_sas: the number of usable SAs changed */

	ESPD_GLOBAL_COUNTERS = 38, /* struct espd_global_counters */
	ESPD_CRYPTO = 39, /* event, struct espd_crypto: what packets are sealed with; once, after
			     HELLO */

	/* charon's requests */
	ESPD_SPI_GET = 64, /* no body; ACK.value = a fresh inbound SPI, network order. Datagrams
			      that come on it before its SA are kept for up to 2 s (early.h) */
	ESPD_SA_ADD = 65,  /* struct espd_sa + selectors; replaces an SA of the same name (inbound:
			      SPI,  outbound: SPI and peer). ENOENT: the tunnel is not held */
	ESPD_SA_UPDATE = 66, /* struct espd_sa_update: new outer addresses or ports */
	ESPD_SA_QUERY = 67,  /* struct espd_sa_key; answers SA_COUNTERS */
	ESPD_SA_REMOVE = 68, /* struct espd_sa_key */
	ESPD_SA_FLUSH = 69,  /* no body: every SA that was added over the present connection goes;
			      those of a lost charon stay until replaced or their 60 s are over */
	ESPD_IKE_SEND = 70,  /* struct espd_ike + UDP payload as on the wire; no ACK */
	ESPD_ORPHANS = 71, /* struct espd_tunnel_key; ACK.value = outbound SAs of a lost charon that
			      the tunnel still sends on. ENOENT: the tunnel, or a socket of its
			      local address, is not held (yet) */
	/* charon's answers and events */
	ESPD_SA_COUNTERS = 80, /* struct espd_sa_counters */
	ESPD_IKE_RECEIVED =
		81, /* event, struct espd_ike + UDP payload as on the wire (marker left on) */
	ESPD_SA_EXPIRED =
		82, /* event, struct espd_sa_expired: a soft or hard lifetime was reached */
	ESPD_SA_MAPPING = 83, /* event, struct espd_sa_mapping: an authenticated packet of this
				 inbound SA came from another address or port (NAT rebinding) */
};

struct espd_header {
	uint16_t type;     /* enum espd_type */
	uint16_t reserved; /* 0 */
	uint32_t sequence; /* the client's choice, not 0; echoed in the answers */
};

struct espd_hello {
	uint32_t version;
};

struct espd_ack {
	int32_t error;  /* 0 or a negative errno */
	uint32_t value; /* SPI_GET: the SPI, network order */
};

enum espd_socket_kind {
	ESPD_SOCKET_IKE = 1,      /* bound to UDP 500 */
	ESPD_SOCKET_IKE_NATT = 2, /* bound to UDP 4500: IKE behind four zero bytes, and ESP */
	ESPD_SOCKET_ESP = 3,      /* raw, IP protocol 50 */
};

struct espd_socket {
	uint32_t kind;          /* enum espd_socket_kind */
	uint32_t local_address; /* network order; the address it is bound to */
};

struct espd_tunnel_key {
	uint32_t if_id; /* the connection's number; not 0 */
};

struct espd_tunnel {
	uint32_t if_id;
	uint32_t mtu;           /* of the TUN device, bytes */
	uint32_t local_address; /* outer address of ours, network order */
};

/* Drops are counted by cause; every counter only grows while the tunnel is held. */
struct espd_tunnel_counters {
	uint32_t if_id;
	uint32_t inbound_sas, outbound_sas;
	uint32_t reserved;
	uint64_t in_packets, in_bytes, out_packets, out_bytes; /* inner packets and bytes */
	uint64_t last_in_ms,
		last_out_ms;     /* CLOCK_MONOTONIC milliseconds of the last packet, 0 = none */
	uint64_t out_unanswered; /* outbound packets, sent or without an SA, since last_in_ms */
	uint64_t drop_no_sa;     /* outbound without an SA */
	uint64_t drop_selector_in, drop_selector_out; /* outside the negotiated selectors */
	uint64_t drop_replay;
	uint64_t drop_auth;      /* integrity check failed */
	uint64_t drop_malformed; /* truncated, bad padding, not IPv4 inside */
	uint64_t drop_too_big;  /* DF set and larger than the path allows; an ICMP error was sent */
	uint64_t drop_ipv6;     /* inner IPv6 */
	uint64_t drop_sequence; /* the sequence number would wrap */
	uint64_t drop_io;       /* the kernel refused the packet */
};

/* What belongs to no tunnel. */
struct espd_global_counters {
	uint64_t ike_in, ike_out; /* IKE datagrams handed to charon, and sent for it */
	uint64_t keepalives;      /* one-byte NAT keepalives received */
	uint64_t drop_ike_limit;  /* over the flood limit of a source or of all */
	uint64_t drop_ike_queue;  /* charon is away or does not keep up */
	uint64_t drop_garbage;    /* neither IKE nor ESP, or truncated */
	uint64_t drop_unknown_spi;
	uint64_t drop_ike_out; /* the kernel refused a datagram of charon's */
};

/* The proof at start, crypto_pick.h. */
struct espd_crypto {
	char library[64]; /* version of ipsec-mb, or why there is none; NUL-terminated */
	uint32_t suites;  /* that go through it; the others through OpenSSL */
	uint32_t failed;  /* that it got wrong, so that OpenSSL does them */
};

struct espd_tunnel_sas {
	uint32_t if_id;
	uint32_t inbound, outbound;
};

enum espd_direction { ESPD_IN = 1, ESPD_OUT = 2 };

struct espd_sa_key {
	uint32_t direction; /* enum espd_direction */
	uint32_t spi;       /* network order */
	uint32_t peer; /* the other side's outer address, network order; with direction OUT an SPI
			  is the peer's choice and only unique together with its address */
};

/* Numbers are IANA's "IKEv2 Parameters": Encryption Algorithm and Integrity Algorithm Transform
 * IDs. */
enum espd_cipher {
	ESPD_CIPHER_DES = 2,
	ESPD_CIPHER_3DES = 3,
	ESPD_CIPHER_AES_CBC = 12,
	ESPD_CIPHER_AES_GCM_16 = 20,
	ESPD_CIPHER_CHACHA20_POLY1305 = 28,
};
enum espd_integrity {
	ESPD_INTEGRITY_NONE = 0, /* AEAD ciphers */
	ESPD_INTEGRITY_HMAC_MD5_96 = 1,
	ESPD_INTEGRITY_HMAC_SHA1_96 = 2,
	ESPD_INTEGRITY_HMAC_SHA2_256_128 = 12,
	ESPD_INTEGRITY_HMAC_SHA2_384_192 = 13,
	ESPD_INTEGRITY_HMAC_SHA2_512_256 = 14,
};

/* A traffic selector: an inclusive address and port range, RFC 7296 section 3.13. */
struct espd_selector {
	uint32_t first, last; /* network order */
	uint16_t first_port, last_port;
	uint8_t protocol; /* 0 = any */
	uint8_t reserved[3];
};

struct espd_sa {
	struct espd_sa_key key;
	uint32_t if_id;               /* which tunnel it belongs to */
	uint32_t source, destination; /* outer, network order */
	uint16_t source_port,
		destination_port; /* outer UDP ports, host order; used when encapsulated */
	uint8_t encapsulated;     /* 1 = ESP in UDP, 0 = IP protocol 50 */
	uint8_t esn;              /* 1 = 64-bit sequence numbers */
	uint16_t cipher;          /* enum espd_cipher */
	uint16_t integrity;       /* enum espd_integrity */
	uint16_t cipher_key_size,
		integrity_key_size; /* bytes; a GCM key includes its 4-byte salt */
	uint16_t source_selectors,
		destination_selectors; /* counts; at most ESPD_SELECTORS_MAX each */
	uint16_t hold_ms; /* outbound: the peer installs its side only after a message yet to come.
			     So long, unless it uses its own side earlier, the tunnel's older
			     outbound SAs go first, also those that are removed meanwhile */
	uint32_t replay_window;                    /* packets, at most 4096; espd never checks less
						    than 2048, also when 0 is asked */
	uint32_t soft_lifetime_s, hard_lifetime_s; /* from now; 0 = unlimited */
	uint64_t soft_packets, hard_packets;       /* 0 = unlimited */
	uint64_t soft_bytes, hard_bytes;           /* 0 = unlimited */
	uint8_t cipher_key[ESPD_KEY_MAX];
	uint8_t integrity_key[ESPD_KEY_MAX];
	/* struct espd_selector follows: the sources, then the destinations, of packets this SA
	 * carries */
};

struct espd_sa_update {
	struct espd_sa_key key;
	uint32_t source, destination;           /* new outer addresses, network order */
	uint16_t source_port, destination_port; /* host order */
	uint8_t encapsulated;
	uint8_t reserved[3];
};

struct espd_sa_counters {
	struct espd_sa_key key;
	uint32_t reserved;
	uint64_t packets, bytes;
	uint64_t idle_s; /* since the last packet; UINT64_MAX = none yet */
};

struct espd_sa_held {
	struct espd_sa_key key;
	uint32_t if_id;
	uint32_t source, destination;
	uint16_t source_port, destination_port;
	uint16_t cipher, integrity;
	uint8_t encapsulated, esn;
	uint8_t orphaned; /* 1 = charon is gone; kept until replaced or 60 s have passed */
	uint8_t reserved;
};

struct espd_sa_expired {
	struct espd_sa_key key;
	uint32_t hard; /* 1 = espd no longer uses it */
};

struct espd_sa_mapping {
	struct espd_sa_key key;
	uint32_t address; /* new outer source, network order */
	uint16_t port;    /* host order */
	uint16_t reserved;
};

struct espd_ike {
	uint32_t local_address, remote_address; /* network order */
	uint16_t local_port, remote_port;       /* host order; local_port is 500 or 4500 */
						/* the UDP payload follows */
};
