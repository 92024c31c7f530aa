// SPDX-License-Identifier: Apache-2.0
/** The three route tables of a VPN gateway, all of it or what leads through one connection. */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, InputNumber, Popconfirm, Space, Switch, Table, Typography, type TableColumnsType } from "antd";
import { useState } from "react";
import { call, type Parameters } from "../api/client";
import { listConnections, listPolicyRoutes, listRoutes } from "../api/lists";
import type { PolicyRouteEntry, RouteEntry } from "../api/types";
import { useText, type TextKey } from "../i18n/text";
import { useAct } from "../state/act";
import { usePoll } from "../state/poll";
import { href } from "../state/route";
import { useSession } from "../state/session";
import { Problem } from "./Problem";
import { ResourceForm, type FormRow } from "./ResourceForm";

export type RouteKind = "destination" | "policy" | "bgp";
type Row = RouteEntry & Partial<PolicyRouteEntry>;

const KINDS: RouteKind[] = ["destination", "policy", "bgp"];
const HINTS: Record<RouteKind, TextKey> = { destination: "routes.destinationHint", policy: "routes.policyHint", bgp: "routes.bgpHint" };

/** What names a route in every call about it. */
function identity(kind: RouteKind, gatewayId: string, row: Row): Parameters {
  const both = { VpnGatewayId: gatewayId, NextHop: row.NextHop, RouteDest: row.RouteDest, Weight: row.Weight };
  return kind === "policy" ? { ...both, RouteSource: row.RouteSource, Priority: row.Priority } : both;
}

function Priority({ row, change }: { row: Row; change(priority: number): void }) {
  const t = useText();
  const [value, setValue] = useState<number | null>(row.Priority ?? null);
  const save = () => { if (value !== null && value !== row.Priority) change(value); };
  return (
    <InputNumber
      size="small" min={1} max={100} value={value} onChange={setValue} onBlur={save} onPressEnter={save} style={{ width: 70 }}
      aria-label={t("routes.priorityOf", { route: row.RouteDest })}
    />
  );
}

interface Props {
  kind: RouteKind;
  gatewayId: string;
  /** Only what leads through this connection. */
  nextHop?: string;
}

function RouteForm({ kind, gatewayId, nextHop, close, done }: Props & { close(): void; done(): void }) {
  const t = useText();
  const { caller } = useSession();
  const { data } = usePoll(() => listConnections(caller, { VpnGatewayId: gatewayId }), 60_000, [caller, gatewayId]);
  const table = kind === "policy" ? ("vpn-pbr-route-entry" as const) : ("vpn-route-entry" as const);
  if (!data) return null;
  const rows: FormRow[] = [
    { name: "RouteDest", label: t("routes.dest"), required: true, rule: { kind: table, path: "RouteDest" } },
    {
      name: "NextHop", label: t("routes.nextHop"), required: true, start: nextHop ?? (data.length === 1 ? data[0]?.VpnConnectionId : undefined),
      options: data.map((row) => ({ value: row.VpnConnectionId, label: row.Name || row.VpnConnectionId })),
    },
    { name: "Weight", label: t("routes.weight"), required: true, start: "100", hint: t("routes.weightHint"), options: [{ value: "100", label: t("routes.active") }, { value: "0", label: t("routes.standby") }] },
    { name: "PublishVpc", label: t("routes.publish"), required: true, start: "true", options: [{ value: "true", label: t("form.yes") }, { value: "false", label: t("form.no") }] },
    { name: "Description", label: t("list.description"), rule: { kind: table, path: "Description" } },
  ];
  if (kind === "policy")
    rows.splice(0, 0, { name: "RouteSource", label: t("routes.source"), required: true, rule: { kind: "vpn-pbr-route-entry", path: "RouteSource" } },
      { name: "Priority", label: t("routes.priority"), start: "10", hint: t("routes.priorityHint"), rule: { kind: "vpn-pbr-route-entry", path: "Priority" } });
  return (
    <ResourceForm
      title={t("routes.add")} action={kind === "policy" ? "CreateVpnPbrRouteEntry" : "CreateVpnRouteEntry"} rows={rows}
      fixed={{ VpnGatewayId: gatewayId }} close={close} done={done}
    />
  );
}

