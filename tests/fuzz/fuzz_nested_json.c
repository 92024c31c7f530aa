/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON parameters of a connection (IkeConfig and its like) as clients send them. The first byte
 * picks the parameter. What is accepted must also pass the check of the whole field.
 */
#include "resource/resource.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "IkeConfig", "IpsecConfig", "HealthCheckConfig",
		"BgpConfig" };
	const struct field *field;
	struct fault fault = { 0 };
	AUTO_FREE char *text = NULL;
	void *connection;

	if (!size || size > 64 * 1024)
		return 0;
	text = xstrndup((const char *)data + 1, size - 1);
	field = field_find(
		kind_info(KIND_VPN_CONNECTION)->fields, names[data[0] % ARRAY_LEN(names)]);
	assert(field);
	connection = resource_new(KIND_VPN_CONNECTION);
	resource_set_defaults(KIND_VPN_CONNECTION, connection);
	if (field_set_text(field, connection, text, &fault) < 0) {
		char message[1024];

		assert(fault.reason != REASON_NONE && fault_status(&fault) >= 400);
		assert(!strncmp(fault.field, field->name, strlen(field->name)));
		fault_message(&fault, message, sizeof(message));
	} else {
		json_decref(field_to_json(field, connection, FIELD_STYLE_WIRE));
	}
	resource_free(KIND_VPN_CONNECTION, connection);
	return 0;
}
