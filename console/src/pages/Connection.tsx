// SPDX-License-Identifier: Apache-2.0
import { Alert, App, Button, Card, Descriptions, Skeleton, Space } from "antd";
import { useState } from "react";
import { call } from "../api/client";
import { Refusal } from "../api/errors";
import { findAction } from "../api/reference";
import type { ConnectionDetail, CustomerGateway, VpnConnection, VpnGateway } from "../api/types";
import { useText } from "../i18n/text";
import { ConfigPanel } from "../parts/ConfigPanel";
import { ConfirmDelete } from "../parts/ConfirmDelete";
import { Copy } from "../parts/Copy";
import { EventPanel } from "../parts/EventPanel";
import { Heading } from "../parts/Heading";
import { Layers } from "../parts/Layers";
import { LogPanel } from "../parts/LogPanel";
import { Problem } from "../parts/Problem";
import { RouteTables } from "../parts/RouteTables";
import { Settings } from "../parts/Settings";
import { Sections } from "../parts/Sections";
import { StateTag } from "../parts/StateTag";
import { TagPanel } from "../parts/Tags";
import { Traffic } from "../parts/Traffic";
import { useAct } from "../state/act";
import { usePoll } from "../state/poll";
import { go, href, useRoute } from "../state/route";
import { useSession } from "../state/session";
import { COLUMNS } from "../parts/columns";

interface Whole {
  connection: VpnConnection;
  detail: ConnectionDetail;
  gateway: VpnGateway;
  peer?: CustomerGateway;
}

/** Reset, enable, disable: where the server has the action. */
function Verbs({ id, reload }: { id: string; reload(): Promise<void> }) {
  const t = useText();
  const { caller } = useSession();
  const { modal } = App.useApp();
  const { run } = useAct();
  const verbs = [
    { action: "ResetVpnConnection", label: t("connection.reset"), hint: t("connection.resetHint") },
    { action: "EnableVpnConnection", label: t("connection.enable"), hint: t("connection.enableHint") },
    { action: "DisableVpnConnection", label: t("connection.disable"), hint: t("connection.disableHint") },
  ].filter((verb) => findAction(verb.action));
  const ask = (verb: (typeof verbs)[number]) => modal.confirm({
    title: verb.label, content: verb.hint, okText: verb.label, cancelText: t("form.cancel"),
    onOk: async () => { if (await run(() => call(caller, verb.action, { VpnConnectionId: id }))) await reload(); },
  });
  return <>{verbs.map((verb) => <Button key={verb.action} onClick={() => void ask(verb)}>{verb.label}</Button>)}</>;
}

function Negotiated({ detail }: { detail: ConnectionDetail }) {
  const t = useText();
  const { Negotiated: one } = detail;
  const rows: [string, string][] = [
    [t("negotiated.ike"), one.IkeProposal],
    [t("negotiated.esp"), one.EspProposal],
    [t("negotiated.selectors"), one.LocalSelectors && `${one.LocalSelectors} ↔ ${one.RemoteSelectors}`],
    [t("negotiated.peer"), one.PeerAddress && `${one.PeerAddress}:${one.PeerPort}`],
    [t("negotiated.nat"), one.PeerAddress && (one.NatDetected ? t("form.yes") : t("form.no"))],
    [t("negotiated.initiator"), one.PeerAddress && (one.Initiator ? t("negotiated.us") : t("negotiated.them"))],
  ];
  return (
    <Descriptions
      size="small" column={COLUMNS} items={rows.map(([label, text]) => ({ key: label, label, children: <span style={{ overflowWrap: "anywhere" }}>{text || "-"}</span> }))}
    />
  );
}

