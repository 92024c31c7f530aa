/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk of one request. Everything that comes back, also for garbage, is an object with a
 * RequestId; errors have the cloud's Code and Message.
 */
#include "api/service.h"

#include "api/dispatch.h"
#include "api/permit.h"
#include "api/rendered.h"
#include "api/signature.h"
#include "api/xml.h"
#include "base/instant.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FORM "application/x-www-form-urlencoded"
#define HELP "docs/api.md"
#define MESSAGE_SIZE 1024
#define STRANGERS_MAX 300 /* audit lines a minute */

/* The state of one call while it is served. */
struct call {
	struct request request;
	struct params query;
	struct caller caller;
	struct outcome outcome;
	struct rendered_list rendered;
	char *message; /* replaces the fault's sentence */
	bool is_known; /* the caller proved who it is */
};

static void make_request_id(char ret[static 37])
{
	uint8_t id[16];

	random_bytes(id, sizeof(id));
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x40); /* RFC 4122 4.4: version 4 */
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
	snprintf(ret, 37, "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X",
		id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9], id[10],
		id[11], id[12], id[13], id[14], id[15]);
}

static int check_http(const struct http_request *http, struct fault *fault)
{
	const char *type = params_get(&http->headers, "content-type");

	if (http->broken == 413 || http->body_size > HTTP_BODY_MAX)
		return fault_set(
			fault, REASON_BODY_TOO_LARGE, NULL, NULL, "or its chunks are broken", NULL);
	if (http->broken == 501)
		return fault_set(fault, REASON_METHOD_UNSUPPORTED, NULL, NULL, NULL, NULL);
	if (http->broken)
		return fault_set(fault, REASON_PARAMETER_INVALID, NULL, NULL,
			"the HTTP request is malformed", NULL);
	if (!http->is_get && !http->is_post)
		return fault_set(fault, REASON_METHOD_UNSUPPORTED, NULL, NULL, NULL, NULL);
	if (strcmp(http->path, "/"))
		return fault_set(
			fault, REASON_ACTION_UNKNOWN, NULL, NULL, "the path must be /", NULL);
	if (http->body_size && type && strncasecmp(type, FORM, strlen(FORM)))
		return fault_set(fault, REASON_PARAMETER_INVALID, "Content-Type", type,
			"must be " FORM, NULL);
	return 0;
}

static int read_params(const struct http_request *http, struct call *call, struct fault *fault)
{
	int err = params_add_form(&call->query, http->query, strlen(http->query));

	if (!err)
		err = params_add_form(&call->request.params, http->query, strlen(http->query));
	if (!err)
		err = params_add_form(&call->request.params, http->body, http->body_size);
	if (err == -E2BIG)
		return fault_set(fault, REASON_PARAMETER_INVALID, NULL, NULL,
			"at most 1000 parameters", NULL);
	if (err < 0)
		return fault_set(fault, REASON_PARAMETER_INVALID, NULL, NULL,
			"query and form must be percent-encoded, each name given once", NULL);
	return 0;
}

/* Something of ours failed before the action; anybody may be able to cause it. */
static void set_failure(struct fault *fault, int err)
{
	static struct log_limit limit;
	bool is_temporary = err == -EAGAIN || err == -ENOSPC;

	(void)fault_set(
		fault, is_temporary ? REASON_UNAVAILABLE : REASON_INTERNAL, NULL, NULL, NULL, NULL);
	if (log_allow(&limit, 5, 60000))
		log_err("a request could not be served: %s", strerror(-err));
}

static void serve(struct service *service, const struct http_request *http, struct call *call)
{
	struct fault *fault = &call->outcome.fault;
	int err = check_http(http, fault);

	if (!err)
		err = read_params(http, call, fault);
	if (!err)
		err = authenticate(&service->authenticator, http, &call->query,
			&call->request.params, call->request.now_ms, &call->caller, fault,
			&call->message);
	if (!err) {
		call->is_known = true;
		call->request.access_key_id = call->caller.access_key_id;
		call->request.policy = call->caller.policy;
		if (!call->caller.wants_xml)
			call->request.rendered = &call->rendered;
		dispatch(&service->api, &call->request, call->caller.version, call->caller.action,
			&call->outcome);
	} else if (fault->reason == REASON_NONE) {
		set_failure(fault, err);
	}
}

/* A string member; text from outside that is no UTF-8 is left out. */
static void set_text(json_t *object, const char *name, const char *text)
{
	json_object_set_new(object, name, json_string(text));
}

