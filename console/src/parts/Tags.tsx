// SPDX-License-Identifier: Apache-2.0
/** Tags: the list that is edited, and the window that puts it on a resource. */
import { DeleteOutlined, PlusOutlined, TagsOutlined } from "@ant-design/icons";
import { Button, Input, Modal, Space, Tag as Label, Typography } from "antd";
import { useState } from "react";
import { call, type Caller, type Tag } from "../api/client";
import { useText } from "../i18n/text";
import { useAct } from "../state/act";
import { useSession } from "../state/session";
import { Problem } from "./Problem";

const TAGS_MAX = 20;

export function TagEditor({ tags, change }: { tags: Tag[]; change(tags: Tag[]): void }) {
  const t = useText();
  const put = (index: number, next: Partial<Tag>) => change(tags.map((tag, at) => (at === index ? { ...tag, ...next } : tag)));
  return (
    <Space direction="vertical" style={{ width: "100%" }}>
      {tags.map((tag, index) => (
        <Space.Compact key={index} style={{ width: "100%", maxWidth: 520 }}>
          <Input aria-label={t("tags.key")} placeholder={t("tags.key")} maxLength={128} value={tag.Key} onChange={(event) => put(index, { Key: event.target.value })} />
          <Input aria-label={t("tags.value")} placeholder={t("tags.value")} maxLength={128} value={tag.Value} onChange={(event) => put(index, { Value: event.target.value })} />
          <Button aria-label={t("tags.remove", { key: tag.Key })} icon={<DeleteOutlined aria-hidden />} onClick={() => change(tags.filter((_, at) => at !== index))} />
        </Space.Compact>
      ))}
      <Button icon={<PlusOutlined aria-hidden />} disabled={tags.length >= TAGS_MAX} onClick={() => change([...tags, { Key: "", Value: "" }])}>{t("tags.add")}</Button>
    </Space>
  );
}

/** Rows without a key are not tags yet. */
export function realTags(tags: Tag[]): Tag[] {
  return tags.filter((tag) => tag.Key.trim()).map((tag) => ({ Key: tag.Key.trim(), Value: tag.Value ?? "" }));
}

/** Attaches what is new or changed, detaches what is gone. */
export async function saveTags(caller: Caller, type: string, id: string, before: Tag[], after: Tag[]): Promise<void> {
  const target = { ResourceType: type, ResourceId: [id] };
  const gone = before.filter((tag) => !after.some((other) => other.Key === tag.Key)).map((tag) => tag.Key);
  const put = after.filter((tag) => !before.some((other) => other.Key === tag.Key && (other.Value ?? "") === tag.Value));
  if (gone.length) await call(caller, "UnTagResources", { ...target, TagKey: gone });
  if (put.length) await call(caller, "TagResources", { ...target, Tag: put });
}

interface Target {
  type: "VPC" | "VPNGATEWAY" | "CUSTOMERGATEWAY" | "VPNCONNECTION";
  id: string;
  tags: Tag[];
  changed(): Promise<void>;
}

function TagWindow({ type, id, name, tags, changed, close }: Target & { name: string; close(): void }) {
  const t = useText();
  const { caller } = useSession();
  const { busy, run } = useAct();
  const [edited, setEdited] = useState<Tag[]>(tags);
  const [error, setError] = useState<unknown>();
  const save = async () => {
    if (!(await run(() => saveTags(caller, type, id, tags, realTags(edited)), setError))) return;
    await changed();
    close();
  };
  return (
    <Modal open title={t("tags.of", { name })} onCancel={close} onOk={() => void save()} okText={t("form.save")} cancelText={t("form.cancel")} confirmLoading={busy}>
      <Problem error={error} />
      <TagEditor tags={edited} change={setEdited} />
    </Modal>
  );
}

export function TagButton({ name, ...target }: Target & { name: string }) {
  const t = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button type="link" size="small" aria-label={t("tags.of", { name })} icon={<TagsOutlined aria-hidden />} onClick={() => setOpen(true)} />
      {isOpen && <TagWindow {...target} name={name} close={() => setOpen(false)} />}
    </>
  );
}

/** The tags of a resource on its page. */
export function TagPanel({ name, ...target }: Target & { name: string }) {
  const t = useText();
  return (
    <Space wrap>
      {target.tags.length === 0 && <Typography.Text type="secondary">{t("tags.none")}</Typography.Text>}
      {target.tags.map((tag) => <Label key={tag.Key}>{tag.Value ? `${tag.Key}: ${tag.Value}` : tag.Key}</Label>)}
      <TagButton {...target} name={name} />
    </Space>
  );
}
