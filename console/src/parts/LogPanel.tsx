// SPDX-License-Identifier: Apache-2.0
/** The connection log of the last minutes, with filters; follows what is new. */
import { Input, Select, Skeleton } from "antd";
import { useMemo, useState } from "react";
import { call, type Caller } from "../api/client";
import { useText, useWord } from "../i18n/text";
import { usePoll } from "../state/poll";
import { useSession } from "../state/session";
import { Problem } from "./Problem";

const PAGE = 50;
const PAGES_MAX = 20;
const PERIODS = [10, 60, 360, 1440];

interface Line {
  time: string;
  level: string;
  text: string;
}

/** "YYYY-MM-DD hh:mm:ss <id> [LEVEL]: text" */
export function parseLine(line: string): Line {
  const [, time = "", level = "", text = line] = /^(\S+ \S+) \S+ \[(\w+)\]: (.*)$/s.exec(line) ?? [];
  return { time, level, text };
}

async function load(caller: Caller, id: string, minutes: number): Promise<Line[]> {
  const now = Math.floor(Date.now() / 1000) + 60;
  const lines: string[] = [];
  for (let PageNumber = 1; PageNumber <= PAGES_MAX; PageNumber++) {
    const answer = await call<{ Data: { Logs: string[] }; Count: number }>(caller, "DescribeVpnConnectionLogs",
      { VpnConnectionId: id, From: now - minutes * 60, To: now, PageSize: PAGE, PageNumber });
    lines.push(...answer.Data.Logs);
    if (answer.Data.Logs.length < PAGE) break;
  }
  return lines.map(parseLine);
}

export function LogPanel({ id }: { id: string }) {
  const t = useText();
  const word = useWord();
  const { caller } = useSession();
  const [minutes, setMinutes] = useState(60);
  const [level, setLevel] = useState("");
  const [query, setQuery] = useState("");
  const { data, error } = usePoll(() => load(caller, id, minutes), 4000, [caller, id, minutes]);
  const shown = useMemo(() => (data ?? [])
    .filter((line) => (!level || line.level === level) && line.text.toLowerCase().includes(query.toLowerCase()))
    .reverse(), [data, level, query]);
  return (
    <>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 8, marginBottom: 12 }}>
        <Select
          aria-label={t("log.period")} value={minutes} onChange={setMinutes} popupMatchSelectWidth={false}
          options={PERIODS.map((value) => ({ value, label: t("log.minutes", { minutes: value }) }))}
        />
        <Select
          aria-label={t("log.level")} value={level} onChange={setLevel} popupMatchSelectWidth={false} style={{ minWidth: 110 }}
          options={[{ value: "", label: t("log.everyLevel") }, ...["INFO", "WARN", "ERROR"].map((value) => ({ value, label: word("log", value) }))]}
        />
        <Input aria-label={t("log.filter")} placeholder={t("log.filter")} value={query} onChange={(event) => setQuery(event.target.value)} allowClear style={{ maxWidth: 280 }} />
      </div>
      <Problem error={error} />
      {!data && !error ? <Skeleton active /> : (
        <div role="log" aria-label={t("tab.log")} tabIndex={0} className="log" data-testid="log">
          {shown.length === 0 && <p>{t("log.none")}</p>}
          {shown.map((line, index) => (
            <div key={index} className={`log-line log-${line.level.toLowerCase()}`}>
              <span className="log-time">{line.time}</span> <b>{line.level}</b> <span>{line.text}</span>
            </div>
          ))}
        </div>
      )}
    </>
  );
}
