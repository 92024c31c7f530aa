# SPDX-License-Identifier: Apache-2.0
"""docs/performance.svg out of a result: python3 -m bench.tunnels.plot docs/performance.json >docs/performance.svg

Two charts of bars with their range from the lowest to the highest round: one TCP stream, and CPU time a Gbit.
"""
import json
import sys

WHO = ("vpngw", "libipsec", "wireguard-go", "openvpn", "ceiling", "per-packet")
COLOURS = {"vpngw": "#1b6ca8", "ceiling": "#7fb2d6", "per-packet": "#b8c4ce"}
OTHERS = "#d08a3c"
ROW, LABEL, BAR, GAP = 18, 190, 420, 34


def rows(result, measure):
    return [(f"{who} {suite}" if suite != "-" else who, COLOURS.get(who, OTHERS), figure)
            for who in WHO for suite, figure in result[measure].get(who, {}).items()]


def chart(out, top, title, bars):
    most = max(figure["max"] for _, _, figure in bars)
    out.append(f'<text x="0" y="{top}" font-weight="bold">{title}</text>')
    for number, (label, colour, figure) in enumerate(bars):
        y = top + 10 + number * ROW
        low, middle, high = (LABEL + BAR * figure[name] / most for name in ("min", "median", "max"))
        out += [f'<text x="{LABEL - 6}" y="{y + 12}" text-anchor="end">{label}</text>',
                f'<rect x="{LABEL}" y="{y + 2}" width="{middle - LABEL:.1f}" height="{ROW - 5}" fill="{colour}"/>',
                f'<path d="M{low:.1f} {y + ROW / 2}H{high:.1f}" stroke="#333"/>',
                f'<text x="{high + 6:.1f}" y="{y + 12}">{figure["median"]:,.0f}</text>']
    return top + 10 + len(bars) * ROW


def plot(result):
    out = []
    bottom = chart(out, 14, "One TCP stream, Mbit/s (more is better)", rows(result, "tcp1_mbps"))
    bottom = chart(out, bottom + GAP, "CPU time of both endpoints, ms per Gbit (less is better; without 3des)",
                   [bar for bar in rows(result, "cpu_ms_per_gbit") if "3des" not in bar[0]])
    size = f'width="{LABEL + BAR + 80}" height="{bottom + 10}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">',
                      '<rect width="100%" height="100%" fill="white"/>', *out, "</svg>"])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(plot(json.load(file)))
