// SPDX-License-Identifier: Apache-2.0
/** What happened to a connection: one row an event, newest first, with both sides' values where they differ. */
import { Table } from "antd";
import { useState } from "react";
import { call } from "../api/client";
import type { ConnectionEvent } from "../api/types";
import { useText } from "../i18n/text";
import { usePoll } from "../state/poll";
import { usePreferences } from "../state/preferences";
import { useSession } from "../state/session";
import { Problem } from "./Problem";
import { formatTime } from "./time";

const KNOWN = ["Time", "Type", "Level", "Source", "Message"];

function More({ event }: { event: ConnectionEvent }) {
  const rest = Object.entries(event).filter(([name, value]) => !KNOWN.includes(name) && value !== "");
  return <>{rest.map(([name, value]) => <span key={name} className="pair"><b>{name}</b> {String(value)}</span>)}</>;
}

export function EventPanel({ id }: { id: string }) {
  const t = useText();
  const { language } = usePreferences();
  const { caller } = useSession();
  const [page, setPage] = useState(1);
  const { data, error } = usePoll(() => call<{ Events: { Event: ConnectionEvent[] }; TotalCount: number }>(caller,
    "DescribeVpnConnectionEvents", { VpnConnectionId: id, PageNumber: page, PageSize: 20 }), 4000, [caller, id, page]);
  return (
    <>
      <Problem error={error} />
      <Table<ConnectionEvent>
        size="small" rowKey={(event) => `${event.Time} ${event.Type} ${event.Message}`} dataSource={data?.Events.Event} loading={!data && !error} scroll={{ x: 640 }}
        pagination={{ current: page, pageSize: 20, total: data?.TotalCount ?? 0, onChange: setPage, showSizeChanger: false, hideOnSinglePage: true }}
        locale={{ emptyText: t("event.none") }}
        columns={[
          { title: t("event.time"), width: 190, render: (_, event) => formatTime(event.Time, language) },
          { title: t("event.type"), dataIndex: "Type", width: 160 },
          {
            title: t("event.message"),
            render: (_, event) => <div style={{ overflowWrap: "anywhere" }}>{event.Message}<div style={{ fontSize: 12 }}><More event={event} /></div></div>,
          },
        ]}
      />
    </>
  );
}
