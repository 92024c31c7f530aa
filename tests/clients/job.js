// SPDX-License-Identifier: Apache-2.0
/*
 * The demo's job as API calls, whatever client makes them: call(action, parameters) resolves to the
 * answer in the API's own names. Checks what clients rely on: ids, types, wrappers, error codes.
 */
'use strict';

const assert = require('node:assert/strict');

const REGION = process.env.VPNGW_REGION;
const ZONE = process.env.VPNGW_ZONE;
/* Every character a pre-shared key may have. */
const PSK = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('').replace('"', '');

function assertSubset(actual, expected, path = '') {
  for (const [name, value] of Object.entries(expected)) {
    const found = actual?.[name];
    if (value !== null && typeof value === 'object') assertSubset(found, value, `${path}${name}.`);
    else assert.deepEqual(found, value, `${path}${name}`);
  }
}

async function refused(promise, code) {
  await assert.rejects(promise, (error) => {
    assert.ok(String(error.code).includes(code), `${error.code}: ${error.message}`);
    return true;
  });
}

async function createNetwork(call) {
  const { VpcId } = await call('CreateVpc', { RegionId: REGION, CidrBlock: '10.1.0.0/16', VpcName: 'clients' });
  assert.match(VpcId, /^vpc-[a-z0-9]+$/);
  const vpc = await call('DescribeVpcAttribute', { RegionId: REGION, VpcId });
  assertSubset(vpc, { VpcId, CidrBlock: '10.1.0.0/16', VpcName: 'clients' });
  const vpcs = await call('DescribeVpcs', { RegionId: REGION, VpcId });
  assert.equal(vpcs.Vpcs.Vpc.length, 1);
  const { VSwitchId } = await call('CreateVSwitch', {
    RegionId: REGION, VpcId, ZoneId: ZONE, CidrBlock: '10.1.1.0/24', VSwitchName: 'lan',
  });
  assertSubset(await call('DescribeVSwitchAttributes', { RegionId: REGION, VSwitchId }),
    { VSwitchId, VpcId, CidrBlock: '10.1.1.0/24' });
  return { VpcId, VSwitchId };
}

async function createGateways(call, { VpcId, VSwitchId }) {
  const ClientToken = `clients-${process.pid}-${Date.now()}`;
  const wish = {
    RegionId: REGION, VpcId, VSwitchId, Bandwidth: 10, Name: 'gateway', InstanceChargeType: 'POSTPAY',
    EnableIpsec: true, EnableSsl: false, AutoPay: true, ClientToken,
  };
  const { VpnGatewayId } = await call('CreateVpnGateway', wish);
  assert.equal((await call('CreateVpnGateway', wish)).VpnGatewayId, VpnGatewayId, 'the token replays');
  const gateway = await call('DescribeVpnGateway', { RegionId: REGION, VpnGatewayId });
  assertSubset(gateway, { VpnGatewayId, VpcId, Name: 'gateway', Spec: '10M', AutoPropagate: false });
  assert.equal(typeof gateway.CreateTime, 'number');
  assert.ok(gateway.InternetIp);
  await call('ModifyVpnGatewayAttribute', { RegionId: REGION, VpnGatewayId, Description: 'from a client' });
  const list = await call('DescribeVpnGateways', { RegionId: REGION, VpcId, PageNumber: 1, PageSize: 10 });
  assertSubset(list, { TotalCount: 1, PageNumber: 1, PageSize: 10 });
  assertSubset(list.VpnGateways.VpnGateway[0], { VpnGatewayId, Description: 'from a client' });

  const { CustomerGatewayId } = await call('CreateCustomerGateway', {
    RegionId: REGION, IpAddress: '203.0.113.7', Name: 'office', Asn: '65010',
  });
  await call('ModifyCustomerGatewayAttribute', { RegionId: REGION, CustomerGatewayId, Name: 'data-centre' });
  assertSubset(await call('DescribeCustomerGateway', { RegionId: REGION, CustomerGatewayId }),
    { CustomerGatewayId, IpAddress: '203.0.113.7', Name: 'data-centre', Asn: 65010 });
  const gateways = await call('DescribeCustomerGateways', { RegionId: REGION });
  assert.ok(gateways.CustomerGateways.CustomerGateway.some((one) => one.CustomerGatewayId === CustomerGatewayId));
  return { VpnGatewayId, CustomerGatewayId };
}

