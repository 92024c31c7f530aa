// SPDX-License-Identifier: Apache-2.0
/** ACS3-HMAC-SHA256 with the browser's own cryptography. Knows no action and sends nothing. */

export interface AccessKey {
  id: string;
  secret: string;
}

/** What is signed: the request's headers in lower case, and a form as its body. */
export interface Signable {
  method: "GET" | "POST";
  headers: Record<string, string>;
  query: Record<string, string>;
  bodySha256: string;
}

const ALGORITHM = "ACS3-HMAC-SHA256";
const encoder = new TextEncoder();

/** RFC 3986: encodeURIComponent leaves five characters more than the signature allows. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** By code unit, as the server sorts bytes: names are ASCII. */
function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function formEncode(parameters: Record<string, string>): string {
  return Object.entries(parameters)
    .sort(byName)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sha256Hex(text: string): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

/** The Authorization header. */
export async function authorization(key: AccessKey, request: Signable): Promise<string> {
  const names = Object.keys(request.headers).sort();
  const lines = names.map((name) => `${name}:${request.headers[name]?.trim()}\n`).join("");
  const canonical = [request.method, "/", formEncode(request.query), lines, names.join(";"), request.bodySha256].join("\n");
  const toSign = `${ALGORITHM}\n${await sha256Hex(canonical)}`;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("raw", encoder.encode(key.secret), hmac, false, ["sign"]);
  const signature = hex(await crypto.subtle.sign("HMAC", secret, encoder.encode(toSign)));
  return `${ALGORITHM} Credential=${key.id},SignedHeaders=${names.join(";")},Signature=${signature}`;
}

export function nonce(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)).buffer);
}
