// SPDX-License-Identifier: Apache-2.0
/** One row of the connection form: label, control, hint, and what is wrong with it. */
import { WarningOutlined } from "@ant-design/icons";
import { Form } from "antd";
import type { ReactNode } from "react";
import { useText, useWord } from "../i18n/text";
import { dottedAsn, parseAsn } from "../rules/address";
import { weakness } from "../rules/weak";
import { checkField } from "./connection";
import { FieldControl } from "./FieldControl";
import { rowOf, type FormField, type FormValues } from "./fields";

interface Props {
  item: FormField;
  values: FormValues;
  isEdit: boolean;
  placeholder?: string;
  /** Instead of the control its type asks for. */
  children?: ReactNode;
}

/** A number that has two notations shows the other one. */
function otherNotation(item: FormField, values: FormValues): string | undefined {
  const text = values[item.path];
  const asn = rowOf(item).type === "asn" && typeof text === "string" ? parseAsn(text.trim()) : null;
  if (asn === null || typeof text !== "string") return undefined;
  return text.includes(".") ? String(asn) : dottedAsn(asn);
}

export function FieldItem({ item, values, isEdit, placeholder, children }: Props) {
  const t = useText();
  const word = useWord();
  const row = rowOf(item);
  const weak = weakness(values[item.path]);
  const notation = otherNotation(item, values);
  const hint = word("hint", item.path);
  const isFixed = isEdit && row.immutable;
  const validator = () => {
    const wrong = checkField(item, values);
    return wrong ? Promise.reject(new Error(t(wrong.key, wrong.values))) : Promise.resolve();
  };
  const extra = [
    hint !== item.path && <div key="hint">{hint}</div>,
    notation && <div key="asn">= {notation}</div>,
    isFixed && <div key="fixed">{t("form.fixed")}</div>,
    weak && <div key="weak" className="weak"><WarningOutlined aria-hidden /> {t(weak)}</div>,
  ].filter(Boolean);
  return (
    <Form.Item
      name={item.path} label={word("field", item.path)} required={row.required} extra={extra.length ? extra : undefined}
      rules={[{ validator }]} data-field={item.path}
    >
      {children ?? <FieldControl row={row} path={item.path} disabled={isFixed} placeholder={placeholder} />}
    </Form.Item>
  );
}
