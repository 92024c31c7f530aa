/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a scenario file, one step a line, # begins a comment. Names are short; "a" of a
 * connection becomes the id vco-a0000000000000000.
 *
 *   GATEWAY g 192.0.2.1 [Field=text]     a VPC and a VPN gateway     EDIT-GATEWAY, DELETE-GATEWAY
 *   CUSTOMER p 198.51.100.1              a customer gateway
 *   CONNECT a g p [IkeConfig.Psk=x ...]  a connection, by the API's field names      EDIT, DELETE
 *   BREAK a                              its document becomes one that nobody understands
 *   PEER 198.51.100.1 answers|silent|refuses-child [psk]
 *   PEER-CONNECTS, PEER-DIES, PEER-DELETES, LOSE-CHILD, DUPLICATE, FORGET a   see fake_charon.h
 *   CHARON-RESTARTS, AGENT-RESTARTS, PLUG-IN-RECONNECTS
 *   LOSE net|esp link a                  somebody else removes it
 *   FAIL net|esp a 3                     the next changes for it fail
 *   WAKE a                               traffic found no SA
 *   RESET a                              a health check gave it up
 *   KEEP a                               from here on nothing of it may be touched
 *   RUN 5s | 20ms
 *   NO-SWEEP                             not again with crashes
 *   EXPECT status a up|ike|down [Reason] | up-for S | active|updating|unapplied|none | message TEXT
 *   EXPECT charon a connection|no-connection | sas N | children N | keys N
 *   EXPECT setting a version 2 · count initiate a MIN [MAX] · nat ADDRESS on|off|untold
 *   EXPECT events a TYPE MIN [MAX] | lines a WORD MIN [MAX]      in its log
 *   EXPECT net|esp has|lacks link a · unchanged SECONDS
 */
#pragma once

#include "scenario/lab.h"

#define WORDS_MAX 16
#define KEPT_MAX 8

struct kept {
	char id[32];
	uint32_t ended, initiated, net, esp;
};

struct play {
	struct lab *lab;
	bool is_sweep; /* a crash may have happened: no counts, more time */
	struct kept kept[KEPT_MAX];
	size_t kept_len;
};

/* "a" -> "vco-a0000000000000000". ret: 32 bytes. */
void step_id(const char *prefix, const char *name, char *ret);
/* NULL, or an own string that says what is wrong. */
char *step_do(struct play *play, char **words, size_t len);
char *step_expect(struct play *play, char **words, size_t len);
/* Those that must not have been touched. */
char *step_check_kept(const struct play *play);
