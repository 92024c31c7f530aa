// SPDX-License-Identifier: Apache-2.0
/* The job with the current official SDK: typed requests, ACS3-HMAC-SHA256. */
'use strict';

const vpc = require('@alicloud/vpc20160428');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const { main } = require('./job');

const endpoint = new URL(process.env.VPNGW_ENDPOINT);
const client = new vpc.default(new $OpenApiUtil.Config({
  accessKeyId: process.env.VPNGW_ACCESS_KEY_ID,
  accessKeySecret: process.env.VPNGW_ACCESS_KEY_SECRET,
  endpoint: endpoint.host,
  protocol: endpoint.protocol.replace(':', ''),
  regionId: process.env.VPNGW_REGION,
  ...(process.env.VPNGW_SIGNATURE && { signatureAlgorithm: process.env.VPNGW_SIGNATURE }),
}));

const lowerFirst = (name) => name[0].toLowerCase() + name.slice(1);

/* The SDK's names back to the API's, by the table each of its models carries. */
function apiNames(model) {
  if (Array.isArray(model)) return model.map(apiNames);
  if (model === null || typeof model !== 'object') return model;
  const names = model.constructor.names?.() ?? {};
  return Object.fromEntries(Object.entries(model)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [names[key] ?? key, apiNames(value)]));
}

main(process.env.VPNGW_SIGNATURE ?? 'ACS3', async (action, parameters) => {
  const Request = vpc[`${action}Request`];
  const fields = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [lowerFirst(name), value]));
  const response = await client[lowerFirst(action)](new Request(fields));
  return apiNames(response.body);
});
