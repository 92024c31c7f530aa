// SPDX-License-Identifier: Apache-2.0
/** The lists, whole. */
import { callAll, type Caller, type Parameters } from "./client";
import type {
  CustomerGateway, PolicyRouteEntry, RouteEntry, VpnConnection, VpnGateway, Vpc, VSwitch,
} from "./types";

type List<Row> = (caller: Caller, parameters?: Parameters) => Promise<Row[]>;

export const listConnections: List<VpnConnection> = (caller, parameters = {}) => callAll(caller, "DescribeVpnConnections",
  parameters, (answer: { VpnConnections: { VpnConnection: VpnConnection[] } }) => answer.VpnConnections.VpnConnection);

export const listGateways: List<VpnGateway> = (caller, parameters = {}) => callAll(caller, "DescribeVpnGateways",
  parameters, (answer: { VpnGateways: { VpnGateway: VpnGateway[] } }) => answer.VpnGateways.VpnGateway);

export const listCustomerGateways: List<CustomerGateway> = (caller, parameters = {}) => callAll(caller, "DescribeCustomerGateways",
  parameters, (answer: { CustomerGateways: { CustomerGateway: CustomerGateway[] } }) => answer.CustomerGateways.CustomerGateway);

export const listVpcs: List<Vpc> = (caller, parameters = {}) => callAll(caller, "DescribeVpcs",
  parameters, (answer: { Vpcs: { Vpc: Vpc[] } }) => answer.Vpcs.Vpc);

export const listVSwitches: List<VSwitch> = (caller, parameters = {}) => callAll(caller, "DescribeVSwitches",
  parameters, (answer: { VSwitches: { VSwitch: VSwitch[] } }) => answer.VSwitches.VSwitch);

export const listRoutes: List<RouteEntry> = (caller, parameters = {}) => callAll(caller, "DescribeVpnRouteEntries",
  parameters, (answer: { VpnRouteEntries: { VpnRouteEntry: RouteEntry[] } }) => answer.VpnRouteEntries.VpnRouteEntry);

export const listPolicyRoutes: List<PolicyRouteEntry> = (caller, parameters = {}) => callAll(caller, "DescribeVpnPbrRouteEntries",
  parameters, (answer: { VpnPbrRouteEntries: { VpnPbrRouteEntry: PolicyRouteEntry[] } }) => answer.VpnPbrRouteEntries.VpnPbrRouteEntry);
