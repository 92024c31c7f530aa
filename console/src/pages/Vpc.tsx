// SPDX-License-Identifier: Apache-2.0
/** A VPC: its vSwitches, and the link of this machine that is its LAN side. */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Descriptions, Popconfirm, Skeleton, Space, Table } from "antd";
import { useState } from "react";
import { call } from "../api/client";
import { listVpcs, listVSwitches } from "../api/lists";
import type { Condition, Vpc, VpcLan, VSwitch, Zone } from "../api/types";
import { useText } from "../i18n/text";
import { ConfirmDelete } from "../parts/ConfirmDelete";
import { Copy } from "../parts/Copy";
import { Heading } from "../parts/Heading";
import { Problem } from "../parts/Problem";
import { ResourceForm } from "../parts/ResourceForm";
import { StateTag } from "../parts/StateTag";
import { TagPanel } from "../parts/Tags";
import { useAct } from "../state/act";
import { usePoll } from "../state/poll";
import { go } from "../state/route";
import { useSession } from "../state/session";
import { COLUMNS } from "../parts/columns";

function VSwitchForm({ vpcId, close, done }: { vpcId: string; close(): void; done(): void }) {
  const t = useText();
  const { caller } = useSession();
  const { data } = usePoll(() => call<{ Zones: { Zone: Zone[] } }>(caller, "DescribeZones"), 60_000, [caller]);
  if (!data) return null;
  const zones = data.Zones.Zone.map((zone) => ({ value: zone.ZoneId, label: zone.ZoneId }));
  return (
    <ResourceForm
      title={t("vpc.createVSwitch")} action="CreateVSwitch" fixed={{ VpcId: vpcId }} close={close} done={done}
      rows={[
        { name: "VSwitchName", label: t("list.name"), rule: { kind: "vswitch", path: "VSwitchName" } },
        { name: "ZoneId", label: t("vpc.zone"), required: true, start: zones[0]?.value, options: zones },
        { name: "CidrBlock", label: t("vpc.vswitchCidr"), required: true, hint: t("vpc.vswitchHint"), rule: { kind: "vswitch", path: "CidrBlock" } },
      ]}
    />
  );
}

function VSwitches({ vpc }: { vpc: Vpc }) {
  const t = useText();
  const { caller } = useSession();
  const { run } = useAct();
  const [isCreating, setCreating] = useState(false);
  const { data, error, reload } = usePoll(() => listVSwitches(caller, { VpcId: vpc.VpcId }), 5000, [caller, vpc.VpcId]);
  const remove = async (id: string) => { if (await run(() => call(caller, "DeleteVSwitch", { VSwitchId: id }))) await reload(); };
  return (
    <Card
      size="small" title={<h2 className="card-title">{t("vpc.vswitches")}</h2>}
      extra={<Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => setCreating(true)}>{t("vpc.createVSwitch")}</Button>}
    >
      <Problem error={error} />
      <Table<VSwitch>
        size="small" rowKey="VSwitchId" dataSource={data} loading={!data && !error} pagination={{ pageSize: 50, hideOnSinglePage: true }} scroll={{ x: 560 }}
        locale={{ emptyText: t("vpc.noVSwitch") }}
        columns={[
          { title: t("list.name"), render: (_, row) => row.VSwitchName || row.VSwitchId },
          { title: t("vpc.cidr"), dataIndex: "CidrBlock", width: 160 },
          { title: t("vpc.zone"), dataIndex: "ZoneId", width: 160 },
          {
            title: t("list.actions"), width: 80, render: (_, row) => (
              <Popconfirm title={t("delete.title", { name: row.VSwitchName || row.VSwitchId })} okText={t("form.delete")} cancelText={t("form.cancel")} onConfirm={() => remove(row.VSwitchId)}>
                <Button type="text" danger size="small" icon={<DeleteOutlined aria-hidden />} aria-label={t("form.deleteName", { name: row.VSwitchName || row.VSwitchId })} />
              </Popconfirm>
            ),
          },
        ]}
      />
      {isCreating && <VSwitchForm vpcId={vpc.VpcId} close={() => setCreating(false)} done={() => { setCreating(false); void reload(); }} />}
    </Card>
  );
}

