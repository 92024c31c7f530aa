// SPDX-License-Identifier: Apache-2.0
/**
 * What is on the page stays true: loads again every so often while the page is looked at. A load that fails keeps what was
 * there and is tried again; the next one starts only after the last one has ended.
 */
import { useCallback, useEffect, useRef, useState, type DependencyList } from "react";
import { Unreachable } from "../api/errors";
import { setReachable } from "./reach";

export interface Polled<T> {
  /** undefined: not there yet */
  data: T | undefined;
  /** The last load was refused. An API that does not answer is the banner's matter. */
  error: Error | undefined;
  reload(): Promise<void>;
}

/** deps: what load depends on; when they change, what was there is forgotten. */
export function usePoll<T>(load: () => Promise<T>, everyMs: number, deps: DependencyList): Polled<T> {
  const [state, setState] = useState<{ data?: T; error?: Error }>({});
  const latest = useRef(load);
  const turn = useRef(0);
  latest.current = load;

  const run = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const data = await latest.current();
      setReachable(true);
      if (mine === turn.current) setState({ data });
    } catch (error) {
      const isUnreachable = error instanceof Unreachable;
      setReachable(!isUnreachable);
      if (mine === turn.current && !isUnreachable) setState((old) => ({ data: old.data, error: error as Error }));
    }
  }, []);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const tick = async () => {
      if (!document.hidden) await run();
      if (!stopped) timer = setTimeout(() => void tick(), everyMs);
    };
    setState({});
    void tick();
    return () => {
      stopped = true;
      turn.current++;
      clearTimeout(timer);
    };
    // eslint-disable-next-line -- deps belong to the caller
  }, [everyMs, run, ...deps]);

  return { data: state.data, error: state.error, reload: run };
}
