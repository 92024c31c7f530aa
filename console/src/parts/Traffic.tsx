// SPDX-License-Identifier: Apache-2.0
/** Traffic of a connection both ways: rates between readings of its counters, as a small chart. */
import { Typography } from "antd";
import { useEffect, useRef, useState } from "react";
import { useText } from "../i18n/text";
import { usePreferences } from "../state/preferences";
import { palette } from "../theme";
import { rates, type Rate, type Sample } from "./rates";
import { formatAmount } from "./time";

const KEPT = 90;
const WIDTH = 600;
const HEIGHT = 120;

function line(points: Rate[], of: (rate: Rate) => number, top: number): string {
  const first = points[0]?.at ?? 0;
  const span = Math.max((points[points.length - 1]?.at ?? 0) - first, 1);
  return points.map((rate) => `${(((rate.at - first) / span) * WIDTH).toFixed(1)},${(HEIGHT - 4 - (of(rate) / top) * (HEIGHT - 12)).toFixed(1)}`).join(" ");
}

function useSamples(counters: Record<string, number> | undefined): Sample[] {
  const kept = useRef<Sample[]>([]);
  const [samples, setSamples] = useState<Sample[]>([]);
  useEffect(() => {
    if (!counters) return;
    const sample = { at: Date.now(), inBytes: counters.InBytes ?? 0, outBytes: counters.OutBytes ?? 0 };
    const last = kept.current[kept.current.length - 1];
    // The server has new figures every 10 s; between them the same ones would look like silence.
    const isSame = last && last.inBytes === sample.inBytes && last.outBytes === sample.outBytes;
    if (isSame && sample.at - last.at < 11_000) return;
    kept.current = [...kept.current, sample].slice(-KEPT);
    setSamples(kept.current);
  }, [counters]);
  return samples;
}

export function Traffic({ counters }: { counters: Record<string, number> | undefined }) {
  const t = useText();
  const colours = palette(usePreferences().theme === "dark");
  const points = rates(useSamples(counters));
  const top = Math.max(1000, ...points.map((rate) => Math.max(rate.inBits, rate.outBits)));
  const last = points[points.length - 1];
  const label = last ? t("traffic.now", { in: formatAmount(last.inBits, "bit/s"), out: formatAmount(last.outBits, "bit/s") }) : t("traffic.wait");
  return (
    <figure style={{ margin: 0 }} data-testid="traffic">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none" style={{ width: "100%", height: HEIGHT }}>
        <line x1="0" y1={HEIGHT - 4} x2={WIDTH} y2={HEIGHT - 4} stroke={colours.line} />
        {points.length > 1 && <polyline fill="none" stroke={colours.first} strokeWidth="2" vectorEffect="non-scaling-stroke" points={line(points, (rate) => rate.inBits, top)} />}
        {points.length > 1 && <polyline fill="none" stroke={colours.second} strokeWidth="2" strokeDasharray="5 3" vectorEffect="non-scaling-stroke" points={line(points, (rate) => rate.outBits, top)} />}
      </svg>
      <figcaption>
        <span style={{ color: colours.first }}>— {t("traffic.in")} {formatAmount(counters?.InBytes ?? 0, "B")}, {counters?.InPackets ?? 0} {t("traffic.packets")}</span>
        {" · "}
        <span style={{ color: colours.second }}>┄ {t("traffic.out")} {formatAmount(counters?.OutBytes ?? 0, "B")}, {counters?.OutPackets ?? 0} {t("traffic.packets")}</span>
        <div><Typography.Text type="secondary">{label}</Typography.Text></div>
      </figcaption>
    </figure>
  );
}
