// SPDX-License-Identifier: Apache-2.0
/** A deletion that has to be meant: the id or name of what goes is typed. */
import { Alert, Button, Input, Modal, Typography } from "antd";
import { useState } from "react";
import { useText } from "../i18n/text";
import { useAct, useErrorText } from "../state/act";

interface Props {
  /** What has to be typed. */
  name: string;
  /** What will happen. */
  consequence: string;
  remove(): Promise<unknown>;
  removed(): void;
  close(): void;
}

export function ConfirmDelete({ name, consequence, remove, removed, close }: Props) {
  const t = useText();
  const textOf = useErrorText();
  const { busy, run } = useAct();
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>();
  const isRight = typed.trim() === name;

  const submit = async () => {
    if (isRight && (await run(remove, setError))) removed();
  };

  return (
    <Modal
      open title={t("delete.title", { name })} onCancel={close}
      footer={[
        <Button key="cancel" onClick={close}>{t("form.cancel")}</Button>,
        <Button key="ok" danger type="primary" disabled={!isRight} loading={busy} onClick={() => void submit()}>{t("delete.submit")}</Button>,
      ]}
    >
      <Typography.Paragraph>{consequence}</Typography.Paragraph>
      {error ? <Alert type="error" showIcon message={textOf(error)} style={{ marginBottom: 12 }} /> : null}
      <label htmlFor="confirm-delete">{t("delete.type", { name })}</label>
      <Input id="confirm-delete" value={typed} onChange={(event) => setTyped(event.target.value)} onPressEnter={() => void submit()} autoFocus autoComplete="off" spellCheck={false} />
    </Modal>
  );
}
