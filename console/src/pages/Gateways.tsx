// SPDX-License-Identifier: Apache-2.0
import { PlusOutlined } from "@ant-design/icons";
import { Button, Space } from "antd";
import { useState } from "react";
import { listGateways, listVpcs } from "../api/lists";
import type { VpnGateway } from "../api/types";
import { useText } from "../i18n/text";
import { Heading } from "../parts/Heading";
import { Listing, NameCell, type Column } from "../parts/Listing";
import { StateTag } from "../parts/StateTag";
import { formatTime } from "../parts/time";
import { usePoll } from "../state/poll";
import { usePreferences } from "../state/preferences";
import { href } from "../state/route";
import { useSession } from "../state/session";
import { GatewayForm } from "./GatewayForm";

export function Gateways() {
  const t = useText();
  const { language } = usePreferences();
  const { caller, group } = useSession();
  const [isCreating, setCreating] = useState(false);
  const list = usePoll(() => listGateways(caller, { ResourceGroupId: group }), 3000, [caller, group]);
  const vpcs = usePoll(() => listVpcs(caller), 15_000, [caller]);
  const vpcName = (id: string) => vpcs.data?.find((vpc) => vpc.VpcId === id)?.VpcName ?? "";

  const columns: Column<VpnGateway>[] = [
    {
      title: t("list.name"), width: 250, by: (row) => row.Name,
      render: (row) => <NameCell name={row.Name} id={row.VpnGatewayId} to={href(["gateways", row.VpnGatewayId])} />,
    },
    { title: t("list.state"), width: 130, by: (row) => row.Status, render: (row) => <StateTag state={row.Status} /> },
    { title: t("gateway.address"), width: 150, wide: true, by: (row) => row.InternetIp, render: (row) => row.InternetIp },
    {
      title: t("nav.vpc"), width: 220, wide: true, by: (row) => vpcName(row.VpcId),
      render: (row) => <NameCell name={vpcName(row.VpcId)} id={row.VpcId} to={href(["vpcs", row.VpcId])} />,
    },
    { title: t("gateway.bandwidth"), width: 110, wide: true, render: (row) => `${row.Spec.replace("M", "")} Mbit/s` },
    { title: t("realm.group"), width: 140, wide: true, by: (row) => row.ResourceGroupId, render: (row) => row.ResourceGroupId },
    { title: t("list.created"), width: 190, wide: true, by: (row) => row.CreateTime, render: (row) => formatTime(row.CreateTime, language) },
  ];
  const needsVpc = vpcs.data?.length === 0;
  return (
    <>
      <Heading
        title={t("nav.gateways")}
        actions={<Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setCreating(true)}>{t("gateway.create")}</Button>}
      />
      <Listing
        label={t("nav.gateways")} rows={list.data} error={list.error} columns={columns} rowKey={(row) => row.VpnGatewayId}
        texts={(row) => [row.Name, row.VpnGatewayId, row.InternetIp, row.VpcId, vpcName(row.VpcId)]} tags={(row) => row.Tags?.Tag ?? []}
        empty={
          <Space direction="vertical">
            {needsVpc ? t("gateway.emptyFirst") : t("gateway.empty")}
            {needsVpc ? <a href={href(["vpcs"])}>{t("nav.vpcs")}</a> : null}
          </Space>
        }
      />
      {isCreating && <GatewayForm close={() => setCreating(false)} done={() => { setCreating(false); void list.reload(); }} />}
    </>
  );
}
