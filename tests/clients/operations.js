// SPDX-License-Identifier: Apache-2.0
/*
 * One test an operation, whatever client makes the calls: call(action, parameters) resolves to the answer
 * with the field names of the SDK's typed models. They are one story: each finds what earlier ones made in `s`.
 */
'use strict';

const assert = require('node:assert/strict');

const REGION = process.env.VPNGW_REGION;
const ZONE = process.env.VPNGW_ZONE;
const PSK = '!#$%&()*+,-./:;<=>?@[]^_`{|}~09AZaz';
const TAG = [{ Key: 'owner', Value: 'net' }];

/* The values at each path of the answer, deeply: numbers are numbers, arrays are there. */
function has(answer, expected, path = '') {
  for (const [name, value] of Object.entries(expected)) {
    const found = answer?.[name];
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) has(found, value, `${path}${name}.`);
    else assert.deepEqual(found, value, `${path}${name}`);
  }
}

const named = (list, field, id) => list.find((one) => one[field] === id);
const bgp = { EnableBgp: 'false', LocalAsn: '65020', TunnelCidr: '169.254.20.0/30', LocalBgpIp: '169.254.20.1' };
const health = { enable: 'false', dip: '192.168.9.1', sip: '10.1.1.9', interval: '5', retry: '4' };
const ike = { Psk: PSK, IkeVersion: 'ikev2', IkeMode: 'main', IkeEncAlg: 'aes256', IkeAuthAlg: 'sha256',
  IkePfs: 'group14', IkeLifetime: 3600, LocalId: 'near.example', RemoteId: 'far.example' };
const ipsec = { IpsecEncAlg: 'aes192', IpsecAuthAlg: 'sha512', IpsecPfs: 'group5', IpsecLifetime: 1800 };
const lower = (object) => Object.fromEntries(
  Object.entries(object).map(([name, value]) => [name[0].toLowerCase() + name.slice(1), value]));

/* What an answer about the connection holds, in the one and in the list. */
function checkConnection(s, one) {
  has(one, {
    vpnConnectionId: s.connection, vpnGatewayId: s.gateway, customerGatewayId: s.customer, name: 'sdk',
    localSubnet: '0.0.0.0/0', remoteSubnet: '0.0.0.0/0', effectImmediately: true, enableDpd: true,
    enableNatTraversal: false, state: 'updating', status: 'ike_sa_not_established', attachType: 'VPNGW',
    ikeConfig: lower(ike), ipsecConfig: lower(ipsec),
    vpnBgpConfig: { localAsn: 65020, tunnelCidr: '169.254.20.0/30', localBgpIp: '169.254.20.1' },
    vcoHealthCheck: { enable: 'false', dip: '192.168.9.1', sip: '10.1.1.9', interval: 5, retry: 4 },
  });
  assert.equal(typeof one.createTime, 'number');
}

function checkGateway(s, one) {
  has(one, {
    vpnGatewayId: s.gateway, vpcId: s.vpc, vSwitchId: s.vswitch, name: 'sdk-gateway', spec: '10M', status: 'updating',
    businessStatus: 'Normal', chargeType: 'PostpayByFlow', autoPropagate: false, ipsecVpn: 'enable',
    sslVpn: 'disable', networkType: 'public', vpnType: 'Normal', gatewayType: 'Traditional',
  });
  assert.equal(typeof one.createTime, 'number');
  assert.match(one.internetIp, /^203\.0\.113\.\d+$/);
}

