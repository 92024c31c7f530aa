// SPDX-License-Identifier: Apache-2.0
/** Who is signed in, in which region, looking at which resource group. The key lives as long as the tab. */
import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import type { Caller } from "../api/client";
import type { AccessKey } from "../api/sign";
import type { Region, ResourceGroup } from "../api/types";

export interface Realm {
  regions: Region[];
  groups: ResourceGroup[];
}

export interface Session extends Realm {
  caller: Caller;
  region: string;
  /** undefined: every group */
  group: string | undefined;
  setRegion(region: string): void;
  setGroup(group: string | undefined): void;
  signOut(): void;
}

const KEY = "vpngw.key";
const Context = createContext<Session | null>(null);

export function keptKey(): AccessKey | null {
  const text = sessionStorage.getItem(KEY);
  return text ? (JSON.parse(text) as AccessKey) : null;
}

export function keepKey(key: AccessKey | null): void {
  if (key) sessionStorage.setItem(KEY, JSON.stringify(key));
  else sessionStorage.removeItem(KEY);
}

export function SessionProvider(props: { accessKey: AccessKey; realm: Realm; signOut(): void; children: ReactNode }) {
  const { accessKey, realm, signOut, children } = props;
  const [region, setRegion] = useState(realm.regions[0]?.RegionId ?? "");
  const [group, setGroup] = useState<string>();
  const value = useMemo<Session>(
    () => ({ ...realm, caller: { key: accessKey, region }, region, group, setRegion, setGroup, signOut }),
    [accessKey, realm, region, group, signOut],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useSession(): Session {
  const value = useContext(Context);
  if (!value) throw new Error("not signed in");
  return value;
}
