/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tag actions share: the kinds that have tags; and ListTagResources.
 */
#pragma once

#include "api/action.h"

/* Legal values of ResourceType, in any case. */
extern const char *const tag_types[];
/* What ResourceType stands for. */
enum kind tag_kind(const struct request *request);

extern const struct parameter tag_list_parameters[];
int tag_list(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault);