const network = {
  async DescribeRegions(call) {
    const { regions } = await call('DescribeRegions', {});
    assert.ok(named(regions.region, 'regionId', REGION).localName);
  },
  async DescribeZones(call) {
    const { zones } = await call('DescribeZones', {});
    assert.ok(named(zones.zone, 'zoneId', ZONE));
  },
  async CreateVpc(call, s) {
    const made = await call('CreateVpc', { CidrBlock: '10.1.0.0/16', VpcName: 'sdk', Tag: TAG });
    assert.match(made.vpcId, /^vpc-[a-z0-9]+$/);
    assert.match(made.VRouterId, /^vrt-/);
    s.vpc = made.vpcId;
    s.routeTable = made.routeTableId;
  },
  async DescribeVpcs(call, s) {
    const list = await call('DescribeVpcs', { VpcId: s.vpc, Tag: TAG, PageNumber: 1, PageSize: 50 });
    has(list, { totalCount: 1, pageNumber: 1, pageSize: 50 });
    has(list.vpcs.vpc[0], { vpcId: s.vpc, cidrBlock: '10.1.0.0/16', vpcName: 'sdk', status: 'Available',
      isDefault: false, tags: { tag: list.vpcs.vpc[0].tags.tag } });
    has(list.vpcs.vpc[0].tags.tag[0], { key: 'owner', value: 'net' });
    assert.deepEqual((await call('DescribeVpcs', { VpcId: 'vpc-none' })).vpcs.vpc, []);
  },
  async DescribeVpcAttribute(call, s) {
    const vpc = await call('DescribeVpcAttribute', { VpcId: s.vpc });
    has(vpc, { vpcId: s.vpc, cidrBlock: '10.1.0.0/16', status: 'Available', enabledIpv6: false });
    assert.deepEqual(vpc.vSwitchIds.vSwitchId, []);
  },
  async DescribeRouteTableList(call, s) {
    const list = await call('DescribeRouteTableList', { VpcId: s.vpc });
    has(list.routerTableList.routerTableListType[0],
      { routeTableId: s.routeTable, routeTableType: 'System', vpcId: s.vpc });
  },
  async CreateVSwitch(call, s) {
    const made = await call('CreateVSwitch', {
      VpcId: s.vpc, ZoneId: ZONE, CidrBlock: '10.1.1.0/24', VSwitchName: 'sdk', Tag: TAG });
    assert.match(made.vSwitchId, /^vsw-[a-z0-9]+$/);
    s.vswitch = made.vSwitchId;
  },
  async DescribeVSwitches(call, s) {
    const list = await call('DescribeVSwitches', { VpcId: s.vpc });
    has(list, { totalCount: 1 });
    has(list.vSwitches.vSwitch[0], { vSwitchId: s.vswitch, zoneId: ZONE, availableIpAddressCount: 252,
      routeTable: { routeTableId: s.routeTable, routeTableType: 'System' } });
  },
  async DescribeVSwitchAttributes(call, s) {
    has(await call('DescribeVSwitchAttributes', { VSwitchId: s.vswitch }),
      { vSwitchId: s.vswitch, cidrBlock: '10.1.1.0/24', ipv6CidrBlock: '', isDefault: false });
  },
  async MoveResourceGroup(call, s) {
    await call('MoveResourceGroup', { ResourceType: 'vpc', ResourceId: s.vpc, NewResourceGroupId: 'rg-other' });
    has(await call('DescribeVpcAttribute', { VpcId: s.vpc }), { resourceGroupId: 'rg-other' });
  },
};

