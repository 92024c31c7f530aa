// SPDX-License-Identifier: Apache-2.0
/** Create or edit a connection: every setting of the mission in its groups. */
import { Alert, Button, Card, Form, Radio, Result, Select, Skeleton, Space } from "antd";
import { useMemo, useState } from "react";
import { call, type Tag } from "../api/client";
import { Refusal } from "../api/errors";
import { listCustomerGateways, listGateways } from "../api/lists";
import type { CustomerGateway, VpnConnection, VpnGateway } from "../api/types";
import { changedFields, createParameters, fieldOfRefusal, isShown, modifyParameters, startValues, valuesOf } from "../forms/connection";
import { fieldsOf, GROUPS, isFlows, type FormField, type FormValues, type Group } from "../forms/fields";
import { FieldItem } from "../forms/FieldItem";
import { useText, useWord } from "../i18n/text";
import { Heading } from "../parts/Heading";
import { Problem } from "../parts/Problem";
import { realTags, TagEditor } from "../parts/Tags";
import { makePsk } from "../rules/psk";
import { useAct, useErrorText } from "../state/act";
import { usePoll } from "../state/poll";
import { go } from "../state/route";
import { useSession } from "../state/session";

interface Ends {
  gateways: VpnGateway[];
  peers: CustomerGateway[];
  connection?: VpnConnection;
}

interface EndProps {
  item: FormField;
  ends: Ends;
  isEdit: boolean;
  id?: string;
  value?: string;
  onChange?: (value: string) => void;
}

function EndSelect({ item, ends, isEdit, id, value, onChange }: EndProps) {
  const options = item.path === "VpnGatewayId"
    ? ends.gateways.map((row) => ({ value: row.VpnGatewayId, label: `${row.Name || row.VpnGatewayId} (${row.InternetIp})` }))
    : ends.peers.map((row) => ({ value: row.CustomerGatewayId, label: `${row.Name || row.CustomerGatewayId} (${row.IpAddress})` }));
  return <Select id={id} value={value} onChange={onChange} options={options} disabled={isEdit} showSearch optionFilterProp="label" />;
}

/** What LocalId and RemoteId are when they stay empty. */
function placeholders(values: FormValues, ends: Ends): Record<string, string | undefined> {
  return {
    "IkeConfig.LocalId": ends.gateways.find((row) => row.VpnGatewayId === values.VpnGatewayId)?.InternetIp,
    "IkeConfig.RemoteId": ends.peers.find((row) => row.CustomerGatewayId === values.CustomerGatewayId)?.IpAddress,
    LocalSubnet: "10.0.0.0/24,10.0.1.0/24",
    RemoteSubnet: "192.168.0.0/24",
    "BgpConfig.TunnelCidr": "169.254.10.0/30",
    "BgpConfig.LocalBgpIp": "169.254.10.1",
  };
}

function RoutingMode() {
  const t = useText();
  return (
    <Form.Item name="RoutingMode" label={t("field.RoutingMode")} extra={t("hint.RoutingMode")}>
      <Radio.Group>
        <Radio value="destination">{t("mode.destination")}</Radio>
        <Radio value="flows">{t("mode.flows")}</Radio>
      </Radio.Group>
    </Form.Item>
  );
}

function GroupCard({ group, values, ends, isEdit }: { group: Group; values: FormValues; ends: Ends; isEdit: boolean }) {
  const t = useText();
  const hints = placeholders(values, ends);
  const shown = fieldsOf(group).filter((item) => isShown(item, values));
  if (!shown.length) return null;
  return (
    <Card title={<h2 className="card-title">{t(`group.${group}`)}</h2>} size="small" style={{ marginBottom: 16 }} data-group={group}>
      {group === "ike" && values["IkeConfig.IkeVersion"] === "ikev1" && isFlows(values) && (
        <Alert type="info" showIcon message={t("rule.ikev1Subnets")} style={{ marginBottom: 12 }} />
      )}
      <div className="fields">
        {shown.map((item) => [
          <FieldItem key={item.path} item={item} values={values} isEdit={isEdit} placeholder={hints[item.path]}>
            {/^(Vpn|Customer)GatewayId$/.test(item.path) ? <EndSelect item={item} ends={ends} isEdit={isEdit} /> : undefined}
          </FieldItem>,
          item.path === "CustomerGatewayId" && <RoutingMode key="RoutingMode" />,
        ])}
      </div>
    </Card>
  );
}

/** What saving will do to the tunnel that runs now. */
function Effect({ changed, values }: { changed: FormField[]; values: FormValues }) {
  const t = useText();
  const word = useWord();
  if (!changed.length) return null;
  const interrupting = changed.filter((item) => item.interrupts).map((item) => word("field", item.path));
  if (!interrupting.length) return <Alert type="info" showIcon message={t("edit.quiet")} style={{ marginBottom: 16 }} />;
  const key = values.EffectImmediately === false ? "edit.waits" : "edit.interrupts";
  return <Alert type="warning" showIcon message={t(key, { fields: interrupting.join(", ") })} style={{ marginBottom: 16 }} />;
}

