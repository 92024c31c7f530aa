/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON answers as the cloud's XML: one element a member, an array as repeated elements.
 */
#pragma once

#include <jansson.h>

/* An own string with the XML declaration. */
char *xml_render(const char *root, json_t *object);
