// SPDX-License-Identifier: Apache-2.0
/** The control of one setting, chosen by its type in the server's table. */
import { ReloadOutlined } from "@ant-design/icons";
import { Button, Input, Radio, Select, Space, Switch } from "antd";
import type { Field } from "../api/reference";
import { useText, useWord } from "../i18n/text";
import { makePsk } from "../rules/psk";

interface Props {
  row: Field;
  path: string;
  disabled?: boolean;
  id?: string;
  value?: string | boolean;
  onChange?: (value: string | boolean) => void;
  placeholder?: string;
}

function PskControl({ id, value, onChange, placeholder }: Props) {
  const t = useText();
  return (
    <Space.Compact style={{ width: "100%" }}>
      <Input.Password
        id={id} value={value as string} onChange={(event) => onChange?.(event.target.value)} placeholder={placeholder}
        autoComplete="new-password" spellCheck={false}
      />
      <Button icon={<ReloadOutlined aria-hidden />} onClick={() => onChange?.(makePsk())}>{t("form.generate")}</Button>
    </Space.Compact>
  );
}

export function FieldControl(props: Props) {
  const { row, path, disabled, id, value, onChange, placeholder } = props;
  const word = useWord();
  const t = useText();
  if (path === "IkeConfig.Psk") return <PskControl {...props} />;
  if (path === "EffectImmediately")
    return (
      <Radio.Group id={id} value={value} disabled={disabled} onChange={(event) => onChange?.(event.target.value as boolean)}>
        <Radio value>{t("form.yes")}</Radio>
        <Radio value={false}>{t("form.no")}</Radio>
      </Radio.Group>
    );
  if (row.type === "boolean") return <Switch id={id} checked={value === true} disabled={disabled} onChange={onChange} />;
  if (row.type === "enum")
    return (
      <Select
        id={id} value={value} disabled={disabled} onChange={onChange}
        options={(row.values ?? []).map((one) => ({ value: one, label: word("value", one) }))}
      />
    );
  return (
    <Input
      id={id} value={value as string | undefined} disabled={disabled} placeholder={placeholder} spellCheck={false} autoComplete="off"
      inputMode={row.type === "integer" ? "numeric" : undefined} onChange={(event) => onChange?.(event.target.value)}
    />
  );
}
