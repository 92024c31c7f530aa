// SPDX-License-Identifier: Apache-2.0
import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { listVpcs } from "../api/lists";
import type { Vpc } from "../api/types";
import { useText } from "../i18n/text";
import { Heading } from "../parts/Heading";
import { Listing, NameCell, type Column } from "../parts/Listing";
import { ResourceForm } from "../parts/ResourceForm";
import { StateTag } from "../parts/StateTag";
import { formatTime } from "../parts/time";
import { usePoll } from "../state/poll";
import { usePreferences } from "../state/preferences";
import { go, href } from "../state/route";
import { useSession } from "../state/session";

function VpcForm({ close, done }: { close(): void; done(id: string): void }) {
  const t = useText();
  const { groups, group } = useSession();
  return (
    <ResourceForm
      title={t("vpc.create")} action="CreateVpc" close={close} done={(answer) => done(String(answer.VpcId))}
      rows={[
        { name: "VpcName", label: t("list.name"), rule: { kind: "vpc", path: "VpcName" } },
        { name: "CidrBlock", label: t("vpc.cidr"), start: "10.0.0.0/16", required: true, rule: { kind: "vpc", path: "CidrBlock" } },
        { name: "Description", label: t("list.description"), rule: { kind: "vpc", path: "Description" } },
        {
          name: "ResourceGroupId", label: t("realm.group"), start: group,
          options: groups.map((row) => ({ value: row.ResourceGroupId, label: row.ResourceGroupId })),
        },
      ]}
    />
  );
}

export function Vpcs() {
  const t = useText();
  const { language } = usePreferences();
  const { caller, group } = useSession();
  const [isCreating, setCreating] = useState(false);
  const list = usePoll(() => listVpcs(caller, { ResourceGroupId: group }), 5000, [caller, group]);
  const columns: Column<Vpc>[] = [
    { title: t("list.name"), width: 250, by: (row) => row.VpcName, render: (row) => <NameCell name={row.VpcName} id={row.VpcId} to={href(["vpcs", row.VpcId])} /> },
    { title: t("list.state"), width: 130, by: (row) => row.Status, render: (row) => <StateTag state={row.Status} /> },
    { title: t("vpc.cidr"), width: 160, wide: true, by: (row) => row.CidrBlock, render: (row) => row.CidrBlock },
    { title: t("realm.group"), width: 140, wide: true, by: (row) => row.ResourceGroupId, render: (row) => row.ResourceGroupId },
    { title: t("list.created"), width: 190, wide: true, by: (row) => row.CreationTime, render: (row) => formatTime(row.CreationTime, language) },
  ];
  return (
    <>
      <Heading title={t("nav.vpcs")} actions={<Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setCreating(true)}>{t("vpc.create")}</Button>} />
      <Listing
        label={t("nav.vpcs")} rows={list.data} error={list.error} columns={columns} rowKey={(row) => row.VpcId}
        texts={(row) => [row.VpcName, row.VpcId, row.CidrBlock, row.Description]} tags={(row) => row.Tags?.Tag ?? []} empty={t("vpc.empty")}
      />
      {isCreating && <VpcForm close={() => setCreating(false)} done={(id) => go(["vpcs", id])} />}
    </>
  );
}
