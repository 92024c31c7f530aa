/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests behind the examples, in the order they are made.
 */
#pragma once

#include "resource/fault.h"

#include <stdbool.h>

struct refusal_step {
	/* Query string; $name stands for what an earlier step saved, $now for the time. */
	const char *query;
	enum reason reason; /* what it is an example of; REASON_NONE: it only prepares */
	const char *save;   /* "vpc VpcId": keeps a member of the answer as $vpc */
	bool is_signed;     /* by a stranger with the access key of the example, version 1 */
	bool is_stranger;   /* without being signed by us */
	const char *method; /* NULL: POST */
	int broken;         /* status with which HTTP itself refuses, see http.h */
	const char *note;   /* what the query does not show */
};

/* Ends with a NULL query. */
extern const struct refusal_step refusal_script[];

#define REFUSAL_KEY_ID "LTAIexample"
#define REFUSAL_OLD_KEY_ID "LTAIdisabled"  /* disabled */
#define REFUSAL_READER_KEY_ID "LTAIreader" /* may only read */
#define REFUSAL_BUSY_KEY_ID "LTAIbusy"     /* has asked too much */
#define REFUSAL_BROKEN_VPC "vpc-broken"    /* whose record is no JSON */