/** What is not as it should be. The list is bare, or wrapped as the connection's is. */
function troubleIn(lan: VpcLan): Condition[] {
  const list = lan.Conditions as Condition[] | { Condition?: Condition[] } | undefined;
  return (Array.isArray(list) ? list : (list?.Condition ?? [])).filter((one) => !one.Status);
}

function Lan({ vpc }: { vpc: Vpc }) {
  const t = useText();
  const { caller } = useSession();
  const { run } = useAct();
  const [isAttaching, setAttaching] = useState(false);
  const { data, error, reload } = usePoll(() => call<VpcLan>(caller, "DescribeVpcLan", { VpcId: vpc.VpcId }), 3000, [caller, vpc.VpcId]);
  const detach = async () => { if (await run(() => call(caller, "DetachVpcLan", { VpcId: vpc.VpcId }))) await reload(); };
  const trouble = data ? troubleIn(data) : [];
  return (
    <Card
      size="small" title={<h2 className="card-title">{t("vpc.lan")}</h2>}
      extra={data?.Interface
        ? <Popconfirm title={t("vpc.detachAsk")} okText={t("vpc.detach")} cancelText={t("form.cancel")} onConfirm={detach}><Button size="small">{t("vpc.detach")}</Button></Popconfirm>
        : <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => setAttaching(true)}>{t("vpc.attach")}</Button>}
    >
      <Problem error={error} />
      {data?.Interface
        ? <Space wrap><StateTag state={data.State} /><code>{data.Interface}</code><code>{data.IpAddress}</code></Space>
        : <p>{t("vpc.noLan")}</p>}
      {trouble.map((one) => <Alert key={one.Type} type="error" showIcon message={one.Message} style={{ marginTop: 8 }} />)}
      {isAttaching && (
        <ResourceForm
          title={t("vpc.attach")} action="AttachVpcLan" fixed={{ VpcId: vpc.VpcId }} close={() => setAttaching(false)} done={() => { setAttaching(false); void reload(); }}
          rows={[
            { name: "Interface", label: t("vpc.interface"), required: true, hint: t("vpc.interfaceHint") },
            { name: "IpAddress", label: t("vpc.lanAddress"), required: true, hint: t("vpc.lanAddressHint") },
          ]}
        />
      )}
    </Card>
  );
}

export function VpcPage({ id }: { id: string }) {
  const t = useText();
  const { caller } = useSession();
  const [isDeleting, setDeleting] = useState(false);
  const { data, error, reload } = usePoll(() => listVpcs(caller, { VpcId: id }), 5000, [caller, id]);
  const vpc = data?.[0];
  if (!data) return <><Problem error={error} /><Skeleton active /></>;
  if (!vpc) return <><Heading title={id} back={["vpcs", t("nav.vpcs")]} /><Alert type="info" showIcon message={t("vpc.gone")} /></>;
  const name = vpc.VpcName || vpc.VpcId;
  return (
    <>
      <Heading title={name} back={["vpcs", t("nav.vpcs")]} actions={<Button danger onClick={() => setDeleting(true)}>{t("form.delete")}</Button>}>
        <StateTag state={vpc.Status} />
      </Heading>
      <Problem error={error} />
      <Space direction="vertical" size={16} style={{ width: "100%" }}>
        <Descriptions
          size="small" column={COLUMNS}
          items={[
            { key: "id", label: "VpcId", children: <Copy text={vpc.VpcId} /> },
            { key: "cidr", label: t("vpc.cidr"), children: vpc.CidrBlock },
            { key: "group", label: t("realm.group"), children: vpc.ResourceGroupId },
            { key: "tags", label: t("tags.title"), children: <TagPanel type="VPC" id={vpc.VpcId} name={name} tags={vpc.Tags?.Tag ?? []} changed={reload} /> },
          ]}
        />
        <Lan vpc={vpc} />
        <VSwitches vpc={vpc} />
      </Space>
      {isDeleting && (
        <ConfirmDelete
          name={name} consequence={t("vpc.deleteHint")} close={() => setDeleting(false)} removed={() => go(["vpcs"])}
          remove={() => call(caller, "DeleteVpc", { VpcId: id })}
        />
      )}
    </>
  );
}
