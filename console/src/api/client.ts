// SPDX-License-Identifier: Apache-2.0
/**
 * One call of the API: parameters into a signed form, the answer out of JSON. Parameters travel in the body, never in the
 * URL, which ends up in logs. Knows actions only through the server's table.
 */
import { Refusal, Unreachable } from "./errors";
import { findAction, type Action, type Parameter } from "./reference";
import { authorization, formEncode, nonce, sha256Hex, type AccessKey } from "./sign";

const FORM = "application/x-www-form-urlencoded";
const VPC_VERSION = "2016-04-28";
const TIMEOUT_MS = 20_000;

export interface Tag {
  Key: string;
  Value?: string;
}

export type Value = string | number | boolean | object | undefined | null;
export type Parameters = Record<string, Value>;

export interface Caller {
  key: AccessKey;
  region?: string;
}

/** The server's clock minus ours; learnt when it refuses a stamp. */
let clockOffsetMs = 0;

function addList(form: Record<string, string>, name: string, items: readonly unknown[]): void {
  items.forEach((item, index) => {
    const at = `${name}.${index + 1}`;
    if (typeof item !== "object" || item === null) form[at] = String(item);
    else for (const [sub, value] of Object.entries(item)) if (value !== undefined) form[`${at}.${sub}`] = String(value);
  });
}

/** Lists become Name.1, tags Tag.1.Key, objects JSON; what is undefined is not sent. */
export function flatten(action: Action, parameters: Parameters): Record<string, string> {
  const form: Record<string, string> = {};
  const rows = new Map(action.parameters.map((row): [string, Parameter] => [row.name, row]));
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue;
    if (!rows.has(name) && name !== "ClientToken" && name !== "DryRun") throw new Error(`no parameter ${name}`);
    if (Array.isArray(value)) addList(form, name, value);
    else form[name] = typeof value === "object" ? JSON.stringify(value) : String(value);
  }
  return form;
}

function stamp(): string {
  return `${new Date(Date.now() + clockOffsetMs).toISOString().slice(0, 19)}Z`;
}

async function send(caller: Caller, name: string, action: Action, body: string): Promise<Response> {
  const headers: Record<string, string> = {
    "content-type": FORM,
    "x-acs-action": name,
    "x-acs-content-sha256": await sha256Hex(body),
    "x-acs-date": stamp(),
    "x-acs-signature-nonce": nonce(),
    "x-acs-version": action.version,
  };
  const signed = { ...headers, host: location.host };
  headers.authorization = await authorization(caller.key, {
    method: "POST", headers: signed, query: {}, bodySha256: headers["x-acs-content-sha256"] ?? "",
  });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  return fetch("/", { method: "POST", headers, body, signal, cache: "no-store", credentials: "omit", redirect: "error" });
}

async function read(response: Response): Promise<Record<string, unknown>> {
  const answer: unknown = await response.json();
  if (typeof answer !== "object" || answer === null || !("RequestId" in answer)) throw new Unreachable("not the API");
  return answer as Record<string, unknown>;
}

async function exchange(caller: Caller, name: string, action: Action, body: string) {
  try {
    const response = await send(caller, name, action, body);
    return { response, answer: await read(response) };
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    throw new Unreachable(error instanceof Error ? error.message : String(error));
  }
}

/** Takes the server's clock over; false when it is ours already. */
function learnClock(response: Response): boolean {
  const date = Date.parse(response.headers.get("date") ?? "");
  const offset = date - Date.now();
  if (Number.isNaN(date) || Math.abs(offset - clockOffsetMs) < 2000) return false;
  clockOffsetMs = offset;
  return true;
}

/** The answer of an action; throws a Refusal or Unreachable. */
export async function call<T>(caller: Caller, name: string, parameters: Parameters = {}): Promise<T> {
  const action = findAction(name);
  if (!action) throw new Error(`no action ${name}`);
  const form = flatten(action, parameters);
  if (caller.region && action.version === VPC_VERSION) form.RegionId = caller.region;
  const body = formEncode(form);
  let { response, answer } = await exchange(caller, name, action, body);
  if (answer.Code === "InvalidTimeStamp.Expired" && learnClock(response))
    ({ response, answer } = await exchange(caller, name, action, body));
  if (response.ok) return answer as T;
  throw new Refusal(response.status, String(answer.Code), String(answer.Message), String(answer.RequestId));
}

/** Every row of a paged list. The first page says how many there are; the others come side by side. */
export async function callAll<Row>(
  caller: Caller, name: string, parameters: Parameters, rows: (answer: never) => Row[],
): Promise<Row[]> {
  const PageSize = 50;
  const page = (PageNumber: number) =>
    call<{ TotalCount: number }>(caller, name, { ...parameters, PageSize, PageNumber });
  const first = await page(1);
  const others = Array.from({ length: Math.ceil(first.TotalCount / PageSize) - 1 }, (_, index) => page(index + 2));
  return [first, ...(await Promise.all(others))].flatMap((answer) => rows(answer as never));
}
