// SPDX-License-Identifier: Apache-2.0
/** IPv4 addresses, blocks and AS numbers as the server reads them: canonical text only. */

export interface Prefix {
  address: number;
  length: number;
}

export function parseAddress(text: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  if (!parts || parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith("0")))) return null;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

export function mask(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** null: no address/length. The address may have bits behind the length; see networkOf. */
export function parsePrefix(text: string): Prefix | null {
  const [head, tail, ...more] = text.split("/");
  const address = parseAddress(head ?? "");
  if (address === null || more.length || !/^(\d|[12]\d|3[0-2])$/.test(tail ?? "")) return null;
  return { address, length: Number(tail) };
}

export function networkOf({ address, length }: Prefix): number {
  return (address & mask(length)) >>> 0;
}

export function formatPrefix({ address, length }: Prefix): string {
  return `${formatAddress(address)}/${length}`;
}

export function contains(outer: Prefix, address: number): boolean {
  return networkOf({ address, length: outer.length }) === networkOf(outer);
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  return a.length < b.length ? contains(a, b.address) : contains(b, a.address);
}

/** "65001" or "123.456" = 123 x 65536 + 456; null: neither. */
export function parseAsn(text: string): number | null {
  const [, high, low] = /^(\d{1,5})\.(\d{1,5})$/.exec(text) ?? [];
  if (high !== undefined && low !== undefined)
    return Number(high) > 65535 || Number(low) > 65535 ? null : Number(high) * 65536 + Number(low);
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

/** 8061384 is "123.456". */
export function dottedAsn(asn: number): string {
  return `${Math.floor(asn / 65536)}.${asn % 65536}`;
}
