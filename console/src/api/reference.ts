// SPDX-License-Identifier: Apache-2.0
/**
 * The server's own tables (`vpngw-api --reference-json`, checked by lint to be fresh): which actions there are and what
 * each field may be. An action that is not in the table is not offered.
 */
import reference from "./reference.json";

export type FieldType =
  | "string" | "secret" | "boolean" | "integer" | "asn" | "enum" | "address" | "prefix" | "prefixes" | "tags" | "object";

export interface Field {
  type: FieldType;
  required?: boolean;
  immutable?: boolean;
  nullable?: boolean;
  zeroIsDefault?: boolean;
  min?: number;
  max?: number;
  default?: string;
  values?: string[];
  rule?: string;
  fields?: Record<string, Field>;
}

export interface Parameter {
  name: string;
  type: "string" | "boolean" | "integer" | "json" | "list" | "tags";
  required?: boolean;
  min?: number;
  max?: number;
  values?: string[];
}

export interface Action {
  version: string;
  write: boolean;
  administrative: boolean;
  parameters: Parameter[];
}

export type Kind = keyof typeof reference.kinds;

const actions = reference.actions as Record<string, Action>;
const kinds = reference.kinds as unknown as Record<Kind, Record<string, Field>>;

export function findAction(name: string): Action | undefined {
  return actions[name];
}

/** "IkeConfig.Psk" of "vpn-connection"; a path that is not there is a mistake of ours. */
export function field(kind: Kind, path: string): Field {
  let fields: Record<string, Field> | undefined = kinds[kind];
  let found: Field | undefined;
  for (const name of path.split(".")) {
    found = fields?.[name];
    fields = found?.fields;
  }
  if (!found) throw new Error(`${kind} has no field ${path}`);
  return found;
}
