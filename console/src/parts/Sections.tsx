// SPDX-License-Identifier: Apache-2.0
/** The sections of a page: tabs, and on a phone, where they would not fit, a choice. */
import { Grid, Select, Tabs } from "antd";
import type { ReactNode } from "react";

interface Section {
  key: string;
  label: string;
  children: ReactNode;
}

export function Sections({ label, active, items, choose }: { label: string; active: string; items: Section[]; choose(key: string): void }) {
  const isWide = Grid.useBreakpoint().md ?? true;
  if (isWide) return <Tabs activeKey={active} onChange={choose} items={items} destroyInactiveTabPane />;
  return (
    <>
      <Select
        aria-label={label} value={active} onChange={choose} style={{ width: "100%", marginBottom: 16 }}
        options={items.map((item) => ({ value: item.key, label: item.label }))}
      />
      {items.find((item) => item.key === active)?.children}
    </>
  );
}
