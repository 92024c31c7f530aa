// SPDX-License-Identifier: Apache-2.0
/* One test an operation with the classic official client: version-1 signatures, GET by default, POST on demand. */
'use strict';

const { RPCClient } = require('@alicloud/pop-core');
const { main } = require('./operations');

const client = new RPCClient({
  accessKeyId: process.env.VPNGW_ACCESS_KEY_ID,
  accessKeySecret: process.env.VPNGW_ACCESS_KEY_SECRET,
  endpoint: process.env.VPNGW_ENDPOINT,
  apiVersion: '2016-04-28',
});
const method = process.env.VPNGW_METHOD ?? 'GET';

/* It has no models: its answers have the API's names. The models write them with a small first letter, but one. */
const modelName = (name) => (name === 'VRouterId' ? name : name[0].toLowerCase() + name.slice(1));

function modelNames(value) {
  if (Array.isArray(value)) return value.map(modelNames);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [modelName(name), modelNames(inner)]));
}

main(async (action, parameters) => modelNames(await client.request(action, parameters, { method })));
