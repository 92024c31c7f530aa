/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests under /console/ answered from memory. The page gets a nonce of its own: the component
 * library makes its style elements at run time, and only those that carry it are applied. Scripts
 * come from our files alone.
 */
#include "api/console.h"

#include "base/encode.h"
#include "base/secret.h"

#include <string.h>

#define PREFIX "/console/"
#define PAGE "index.html"
#define NONCE_MARK "__VPNGW_NONCE__"
#define NONCE_BYTES 18

/* %s: the nonce. Style attributes stand in no markup of ours; scripts set them through the DOM. */
#define POLICY                                                                                     \
	"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; img-src 'self' "      \
	"data:; font-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; " \
	"base-uri 'none'"

static void add_header(struct http_answer *answer, const char *name, const char *value)
{
	params_append(&answer->headers, xstrdup(name), xstrdup(value));
}

/* RFC 9110 12.5.3, as far as browsers use it: the coding is listed and not with ;q=0. */
static bool accepts(const struct http_request *request, const char *coding)
{
	const char *at = params_get(&request->headers, "accept-encoding");
	size_t size = strlen(coding);

	while (at && *at) {
		size_t item;

		at += strspn(at, " \t,");
		item = strcspn(at, ",");
		if (!strncmp(at, coding, size) && strcspn(at, " \t;,") == size)
			return !memmem(at, item, "q=0", 3) || memmem(at, item, "q=0.", 4);
		at += item;
	}
	return false;
}

static void answer_plain(struct http_answer *answer, int status, const char *text)
{
	answer->status = status;
	answer->content_type = "text/plain;charset=utf-8";
	answer->text = xstrdup(text);
}

/* The page with its nonce in it; without the mark it would be a page that cannot be styled. */
static void answer_page(const struct console_file *page, const struct http_request *request,
	struct http_answer *ret)
{
	unsigned char bytes[NONCE_BYTES];
	AUTO_FREE char *nonce = NULL;
	AUTO_FREE char *policy = NULL;
	const char *mark = strstr(page->plain.bytes, NONCE_MARK);
	const char *rest = mark ? mark + strlen(NONCE_MARK) : "";
	int before = (int)(mark ? mark - page->plain.bytes : (ptrdiff_t)page->plain.size);

	random_bytes(bytes, sizeof(bytes));
	nonce = base64_encode(bytes, sizeof(bytes));
	policy = xasprintf(POLICY, nonce);
	add_header(ret, "Content-Security-Policy", policy);
	ret->text = request->is_head ? xstrdup("")
				     : xasprintf("%.*s%s%s", before, page->plain.bytes,
					       mark ? nonce : "", rest);
}

static void answer_file(const struct console_file *file, const struct http_request *request,
	struct http_answer *ret)
{
	const struct console_bytes *body = &file->plain;
	const char *coding = NULL;

	if (file->brotli.bytes && accepts(request, "br")) {
		body = &file->brotli;
		coding = "br";
	} else if (file->gzip.bytes && accepts(request, "gzip")) {
		body = &file->gzip;
		coding = "gzip";
	}
	if (coding)
		add_header(ret, "Content-Encoding", coding);
	add_header(ret, "Vary", "Accept-Encoding");
	add_header(ret, "Content-Security-Policy", "default-src 'none'");
	if (file->is_immutable)
		ret->cache_control = "public, max-age=31536000, immutable";
	ret->shared = body->bytes;
	ret->shared_size = body->size;
}

static void answer_found(const struct console_file *file, const struct http_request *request,
	struct http_answer *ret)
{
	ret->status = 200;
	ret->content_type = file->content_type;
	ret->cache_control = "no-cache";
	add_header(ret, "Referrer-Policy", "no-referrer");
	add_header(ret, "Cross-Origin-Resource-Policy", "same-origin");
	if (strcmp(file->path, PAGE) == 0)
		answer_page(file, request, ret);
	else
		answer_file(file, request, ret);
}

bool console_answer(const struct console_files *files, const struct http_request *request,
	struct http_answer *ret)
{
	const struct console_file *file;
	const char *path = request->path;

	if (request->broken || !(request->is_get || request->is_head))
		return false;
	if (files && strcmp(path, "/console") == 0) {
		answer_plain(ret, 308, "see " PREFIX "\n");
		add_header(ret, "Location", PREFIX);
		return true;
	}
	if (strncmp(path, PREFIX, strlen(PREFIX)) != 0)
		return false;
	path += strlen(PREFIX);
	file = files ? console_files_find(files, *path ? path : PAGE) : NULL;
	if (file)
		answer_found(file, request, ret);
	else
		answer_plain(ret, 404,
			files ? "the console has no such file; it begins at " PREFIX "\n"
			      : "the console is not installed: build it and set console_dir in "
				"[paths] of vpngw.conf\n");
	return true;
}
