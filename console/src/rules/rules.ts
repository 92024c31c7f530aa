// SPDX-License-Identifier: Apache-2.0
/**
 * The named rules of the server's tables on one text. Each gives the key of a sentence, with its values, or null. That they
 * agree with the server is tested against it (tests/console/test_rules.py).
 */
import type { TextKey } from "../i18n/text";
import { networkOf, overlaps, formatPrefix, parseAddress, parsePrefix } from "./address";

export interface Wrong {
  key: TextKey;
  values?: Record<string, string | number>;
}

export type Rule = (text: string) => Wrong | null;

export const SECRET_MASK = "******";
const PRINTABLE = /^[!-~]*$/;
const RESERVED_TUNNEL_BLOCKS = ["169.254.0.0/30", "169.254.1.0/30", "169.254.2.0/30", "169.254.3.0/30", "169.254.4.0/30",
  "169.254.5.0/30", "169.254.169.252/30"];

const noLink: Rule = (text) => (/^https?:\/\//i.test(text) ? { key: "rule.noLink" } : null);

const gatewayName: Rule = (text) => {
  if (/^[^A-Za-z\u0080-\u{10ffff}]/u.test(text)) return { key: "rule.letterFirst" };
  return noLink(text) ?? (/[^A-Za-z0-9_.\-\u0080-\u{10ffff}]/u.test(text) ? { key: "rule.gatewayName" } : null);
};

const secret = (refused: RegExp, key: TextKey): Rule => (text) => {
  if (text === SECRET_MASK) return { key: "rule.mask" };
  return !PRINTABLE.test(text) || refused.test(text) ? { key } : null;
};

const identity: Rule = (text) => {
  if (!PRINTABLE.test(text)) return { key: "rule.identity" };
  return /^[\d.]+$/.test(text) && parseAddress(text) === null ? { key: "rule.identityAddress" } : null;
};

const hostAddress: Rule = (text) => {
  const address = parseAddress(text);
  if (address === null) return null;
  const within = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4"].find((range) => {
    const prefix = parsePrefix(range);
    return prefix && networkOf({ address, length: prefix.length }) === prefix.address;
  });
  return within ? { key: "rule.hostAddress", values: { range: within } } : null;
};

const routeDestination: Rule = (text) => {
  const prefix = parsePrefix(text);
  const shared = parsePrefix("100.64.0.0/10");
  if (!prefix || !shared) return null;
  if (prefix.length === 0) return { key: "rule.defaultRoute" };
  return overlaps(prefix, shared) ? { key: "rule.sharedRange" } : null;
};

export const tunnelCidr: Rule = (text) => {
  const prefix = parsePrefix(text);
  if (!prefix) return null;
  const isInside = prefix.length === 30 && prefix.address >>> 16 === 0xa9fe;
  if (!isInside) return { key: "rule.tunnelCidr" };
  return RESERVED_TUNNEL_BLOCKS.includes(formatPrefix(prefix)) ? { key: "rule.tunnelCidrReserved" } : null;
};

export const RULES: Record<string, Rule> = {
  "no-link": noLink,
  "gateway-name": gatewayName,
  psk: secret(/"/, "rule.psk"),
  "auth-key": secret(/\?/, "rule.authKey"),
  identity,
  id: (text) => (/[^A-Za-z0-9_.-]/.test(text) ? { key: "rule.id" } : null),
  "host-address": hostAddress,
  "route-destination": routeDestination,
};
