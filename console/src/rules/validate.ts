// SPDX-License-Identifier: Apache-2.0
/** One value against its row of the server's tables, before it is sent. */
import { field, type Field, type Kind } from "../api/reference";
import { formatAddress, networkOf, parseAddress, parseAsn, parsePrefix } from "./address";
import { RULES, tunnelCidr, type Rule, type Wrong } from "./rules";

/** Rules the server keeps to one field alone. */
const OWN_RULES: Record<string, Rule> = { "vpn-connection BgpConfig.TunnelCidr": tunnelCidr };

function checkLength(row: Field, text: string): Wrong | null {
  const length = Array.from(text).length;
  if (!row.max || (length >= (row.min ?? 0) && length <= row.max)) return null;
  return { key: "rule.length", values: { min: row.min ?? 0, max: row.max } };
}

function checkInteger(row: Field, text: string): Wrong | null {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, values } = row;
  if (values && !values.includes(text)) return { key: "rule.values", values: { values: values.join(", ") } };
  if (!/^\d{1,16}$/.test(text) || Number(text) < min || Number(text) > max) return { key: "rule.integer", values: { min, max } };
  return null;
}

function checkPrefix(text: string): Wrong | null {
  const prefix = parsePrefix(text);
  if (!prefix) return { key: "rule.prefix" };
  const network = networkOf(prefix);
  if (network === prefix.address) return null;
  return { key: "rule.hostBits", values: { nearest: `${formatAddress(network)}/${prefix.length}` } };
}

function checkPrefixes(row: Field, text: string): Wrong | null {
  const items = text.split(",").map((item) => item.trim());
  if (row.max && items.length > row.max) return { key: "rule.count", values: { max: row.max } };
  return items.map(checkPrefix).find((wrong) => wrong !== null) ?? null;
}

function checkAsn(text: string): Wrong | null {
  const asn = parseAsn(text);
  return asn === null || asn < 1 || asn > 4294967295 ? { key: "rule.asn" } : null;
}

function checkType(row: Field, text: string): Wrong | null {
  switch (row.type) {
    case "string":
    case "secret":
      return checkLength(row, text);
    case "integer":
      return checkInteger(row, text);
    case "enum":
      return row.values?.includes(text) ? null : { key: "rule.values", values: { values: row.values?.join(", ") ?? "" } };
    case "boolean":
      return /^(true|false)$/i.test(text) ? null : { key: "rule.boolean" };
    case "address":
      return parseAddress(text) === null ? { key: "rule.address" } : null;
    case "prefix":
      return checkPrefix(text);
    case "prefixes":
      return checkPrefixes(row, text);
    case "asn":
      return checkAsn(text);
    default:
      return null;
  }
}

/** "" means "not given": wrong only where a value is needed. */
export function validate(kind: Kind, path: string, text: string): Wrong | null {
  const row = field(kind, path);
  if (text === "") return row.required ? { key: "rule.required" } : null;
  const rule = OWN_RULES[`${kind} ${path}`] ?? (row.rule ? RULES[row.rule] : undefined);
  return checkType(row, text) ?? rule?.(text) ?? null;
}
