// SPDX-License-Identifier: Apache-2.0
import { PlusOutlined } from "@ant-design/icons";
import { Button, Select, Space, Tag as Label } from "antd";
import { useState } from "react";
import { listConnections, listCustomerGateways, listGateways } from "../api/lists";
import type { VpnConnection } from "../api/types";
import { useText, useWord } from "../i18n/text";
import { Heading } from "../parts/Heading";
import { Listing, NameCell, type Column } from "../parts/Listing";
import { StateTag } from "../parts/StateTag";
import { usePoll } from "../state/poll";
import { go, href } from "../state/route";
import { useSession } from "../state/session";

const POLL_MS = 3000;
const tagsOf = (row: VpnConnection) => row.Tag?.Tag ?? [];

export function Connections() {
  const t = useText();
  const word = useWord();
  const { caller, group } = useSession();
  const [state, setState] = useState("");
  const names = usePoll(async () => {
    const [gateways, peers] = await Promise.all([listGateways(caller), listCustomerGateways(caller)]);
    return new Map([...gateways.map((row) => [row.VpnGatewayId, row.Name] as const),
      ...peers.map((row) => [row.CustomerGatewayId, row.Name || row.IpAddress] as const)]);
  }, 15_000, [caller]);
  const list = usePoll(() => listConnections(caller, { ResourceGroupId: group }), POLL_MS, [caller, group]);
  const nameOf = (id: string) => names.data?.get(id) ?? "";

  const columns: Column<VpnConnection>[] = [
    {
      title: t("list.name"), width: 220, by: (row) => row.Name || row.VpnConnectionId,
      render: (row) => <NameCell name={row.Name} id={row.VpnConnectionId} to={href(["connections", row.VpnConnectionId])} />,
    },
    { title: t("connection.status"), width: 170, by: (row) => row.Status, render: (row) => <StateTag state={row.Status} /> },
    { title: t("list.state"), width: 110, wide: true, by: (row) => row.State, render: (row) => <StateTag state={row.State} /> },
    {
      title: t("field.VpnGatewayId"), width: 200, wide: true, by: (row) => nameOf(row.VpnGatewayId),
      render: (row) => <NameCell name={nameOf(row.VpnGatewayId)} id={row.VpnGatewayId} to={href(["gateways", row.VpnGatewayId])} />,
    },
    {
      title: t("field.CustomerGatewayId"), width: 190, wide: true, by: (row) => nameOf(row.CustomerGatewayId),
      render: (row) => <NameCell name={nameOf(row.CustomerGatewayId)} id={row.CustomerGatewayId} />,
    },
    {
      title: t("tags.title"), width: 130, wide: true,
      render: (row) => <div className="name">{tagsOf(row).map((tag) => <Label key={tag.Key}>{tag.Value ? `${tag.Key}: ${tag.Value}` : tag.Key}</Label>)}</div>,
    },
  ];
  const create = <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => go(["connections", "new"])}>{t("connection.create")}</Button>;
  const states = ["ipsec_sa_established", "ike_sa_established", "ike_sa_not_established", "ipsec_sa_not_established"];
  const needsGateway = names.data !== undefined && names.data.size === 0;
  return (
    <>
      <Heading title={t("nav.connections")} actions={create} />
      <Listing
        label={t("nav.connections")} rows={list.data} keep={(row) => !state || row.Status === state} error={list.error}
        columns={columns} rowKey={(row) => row.VpnConnectionId}
        texts={(row) => [row.Name, row.VpnConnectionId, row.LocalSubnet, row.RemoteSubnet, nameOf(row.VpnGatewayId), nameOf(row.CustomerGatewayId)]}
        tags={tagsOf}
        filter={<Select
          aria-label={t("connection.status")} value={state} onChange={setState} style={{ minWidth: 180 }}
          options={[{ value: "", label: t("list.everyState") }, ...states.map((value) => ({ value, label: word("state", value) }))]}
        />}
        empty={
          <Space direction="vertical">
            {needsGateway ? t("connection.emptyFirst") : t("connection.empty")}
            {needsGateway ? <a href={href(["gateways"])}>{t("nav.gateways")}</a> : null}
          </Space>
        }
      />
    </>
  );
}
