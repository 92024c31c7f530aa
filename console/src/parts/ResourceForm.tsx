// SPDX-License-Identifier: Apache-2.0
/**
 * A small form in a window: fields by the server's table of the kind, one call, a refusal at its field. Larger forms have a
 * page of their own.
 */
import { Alert, Form, Input, InputNumber, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { call, type Parameters } from "../api/client";
import { Refusal } from "../api/errors";
import { field, type Kind } from "../api/reference";
import { useText, useWord } from "../i18n/text";
import { validate } from "../rules/validate";
import { useAct, useErrorText } from "../state/act";
import { useSession } from "../state/session";

export interface FormRow {
  /** The parameter's name. */
  name: string;
  label: string;
  /** Its row in the table of `kind`; none: only whether it is needed is checked. */
  rule?: { kind: Kind; path: string };
  options?: { value: string; label: string }[];
  required?: boolean;
  start?: string;
  hint?: ReactNode;
  isSecret?: boolean;
  isNumber?: boolean;
}

interface Props {
  title: string;
  action: string;
  rows: FormRow[];
  /** Sent beside what is typed. */
  fixed?: Parameters;
  /** What is shown below the rows. */
  children?: ReactNode;
  close(): void;
  done(answer: Record<string, unknown>): void;
}

type Values = Record<string, string | number | undefined>;

/** Takes only what it knows of what the form passes on: an attribute at the wrong element would mislead screen readers. */
function Control({ row, id, value, onChange }: { row: FormRow; id?: string; value?: string; onChange?: (value: unknown) => void }) {
  const rest = { id, value, onChange };
  if (row.options) return <Select {...rest} options={row.options} showSearch optionFilterProp="label" allowClear={!row.required} />;
  if (row.isSecret) return <Input.Password {...rest} autoComplete="new-password" />;
  if (row.isNumber) return <InputNumber {...rest} style={{ width: "100%" }} stringMode />;
  return <Input {...rest} spellCheck={false} autoComplete="off" />;
}

export function ResourceForm({ title, action, rows, fixed, children, close, done }: Props) {
  const t = useText();
  const word = useWord();
  const textOf = useErrorText();
  const { caller } = useSession();
  const [form] = Form.useForm<Values>();
  const { busy, run } = useAct();
  const [error, setError] = useState<unknown>();

  const check = (row: FormRow) => async (_: unknown, value: unknown) => {
    const text = value === undefined || value === null ? "" : String(value).trim();
    const wrong = row.required && text === "" ? { key: "rule.required" as const } : row.rule && validate(row.rule.kind, row.rule.path, text);
    if (wrong) throw new Error(t(wrong.key, "values" in wrong ? wrong.values : undefined));
  };

  const refused = (failure: unknown) => {
    const row = failure instanceof Refusal && rows.find((one) => one.name === failure.field);
    if (row) form.setFields([{ name: row.name, errors: [(failure as Refusal).sentence] }]);
    setError(row ? undefined : failure);
  };

  const submit = async (values: Values) => {
    const given = Object.entries(values).map(([name, value]) => [name, value === undefined || value === null ? undefined : String(value).trim() || undefined]);
    let answer: Record<string, unknown> = {};
    setError(undefined);
    const work = async () => { answer = await call(caller, action, { ...Object.fromEntries(given), ...fixed }); };
    if (await run(work, refused)) done(answer);
  };

  return (
    <Modal open title={title} onCancel={close} onOk={form.submit} okText={t("form.save")} cancelText={t("form.cancel")} confirmLoading={busy} maskClosable={false}>
      {error ? <Alert type="error" showIcon message={textOf(error)} style={{ marginBottom: 12 }} /> : null}
      <Form<Values>
        form={form} layout="vertical" onFinish={(values) => void submit(values)} scrollToFirstError
        initialValues={Object.fromEntries(rows.map((row) => [row.name, row.start]))}
      >
        {rows.map((row) => (
          <Form.Item
            key={row.name} name={row.name} label={row.label} extra={row.hint} required={row.required} validateFirst
            rules={[{ validator: check(row) }]}
          >
            <Control row={row.rule && !row.options ? { ...row, options: optionsOf(row, word) } : row} />
          </Form.Item>
        ))}
      </Form>
      {children}
    </Modal>
  );
}

/** A field with few legal values is a choice. */
function optionsOf(row: FormRow, word: (prefix: string, text: string) => string) {
  const values = row.rule && field(row.rule.kind, row.rule.path).values;
  return values?.map((value) => ({ value, label: word("value", value) }));
}
