// SPDX-License-Identifier: Apache-2.0
/** A connection's settings between the form, the API's parameters and its answers. No screen. */
import type { Parameters, Tag } from "../api/client";
import type { VpnConnection } from "../api/types";
import { contains, mask, parseAddress, parsePrefix } from "../rules/address";
import { SECRET_MASK, type Wrong } from "../rules/rules";
import { checkSelectors, parseBlocks } from "../rules/selectors";
import { validate } from "../rules/validate";
import { ANSWER_NAMES, CONNECTION_FIELDS, isAead, isFlows, rowOf, type FormField, type FormValue, type FormValues } from "./fields";

const EVERYWHERE = "0.0.0.0/0";

export function startValues(): FormValues {
  const values: FormValues = { RoutingMode: "destination" };
  for (const item of CONNECTION_FIELDS) values[item.path] = item.start;
  return values;
}

/** The value of a field in an answer, as the form holds it. */
export function valueOf(item: FormField, connection: VpnConnection): FormValue {
  let value: unknown = connection;
  for (const name of item.path.split(".")) value = (value as Record<string, unknown> | undefined)?.[ANSWER_NAMES[name] ?? name];
  if (value === undefined || value === null) return item.start === true ? true : undefined; // AutoConfigRoute is not answered
  return rowOf(item).type === "boolean" ? String(value) === "true" : String(value);
}

export function valuesOf(connection: VpnConnection): FormValues {
  const isDestination = connection.LocalSubnet === EVERYWHERE && connection.RemoteSubnet === EVERYWHERE;
  const values: FormValues = { RoutingMode: isDestination ? "destination" : "flows" };
  for (const item of CONNECTION_FIELDS) values[item.path] = valueOf(item, connection);
  if (values["IkeConfig.Psk"] === SECRET_MASK) values["IkeConfig.Psk"] = "";
  return values;
}

export function isShown(item: FormField, values: FormValues): boolean {
  return item.when?.(values) ?? true;
}

function textOf(value: FormValue): string {
  return typeof value === "boolean" ? String(value) : (value ?? "").trim();
}

/** What of a field is sent: blocks without blanks, ids as they are. */
function sentText(item: FormField, values: FormValues): string {
  if (/Subnet$/.test(item.path) && !isFlows(values)) return EVERYWHERE;
  const text = textOf(values[item.path]);
  return rowOf(item).type === "prefixes" ? text.replace(/\s*,\s*|\s+/g, ",") : text;
}

function put(parameters: Parameters, path: string, text: string): void {
  const [name = "", inner] = path.split(".");
  if (!inner) parameters[name] = text;
  else parameters[name] = { ...(parameters[name] as object | undefined), [inner]: text };
}

export function createParameters(values: FormValues, tags: Tag[]): Parameters {
  const parameters: Parameters = {};
  for (const item of CONNECTION_FIELDS) {
    const text = sentText(item, values);
    if (text && (isShown(item, values) || /Subnet$/.test(item.path))) put(parameters, item.path, text);
  }
  return tags.length ? { ...parameters, Tags: tags } : parameters;
}

/** The fields that differ, in the order of the form. */
export function changedFields(before: FormValues, values: FormValues): FormField[] {
  return CONNECTION_FIELDS.filter((item) => {
    if (rowOf(item).immutable || (!isShown(item, values) && !/Subnet$/.test(item.path))) return false;
    return sentText(item, before) !== sentText(item, values);
  });
}

/** Only what changed: the server keeps the rest, key by key. */
export function modifyParameters(before: FormValues, values: FormValues): Parameters {
  const parameters: Parameters = {};
  for (const item of changedFields(before, values)) put(parameters, item.path, sentText(item, values));
  return parameters;
}

function checkNeeded(item: FormField, text: string): Wrong | null {
  const needed = ["BgpConfig.TunnelCidr", "BgpConfig.LocalBgpIp", "HealthCheckConfig.Dip", "HealthCheckConfig.Sip"];
  return text === "" && needed.includes(item.path) ? { key: "rule.required" } : null;
}

function checkSubnets(item: FormField, values: FormValues): Wrong | null {
  if (!/Subnet$/.test(item.path)) return null;
  const isOne = !sentText(item, values).includes(",");
  if (values["IkeConfig.IkeVersion"] === "ikev1" && !isOne) return { key: "rule.ikev1Subnets" };
  const [local, remote] = [values.LocalSubnet, values.RemoteSubnet].map((value) => parseBlocks(textOf(value)));
  return checkSelectors(local ?? [], remote ?? [], item.path === "RemoteSubnet");
}

function checkBgpIp(item: FormField, values: FormValues): Wrong | null {
  const block = parsePrefix(textOf(values["BgpConfig.TunnelCidr"]));
  const address = parseAddress(textOf(values[item.path]));
  if (item.path !== "BgpConfig.LocalBgpIp" || !block || address === null) return null;
  const host = (address & ~mask(block.length)) >>> 0;
  return contains(block, address) && host !== 0 && host !== 3 ? null : { key: "rule.bgpIp" };
}

/** RFC 5282 and RFC 7634: in IKE these ciphers need version 2, and chacha20 also in IPsec. */
function checkCipher(item: FormField, values: FormValues): Wrong | null {
  const isIke = item.path === "IkeConfig.IkeEncAlg" && isAead(values[item.path]);
  const isChaCha = item.path === "IpsecConfig.IpsecEncAlg" && values[item.path] === "chacha20";
  return values["IkeConfig.IkeVersion"] === "ikev1" && (isIke || isChaCha) ? { key: "rule.aeadIkev1" } : null;
}

function checkHealth(item: FormField, values: FormValues): Wrong | null {
  if (item.path !== "HealthCheckConfig.Sip" || values[item.path] !== values["HealthCheckConfig.Dip"]) return null;
  return { key: "rule.sipIsDip" };
}

/** One field of the form, alone and beside the others. */
export function checkField(item: FormField, values: FormValues): Wrong | null {
  if (!isShown(item, values)) return null;
  const text = sentText(item, values);
  const alone = checkNeeded(item, text) ?? validate("vpn-connection", item.path, text);
  if (alone || text === "") return alone;
  return checkSubnets(item, values) ?? checkCipher(item, values) ?? checkBgpIp(item, values) ?? checkHealth(item, values);
}

/** The form's field a refusal is about: "IkeConfig.Psk", or "Psk" alone. */
export function fieldOfRefusal(name: string | undefined): string | undefined {
  if (!name) return undefined;
  return CONNECTION_FIELDS.find((item) => item.path === name || item.path.endsWith(`.${name}`))?.path;
}