async function createConnection(call, { VpnGatewayId, CustomerGatewayId }) {
  const wish = {
    RegionId: REGION, VpnGatewayId, CustomerGatewayId, Name: "a b*~'(é)!", LocalSubnet: '0.0.0.0/0',
    RemoteSubnet: '0.0.0.0/0', EffectImmediately: true, EnableDpd: true, EnableNatTraversal: false,
    IkeConfig: JSON.stringify({
      Psk: PSK, IkeVersion: 'ikev2', IkeMode: 'main', IkeEncAlg: 'aes256', IkeAuthAlg: 'sha256', IkePfs: 'group14',
      IkeLifetime: 3600,
    }),
    IpsecConfig: JSON.stringify({
      IpsecEncAlg: 'aes192', IpsecAuthAlg: 'sha512', IpsecPfs: 'disabled', IpsecLifetime: 1800,
    }),
  };
  await refused(call('CreateVpnConnection', { ...wish, DryRun: true }), 'DryRunOperation');
  const { VpnConnectionId } = await call('CreateVpnConnection', wish);
  const connection = await call('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId });
  assertSubset(connection, {
    VpnConnectionId, VpnGatewayId, CustomerGatewayId, Name: wish.Name, LocalSubnet: '0.0.0.0/0',
    RemoteSubnet: '0.0.0.0/0', EffectImmediately: true, EnableDpd: true, EnableNatTraversal: false,
    State: 'updating', Status: 'ike_sa_not_established', /* no agent runs here, and nothing is claimed */
    IkeConfig: { Psk: PSK, IkeVersion: 'ikev2', IkeEncAlg: 'aes256', IkeAuthAlg: 'sha256', IkePfs: 'group14',
      IkeLifetime: 3600 },
    IpsecConfig: { IpsecEncAlg: 'aes192', IpsecAuthAlg: 'sha512', IpsecPfs: 'disabled', IpsecLifetime: 1800 },
  });
  await call('ModifyVpnConnectionAttribute', {
    RegionId: REGION, VpnConnectionId, Name: 'renamed', IkeConfig: JSON.stringify({ IkePfs: 'group5' }),
  });
  const list = await call('DescribeVpnConnections', { RegionId: REGION, VpnGatewayId });
  assertSubset(list.VpnConnections.VpnConnection[0], {
    VpnConnectionId, Name: 'renamed', IkeConfig: { IkePfs: 'group5', IkeEncAlg: 'aes256', Psk: PSK },
  });
  return VpnConnectionId;
}

async function useRoute(call, VpnGatewayId, NextHop) {
  const route = { RegionId: REGION, VpnGatewayId, NextHop, RouteDest: '192.168.50.0/24' };
  await call('CreateVpnRouteEntry', { ...route, Weight: 100, PublishVpc: false });
  await call('PublishVpnRouteEntry', { ...route, RouteType: 'dbr', PublishVpc: true });
  const routes = await call('DescribeVpnRouteEntries', { RegionId: REGION, VpnGatewayId });
  assertSubset(routes.VpnRouteEntries.VpnRouteEntry[0],
    { VpnInstanceId: VpnGatewayId, NextHop, RouteDest: '192.168.50.0/24', Weight: 100, State: 'published' });
  await call('DeleteVpnRouteEntry', { ...route, Weight: 100 });
  const none = await call('DescribeVpnRouteEntries', { RegionId: REGION, VpnGatewayId });
  assert.equal(none.TotalCount, 0);
  assert.deepEqual(none.VpnRouteEntries.VpnRouteEntry, []);
}

async function job(call) {
  const regions = await call('DescribeRegions', {});
  assert.ok(regions.Regions.Region.some((region) => region.RegionId === REGION));
  const network = await createNetwork(call);
  const gateways = await createGateways(call, network);
  const VpnConnectionId = await createConnection(call, gateways);
  await useRoute(call, gateways.VpnGatewayId, VpnConnectionId);
  await call('DeleteVpnConnection', { RegionId: REGION, VpnConnectionId });
  await refused(call('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId }),
    'InvalidVpnConnectionInstanceId.NotFound');
  await call('DeleteCustomerGateway', { RegionId: REGION, CustomerGatewayId: gateways.CustomerGatewayId });
  await call('DeleteVpnGateway', { RegionId: REGION, VpnGatewayId: gateways.VpnGatewayId });
  await call('DeleteVSwitch', { RegionId: REGION, VSwitchId: network.VSwitchId });
  await call('DeleteVpc', { RegionId: REGION, VpcId: network.VpcId });
  await refused(call('CreateVpnGateway', { RegionId: REGION, VpcId: 'vpc-none', Bandwidth: 10 }), 'InvalidVpcId.NotFound');
}

/* Runs the job and prints one line for the test that started it. */
function main(client, call) {
  let calls = 0;
  const counted = (action, parameters) => {
    calls += 1;
    return call(action, parameters);
  };
  job(counted).then(
    () => console.log(`${client}: ${calls} calls passed`),
    (error) => {
      console.error(`${client}: call ${calls} failed`, error);
      process.exitCode = 1;
    },
  );
}

module.exports = { main };
