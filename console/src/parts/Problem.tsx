// SPDX-License-Identifier: Apache-2.0
import { Alert } from "antd";
import { useErrorText } from "../state/act";

/** A refusal, where the page has nothing better to show it at. */
export function Problem({ error }: { error: unknown }) {
  const textOf = useErrorText();
  return error ? <Alert type="error" showIcon message={textOf(error)} style={{ marginBottom: 16 }} /> : null;
}
