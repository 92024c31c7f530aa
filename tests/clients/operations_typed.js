// SPDX-License-Identifier: Apache-2.0
/*
 * One test an operation with the current official SDK: typed requests, and answers read through its typed
 * models, each field of which has the type that its model declares.
 */
'use strict';

const assert = require('node:assert/strict');
const vpc = require('@alicloud/vpc20160428');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const { main } = require('./operations');

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

/* API names to the model's; items of lists that are objects have models of their own. */
function typedRequest(model, parameters) {
  return new vpc[model](Object.fromEntries(Object.entries(parameters).map(([name, value]) => [
    lowerFirst(name),
    Array.isArray(value)
      ? value.map((item) => (typeof item === 'object' ? typedRequest(`${model}${name}`, item) : item)) : value,
  ])));
}

function assertType(value, type, path) {
  if (value === undefined) return;
  if (typeof type === 'string') assert.equal(typeof value, type, path);
  else if (type.type === 'array') value.forEach((item, i) => assertType(item, type.itemType, `${path}[${i}]`));
  else if (typeof type === 'function') assertTyped(value, type, path);
}

function assertTyped(value, Model, path) {
  assert.ok(value instanceof Model, path);
  for (const [name, type] of Object.entries(Model.types())) assertType(value[name], type, `${path}.${name}`);
}

main(async (action, parameters) => {
  const response = await client[lowerFirst(action)](typedRequest(`${action}Request`, parameters));
  assert.equal(response.statusCode, 200);
  assertTyped(response.body, vpc[`${action}ResponseBody`], action);
  return response.body;
});
