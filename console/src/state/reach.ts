// SPDX-License-Identifier: Apache-2.0
/** Whether the API answers. Every poll says so here; the banner at the top of the page listens. */
import { useSyncExternalStore } from "react";

let reachable = true;
const listeners = new Set<() => void>();

export function setReachable(next: boolean): void {
  if (next === reachable) return;
  reachable = next;
  listeners.forEach((listener) => listener());
}

function listen(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

export function useReachable(): boolean {
  return useSyncExternalStore(listen, () => reachable);
}
