// SPDX-License-Identifier: Apache-2.0
/** The layers of a connection from the ground up: what each says, why, and since when. */
import { Table } from "antd";
import type { ConnectionDetail, VpnConnection } from "../api/types";
import { useText, useWord } from "../i18n/text";
import { usePreferences } from "../state/preferences";
import { Toned, type Tone } from "./StateTag";
import { formatAgo, formatTime } from "./time";

interface Layer {
  name: string;
  tone: Tone;
  word: string;
  reason: string;
  since?: number;
}

const LAYERS = ["Applied", "Ike", "Ipsec", "Health"];

function layersOf(detail: ConnectionDetail, connection: VpnConnection): Layer[] {
  const conditions = new Map(detail.Conditions.Condition.map((one) => [one.Type, one]));
  const names = LAYERS.filter((name) => name !== "Health" || String(connection.VcoHealthCheck.Enable) === "true" || conditions.has(name));
  const others = [...conditions.keys()].filter((name) => !LAYERS.includes(name));
  return [...names, ...others].map((name) => {
    const one = conditions.get(name);
    if (!one) return { name, tone: "quiet", word: "unknown", reason: "" };
    return { name, tone: one.Status ? "good" : "bad", word: one.Status ? "up" : "down", reason: one.Status ? "" : one.Message, since: one.Since };
  });
}

export function Layers({ detail, connection }: { detail: ConnectionDetail; connection: VpnConnection }) {
  const t = useText();
  const word = useWord();
  const { language } = usePreferences();
  return (
    <Table<Layer>
      size="small" pagination={false} rowKey="name" dataSource={layersOf(detail, connection)} scroll={{ x: 480 }} data-testid="layers"
      onRow={(layer) => ({ "data-layer": layer.name, "data-up": String(layer.tone === "good") }) as React.HTMLAttributes<HTMLElement>}
      columns={[
        { title: t("layer.title"), dataIndex: "name", width: 160, render: (name: string) => word("layer", name) },
        { title: t("list.state"), width: 130, render: (_, layer) => <Toned tone={layer.tone}>{word("layer", layer.word)}</Toned> },
        {
          title: t("layer.since"), width: 170,
          render: (_, layer) => layer.since && <time title={formatTime(layer.since, language)}>{formatAgo(layer.since, language)}</time>,
        },
        { title: t("layer.reason"), dataIndex: "reason", render: (reason: string) => <span style={{ overflowWrap: "anywhere" }}>{reason}</span> },
      ]}
    />
  );
}
