// SPDX-License-Identifier: Apache-2.0
/**
 * A list of resources: search, what to do when there is none, a table that draws only the rows in sight. On a phone the
 * columns marked "wide" are left out.
 */
import { SearchOutlined } from "@ant-design/icons";
import { Empty, Grid, Input, Skeleton, Table, type TableColumnsType } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Tag } from "../api/client";
import { useText } from "../i18n/text";
import { Problem } from "./Problem";
import { matches } from "./search";

export interface Column<Row> {
  title: string;
  width: number;
  wide?: boolean;
  render(row: Row): ReactNode;
  /** What the column is sorted by. */
  by?(row: Row): string | number;
}

interface Props<Row extends object> {
  rows: Row[] | undefined;
  error: unknown;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  texts(row: Row): (string | undefined)[];
  tags?(row: Row): Tag[];
  filter?: ReactNode;
  /** What the filter lets through. */
  keep?(row: Row): boolean;
  empty: ReactNode;
  label: string;
}

const ROW_HEIGHT = 49;

/** The height that is left below the table's top. */
function useHeight(rows: number): [React.RefObject<HTMLDivElement>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(400);
  useEffect(() => {
    const measure = () => {
      const top = (ref.current?.getBoundingClientRect().top ?? 0) + scrollY;
      setHeight(Math.max(300, innerHeight - top - 100));
    };
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, [rows > 0]);
  return [ref, Math.min(height, Math.max(rows, 1) * ROW_HEIGHT + 12)];
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

export function Listing<Row extends object>(props: Props<Row>) {
  const { rows, error, columns, rowKey, texts, tags, filter, keep, empty, label } = props;
  const t = useText();
  const isWide = Grid.useBreakpoint().md ?? true;
  const [query, setQuery] = useState("");
  const shown = (rows ?? []).filter((row) => (keep?.(row) ?? true) && matches(query, texts(row), tags?.(row)));
  const [box, height] = useHeight(shown.length);

  if (!rows) return error ? <Problem error={error} /> : <Skeleton active />;
  if (!rows.length) return <><Problem error={error} /><Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /></>;
  const visible = columns.filter((column) => isWide || !column.wide);
  const tableColumns: TableColumnsType<Row> = visible.map((column) => {
    const { by } = column;
    return {
      key: column.title, title: column.title, width: isWide ? column.width : undefined,
      render: (_: unknown, row: Row) => column.render(row),
      ...(by && { sorter: (a: Row, b: Row) => compare(by(a), by(b)) }),
    };
  });
  return (
    <>
      <Problem error={error} />
      <div style={{ display: "flex", flexWrap: "wrap", gap: 8, marginBottom: 12 }}>
        <Input
          aria-label={t("list.search")} placeholder={t("list.searchHint")} prefix={<SearchOutlined aria-hidden />} allowClear
          value={query} onChange={(event) => setQuery(event.target.value)} style={{ maxWidth: 340 }}
        />
        {filter}
        <span role="status" style={{ alignSelf: "center", marginInlineStart: "auto" }}>{t("list.count", { shown: shown.length, all: rows.length })}</span>
      </div>
      <div ref={box} role="region" aria-label={label} tabIndex={0}>
        <Table<Row>
          virtual={shown.length > 30} size="middle" columns={tableColumns} dataSource={shown} rowKey={rowKey} pagination={false} showSorterTooltip={false}
          scroll={{ x: isWide ? visible.reduce((sum, column) => sum + column.width, 0) : 320, ...(shown.length > 30 && { y: height }) }}
        />
      </div>
    </>
  );
}

/** Name above, identifier below; on one line each, so that rows are alike. */
export function NameCell({ name, id, to }: { name: string; id: string; to?: string }) {
  const text = name || id;
  return (
    <div className="name" title={text}>
      {to ? <a href={to}>{text}</a> : text}
      {name && <div className="name-id">{id}</div>}
    </div>
  );
}
