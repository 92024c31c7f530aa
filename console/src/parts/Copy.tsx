// SPDX-License-Identifier: Apache-2.0
import { Typography } from "antd";

/** An identifier or address that can be copied. */
export function Copy({ text }: { text: string }) {
  return <Typography.Text copyable={{ text }} style={{ whiteSpace: "nowrap" }}>{text}</Typography.Text>;
}
