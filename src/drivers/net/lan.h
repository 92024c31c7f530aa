/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking the operator's link into a VPC's namespace and giving it back as it was.
 */
#pragma once

#include "drivers/net/net_private.h"

/* want NULL: gives it back. seen NULL: the VPC has none. */
MUST_CHECK int lan_apply(struct net *net, struct domain *domain, const struct part *want,
	const struct part *seen, struct fault *fault);
/* Links whose return was interrupted get what they had. */
MUST_CHECK int lan_finish_returns(struct net *net);
