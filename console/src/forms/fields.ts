// SPDX-License-Identifier: Apache-2.0
/**
 * The one table of a connection's settings: it drives the form, the detail page and the check of what is typed. Groups and
 * first values are the mission's; types, ranges and legal values are the server's.
 */
import { field, type Field } from "../api/reference";

export type Group = "basic" | "ike" | "ipsec" | "bgp" | "health";
export type FormValue = string | boolean | undefined;
export type FormValues = Record<string, FormValue>;

export interface FormField {
  path: string;
  group: Group;
  /** What the form starts with; undefined: empty. */
  start?: string | boolean;
  /** Where it does not matter it is neither shown nor sent. */
  when?: (values: FormValues) => boolean;
  /** The running tunnel is negotiated again when it changes. */
  interrupts?: boolean;
}

export const isFlows = (values: FormValues): boolean => values.RoutingMode === "flows";
export const isAead = (value: FormValue): boolean => typeof value === "string" && /gcm|chacha/.test(value);
const hasBgp = (values: FormValues): boolean => values["BgpConfig.EnableBgp"] === true;
const hasHealth = (values: FormValues): boolean => values["HealthCheckConfig.Enable"] === true;

export const CONNECTION_FIELDS: FormField[] = [
  { path: "Name", group: "basic" },
  { path: "VpnGatewayId", group: "basic" },
  { path: "CustomerGatewayId", group: "basic" },
  { path: "LocalSubnet", group: "basic", when: isFlows, interrupts: true },
  { path: "RemoteSubnet", group: "basic", when: isFlows, interrupts: true },
  { path: "AutoConfigRoute", group: "basic", start: true, when: isFlows },
  { path: "EffectImmediately", group: "basic", start: true, interrupts: true },
  { path: "IkeConfig.Psk", group: "basic", interrupts: true },
  { path: "BgpConfig.EnableBgp", group: "basic", start: false },
  { path: "BgpConfig.LocalAsn", group: "basic", start: "45104", when: hasBgp },
  { path: "IkeConfig.IkeVersion", group: "ike", start: "ikev2", interrupts: true },
  { path: "IkeConfig.IkeMode", group: "ike", start: "main", interrupts: true },
  { path: "IkeConfig.IkeEncAlg", group: "ike", start: "aes", interrupts: true },
  { path: "IkeConfig.IkeAuthAlg", group: "ike", start: "sha1", interrupts: true },
  { path: "IkeConfig.IkePfs", group: "ike", start: "group2", interrupts: true },
  { path: "IkeConfig.IkeLifetime", group: "ike", start: "86400", interrupts: true },
  { path: "IkeConfig.LocalId", group: "ike", interrupts: true },
  { path: "IkeConfig.RemoteId", group: "ike", interrupts: true },
  { path: "IpsecConfig.IpsecEncAlg", group: "ipsec", start: "aes", interrupts: true },
  {
    path: "IpsecConfig.IpsecAuthAlg", group: "ipsec", start: "sha1", interrupts: true,
    when: (values) => !isAead(values["IpsecConfig.IpsecEncAlg"]),
  },
  { path: "IpsecConfig.IpsecPfs", group: "ipsec", start: "group2", interrupts: true },
  { path: "IpsecConfig.IpsecLifetime", group: "ipsec", start: "86400", interrupts: true },
  { path: "EnableDpd", group: "ipsec", start: true, interrupts: true },
  { path: "EnableNatTraversal", group: "ipsec", start: true, interrupts: true },
  { path: "BgpConfig.TunnelCidr", group: "bgp", when: hasBgp },
  { path: "BgpConfig.LocalBgpIp", group: "bgp", when: hasBgp },
  { path: "HealthCheckConfig.Enable", group: "health", start: false },
  { path: "HealthCheckConfig.Dip", group: "health", when: hasHealth },
  { path: "HealthCheckConfig.Sip", group: "health", when: hasHealth },
  { path: "HealthCheckConfig.Interval", group: "health", start: "3", when: hasHealth },
  { path: "HealthCheckConfig.Retry", group: "health", start: "3", when: hasHealth },
  { path: "HealthCheckConfig.Policy", group: "health", start: "revoke_route", when: hasHealth },
];

export const GROUPS: Group[] = ["basic", "ike", "ipsec", "bgp", "health"];
/** Answers call two of the objects something else. */
export const ANSWER_NAMES: Record<string, string> = { HealthCheckConfig: "VcoHealthCheck", BgpConfig: "VpnBgpConfig" };

export function rowOf(item: FormField): Field {
  return field("vpn-connection", item.path);
}

export function fieldsOf(group: Group): FormField[] {
  return CONNECTION_FIELDS.filter((item) => item.group === group);
}
