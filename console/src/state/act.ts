// SPDX-License-Identifier: Apache-2.0
/** One thing the user does to the gateway: busy while it runs, and how it failed. */
import { App } from "antd";
import { useCallback, useState } from "react";
import { Refusal, Unreachable } from "../api/errors";
import { useText } from "../i18n/text";
import { setReachable } from "./reach";

export function useErrorText(): (error: unknown) => string {
  const t = useText();
  return useCallback((error) => {
    if (error instanceof Refusal) return error.message;
    if (error instanceof Unreachable) return t("api.unreachable");
    return error instanceof Error ? error.message : String(error);
  }, [t]);
}

/** run(work) is true when the work succeeded; a failure is shown as a message unless onError takes it. */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const { message } = App.useApp();
  const textOf = useErrorText();
  const run = useCallback(async (work: () => Promise<unknown>, onError?: (error: unknown) => void): Promise<boolean> => {
    setBusy(true);
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof Unreachable) setReachable(false);
      if (onError) onError(error);
      else void message.error(textOf(error), 8);
      return false;
    } finally {
      setBusy(false);
    }
  }, [message, textOf]);
  return { busy, run };
}
