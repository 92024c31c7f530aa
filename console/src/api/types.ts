// SPDX-License-Identifier: Apache-2.0
/** The answers the console reads, by the API's own names; docs/api.md and the cloud's SDK say the same. */
import type { Tag } from "./client";

export interface Region { RegionId: string; LocalName: string }
export interface Zone { ZoneId: string }
export interface ResourceGroup { ResourceGroupId: string; IsDefault: boolean }

export interface Vpc {
  VpcId: string; VpcName: string; CidrBlock: string; Description: string; Status: string; ResourceGroupId: string;
  CreationTime: string; UserCidrs?: { UserCidr: string[] }; Tags?: { Tag: Tag[] };
}

export interface VSwitch { VSwitchId: string; VSwitchName: string; VpcId: string; CidrBlock: string; ZoneId: string; Status: string }

export interface Condition { Type: string; Status: boolean; Reason: string; Message: string; Since: number }

export interface VpcLan { VpcId: string; Interface: string; IpAddress: string; State: string; Conditions: unknown }

export interface VpnGateway {
  VpnGatewayId: string; Name: string; Description: string; Status: string; InternetIp: string; VpcId: string;
  VSwitchId: string; Spec: string; CreateTime: number; ResourceGroupId: string; AutoPropagate: boolean; Tag: string;
  EnableBgp: boolean; Tags?: { Tag: Tag[] };
}

export interface CustomerGateway {
  CustomerGatewayId: string; Name: string; Description: string; IpAddress: string; Asn?: number; AuthKey?: string;
  CreateTime: number; ResourceGroupId: string; Tags?: { Tag: Tag[] };
}

export interface IkeConfig {
  Psk: string; IkeVersion: string; IkeMode: string; IkeEncAlg: string; IkeAuthAlg: string; IkePfs: string;
  IkeLifetime: number; LocalId: string; RemoteId: string;
}

export interface IpsecConfig { IpsecEncAlg: string; IpsecAuthAlg: string; IpsecPfs: string; IpsecLifetime: number }

export interface VpnConnection {
  VpnConnectionId: string; Name: string; VpnGatewayId: string; CustomerGatewayId: string; LocalSubnet: string;
  RemoteSubnet: string; EffectImmediately: boolean; EnableDpd: boolean; EnableNatTraversal: boolean; CreateTime: number;
  State: string; Status: string; InternetIp: string; ResourceGroupId: string; IkeConfig: IkeConfig; IpsecConfig: IpsecConfig;
  VcoHealthCheck: Record<string, string | number>; VpnBgpConfig: Record<string, string | number>; Tag?: { Tag: Tag[] };
  Tags?: { Tag: Tag[] };
}

export interface Negotiated {
  IkeProposal: string; EspProposal: string; LocalSelectors: string; RemoteSelectors: string; Initiator: boolean;
  NatDetected: boolean; PeerAddress: string; PeerPort: number;
}

export interface ConnectionDetail {
  VpnConnectionId: string; State: string; Status: string; Revision: number; AppliedRevision: number;
  Conditions: { Condition: Condition[] }; Negotiated: Negotiated; Counters: Record<string, number>;
}

export interface ConnectionEvent {
  Time: number; Type: string; Level: string; Source: string; Reason: string; Message: string; [more: string]: string | number;
}

export interface RouteEntry {
  NextHop: string; RouteDest: string; Weight: number; State: string; CreateTime: number; Description?: string;
  RouteEntryType?: string; AsPath?: string; Source?: string;
}

export interface PolicyRouteEntry extends RouteEntry { RouteSource: string; Priority: number }