interface Created {
  id: string;
  gatewayId: string;
  hasFlows: boolean;
}

function Done({ id, gatewayId, hasFlows }: Created) {
  const t = useText();
  return (
    <Result
      status="success" title={t("connection.created")} subTitle={t(hasFlows ? "connection.routesFlows" : "connection.routesDestination")}
      extra={[
        <Button key="routes" type="primary" onClick={() => go(["gateways", gatewayId], { tab: hasFlows ? "policy" : "destination", via: id })}>
          {t("connection.configureRoutes")}
        </Button>,
        <Button key="view" onClick={() => go(["connections", id])}>{t("connection.view")}</Button>,
      ]}
    />
  );
}

function Editor({ ends, id }: { ends: Ends; id?: string }) {
  const t = useText();
  const textOf = useErrorText();
  const { caller } = useSession();
  const { busy, run } = useAct();
  const [form] = Form.useForm<FormValues>();
  const before = useMemo<FormValues>(() => {
    if (ends.connection) return valuesOf(ends.connection);
    return { ...startValues(), "IkeConfig.Psk": makePsk(), VpnGatewayId: ends.gateways.length === 1 ? ends.gateways[0]?.VpnGatewayId : undefined };
    // what the form starts with is decided once
  }, []);
  const values: FormValues = { ...before, ...Form.useWatch((all) => all, form) };
  const [tags, setTags] = useState<Tag[]>([]);
  const [error, setError] = useState<unknown>();
  const [created, setCreated] = useState<Created>();
  const changed = id ? changedFields(before, values) : [];

  const refused = (failure: unknown) => {
    const path = failure instanceof Refusal ? fieldOfRefusal(failure.field) : undefined;
    const isVisible = path !== undefined && form.getFieldInstance(path) !== undefined;
    if (path) {
      form.setFields([{ name: path, errors: [(failure as Refusal).sentence] }]);
      form.scrollToField(path, { block: "center" });
    }
    setError(isVisible ? undefined : failure);
  };

  const save = async () => {
    setError(undefined);
    if (id) {
      const parameters = { VpnConnectionId: id, ...modifyParameters(before, values) };
      if (await run(() => call(caller, "ModifyVpnConnectionAttribute", parameters), refused)) go(["connections", id]);
      return;
    }
    const work = async () => {
      const answer = await call<{ VpnConnectionId: string }>(caller, "CreateVpnConnection", createParameters(values, realTags(tags)));
      setCreated({ id: answer.VpnConnectionId, gatewayId: String(values.VpnGatewayId), hasFlows: isFlows(values) });
    };
    await run(work, refused);
  };

  if (created) return <Done {...created} />;
  return (
    <Form<FormValues>
      form={form} layout="vertical" initialValues={before} onFinish={() => void save()} scrollToFirstError={{ block: "center" }}
      style={{ maxWidth: 980 }} disabled={busy}
    >
      {error ? <Alert type="error" showIcon message={textOf(error)} style={{ marginBottom: 16 }} /> : null}
      {GROUPS.map((group) => <GroupCard key={group} group={group} values={values} ends={ends} isEdit={id !== undefined} />)}
      {!id && (
        <Card title={<h2 className="card-title">{t("tags.title")}</h2>} size="small" style={{ marginBottom: 16 }}>
          <TagEditor tags={tags} change={setTags} />
        </Card>
      )}
      <Effect changed={changed} values={values} />
      <Space>
        <Button type="primary" htmlType="submit" loading={busy} disabled={id !== undefined && changed.length === 0}>
          {id ? t("form.save") : t("connection.create")}
        </Button>
        <Button onClick={() => (id ? go(["connections", id]) : go(["connections"]))}>{t("form.cancel")}</Button>
      </Space>
    </Form>
  );
}

export function ConnectionForm({ id }: { id?: string }) {
  const t = useText();
  const { caller, group } = useSession();
  // Read once: what is being typed must not change under the user.
  const { data, error } = usePoll<Ends>(async () => {
    const [gateways, peers, connection] = await Promise.all([
      listGateways(caller, { ResourceGroupId: id ? undefined : group }), listCustomerGateways(caller),
      id ? call<VpnConnection>(caller, "DescribeVpnConnection", { VpnConnectionId: id }) : undefined,
    ]);
    return { gateways, peers, connection };
  }, 24 * 3600 * 1000, [caller, id]);
  const title = id ? t("connection.edit", { name: data?.connection?.Name || id }) : t("connection.create");
  return (
    <>
      <Heading title={title} back={["connections", t("nav.connections")]} />
      <Problem error={error} />
      {data ? <Editor ends={data} id={id} /> : !error && <Skeleton active />}
    </>
  );
}
