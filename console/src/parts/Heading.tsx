// SPDX-License-Identifier: Apache-2.0
/** The head of a page: where it is, its name, what can be done. */
import { Typography } from "antd";
import { useEffect, type ReactNode } from "react";
import { href } from "../state/route";

export function Heading(props: { title: string; back?: [string, string]; actions?: ReactNode; children?: ReactNode }) {
  const { title, back, actions, children } = props;
  useEffect(() => { document.title = `${title} - vpngw`; }, [title]);
  return (
    <header style={{ marginBottom: 16 }}>
      {back && <a href={href([back[0]])}>← {back[1]}</a>}
      <div style={{ display: "flex", flexWrap: "wrap", gap: 8, alignItems: "center" }}>
        <Typography.Title level={1} style={{ fontSize: 24, margin: 0, marginInlineEnd: "auto", overflowWrap: "anywhere" }}>{title}</Typography.Title>
        {actions}
      </div>
      {children}
    </header>
  );
}
