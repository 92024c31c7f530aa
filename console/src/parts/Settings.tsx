// SPDX-License-Identifier: Apache-2.0
/** A connection's settings, read only: the same table of fields as the form. */
import { EyeInvisibleOutlined, EyeOutlined, WarningOutlined } from "@ant-design/icons";
import { Button, Descriptions, Tooltip } from "antd";
import { useState } from "react";
import type { VpnConnection } from "../api/types";
import { isShown, valueOf, valuesOf } from "../forms/connection";
import { CONNECTION_FIELDS, GROUPS, rowOf, type FormField } from "../forms/fields";
import { useText, useWord } from "../i18n/text";
import { SECRET_MASK } from "../rules/rules";
import { weakness } from "../rules/weak";
import { COLUMNS } from "./columns";

function Secret({ text }: { text: string }) {
  const t = useText();
  const [isOpen, setOpen] = useState(false);
  if (text === SECRET_MASK) return <>{t("secret.hidden")}</>;
  return (
    <>
      <code>{isOpen ? text : "••••••••"}</code>
      <Button
        type="text" size="small" aria-label={isOpen ? t("secret.hide") : t("secret.show")} icon={isOpen ? <EyeInvisibleOutlined aria-hidden /> : <EyeOutlined aria-hidden />}
        onClick={() => setOpen(!isOpen)}
      />
    </>
  );
}

function Value({ item, connection }: { item: FormField; connection: VpnConnection }) {
  const t = useText();
  const word = useWord();
  const value = valueOf(item, connection);
  if (rowOf(item).type === "secret") return <Secret text={String(value ?? "")} />;
  if (typeof value === "boolean") return <>{value ? t("form.yes") : t("form.no")}</>;
  const weak = weakness(value);
  const text = value ? (rowOf(item).type === "enum" ? word("value", value) : value) : "-";
  return (
    <span style={{ overflowWrap: "anywhere" }}>
      {text}
      {weak && <Tooltip title={t(weak)}> <WarningOutlined className="weak" aria-label={t(weak)} tabIndex={0} /></Tooltip>}
    </span>
  );
}

export function Settings({ connection }: { connection: VpnConnection }) {
  const t = useText();
  const word = useWord();
  const values = valuesOf(connection);
  const hidden = ["VpnGatewayId", "CustomerGatewayId", "AutoConfigRoute", "Name"];
  const shown = CONNECTION_FIELDS.filter((item) => !hidden.includes(item.path) && isShown(item, values));
  return (
    <>
      {GROUPS.filter((group) => shown.some((item) => item.group === group)).map((group) => (
        <Descriptions
          key={group} title={t(`group.${group}`)} size="small" bordered column={COLUMNS} style={{ marginBottom: 16 }}
          items={shown.filter((item) => item.group === group).map((item) => ({
            key: item.path, label: word("field", item.path), children: <Value item={item} connection={connection} />,
          }))}
        />
      ))}
    </>
  );
}