/* The members of the cloud's that have a meaning here. */
static json_t *denied_detail(const struct call *call)
{
	const struct policy_action action = permit_action(call->request.action);
	AUTO_FREE char *name = xasprintf("%s:%s", action.product, action.name);

	return json_pack("{s:s, s:s, s:s, s:s}", "AuthAction", name, "AuthPrincipalType",
		"AccessKey", "AuthPrincipalDisplayName", call->request.access_key_id,
		"NoPermissionType", "ImplicitDeny");
}

static json_t *error_body(const struct call *call)
{
	const struct fault *fault = &call->outcome.fault;
	char sentence[MESSAGE_SIZE];
	json_t *body = json_object();

	fault_message(fault, sentence, sizeof(sentence));
	set_text(body, "RequestId", call->request.request_id);
	set_text(body, "HostId", call->request.host);
	set_text(body, "Code", fault_code(fault));
	set_text(body, "Message", call->message ? call->message : sentence);
	set_text(body, "Recommend", HELP);
	if (fault->reason == REASON_FORBIDDEN)
		json_object_set_new(body, "AccessDeniedDetail", denied_detail(call));
	if (!json_object_get(body, "Message"))
		set_text(body, "Message", reason_text(fault->reason));
	if (!json_object_get(body, "HostId"))
		set_text(body, "HostId", "");
	return body;
}

static char *json_of(const struct service *service, struct call *call)
{
	json_auto_t *body = NULL;
	char *text = NULL;

	if (call->outcome.answer) {
		set_text(call->outcome.answer, "RequestId", call->request.request_id);
		text = rendered_answer(call->outcome.answer, &call->rendered, service->api.vault);
	}
	if (text)
		return text;
	if (call->outcome.answer) {
		json_decref(TAKE_PTR(call->outcome.answer));
		set_failure(&call->outcome.fault, -EBADMSG);
	}
	body = error_body(call);
	return rendered_answer(body, &(struct rendered_list){}, service->api.vault);
}

static char *xml_of(const struct call *call)
{
	json_auto_t *body =
		call->outcome.answer ? json_incref(call->outcome.answer) : error_body(call);
	AUTO_FREE char *root = call->outcome.answer ? xasprintf("%sResponse", call->caller.action)
						    : xstrdup("Error");

	set_text(body, "RequestId", call->request.request_id);
	return xml_render(root, body);
}

static void render(const struct service *service, struct call *call, struct http_answer *ret)
{
	ret->retry_after_ms = call->caller.retry_after_ms;
	if (call->caller.wants_xml) {
		/* Exactly this type: the official SDK takes nothing else for XML. */
		ret->content_type = "text/xml;charset=utf-8";
		ret->text = xml_of(call);
	} else {
		ret->content_type = "application/json;charset=utf-8";
		ret->text = json_of(service, call);
	}
	ret->status = call->outcome.answer ? 200 : fault_status(&call->outcome.fault);
}

/* Strangers get a limited number of lines, or they could fill the disk. */
static void write_audit(struct service *service, const struct call *call, int status)
{
	static struct log_limit limit;
	const struct caller *caller = &call->caller;
	struct audit_entry entry = { .time_ms = call->request.now_ms,
		.access_key_id = caller->access_key_id,
		.source = call->request.source,
		.action = caller->action,
		.version = caller->version,
		.resource_id = call->outcome.resource_id,
		.code = call->outcome.answer ? "OK" : fault_code(&call->outcome.fault),
		.request_id = call->request.request_id,
		.status = status };

	if (service->audit && (call->is_known || log_allow(&limit, STRANGERS_MAX, 60000)))
		audit_write(service->audit, &entry);
}

void service_handle(void *arg, const struct http_request *http, struct http_answer *ret)
{
	struct service *service = arg;
	struct call call = { .request = { .source = http->source,
				     .host = params_get(&http->headers, "host"),
				     .access_key_id = "",
				     .is_root = http->is_root,
				     .now_ms = wall_now_ms() } };

	if (console_answer(service->console, http, ret))
		return;
	if (!call.request.host)
		call.request.host = "";
	make_request_id(call.request.request_id);
	serve(service, http, &call);
	render(service, &call, ret);
	write_audit(service, &call, ret->status);
	params_clear(&call.query);
	params_clear(&call.request.params);
	caller_clear(&call.caller);
	outcome_clear(&call.outcome);
	rendered_list_clear(&call.rendered);
	free(call.message);
}
