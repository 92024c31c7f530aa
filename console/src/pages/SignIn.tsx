// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Card, Form, Input, Typography } from "antd";
import { useState } from "react";
import { Refusal } from "../api/errors";
import type { AccessKey } from "../api/sign";
import { useText } from "../i18n/text";
import { PreferenceControls } from "../parts/PreferenceControls";
import { useAct, useErrorText } from "../state/act";

export function SignIn({ signIn, failure }: { signIn(key: AccessKey): Promise<void>; failure: unknown }) {
  const t = useText();
  const textOf = useErrorText();
  const { busy, run } = useAct();
  const [error, setError] = useState<unknown>(failure);
  const sentence = error instanceof Refusal && error.isAboutKey ? t("signIn.wrongKey") : error ? textOf(error) : undefined;

  const submit = (values: AccessKey) => run(() => signIn({ id: values.id.trim(), secret: values.secret.trim() }), setError);

  return (
    <main className="signin" style={{ maxWidth: 420, margin: "8vh auto", padding: 16 }}>
      <Card>
        <Typography.Title level={1} style={{ fontSize: 24, marginTop: 0 }}>{t("app.title")}</Typography.Title>
        <Typography.Paragraph>{t("signIn.hint")}</Typography.Paragraph>
        {sentence && <Alert type="error" showIcon message={sentence} style={{ marginBottom: 16 }} />}
        <Form<AccessKey> layout="vertical" onFinish={(values) => void submit(values)} requiredMark={false}>
          <Form.Item name="id" label={t("signIn.id")} rules={[{ required: true, whitespace: true, message: t("rule.required") }]}>
            <Input autoComplete="username" autoFocus spellCheck={false} />
          </Form.Item>
          <Form.Item name="secret" label={t("signIn.secret")} rules={[{ required: true, whitespace: true, message: t("rule.required") }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={busy}>{t("signIn.submit")}</Button>
        </Form>
        <Typography.Paragraph style={{ marginTop: 16, fontSize: 13 }}>{t("signIn.firstKey")}</Typography.Paragraph>
      </Card>
      <div style={{ display: "flex", justifyContent: "center", marginTop: 16, gap: 8 }}><PreferenceControls /></div>
    </main>
  );
}