const gateways = {
  async DescribeVpnGatewayAvailableZones(call) {
    const answer = await call('DescribeVpnGatewayAvailableZones', { Spec: '10M' });
    assert.ok(named(answer.availableZoneIdList, 'zoneId', ZONE).zoneName);
  },
  async CheckVpnBgpEnabled(call) {
    assert.equal(typeof (await call('CheckVpnBgpEnabled', {})).bgpEnabled, 'boolean');
  },
  async CreateVpnGateway(call, s) {
    const made = await call('CreateVpnGateway', { VpcId: s.vpc, VSwitchId: s.vswitch, Bandwidth: 10,
      Name: 'sdk-first', InstanceChargeType: 'POSTPAY', EnableIpsec: true, EnableSsl: false, AutoPay: true });
    has(made, { name: 'sdk-first' });
    s.gateway = made.vpnGatewayId;
  },
  async ModifyVpnGatewayAttribute(call, s) {
    has(await call('ModifyVpnGatewayAttribute', { VpnGatewayId: s.gateway, Name: 'sdk-gateway', Description: 'edge' }),
      { vpnGatewayId: s.gateway, name: 'sdk-gateway', description: 'edge', autoPropagate: false });
  },
  async DescribeVpnGateway(call, s) {
    checkGateway(s, await call('DescribeVpnGateway', { VpnGatewayId: s.gateway }));
  },
  async DescribeVpnGateways(call, s) {
    const list = await call('DescribeVpnGateways', { VpcId: s.vpc, PageNumber: 1, PageSize: 10 });
    has(list, { totalCount: 1, pageNumber: 1, pageSize: 10 });
    checkGateway(s, list.vpnGateways.vpnGateway[0]);
  },
  async CreateCustomerGateway(call, s) {
    const made = await call('CreateCustomerGateway', { IpAddress: '203.0.114.7', Name: 'far', Asn: '1.10',
      Description: 'office', AuthKey: 'bgp-key', Tags: TAG });
    has(made, { ipAddress: '203.0.114.7', name: 'far', description: 'office' });
    s.customer = made.customerGatewayId;
  },
  async ModifyCustomerGatewayAttribute(call, s) {
    has(await call('ModifyCustomerGatewayAttribute', { CustomerGatewayId: s.customer, Name: 'data-centre' }),
      { customerGatewayId: s.customer, name: 'data-centre', description: 'office' });
  },
  async DescribeCustomerGateway(call, s) {
    const one = await call('DescribeCustomerGateway', { CustomerGatewayId: s.customer });
    has(one, { ipAddress: '203.0.114.7', name: 'data-centre', asn: 65546, authKey: 'bgp-key' });
    has(one.tags.tag[0], { key: 'owner', value: 'net' });
  },
  async DescribeCustomerGateways(call, s) {
    const list = await call('DescribeCustomerGateways', { CustomerGatewayId: s.customer, Tag: TAG });
    has(list, { totalCount: 1 });
    has(list.customerGateways.customerGateway[0], { customerGatewayId: s.customer, asn: 65546 });
  },
  async MoveVpnResourceGroup(call, s) {
    await call('MoveVpnResourceGroup',
      { ResourceType: 'CustomerGateway', InstanceId: s.customer, NewResourceGroupId: 'rg-other' });
    has(await call('DescribeCustomerGateway', { CustomerGatewayId: s.customer }), { resourceGroupId: 'rg-other' });
  },
};

const connections = {
  async CreateVpnConnection(call, s) {
    const made = await call('CreateVpnConnection', {
      VpnGatewayId: s.gateway, CustomerGatewayId: s.customer, Name: "a b*~'(é)!", LocalSubnet: '0.0.0.0/0',
      RemoteSubnet: '0.0.0.0/0', EffectImmediately: true, EnableDpd: true, EnableNatTraversal: false,
      IkeConfig: JSON.stringify(ike), IpsecConfig: JSON.stringify({ ...ipsec, IpsecPfs: 'disabled' }),
      HealthCheckConfig: JSON.stringify(health), BgpConfig: JSON.stringify(bgp), Tags: TAG });
    has(made, { name: "a b*~'(é)!" });
    assert.equal(typeof made.createTime, 'number');
    s.connection = made.vpnConnectionId;
  },
  async ModifyVpnConnectionAttribute(call, s) {
    const changed = await call('ModifyVpnConnectionAttribute', {
      VpnConnectionId: s.connection, Name: 'sdk', IpsecConfig: JSON.stringify({ IpsecPfs: 'group5' }) });
    has(changed, { vpnConnectionId: s.connection, name: 'sdk', ikeConfig: lower(ike), ipsecConfig: lower(ipsec) });
  },
  async DescribeVpnConnection(call, s) {
    const one = await call('DescribeVpnConnection', { VpnConnectionId: s.connection });
    checkConnection(s, one);
    has(one, { vpnBgpConfig: { enableBgp: 'false' } });
    has(one.tags.tag[0], { key: 'owner', value: 'net' });
  },
  async DescribeVpnConnections(call, s) {
    const list = await call('DescribeVpnConnections', { VpnGatewayId: s.gateway, Tag: TAG, PageSize: 50 });
    has(list, { totalCount: 1, pageSize: 50 });
    checkConnection(s, list.vpnConnections.vpnConnection[0]);
    has(list.vpnConnections.vpnConnection[0].tag.tag[0], { key: 'owner', value: 'net' });
  },
  async DownloadVpnConnectionConfig(call, s) {
    const { vpnConnectionConfig: peer } = await call('DownloadVpnConnectionConfig', { VpnConnectionId: s.connection });
    has(peer, { local: '203.0.114.7', localSubnet: '0.0.0.0/0', ipsecConfig: lower(ipsec),
      ikeConfig: { psk: PSK, localId: 'far.example', remoteId: 'near.example', ikeLifetime: 3600 } });
    assert.match(peer.remote, /^203\.0\.113\.\d+$/);
  },
  async DescribeVpnConnectionLogs(call, s) {
    const logs = await call('DescribeVpnConnectionLogs', { VpnConnectionId: s.connection, MinutePeriod: 10 });
    has(logs, { pageNumber: 1, pageSize: 10, isCompleted: logs.isCompleted });
    assert.equal(typeof logs.isCompleted, 'boolean');
    assert.ok(Array.isArray(logs.data.logs));
    assert.equal(logs.count, logs.data.logs.length);
  },
  async ListVpnCertificateAssociations(call) {
    has(await call('ListVpnCertificateAssociations', {}), { vpnCertificateRelations: [], totalCount: 0 });
  },
  async DescribeVpnCrossAccountAuthorizations(call, s) {
    const answer = await call('DescribeVpnCrossAccountAuthorizations', { VpnConnectionId: s.connection });
    has(answer, { totalCount: 0 });
  },
};

