// SPDX-License-Identifier: Apache-2.0
/** The frame around every page: navigation, region and resource group, and whether the API answers. */
import {
  ApartmentOutlined, CloudServerOutlined, LinkOutlined, LogoutOutlined, MenuOutlined, ShopOutlined,
} from "@ant-design/icons";
import { Alert, Button, Drawer, Grid, Layout, Menu, Select, theme } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { useText } from "../i18n/text";
import { PreferenceControls } from "../parts/PreferenceControls";
import { useReachable } from "../state/reach";
import { go, href, useRoute } from "../state/route";
import { useSession } from "../state/session";
import { ConnectionPage } from "./Connection";
import { ConnectionForm } from "./ConnectionForm";
import { Connections } from "./Connections";
import { CustomerGateways } from "./CustomerGateways";
import { GatewayPage } from "./Gateway";
import { Gateways } from "./Gateways";
import { VpcPage } from "./Vpc";
import { Vpcs } from "./Vpcs";

function Page() {
  const { path: [area, id, verb] } = useRoute();
  if (area === "connections" && id === "new") return <ConnectionForm />;
  if (area === "connections" && id && verb === "edit") return <ConnectionForm key={id} id={id} />;
  if (area === "connections" && id) return <ConnectionPage key={id} id={id} />;
  if (area === "gateways") return id ? <GatewayPage key={id} id={id} /> : <Gateways />;
  if (area === "customer-gateways") return <CustomerGateways />;
  if (area === "vpcs") return id ? <VpcPage key={id} id={id} /> : <Vpcs />;
  return <Connections />;
}

function Navigation({ done }: { done?: () => void }) {
  const t = useText();
  const { path: [area = "connections"] } = useRoute();
  const item = (key: string, icon: ReactNode, label: string) => ({ key, icon, label: <a href={href([key])} onClick={done}>{label}</a> });
  return (
    <nav aria-label={t("nav.main")}>
      <Menu
        mode="inline" selectedKeys={[area]} style={{ borderInlineEnd: 0 }}
        items={[
          item("gateways", <CloudServerOutlined aria-hidden />, t("nav.gateways")),
          item("customer-gateways", <ShopOutlined aria-hidden />, t("nav.customerGateways")),
          item("connections", <LinkOutlined aria-hidden />, t("nav.connections")),
          item("vpcs", <ApartmentOutlined aria-hidden />, t("nav.vpcs")),
        ]}
      />
    </nav>
  );
}

function RealmControls() {
  const t = useText();
  const session = useSession();
  return (
    <>
      <Select
        aria-label={t("realm.region")} value={session.region} popupMatchSelectWidth={false}
        options={session.regions.map((region) => ({ value: region.RegionId, label: region.LocalName }))}
        onChange={(region) => { session.setRegion(region); go(["connections"]); }}
      />
      <Select
        aria-label={t("realm.group")} value={session.group ?? ""} popupMatchSelectWidth={false}
        options={[{ value: "", label: t("realm.everyGroup") },
          ...session.groups.map((group) => ({ value: group.ResourceGroupId, label: group.ResourceGroupId }))]}
        onChange={(group) => session.setGroup(group || undefined)}
      />
    </>
  );
}

export function Shell() {
  const t = useText();
  const session = useSession();
  const isReachable = useReachable();
  const isWide = Grid.useBreakpoint().lg ?? true;
  const [isOpen, setOpen] = useState(false);
  const { token } = theme.useToken();
  const { path } = useRoute();
  useEffect(() => { void scrollTo(0, 0); }, [path.join("/")]);

  return (
    <Layout style={{ minHeight: "100vh" }}>
      <Layout.Header
        style={{
          display: "flex", flexWrap: "wrap", alignItems: "center", gap: 8, padding: "8px 16px", height: "auto", lineHeight: "32px",
          background: token.colorBgContainer, borderBottom: `1px solid ${token.colorBorderSecondary}`,
        }}
      >
        {!isWide && <Button aria-label={t("nav.open")} icon={<MenuOutlined aria-hidden />} onClick={() => setOpen(true)} />}
        <strong style={{ fontSize: 18, marginInlineEnd: "auto" }}>vpngw</strong>
        <RealmControls />
        <PreferenceControls />
        <Button icon={<LogoutOutlined aria-hidden />} onClick={session.signOut} aria-label={t("nav.signOut")} title={session.caller.key.id}>
          {isWide ? t("nav.signOut") : null}
        </Button>
      </Layout.Header>
      <Layout>
        {isWide && <Layout.Sider width={230} theme="light"><Navigation /></Layout.Sider>}
        <Drawer open={isOpen && !isWide} onClose={() => setOpen(false)} placement="left" width={280} title={t("nav.main")}>
          <Navigation done={() => setOpen(false)} />
        </Drawer>
        <Layout.Content style={{ padding: isWide ? 24 : 12, minWidth: 0 }}>
          {!isReachable && <Alert type="warning" showIcon banner message={t("api.away")} style={{ marginBottom: 16 }} data-testid="away" />}
          <main key={`${session.region} ${session.group ?? ""}`}><Page /></main>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}
