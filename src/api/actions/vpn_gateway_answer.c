/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VPN gateways as answers show them, with the words clients expect. Reads the agent's status.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/vpn_gateway.h"
#include "base/instant.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *const vpn_gateway_types[] = { "Traditional", "Enhanced.SiteToSite", NULL };

static uint32_t two_digits(const char *text)
{
	return (uint32_t)((text[0] - '0') * 10 + (text[1] - '0'));
}

/*
 * The same day and time some months later, the month's last day where it has no such day. Only
 * echoed: nothing ends then.
 */
static int64_t add_months(uint64_t start_ms, uint32_t months)
{
	int64_t end = (int64_t)(start_ms / 1000);
	char start[WALL_TEXT_SIZE], text[WALL_TEXT_SIZE + 16];
	uint32_t year, month, day;
	int err;

	wall_format(end, start);
	year = two_digits(start) * 100 + two_digits(start + 2);
	month = two_digits(start + 5) - 1 + months;
	day = two_digits(start + 8);
	do {
		snprintf(text, sizeof(text), "%04u-%02u-%02u%s", year + month / 12, month % 12 + 1,
			day, start + 10);
		err = wall_parse(text, &end);
	} while (err < 0 && --day > 27);
	return end * 1000 + (int64_t)(start_ms % 1000);
}

/* System labels as the cloud has them: which features this gateway has. */
static void answer_labels(json_t *answer)
{
	answer_text(answer, "Tag",
		"{\"VpnEnableBgp\":\"true\",\"VisuallySsl\":\"false\",\"PbrPriority\":\"true\","
		"\"VpnNewImage\":\"true\",\"description\":\"\",\"VpnVersion\":\"v1.0.0\","
		"\"IDaaSNewVersion\":\"false\"}");
}

static void answer_common(const struct vpn_gateway *gateway, const char *state, json_t *answer)
{
	answer_spec(gateway->bandwidth, answer);
	answer_text(answer, "Status", state);
	answer_text(answer, "BusinessStatus", "Normal");
	answer_bool(answer, "EnableBgp", true);
	if (gateway->charge_type == CHARGE_PREPAY && gateway->period)
		json_object_set_new(answer, "EndTime",
			json_integer(add_months(gateway->meta.create_time_ms, gateway->period)));
}

int vpn_gateway_describe(const struct api *api, const void *resource, json_t *answer)
{
	const struct vpn_gateway *gateway = resource;
	const char *state;
	int err = state_read(api, KIND_VPN_GATEWAY, &gateway->meta, &state);

	if (err)
		return err;
	answer_fields(KIND_VPN_GATEWAY, gateway, answer);
	answer_common(gateway, state, answer);
	answer_text(answer, "ChargeType",
		gateway->charge_type == CHARGE_PREPAY ? "Prepay" : "PostpayByFlow");
	answer_text(answer, "IpsecVpn", gateway->enable_ipsec ? "enable" : "disable");
	answer_text(answer, "SslVpn", gateway->enable_ssl ? "enable" : "disable");
	answer_text(answer, "VpnType", "Normal");
	answer_text(answer, "GatewayType", "Traditional");
	answer_empty_list(answer, "EniInstanceIds", "EniInstanceId");
	answer_labels(answer);
	return 0;
}

/* The gateway's address inside the VPC: that of its LAN link; "" without one. */
static int answer_intranet(const struct api *api, const struct vpn_gateway *gateway, json_t *answer)
{
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	char text[ADDR_TEXT_SIZE] = "";
	int err = find_by_id(api, KIND_VPC, gateway->vpc_id, &vpc);

	if (!err && vpc->lan_address.v4)
		addr_format(vpc->lan_address, text);
	answer_text(answer, "IntranetIp", text);
	return err == -ENOENT ? -EBADMSG : err;
}

int vpn_gateway_describe_modified(
	const struct api *api, const struct vpn_gateway *gateway, bool is_changed, json_t *answer)
{
	static const char *const shown[] = { "AutoPropagate", "CreateTime", "Description",
		"InternetIp", "Name", "ResourceGroupId", "VSwitchId", "VpcId", "VpnGatewayId",
		NULL };
	const char *state = "updating";
	int err = is_changed ? 0 : state_read(api, KIND_VPN_GATEWAY, &gateway->meta, &state);

	answer_some(KIND_VPN_GATEWAY, gateway, shown, answer);
	answer_common(gateway, state, answer);
	return err ? err : answer_intranet(api, gateway, answer);
}
