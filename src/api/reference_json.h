/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `vpngw-api --reference-json` prints: actions with their parameters, kinds with their fields,
 * ranges, legal values, defaults and rules.
 */
#pragma once

/* An own string. */
char *reference_json(void);
