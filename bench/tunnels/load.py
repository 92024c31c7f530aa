# SPDX-License-Identifier: Apache-2.0
"""Load through a pair, from a to b, and what came of it: iperf3 and ping."""
import json
import re

from bench.tunnels.pair import CORE, INNER

UDP_LARGE, UDP_SMALL = 1340, 200
# Half a percent below what iperf3 can offer is still the network's loss, not its own start.
LOSS_MAX = 1.0


def iperf(pair, *options):
    out = pair.ends["a"].run(["taskset", "-c", str(CORE["a"]), "iperf3", "-c", INNER["b"], "-J", *options], check=False)
    result = json.loads(out)
    if "error" in result:
        raise RuntimeError(f"{pair.who}: iperf3 says {result['error']}")
    return result["end"]


def tcp(pair, seconds, streams=1):
    """(Mbit/s received, bits received, CPU ms of each end)"""
    before = pair.cpu_ms()
    received = iperf(pair, "-t", str(seconds), "-P", str(streams))["sum_received"]
    after = pair.cpu_ms()
    return received["bits_per_second"] / 1e6, received["bytes"] * 8, {end: after[end] - before[end] for end in after}


def udp(pair, seconds, size, mbps=0):
    """(Mbit/s received, packets/s received, percent lost)"""
    got = iperf(pair, "-u", "-b", f"{mbps:.0f}M" if mbps else "0", "-l", str(size), "-t", str(seconds))["sum"]
    arrived = got["packets"] - got["lost_packets"]
    return arrived * size * 8 / got["seconds"] / 1e6, arrived / got["seconds"], got["lost_percent"]


def udp_without_loss(pair, seconds, tries):
    """Mbit/s of large datagrams that arrive with at most 1 % lost: less is offered until that holds."""
    mbps, _, lost = udp(pair, seconds, UDP_LARGE)
    best, offered = (mbps, lost) if lost <= LOSS_MAX else (0, lost), mbps
    for _ in range(tries):
        if best[0]:
            break
        offered *= 0.85
        mbps, _, lost = udp(pair, seconds, UDP_LARGE, offered)
        if lost <= LOSS_MAX:
            best = (mbps, lost)
    return best[0]


def rtt_us(pair, count=30):
    out = pair.ends["a"].run(f"ping -n -q -c {count} -i 0.01 -W 2 {INNER['b']}")
    return float(re.search(r"= [\d.]+/([\d.]+)/", out).group(1)) * 1000