function Overview({ whole: { connection, detail, gateway, peer }, reload }: { whole: Whole; reload(): Promise<void> }) {
  const t = useText();
  const drops = Object.entries(detail.Counters).filter(([name, count]) => name.startsWith("Drop") && count > 0);
  return (
    <Space direction="vertical" size={16} style={{ width: "100%" }}>
      <Card size="small" title={<h2 className="card-title">{t("layer.heading")}</h2>}><Layers detail={detail} connection={connection} /></Card>
      <Card size="small" title={<h2 className="card-title">{t("traffic.heading")}</h2>}>
        <Traffic counters={detail.Counters} />
        {drops.length > 0 && <p>{t("traffic.dropped")} {drops.map(([name, count]) => <span key={name} className="pair"><b>{name}</b> {count}</span>)}</p>}
      </Card>
      <Card size="small" title={<h2 className="card-title">{t("negotiated.heading")}</h2>}><Negotiated detail={detail} /></Card>
      <Card size="small" title={<h2 className="card-title">{t("connection.ends")}</h2>}>
        <Descriptions
          size="small" column={COLUMNS}
          items={[
            { key: "id", label: "VpnConnectionId", children: <Copy text={connection.VpnConnectionId} /> },
            { key: "group", label: t("realm.group"), children: connection.ResourceGroupId },
            {
              key: "gateway", label: t("field.VpnGatewayId"),
              children: <a href={href(["gateways", gateway.VpnGatewayId])}>{gateway.Name} ({gateway.InternetIp})</a>,
            },
            { key: "peer", label: t("field.CustomerGatewayId"), children: peer ? `${peer.Name || peer.CustomerGatewayId} (${peer.IpAddress})` : connection.CustomerGatewayId },
            {
              key: "tags", label: t("tags.title"), children: (
                <TagPanel
                  type="VPNCONNECTION" id={connection.VpnConnectionId} name={connection.Name || connection.VpnConnectionId}
                  tags={connection.Tags?.Tag ?? []} changed={reload}
                />
              ),
            },
          ]}
        />
      </Card>
      <Settings connection={connection} />
    </Space>
  );
}

export function ConnectionPage({ id }: { id: string }) {
  const t = useText();
  const { caller } = useSession();
  const { query } = useRoute();
  const [isDeleting, setDeleting] = useState(false);
  const ends = usePoll(async () => {
    const connection = await call<VpnConnection>(caller, "DescribeVpnConnection", { VpnConnectionId: id });
    const [gateway, peer] = await Promise.all([
      call<VpnGateway>(caller, "DescribeVpnGateway", { VpnGatewayId: connection.VpnGatewayId }),
      call<CustomerGateway>(caller, "DescribeCustomerGateway", { CustomerGatewayId: connection.CustomerGatewayId }),
    ]);
    return { connection, gateway, peer };
  }, 3000, [caller, id]);
  const detail = usePoll(() => call<ConnectionDetail>(caller, "DescribeVpnConnectionDetail", { VpnConnectionId: id }), 2000, [caller, id]);
  const gone = ends.error instanceof Refusal && ends.error.code.endsWith(".NotFound");

  if (gone) return <><Heading title={id} back={["connections", t("nav.connections")]} /><Alert type="info" showIcon message={t("connection.gone")} /></>;
  if (!ends.data || !detail.data) return <><Problem error={ends.error ?? detail.error} /><Skeleton active /></>;
  const whole: Whole = { ...ends.data, detail: detail.data };
  const name = whole.connection.Name || id;
  return (
    <>
      <Heading
        title={name} back={["connections", t("nav.connections")]}
        actions={
          <Space wrap>
            <Button onClick={() => go(["connections", id, "edit"])}>{t("form.edit")}</Button>
            <Verbs id={id} reload={detail.reload} />
            <Button danger onClick={() => setDeleting(true)}>{t("form.delete")}</Button>
          </Space>
        }
      >
        <Space wrap size="large"><span data-testid="status"><StateTag state={whole.detail.Status} /></span><StateTag state={whole.detail.State} /></Space>
      </Heading>
      <Problem error={ends.error ?? detail.error} />
      <Sections
        label={t("page.section")} active={query.get("tab") ?? "overview"} choose={(tab) => go(["connections", id], { tab })}
        items={[
          { key: "overview", label: t("tab.overview"), children: <Overview whole={whole} reload={ends.reload} /> },
          { key: "log", label: t("tab.log"), children: <LogPanel id={id} /> },
          { key: "events", label: t("tab.events"), children: <EventPanel id={id} /> },
          { key: "routes", label: t("tab.routes"), children: <RouteTables gatewayId={whole.connection.VpnGatewayId} nextHop={id} /> },
          { key: "config", label: t("tab.config"), children: <ConfigPanel id={id} /> },
        ]}
      />
      {isDeleting && (
        <ConfirmDelete
          name={name} consequence={t("connection.deleteHint")} close={() => setDeleting(false)} removed={() => go(["connections"])}
          remove={() => call(caller, "DeleteVpnConnection", { VpnConnectionId: id })}
        />
      )}
    </>
  );
}
