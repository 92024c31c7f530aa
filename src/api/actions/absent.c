/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of things that cannot exist here, for clients that ask for them all the same: certificates
 * of SSL and SM gateways, and grants to other accounts.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/listing.h"
#include "api/check.h"
#include "base/parse.h"

#include <string.h>

#define CERTIFICATES_PAGE 10

static int list_certificates(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	const char *text = params_get(&request->params, "MaxResults");
	const char *token = params_get(&request->params, "NextToken");
	uint32_t max = CERTIFICATES_PAGE;

	(void)api;
	(void)change;
	if (token && *token)
		return refuse_invalid(fault, "NextToken", token,
			"must be the NextToken of an answer", "leave it out: there is one page");
	if (text && *text && parse_u32(text, 1, UINT32_MAX, &max) < 0)
		max = CERTIFICATES_PAGE;
	json_object_set_new(answer, "MaxResults", json_integer(max));
	json_object_set_new(answer, "TotalCount", json_integer(0));
	json_object_set_new(answer, "VpnCertificateRelations", json_array());
	answer_text(answer, "NextToken", "");
	return 0;
}

static int describe_authorizations(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	static const struct listing listing = { .wrapper = "CrossAccountAuthorizations" };
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	int err = find_resource(
		api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &connection, fault);

	(void)change;
	if (!err)
		listing_empty(request, &listing, answer);
	return err;
}

static const char *const certificate_types[] = { "Encryption", "Signature", NULL };

static const struct parameter certificate_parameters[] = {
	{ .name = "CertificateId",
		.type = PARAM_LIST,
		.min = 1,
		.max = 20,
		.doc = "There is none." },
	{ .name = "CertificateType", .values = certificate_types, .doc = "There is none." },
	{ .name = "VpnGatewayId",
		.type = PARAM_LIST,
		.min = 1,
		.max = 20,
		.doc = "No gateway has a certificate." },
	{ .name = "MaxResults",
		.type = PARAM_INTEGER,
		.min = 1,
		.max = 20,
		.doc = "Echoed; default 10." },
	{ .name = "NextToken", .doc = "There is no next page." },
	{},
};

static const struct parameter authorization_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpnConnectionId", .required = true, .doc = "The connection." },
	{},
};

const struct action absent_actions[] = {
	{ "ListVpnCertificateAssociations", API_VERSION_VPC, false, certificate_parameters,
		list_certificates,
		"Always an empty list: connections authenticate with pre-shared keys." },
	{ "DescribeVpnCrossAccountAuthorizations", API_VERSION_VPC, false, authorization_parameters,
		describe_authorizations, "Always an empty list: this server has one account." },
	{},
};
