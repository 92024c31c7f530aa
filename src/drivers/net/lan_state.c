/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text form of a LAN link's former state.
 */
#include "drivers/net/lan_state.h"

#include "base/parse.h"
#include "base/strbuf.h"

#include <errno.h>
#include <string.h>

#define MARK "vpngw-lan"

int lan_state_format(const struct lan_state *state, char ret[static RT_ALIAS_SIZE])
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(RT_ALIAS_SIZE - 1);

	strbuf_addf(&buf, MARK " %s %u ", state->is_up ? "up" : "down", state->group);
	if (!state->addresses_len)
		strbuf_add_char(&buf, '-');
	for (size_t i = 0; i < state->addresses_len; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(state->addresses[i], text);
		strbuf_addf(&buf, "%s%s", i ? "," : "", text);
	}
	strbuf_addf(&buf, " %s", state->alias);
	if (strbuf_failed(&buf))
		return -ENOSPC;
	memcpy(ret, strbuf_text(&buf), buf.size + 1);
	return 0;
}

/* Cuts the word before the next blank off; NULL: there is no blank. */
static char *next_word(char **text)
{
	return strchr(*text, ' ') ? strsep(text, " ") : NULL;
}

static int parse_address(char *text, struct prefix *ret)
{
	char *slash = strchr(text, '/');
	uint32_t len;
	int err;

	if (!slash)
		return -EINVAL;
	*slash = '\0';
	err = parse_u32(slash + 1, 0, 32, &len);
	if (err < 0)
		return err;
	ret->len = (uint8_t)len;
	return addr_parse(text, &ret->addr);
}

static int parse_addresses(char *text, struct lan_state *ret)
{
	char *one;

	if (strcmp(text, "-") == 0)
		return 0;
	while ((one = strsep(&text, ","))) {
		if (ret->addresses_len == LAN_ADDRESSES_MAX ||
			parse_address(one, &ret->addresses[ret->addresses_len]) < 0)
			return -EINVAL;
		ret->addresses_len++;
	}
	return 0;
}

int lan_state_parse(const char *alias, struct lan_state *ret)
{
	AUTO_FREE char *copy = xstrdup(alias);
	char *rest = copy, *mark = next_word(&rest), *flag = mark ? next_word(&rest) : NULL,
	     *group = flag ? next_word(&rest) : NULL, *addresses = group ? next_word(&rest) : NULL;
	struct lan_state state = { 0 };

	if (!addresses || strcmp(mark, MARK) != 0 || strlen(rest) >= sizeof(state.alias))
		return -EINVAL;
	state.is_up = strcmp(flag, "up") == 0;
	if ((!state.is_up && strcmp(flag, "down") != 0) ||
		parse_u32(group, 0, UINT32_MAX, &state.group) < 0 ||
		parse_addresses(addresses, &state) < 0)
		return -EINVAL;
	memcpy(state.alias, rest, strlen(rest) + 1);
	*ret = state;
	return 0;
}
