// SPDX-License-Identifier: Apache-2.0
/** A gateway's picture: VPC, gateway, one tunnel a connection coloured and dashed by its state, data centres. */
import type { CustomerGateway, VpnConnection, VpnGateway, Vpc } from "../api/types";
import { useText, useWord } from "../i18n/text";
import { usePreferences } from "../state/preferences";
import { href } from "../state/route";
import { palette } from "../theme";
import { toneOf } from "./StateTag";

interface Props {
  gateway: VpnGateway;
  vpc?: Vpc;
  connections: VpnConnection[];
  peers: CustomerGateway[];
}

const BOX = { width: 210, height: 54 };
const ROW = 74;
const SHOWN_MAX = 40;
const COLUMNS = { vpc: 10, gateway: 280, peer: 690 };
const WIDTH = 910;

function cut(text: string): string {
  const letters = Array.from(text);
  return letters.length > 24 ? `${letters.slice(0, 23).join("")}…` : text;
}

function Box({ x, y, title, detail, stroke }: { x: number; y: number; title: string; detail: string; stroke: string }) {
  return (
    <g>
      <rect x={x} y={y} width={BOX.width} height={BOX.height} rx="8" fill="transparent" stroke={stroke} />
      <text x={x + 12} y={y + 23} fontWeight="600" fill="currentColor">{cut(title)}</text>
      <text x={x + 12} y={y + 42} fontSize="12" fill="currentColor">{cut(detail)}</text>
    </g>
  );
}

export function Topology({ gateway, vpc, connections, peers }: Props) {
  const t = useText();
  const word = useWord();
  const colours = palette(usePreferences().theme === "dark");
  const shown = connections.slice(0, SHOWN_MAX);
  const height = Math.max(1, shown.length) * ROW + 20;
  const middle = (height - BOX.height) / 2;
  const summary = t("topology.label", { count: connections.length, up: connections.filter((row) => row.Status === "ipsec_sa_established").length });
  return (
    <div style={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={t("topology.title")}>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="group" aria-label={summary} style={{ minWidth: 640, width: "100%", maxWidth: WIDTH, fontSize: 14 }} data-testid="topology">
        <line x1={COLUMNS.vpc + BOX.width} y1={height / 2} x2={COLUMNS.gateway} y2={height / 2} stroke={colours.line} strokeWidth="3" />
        <Box x={COLUMNS.vpc} y={middle} title={vpc?.VpcName || gateway.VpcId} detail={vpc?.CidrBlock ?? ""} stroke={colours.quiet} />
        <Box x={COLUMNS.gateway} y={middle} title={gateway.Name} detail={gateway.InternetIp} stroke={colours.quiet} />
        {shown.map((row, index) => {
          const y = 10 + index * ROW;
          const tone = toneOf(row.Status);
          const peer = peers.find((one) => one.CustomerGatewayId === row.CustomerGatewayId);
          const from = { x: COLUMNS.gateway + BOX.width, y: height / 2 };
          const to = { x: COLUMNS.peer, y: y + BOX.height / 2 };
          return (
            <a key={row.VpnConnectionId} href={href(["connections", row.VpnConnectionId])}>
              <path
                d={`M${from.x},${from.y} C${from.x + 90},${from.y} ${to.x - 150},${to.y} ${to.x},${to.y}`} fill="none" stroke={colours[tone]} strokeWidth="3"
                strokeDasharray={tone === "good" ? undefined : "8 6"} data-tone={tone}
              />
              <text x={to.x - 8} y={to.y - 8} textAnchor="end" fontSize="12" fill={colours[tone]}>{`${cut(row.Name || row.VpnConnectionId)}: ${word("state", row.Status)}`}</text>
              <Box x={COLUMNS.peer} y={y} title={peer?.Name || row.CustomerGatewayId} detail={peer?.IpAddress ?? ""} stroke={colours[tone]} />
            </a>
          );
        })}
      </svg>
      {connections.length > SHOWN_MAX && <p>{t("topology.more", { count: connections.length - SHOWN_MAX })}</p>}
      {connections.length === 0 && <p>{t("topology.none")}</p>}
    </div>
  );
}