const byDestination = (s) => ({ VpnGatewayId: s.gateway, NextHop: s.connection, RouteDest: '192.168.50.0/24' });
const byPolicy = (s) => ({ ...byDestination(s), RouteSource: '10.1.1.0/24' });

async function routes(call, s) {
  return (await call('DescribeVpnRouteEntries', { VpnGatewayId: s.gateway })).vpnRouteEntries.vpnRouteEntry;
}

async function policies(call, s) {
  return (await call('DescribeVpnPbrRouteEntries', { VpnGatewayId: s.gateway })).vpnPbrRouteEntries.vpnPbrRouteEntry;
}

const destinations = {
  async CreateVpnRouteEntry(call, s) {
    const made = await call('CreateVpnRouteEntry',
      { ...byDestination(s), Weight: 100, PublishVpc: false, Description: 'to the office' });
    has(made, { vpnInstanceId: s.gateway, nextHop: s.connection, routeDest: '192.168.50.0/24', weight: 100,
      state: 'normal', description: 'to the office' });
  },
  async PublishVpnRouteEntry(call, s) {
    await call('PublishVpnRouteEntry', { ...byDestination(s), RouteType: 'dbr', PublishVpc: true });
    has((await routes(call, s))[0], { state: 'published' });
  },
  async ModifyVpnRouteEntryWeight(call, s) {
    await call('ModifyVpnRouteEntryWeight', { ...byDestination(s), Weight: 100, NewWeight: 0 });
    has((await routes(call, s))[0], { weight: 0 });
  },
  async DescribeVpnRouteEntries(call, s) {
    const list = await call('DescribeVpnRouteEntries', { VpnGatewayId: s.gateway, RouteEntryType: 'custom' });
    has(list, { totalCount: 1, pageNumber: 1, pageSize: 10 });
    has(list.vpnRouteEntries.vpnRouteEntry[0], { vpnInstanceId: s.gateway, nextHop: s.connection, weight: 0,
      routeDest: '192.168.50.0/24', state: 'published', routeEntryType: 'custom' });
    has(list.vpnRouteCounts.vpnRouteCount[0], { routeCount: 1, routeEntryType: 'custom' });
  },
  async DeleteVpnRouteEntry(call, s) {
    await call('DeleteVpnRouteEntry', { ...byDestination(s), Weight: 0 });
    assert.deepEqual(await routes(call, s), []);
  },
};

const policy = {
  async CreateVpnPbrRouteEntry(call, s) {
    const made = await call('CreateVpnPbrRouteEntry',
      { ...byPolicy(s), Weight: 100, PublishVpc: false, Priority: 10, Description: 'by source' });
    has(made, { vpnInstanceId: s.gateway, nextHop: s.connection, routeDest: '192.168.50.0/24',
      routeSource: '10.1.1.0/24', weight: 100, priority: 10, state: 'normal', description: 'by source' });
  },
  async ModifyVpnPbrRouteEntryWeight(call, s) {
    await call('ModifyVpnPbrRouteEntryWeight', { ...byPolicy(s), Weight: 100, NewWeight: 0 });
    has((await policies(call, s))[0], { weight: 0, priority: 10 });
  },
  async ModifyVpnPbrRouteEntryPriority(call, s) {
    await call('ModifyVpnPbrRouteEntryPriority', { ...byPolicy(s), Weight: 0, Priority: 10, NewPriority: 20 });
    has((await policies(call, s))[0], { weight: 0, priority: 20 });
  },
  async ModifyVpnPbrRouteEntryAttribute(call, s) {
    await call('ModifyVpnPbrRouteEntryAttribute',
      { ...byPolicy(s), Weight: 0, Priority: 20, NewPriority: 30, NewWeight: 100 });
    has((await policies(call, s))[0], { weight: 100, priority: 30 });
  },
  async DescribeVpnPbrRouteEntries(call, s) {
    const list = await call('DescribeVpnPbrRouteEntries', { VpnGatewayId: s.gateway, PageSize: 20 });
    has(list, { totalCount: 1, pageSize: 20 });
    has(list.vpnPbrRouteEntries.vpnPbrRouteEntry[0], { vpnInstanceId: s.gateway, nextHop: s.connection,
      routeSource: '10.1.1.0/24', routeDest: '192.168.50.0/24', state: 'normal' });
  },
  async DeleteVpnPbrRouteEntry(call, s) {
    await call('DeleteVpnPbrRouteEntry', { ...byPolicy(s), Weight: 100, Priority: 30 });
    assert.deepEqual(await policies(call, s), []);
  },
};