export function RouteTable({ kind, gatewayId, nextHop }: Props) {
  const t = useText();
  const { caller } = useSession();
  const { run } = useAct();
  const [isAdding, setAdding] = useState(false);
  const list = usePoll<Row[]>(() => (kind === "policy"
    ? listPolicyRoutes(caller, { VpnGatewayId: gatewayId })
    : listRoutes(caller, { VpnGatewayId: gatewayId, RouteEntryType: kind === "bgp" ? "bgp" : "custom" })), 4000, [caller, gatewayId, kind]);
  const names = usePoll(async () => new Map((await listConnections(caller, { VpnGatewayId: gatewayId })).map((row) => [row.VpnConnectionId, row.Name])),
    15_000, [caller, gatewayId]);
  const rows = list.data?.filter((row) => !nextHop || row.NextHop === nextHop);
  const change = async (action: string, parameters: Parameters) => {
    await run(() => call(caller, action, parameters));
    await list.reload();
  };
  const stem = kind === "policy" ? "VpnPbrRouteEntry" : "VpnRouteEntry";
  const isEditable = kind !== "bgp";

  const publish = (row: Row, isPublished: boolean) => change("PublishVpnRouteEntry", {
    VpnGatewayId: gatewayId, NextHop: row.NextHop, RouteDest: row.RouteDest, RouteType: kind === "policy" ? "pbr" : "dbr", PublishVpc: isPublished,
  });
  const columns: TableColumnsType<Row> = [
    ...(kind === "policy" ? [{ title: t("routes.source"), dataIndex: "RouteSource", width: 150 }] : []),
    { title: t("routes.dest"), dataIndex: "RouteDest", width: 150 },
    {
      title: t("routes.nextHop"), width: 190,
      render: (_, row) => <a href={href(["connections", row.NextHop])}>{names.data?.get(row.NextHop) || row.NextHop}</a>,
    },
    {
      title: t("routes.weight"), width: 130, render: (_, row) => (isEditable ? (
        <Switch
          size="small" checked={row.Weight === 100} checkedChildren="100" unCheckedChildren="0" aria-label={t("routes.weightOf", { route: row.RouteDest })}
          onChange={(isActive) => void change(`Modify${stem}Weight`, { ...identity(kind, gatewayId, row), NewWeight: isActive ? 100 : 0 })}
        />
      ) : row.Weight),
    },
    ...(kind === "policy" ? [{
      title: t("routes.priority"), width: 110, render: (_: unknown, row: Row) => (
        <Priority
          key={row.Priority} row={row}
          change={(NewPriority) => void change("ModifyVpnPbrRouteEntryPriority", { ...identity(kind, gatewayId, row), NewPriority })}
        />
      ),
    }] : []),
    ...(isEditable ? [
      {
        title: t("routes.published"), width: 120, render: (_: unknown, row: Row) => (
          <Switch
            size="small" checked={row.State === "published"} aria-label={t("routes.publishOf", { route: row.RouteDest })} onChange={(on) => void publish(row, on)}
          />
        ),
      },
      {
        title: t("list.actions"), width: 80, render: (_: unknown, row: Row) => {
          // With a priority the server takes the present one where it is given; deletion needs the weight alone.
          const parameters = identity(kind, gatewayId, row);
          return (
            <Popconfirm
              title={t("routes.deleteAsk", { route: row.RouteDest })} okText={t("form.delete")} cancelText={t("form.cancel")}
              onConfirm={() => change(`Delete${stem}`, parameters)}
            >
              <Button type="text" size="small" danger icon={<DeleteOutlined aria-hidden />} aria-label={t("form.deleteName", { name: row.RouteDest })} />
            </Popconfirm>
          );
        },
      },
    ] : [{ title: t("routes.asPath"), dataIndex: "AsPath", width: 200 }]),
  ];
  return (
    <section aria-label={t(`routes.${kind}`)} data-routes={kind}>
      <Space wrap style={{ marginBottom: 8, width: "100%", justifyContent: "space-between" }}>
        <Typography.Text type="secondary">{t(HINTS[kind])}</Typography.Text>
        {isEditable && <Button icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>{t("routes.add")}</Button>}
      </Space>
      <Problem error={list.error} />
      <Table<Row>
        size="small" rowKey={(row) => `${row.RouteSource ?? ""} ${row.RouteDest} ${row.NextHop}`} columns={columns} dataSource={rows} loading={!rows && !list.error}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }} scroll={{ x: 640 }} locale={{ emptyText: t("routes.none") }}
      />
      {isAdding && <RouteForm kind={kind} gatewayId={gatewayId} nextHop={nextHop} close={() => setAdding(false)} done={() => { setAdding(false); void list.reload(); }} />}
    </section>
  );
}

export function RouteTables({ gatewayId, nextHop }: { gatewayId: string; nextHop?: string }) {
  const t = useText();
  return (
    <Space direction="vertical" size={24} style={{ width: "100%" }}>
      {KINDS.map((kind) => (
        <div key={kind}>
          <h2 className="card-title">{t(`routes.${kind}`)}</h2>
          <RouteTable kind={kind} gatewayId={gatewayId} nextHop={nextHop} />
        </div>
      ))}
    </Space>
  );
}
