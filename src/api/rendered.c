/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text with holes. Which members are secret is known by permit.c; a hole remembers where in the
 * text its secret belongs.
 */
#include "api/rendered.h"

#include "api/permit.h"
#include "resource/rules.h"

#include <errno.h>
#include <string.h>

#define TEXT_MAX (64 * 1024 * 1024)
#define PLACE "rendered/answer"

struct hole {
	size_t at; /* in the text */
	char *sealed;
};

struct rendered {
	char *text;
	size_t size;
	struct hole *holes;
	size_t len;
};

/* While a value becomes text. */
struct cutting {
	struct rendered *rendered;
	const struct vault *vault;
	const struct strbuf *buf;
};

static bool cut(void *arg, const char *name, const json_t *value)
{
	struct cutting *cutting = arg;
	struct rendered *rendered = cutting->rendered;
	AUTO_SECRET struct secret *secret = NULL;

	if (!permit_hides(name, value))
		return false;
	secret = secret_new(json_string_value(value), json_string_length(value));
	rendered->holes =
		xreallocarray(rendered->holes, rendered->len + 1, sizeof(*rendered->holes));
	rendered->holes[rendered->len++] = (struct hole){ .at = cutting->buf->size,
		.sealed = vault_seal(cutting->vault, PLACE, secret) };
	return true;
}

struct rendered *rendered_new(const json_t *value, const struct vault *vault)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(TEXT_MAX);
	struct rendered *rendered = xcalloc(1, sizeof(*rendered));
	struct cutting cutting = { rendered, vault, &buf };

	json_text_write(
		&(struct json_text){ .buf = &buf, .writes = cut, .arg = &cutting }, NULL, value);
	rendered->size = buf.size;
	rendered->text = xmemdup(strbuf_text(&buf), buf.size);
	return rendered;
}

void rendered_free(struct rendered *rendered)
{
	if (!rendered)
		return;
	for (size_t i = 0; i < rendered->len; i++)
		free(rendered->holes[i].sealed);
	free(rendered->holes);
	free(rendered->text);
	free(rendered);
}

size_t rendered_size(const struct rendered *rendered)
{
	size_t size = sizeof(*rendered) + rendered->size;

	for (size_t i = 0; i < rendered->len; i++)
		size += sizeof(struct hole) + strlen(rendered->holes[i].sealed);
	return size;
}

static int fill(
	const struct hole *hole, const struct vault *vault, bool shows_secrets, struct strbuf *ret)
{
	AUTO_SECRET struct secret *secret = NULL;

	if (!shows_secrets) {
		json_text_string(ret, SECRET_MASK, strlen(SECRET_MASK));
		return 0;
	}
	if (vault_unseal(vault, PLACE, hole->sealed, &secret) < 0)
		return -EBADMSG;
	json_text_string(ret, (const char *)secret->bytes, secret->size);
	return 0;
}

int rendered_write(const struct rendered *rendered, const struct vault *vault, bool shows_secrets,
	struct strbuf *ret)
{
	size_t done = 0;

	for (size_t i = 0; i < rendered->len; i++) {
		const struct hole *hole = &rendered->holes[i];
		int err;

		strbuf_add_bytes(ret, rendered->text + done, hole->at - done);
		done = hole->at;
		err = fill(hole, vault, shows_secrets, ret);
		if (err < 0)
			return err;
	}
	strbuf_add_bytes(ret, rendered->text + done, rendered->size - done);
	return 0;
}

void rendered_list_add(struct rendered_list *list, const struct rendered *rendered)
{
	list->items = xreallocarray(list->items, list->len + 1, sizeof(*list->items));
	list->items[list->len++] = rendered;
}

void rendered_list_clear(struct rendered_list *list)
{
	free(list->items);
	*list = (struct rendered_list){};
}

/* While an answer becomes text. */
struct filling {
	const struct rendered_list *list;
	const struct vault *vault;
	struct strbuf *buf;
	int err;
};

static bool put_list(void *arg, const char *name, const json_t *value)
{
	struct filling *filling = arg;
	const struct rendered_list *list = filling->list;

	(void)name;
	if (value != list->array)
		return false;
	strbuf_add_char(filling->buf, '[');
	for (size_t i = 0; i < list->len && !filling->err; i++) {
		if (i)
			strbuf_add_char(filling->buf, ',');
		filling->err = rendered_write(
			list->items[i], filling->vault, list->shows_secrets, filling->buf);
	}
	strbuf_add_char(filling->buf, ']');
	return true;
}

char *rendered_answer(
	const json_t *answer, const struct rendered_list *list, const struct vault *vault)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_SECRET_INIT(TEXT_MAX);
	struct filling filling = { list, vault, &buf, 0 };

	json_text_write(&(struct json_text){ .buf = &buf, .writes = put_list, .arg = &filling },
		NULL, answer);
	return filling.err || strbuf_failed(&buf) ? NULL : strbuf_take(&buf);
}