const tags = {
  async TagResources(call, s) {
    await call('TagResources', { ResourceType: 'VpnGateWay', ResourceId: [s.gateway],
      Tag: [{ Key: 'team', Value: 'a' }, { Key: 'empty', Value: '' }] });
    const { tags: found } = await call('DescribeVpnGateway', { VpnGatewayId: s.gateway });
    assert.deepEqual(found.tag.map((one) => `${one.key}=${one.value}`).sort(), ['empty=', 'team=a']);
  },
  async ListTagResources(call, s) {
    const list = await call('ListTagResources', { ResourceType: 'VPNGATEWAY', ResourceId: [s.gateway] });
    has(list, { nextToken: '' });
    has(named(list.tagResources.tagResource, 'tagKey', 'team'), { resourceId: s.gateway, tagValue: 'a' });
  },
  async UnTagResources(call, s) {
    await call('UnTagResources', { ResourceType: 'VPNGATEWAY', ResourceId: [s.gateway], All: true });
    assert.deepEqual((await call('DescribeVpnGateway', { VpnGatewayId: s.gateway })).tags.tag, []);
  },
};

async function gone(promise, code) {
  await assert.rejects(promise, (error) => {
    assert.ok(String(error.code).includes(code), `${error.code}: ${error.message}`);
    return true;
  });
}

const deletions = {
  async DeleteVpnConnection(call, s) {
    await call('DeleteVpnConnection', { VpnConnectionId: s.connection });
    await gone(call('DescribeVpnConnection', { VpnConnectionId: s.connection }),
      'InvalidVpnConnectionInstanceId.NotFound');
  },
  async DeleteCustomerGateway(call, s) {
    await call('DeleteCustomerGateway', { CustomerGatewayId: s.customer });
    await gone(call('DescribeCustomerGateway', { CustomerGatewayId: s.customer }),
      'InvalidCustomerGatewayInstanceId.NotFound');
  },
  async DeleteVpnGateway(call, s) {
    await call('DeleteVpnGateway', { VpnGatewayId: s.gateway });
    await gone(call('DescribeVpnGateway', { VpnGatewayId: s.gateway }), 'InvalidVpnGatewayInstanceId.NotFound');
  },
  async DeleteVSwitch(call, s) {
    await call('DeleteVSwitch', { VSwitchId: s.vswitch });
    assert.deepEqual((await call('DescribeVSwitches', { VSwitchId: s.vswitch })).vSwitches.vSwitch, []);
  },
  async DeleteVpc(call, s) {
    await call('DeleteVpc', { VpcId: s.vpc });
    assert.deepEqual((await call('DescribeVpcs', { VpcId: s.vpc })).vpcs.vpc, []);
  },
};

/* Runs them all and prints a line of JSON for each: its name and what went wrong, or null. */
async function main(call) {
  const s = {};
  const stories = [network, gateways, connections, destinations, policy, tags, deletions];
  for (const [name, test] of stories.flatMap((story) => Object.entries(story))) {
    let failure = null;
    try {
      await test((action, parameters) => call(action, { RegionId: REGION, ...parameters }), s);
    } catch (error) {
      failure = `${error.code ?? ''} ${error.stack}`;
    }
    console.log(JSON.stringify({ name, failure }));
  }
}

module.exports = { main };
