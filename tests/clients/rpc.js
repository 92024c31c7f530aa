// SPDX-License-Identifier: Apache-2.0
/* The job with the classic official client: version-1 signatures, GET by default, POST on demand. */
'use strict';

const { RPCClient } = require('@alicloud/pop-core');
const { main } = require('./job');

const client = new RPCClient({
  accessKeyId: process.env.VPNGW_ACCESS_KEY_ID,
  accessKeySecret: process.env.VPNGW_ACCESS_KEY_SECRET,
  endpoint: process.env.VPNGW_ENDPOINT,
  apiVersion: '2016-04-28',
});
const method = process.env.VPNGW_METHOD ?? 'GET';

main(`RPC ${method}`, (action, parameters) => client.request(action, parameters, { method }));
