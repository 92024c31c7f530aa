// SPDX-License-Identifier: Apache-2.0
/** The lists, whole. */
import { callAll, type Caller, type Parameters } from "./client";
import type {
  CustomerGateway, PolicyRouteEntry, RouteEntry, VpnConnection, VpnGateway, Vpc, VSwitch,
} from "./types";

type List<Row> = (caller: Caller, parameters?: Parameters) => Promise<Row[]>;

/** The answer wraps a list twice: `{ VpnGateways: { VpnGateway: [...] } }`. */
const list = <Row>(action: string, rows: string, row: string): List<Row> => (caller, parameters = {}) =>
  callAll(caller, action, parameters, (answer: Record<string, Record<string, Row[]>>) => answer[rows]![row]!);

export const listConnections = list<VpnConnection>("DescribeVpnConnections", "VpnConnections", "VpnConnection");
export const listGateways = list<VpnGateway>("DescribeVpnGateways", "VpnGateways", "VpnGateway");
export const listCustomerGateways = list<CustomerGateway>("DescribeCustomerGateways", "CustomerGateways", "CustomerGateway");
export const listVpcs = list<Vpc>("DescribeVpcs", "Vpcs", "Vpc");
export const listVSwitches = list<VSwitch>("DescribeVSwitches", "VSwitches", "VSwitch");
export const listRoutes = list<RouteEntry>("DescribeVpnRouteEntries", "VpnRouteEntries", "VpnRouteEntry");
export const listPolicyRoutes = list<PolicyRouteEntry>("DescribeVpnPbrRouteEntries", "VpnPbrRouteEntries", "VpnPbrRouteEntry");
