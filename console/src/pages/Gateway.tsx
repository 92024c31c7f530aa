// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Card, Descriptions, Skeleton, Space, Switch } from "antd";
import { useState } from "react";
import { call } from "../api/client";
import { Refusal } from "../api/errors";
import { listConnections, listCustomerGateways, listVpcs } from "../api/lists";
import { findAction } from "../api/reference";
import type { VpnGateway } from "../api/types";
import { useText } from "../i18n/text";
import { ConfirmDelete } from "../parts/ConfirmDelete";
import { Copy } from "../parts/Copy";
import { Heading } from "../parts/Heading";
import { Problem } from "../parts/Problem";
import { ResourceForm } from "../parts/ResourceForm";
import { RouteTable } from "../parts/RouteTables";
import { Sections } from "../parts/Sections";
import { StateTag } from "../parts/StateTag";
import { TagPanel } from "../parts/Tags";
import { formatTime } from "../parts/time";
import { Topology } from "../parts/Topology";
import { useAct } from "../state/act";
import { usePoll } from "../state/poll";
import { usePreferences } from "../state/preferences";
import { go, href, useRoute } from "../state/route";
import { useSession } from "../state/session";
import { COLUMNS } from "../parts/columns";

const UPGRADE = "UpgradeVpnGateway";

/** The version is among the gateway's system labels. */
export function versionOf(gateway: VpnGateway): string {
  try {
    return String((JSON.parse(gateway.Tag) as Record<string, unknown>).VpnVersion ?? "");
  } catch {
    return "";
  }
}

/** Every gateway runs this machine's version; a server that can upgrade one has the action. */
function Version({ gateway, reload }: { gateway: VpnGateway; reload(): Promise<void> }) {
  const t = useText();
  const { caller } = useSession();
  const { busy, run } = useAct();
  const canUpgrade = findAction(UPGRADE) !== undefined;
  const upgrade = async () => { if (await run(() => call(caller, UPGRADE, { VpnGatewayId: gateway.VpnGatewayId }))) await reload(); };
  return (
    <Space wrap>
      {versionOf(gateway)}
      <Button size="small" disabled={!canUpgrade} loading={busy} onClick={() => void upgrade()}>{t("gateway.upgrade")}</Button>
      {!canUpgrade && t("gateway.newest")}
    </Space>
  );
}

function Facts({ gateway, reload }: { gateway: VpnGateway; reload(): Promise<void> }) {
  const t = useText();
  const { language } = usePreferences();
  const { caller } = useSession();
  const { busy, run } = useAct();
  const propagate = async (AutoPropagate: boolean) => {
    await run(() => call(caller, "ModifyVpnGatewayAttribute", { VpnGatewayId: gateway.VpnGatewayId, AutoPropagate }));
    await reload();
  };
  const items: [string, React.ReactNode][] = [
    ["VpnGatewayId", <Copy text={gateway.VpnGatewayId} />],
    [t("gateway.address"), <Copy text={gateway.InternetIp} />],
    [t("nav.vpc"), <a href={href(["vpcs", gateway.VpcId])}>{gateway.VpcId}</a>],
    [t("vpc.vswitch"), gateway.VSwitchId],
    [t("gateway.bandwidth"), `${gateway.Spec.replace("M", "")} Mbit/s`],
    [t("realm.group"), gateway.ResourceGroupId],
    [t("gateway.version"), <Version gateway={gateway} reload={reload} />],
    [t("gateway.propagate"), <Switch size="small" checked={gateway.AutoPropagate} loading={busy} onChange={(on) => void propagate(on)} aria-label={t("gateway.propagate")} />],
    [t("list.description"), gateway.Description || "-"],
    [t("list.created"), formatTime(gateway.CreateTime, language)],
    [t("tags.title"), <TagPanel type="VPNGATEWAY" id={gateway.VpnGatewayId} name={gateway.Name} tags={gateway.Tags?.Tag ?? []} changed={reload} />],
  ];
  return <Descriptions size="small" column={COLUMNS} items={items.map(([label, children]) => ({ key: label, label, children }))} />;
}

function Edit({ gateway, close, done }: { gateway: VpnGateway; close(): void; done(): void }) {
  const t = useText();
  return (
    <ResourceForm
      title={t("gateway.edit", { name: gateway.Name })} action="ModifyVpnGatewayAttribute" fixed={{ VpnGatewayId: gateway.VpnGatewayId }} close={close} done={done}
      rows={[
        { name: "Name", label: t("list.name"), start: gateway.Name, rule: { kind: "vpn-gateway", path: "Name" } },
        { name: "Description", label: t("list.description"), start: gateway.Description, rule: { kind: "vpn-gateway", path: "Description" } },
      ]}
    />
  );
}

export function GatewayPage({ id }: { id: string }) {
  const t = useText();
  const { caller } = useSession();
  const { query } = useRoute();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const { data, error, reload } = usePoll(async () => {
    const [gateway, connections, peers, vpcs] = await Promise.all([
      call<VpnGateway>(caller, "DescribeVpnGateway", { VpnGatewayId: id }), listConnections(caller, { VpnGatewayId: id }),
      listCustomerGateways(caller), listVpcs(caller),
    ]);
    return { gateway, connections, peers, vpc: vpcs.find((vpc) => vpc.VpcId === gateway.VpcId) };
  }, 4000, [caller, id]);
  const via = query.get("via") ?? undefined;

  if (error instanceof Refusal && error.code.endsWith(".NotFound"))
    return <><Heading title={id} back={["gateways", t("nav.gateways")]} /><Alert type="info" showIcon message={t("gateway.gone")} /></>;
  if (!data) return <><Problem error={error} /><Skeleton active /></>;
  const { gateway } = data;
  return (
    <>
      <Heading
        title={gateway.Name} back={["gateways", t("nav.gateways")]}
        actions={
          <Space wrap>
            <Button type="primary" onClick={() => go(["connections", "new"])}>{t("connection.create")}</Button>
            <Button onClick={() => setOpen("edit")}>{t("form.edit")}</Button>
            <Button danger onClick={() => setOpen("delete")}>{t("form.delete")}</Button>
          </Space>
        }
      >
        <StateTag state={gateway.Status} />
      </Heading>
      <Problem error={error} />
      <Sections
        label={t("page.section")} active={query.get("tab") ?? "overview"} choose={(tab) => go(["gateways", id], { tab })}
        items={[
          {
            key: "overview", label: t("tab.overview"), children: (
              <Space direction="vertical" size={16} style={{ width: "100%" }}>
                <Card size="small" title={<h2 className="card-title">{t("topology.title")}</h2>}><Topology {...data} /></Card>
                <Facts gateway={gateway} reload={reload} />
              </Space>
            ),
          },
          ...(["destination", "policy", "bgp"] as const).map((kind) => ({
            key: kind, label: t(`routes.${kind}`), children: <RouteTable kind={kind} gatewayId={id} nextHop={via} />,
          })),
        ]}
      />
      {open === "edit" && <Edit gateway={gateway} close={() => setOpen(null)} done={() => { setOpen(null); void reload(); }} />}
      {open === "delete" && (
        <ConfirmDelete
          name={gateway.Name} consequence={t("gateway.deleteHint")} close={() => setOpen(null)} removed={() => go(["gateways"])}
          remove={() => call(caller, "DeleteVpnGateway", { VpnGatewayId: id })}
        />
      )}
    </>
  );
}
