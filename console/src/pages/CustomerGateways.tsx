// SPDX-License-Identifier: Apache-2.0
import { DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Space } from "antd";
import { useState } from "react";
import { call } from "../api/client";
import { listCustomerGateways } from "../api/lists";
import type { CustomerGateway } from "../api/types";
import { useText } from "../i18n/text";
import { ConfirmDelete } from "../parts/ConfirmDelete";
import { Heading } from "../parts/Heading";
import { Listing, NameCell, type Column } from "../parts/Listing";
import { ResourceForm, type FormRow } from "../parts/ResourceForm";
import { TagButton } from "../parts/Tags";
import { formatTime } from "../parts/time";
import { dottedAsn } from "../rules/address";
import { usePoll } from "../state/poll";
import { usePreferences } from "../state/preferences";
import { useSession } from "../state/session";

const KIND = "customer-gateway" as const;

/** Creates one, or edits the one that is given. */
function CustomerGatewayForm({ row, close, done }: { row?: CustomerGateway; close(): void; done(): void }) {
  const t = useText();
  const { groups, group } = useSession();
  const rows: FormRow[] = [
    { name: "Name", label: t("list.name"), start: row?.Name, rule: { kind: KIND, path: "Name" } },
    { name: "Description", label: t("list.description"), start: row?.Description, rule: { kind: KIND, path: "Description" } },
    { name: "AuthKey", label: t("customer.authKey"), isSecret: true, hint: row ? t("customer.authKeyKept") : t("customer.authKeyHint"), rule: { kind: KIND, path: "AuthKey" } },
  ];
  if (!row)
    rows.splice(1, 0,
      { name: "IpAddress", label: t("customer.address"), required: true, rule: { kind: KIND, path: "IpAddress" } },
      { name: "Asn", label: t("customer.asn"), hint: t("customer.asnHint"), rule: { kind: KIND, path: "Asn" } },
      {
        name: "ResourceGroupId", label: t("realm.group"), start: group,
        options: groups.map((one) => ({ value: one.ResourceGroupId, label: one.ResourceGroupId })),
      });
  return (
    <ResourceForm
      title={row ? t("customer.edit", { name: row.Name || row.CustomerGatewayId }) : t("customer.create")} rows={rows} close={close} done={done}
      action={row ? "ModifyCustomerGatewayAttribute" : "CreateCustomerGateway"} fixed={row && { CustomerGatewayId: row.CustomerGatewayId }}
    />
  );
}

export function CustomerGateways() {
  const t = useText();
  const { language } = usePreferences();
  const { caller, group } = useSession();
  const [editing, setEditing] = useState<CustomerGateway | "new" | null>(null);
  const [deleting, setDeleting] = useState<CustomerGateway | null>(null);
  const list = usePoll(() => listCustomerGateways(caller, { ResourceGroupId: group }), 5000, [caller, group]);
  const nameOf = (row: CustomerGateway) => row.Name || row.CustomerGatewayId;

  const columns: Column<CustomerGateway>[] = [
    { title: t("list.name"), width: 250, by: nameOf, render: (row) => <NameCell name={row.Name} id={row.CustomerGatewayId} /> },
    { title: t("customer.address"), width: 150, by: (row) => row.IpAddress, render: (row) => row.IpAddress },
    { title: t("customer.asn"), width: 180, wide: true, render: (row) => (row.Asn ? `${row.Asn} (${dottedAsn(row.Asn)})` : "-") },
    { title: t("list.description"), width: 220, wide: true, render: (row) => row.Description || "-" },
    { title: t("list.created"), width: 190, wide: true, by: (row) => row.CreateTime, render: (row) => formatTime(row.CreateTime, language) },
    {
      title: t("list.actions"), width: 170, render: (row) => (
        <Space size={0} wrap>
          <Button type="link" size="small" aria-label={t("form.editName", { name: nameOf(row) })} icon={<EditOutlined aria-hidden />} onClick={() => setEditing(row)} />
          <TagButton type="CUSTOMERGATEWAY" id={row.CustomerGatewayId} name={nameOf(row)} tags={row.Tags?.Tag ?? []} changed={list.reload} />
          <Button type="link" size="small" danger aria-label={t("form.deleteName", { name: nameOf(row) })} icon={<DeleteOutlined aria-hidden />} onClick={() => setDeleting(row)} />
        </Space>
      ),
    },
  ];
  return (
    <>
      <Heading
        title={t("nav.customerGateways")}
        actions={<Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEditing("new")}>{t("customer.create")}</Button>}
      />
      <Listing
        label={t("nav.customerGateways")} rows={list.data} error={list.error} columns={columns} rowKey={(row) => row.CustomerGatewayId}
        texts={(row) => [row.Name, row.CustomerGatewayId, row.IpAddress, row.Description]} tags={(row) => row.Tags?.Tag ?? []}
        empty={t("customer.empty")}
      />
      {editing && (
        <CustomerGatewayForm
          row={editing === "new" ? undefined : editing} close={() => setEditing(null)}
          done={() => { setEditing(null); void list.reload(); }}
        />
      )}
      {deleting && (
        <ConfirmDelete
          name={nameOf(deleting)} consequence={t("customer.deleteHint")} close={() => setDeleting(null)}
          remove={() => call(caller, "DeleteCustomerGateway", { CustomerGatewayId: deleting.CustomerGatewayId })}
          removed={() => { setDeleting(null); void list.reload(); }}
        />
      )}
    </>
  );
}
