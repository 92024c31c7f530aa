/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rtnetlink socket in one network namespace: requests with an answer, and dumps. Calls are
 * synchronous: the kernel answers at once, nothing remote is waited for. Knows messages, not what
 * they are for.
 */
#pragma once

#include "base/alloc.h"

#include <libmnl/libmnl.h>
#include <stdint.h>

struct netlink;

/* mnl_attr_for_each() that is clean of implicit conversions. offset: size of the family's header.
 */
#define NETLINK_FOR_EACH(attribute, message, offset)                                               \
	for ((attribute) = mnl_nlmsg_get_payload_offset((message), (offset));                      \
		mnl_attr_ok((attribute), (int)((const char *)mnl_nlmsg_get_payload_tail(message) - \
						 (const char *)(attribute)));                      \
		(attribute) = mnl_attr_next(attribute))

/* Big enough for every request made here. */
#define NETLINK_REQUEST_SIZE 512

/* In the namespace the thread is in now; the socket stays there. */
MUST_CHECK int netlink_open(struct netlink **ret);
void netlink_close(struct netlink *netlink); /* NULL is fine */
DEFINE_CLEANUP(struct netlink, netlink_close)
/* A message header of this type in buffer, with NLM_F_REQUEST | NLM_F_ACK | flags. */
struct nlmsghdr *netlink_message(
	char buffer[static NETLINK_REQUEST_SIZE], uint16_t type, uint16_t flags);
/* Sends it and waits for the acknowledgement: 0 or -errno. */
MUST_CHECK int netlink_request(struct netlink *netlink, struct nlmsghdr *message);
/* Asks for one object and calls for the answer; the callback gives MNL_CB_OK. */
MUST_CHECK int netlink_get(
	struct netlink *netlink, struct nlmsghdr *message, mnl_cb_t each, void *arg);
/*
 * Asks for all objects of a family and calls for each answer; the callback gives MNL_CB_OK. *len,
 * which the callback counts up, is set back to 0 when the dump has to start again, because the
 * table changed under it; -EAGAIN when the table does not come to rest.
 */
MUST_CHECK int netlink_dump(
	struct netlink *netlink, struct nlmsghdr *message, mnl_cb_t each, void *arg, size_t *len);
/* The number the kernel marks this socket's own changes with. */
uint32_t netlink_port(const struct netlink *netlink);
