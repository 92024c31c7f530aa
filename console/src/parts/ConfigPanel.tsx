// SPDX-License-Identifier: Apache-2.0
/**
 * The configuration for the device in the data centre: shown, copied, saved. FORMATS is the one place for more formats.
 */
import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Select, Skeleton, Space, Typography } from "antd";
import { useState } from "react";
import { call, type Caller } from "../api/client";
import { findAction } from "../api/reference";
import { useText, useWord } from "../i18n/text";
import { usePoll } from "../state/poll";
import { useSession } from "../state/session";
import { Problem } from "./Problem";

interface Format {
  name: string;
  ending: string;
  load(caller: Caller, id: string): Promise<string>;
}

const json: Format = {
  name: "json",
  ending: "json",
  load: async (caller, id) => {
    const answer = await call<{ VpnConnectionConfig: object }>(caller, "DownloadVpnConnectionConfig", { VpnConnectionId: id });
    return `${JSON.stringify(answer.VpnConnectionConfig, null, 2)}\n`;
  },
};

const PEER_CONFIG = "DescribeVpnConnectionPeerConfig";

/** Rendered by the server, one format for each legal value of its parameter. */
function rendered(name: string): Format {
  const ending = { sheet: "txt", "libreswan-secrets": "secrets" }[name] ?? "conf";
  const load = async (caller: Caller, id: string) => {
    const answer = await call<{ Config: string }>(caller, PEER_CONFIG, { VpnConnectionId: id, ConfigFormat: name });
    return answer.Config;
  };
  return { name, ending, load };
}

function formats(): Format[] {
  const values = findAction(PEER_CONFIG)?.parameters.find((row) => row.name === "ConfigFormat")?.values ?? [];
  return [json, ...values.filter((value) => value !== "json").map(rendered)];
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

export function ConfigPanel({ id }: { id: string }) {
  const t = useText();
  const word = useWord();
  const { caller } = useSession();
  const [format, setFormat] = useState<Format>(json);
  const { data, error } = usePoll(() => format.load(caller, id), 30_000, [caller, id, format]);
  const all = formats();
  return (
    <>
      <Typography.Paragraph>{t("config.hint")}</Typography.Paragraph>
      <Alert type="warning" showIcon message={t("config.secret")} style={{ marginBottom: 12 }} />
      <Space wrap style={{ marginBottom: 12 }}>
        <Select
          aria-label={t("config.format")} value={format.name} popupMatchSelectWidth={false}
          options={all.map((one) => ({ value: one.name, label: word("format", one.name) }))}
          onChange={(name) => setFormat(all.find((one) => one.name === name) ?? json)}
        />
        <Button type="primary" icon={<DownloadOutlined aria-hidden />} disabled={!data} onClick={() => save(`${id}.${format.ending}`, data ?? "")}>{t("config.save")}</Button>
        {data && <Typography.Text copyable={{ text: data }}>{t("config.copy")}</Typography.Text>}
      </Space>
      <Problem error={error} />
      {data ? <pre className="config" tabIndex={0} aria-label={t("tab.config")} data-testid="config">{data}</pre> : !error && <Skeleton active />}
    </>
  );
}
