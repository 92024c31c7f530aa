/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw connection config: the text for the peer's device as it is, to be saved with ">".
 */
#include "cli/verbs_of_connection.h"

#include "base/strbuf.h"

#include <stdio.h>

int run_peer_config(struct context *context)
{
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);
	AUTO_REPLY struct reply reply = { 0 };
	AUTO_FREE char *problem = NULL;

	if (settings_form(&context->settings, &form, &problem) < 0 ||
		run_ask(context, context->action->name, strbuf_text(&form), &reply) < 0)
		return EXIT_FAILURE;
	if (context->is_json)
		return run_show(context, &reply);
	fputs(json_text(reply.json, "Config"), stdout);
	if (json_is_false(json_object_get(reply.json, "IsComplete")))
		fputs("vpngw: the key may not read secrets: put the pre-shared key in place of "
		      "the mark\n",
			stderr);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
