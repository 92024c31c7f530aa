/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at one resource's parts only, so that an edit costs the same however many others there
 * are: what it wants and what it was ever seen to have is looked for, one by one. What a former
 * agent made is known since everything was looked at once.
 */
#pragma once

#include "drivers/net/net_private.h"

MUST_CHECK int probe(struct net *net, const struct scope *scope, struct items *ret);
