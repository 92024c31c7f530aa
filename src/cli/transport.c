/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests over libcurl. Nothing is retried: the user sees what happened.
 */
#include "cli/transport.h"

#include "base/encode.h"
#include "base/instant.h"
#include "cli/profile.h"
#include "cli/sign.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#define ANSWER_MAX (16 * 1024 * 1024)
#define TIMEOUT_S 60L

struct download {
	struct strbuf text;
	long status;
};

static size_t take_answer(char *bytes, size_t size, size_t len, void *arg)
{
	struct download *download = arg;

	strbuf_add_bytes(&download->text, bytes, size * len);
	return strbuf_failed(&download->text) ? 0 : size * len;
}

/* "host:port" of an endpoint: what curl sends as Host and the signature covers. */
static char *host_of(const char *endpoint)
{
	const char *start = strstr(endpoint, "://");

	start = start ? start + 3 : endpoint;
	return xstrndup(start, strcspn(start, "/?#"));
}

static struct curl_slist *signed_headers(
	const struct profile *profile, const char *version, const char *action, const char *body)
{
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(8192);
	AUTO_FREE char *host = host_of(profile->endpoint);
	struct curl_slist *headers = NULL;
	char nonce[33], *rest, *line;
	uint8_t random[16];

	random_bytes(random, sizeof(random));
	hex_encode(random, sizeof(random), nonce);
	sign_headers(&(struct sign_request){ .host = host,
			     .action = action,
			     .version = version,
			     .body = body,
			     .access_key_id = profile->access_key_id,
			     .access_key_secret = profile->access_key_secret,
			     .now_s = wall_now_ms() / 1000,
			     .nonce = nonce },
		&text);
	rest = text.text;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			headers = curl_slist_append(headers, line);
	return headers;
}

static void set_up(CURL *curl, const struct profile *profile, const char *body,
	struct curl_slist *headers, struct download *download)
{
	AUTO_FREE char *url = NULL;

	if (!profile->endpoint) {
		url = xstrdup("http://localhost/");
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, profile->socket);
	} else {
		url = xasprintf("%s%s/", strstr(profile->endpoint, "://") ? "" : "https://",
			profile->endpoint);
	}
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	/* The gateway is near; a proxy of the environment is for the world outside. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, download);
	if (profile->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, profile->ca_file);
}

static int request(const struct profile *profile, const char *version, const char *action,
	const char *form, struct download *ret, char **ret_message)
{
	CURL *curl = curl_easy_init();
	AUTO_FREE char *body = NULL;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE] = "";
	CURLcode code;

	if (profile->access_key_id && profile->endpoint) {
		body = xstrdup(form);
		headers = signed_headers(profile, version, action, body);
	} else {
		body = xasprintf(
			"Action=%s&Version=%s%s%s", action, version, *form ? "&" : "", form);
		headers = curl_slist_append(NULL, "Expect:");
	}
	set_up(curl, profile, body, headers, ret);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret->status);
	else
		*ret_message =
			xasprintf("%s: %s", profile->endpoint ? profile->endpoint : profile->socket,
				*error ? error : curl_easy_strerror(code));
	wipe(body, strlen(body));
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return code == CURLE_OK ? 0 : -EIO;
}

const char *json_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void download_done(struct download *download)
{
	if (download->text.size)
		wipe(download->text.text, download->text.size);
	strbuf_done(&download->text);
}

int transport_send(const struct profile *profile, const char *version, const char *action,
	const char *form, struct reply *ret, char **ret_message)
{
	CLEANUP(download_done) struct download download = { .text = STRBUF_INIT(ANSWER_MAX) };
	json_t *json;

	if (request(profile, version, action, form, &download, ret_message) < 0)
		return -EIO;
	json = json_loads(strbuf_text(&download.text), 0, NULL);
	if (!json_is_object(json)) {
		json_decref(json);
		*ret_message =
			xasprintf("the answer (status %ld) is no JSON object", download.status);
		return -EIO;
	}
	*ret = (struct reply){ .status = download.status, .json = json };
	return 0;
}

void reply_clear(struct reply *reply)
{
	json_decref(reply->json);
	*reply = (struct reply){ 0 };
}

bool reply_is_refusal(const struct reply *reply)
{
	return reply->status != 200;
}
