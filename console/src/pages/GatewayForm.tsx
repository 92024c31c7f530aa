// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { listVpcs, listVSwitches } from "../api/lists";
import { useText } from "../i18n/text";
import { ResourceForm } from "../parts/ResourceForm";
import { usePoll } from "../state/poll";
import { useSession } from "../state/session";

/** A new VPN gateway. */
export function GatewayForm({ close, done }: { close(): void; done(): void }) {
  const t = useText();
  const { caller, groups, group } = useSession();
  const [opened] = useState(() => Date.now());
  const data = usePoll(async () => {
    const [vpcs, vswitches] = await Promise.all([listVpcs(caller), listVSwitches(caller)]);
    return { vpcs, vswitches };
  }, 60_000, [caller, opened]);
  if (!data.data) return null;
  const { vpcs, vswitches } = data.data;
  return (
    <ResourceForm
      title={t("gateway.create")} action="CreateVpnGateway" close={close} done={done}
      rows={[
        { name: "Name", label: t("list.name"), rule: { kind: "vpn-gateway", path: "Name" } },
        {
          name: "VpcId", label: t("nav.vpc"), required: true, start: vpcs.length === 1 ? vpcs[0]?.VpcId : undefined,
          options: vpcs.map((vpc) => ({ value: vpc.VpcId, label: `${vpc.VpcName || vpc.VpcId} (${vpc.CidrBlock})` })),
        },
        {
          name: "VSwitchId", label: t("vpc.vswitch"), hint: t("gateway.vswitchHint"),
          options: vswitches.map((row) => ({ value: row.VSwitchId, label: `${row.VSwitchName || row.VSwitchId} (${row.CidrBlock})` })),
        },
        { name: "Bandwidth", label: t("gateway.bandwidthUnit"), required: true, start: "100", rule: { kind: "vpn-gateway", path: "Bandwidth" } },
        {
          name: "ResourceGroupId", label: t("realm.group"), start: group,
          options: groups.map((row) => ({ value: row.ResourceGroupId, label: row.ResourceGroupId })),
        },
      ]}
    />
  );
}
