# SPDX-License-Identifier: Apache-2.0
"""Load through a pair, from a to b, and what came of it: iperf3 and ping."""
import json
import re
import statistics

from bench.tunnels.pair import CORE, INNER

UDP_LARGE, UDP_SMALL = 1340, 200  # bytes of payload
LOSS_MAX = 1.0  # percent


def iperf(pair, *options):
    out = pair.ends["a"].run(["taskset", "-c", str(CORE["a"]), "iperf3", "-c", INNER["b"], "-J", *options], check=False)
    result = json.loads(out)
    if "error" in result:
        raise RuntimeError(f"{pair.who}: iperf3 says {result['error']}")
    return result["end"]


def some(mbps, seconds):
    """As much as passes in about so many seconds: iperf3 counts time in whole ones."""
    return ["-n", f"{max(mbps * seconds / 8 * 1e6, 100_000):.0f}"]


def tcp(pair, amount, streams=1):
    """(Mbit/s received, bits received, CPU ms of each end)"""
    before = pair.cpu_ms()
    received = iperf(pair, *amount, "-P", str(streams))["sum_received"]
    after = pair.cpu_ms()
    return received["bits_per_second"] / 1e6, received["bytes"] * 8, {end: after[end] - before[end] for end in after}


def udp(pair, size, mbps, seconds):
    """(Mbit/s received, packets/s received, percent lost) when so much is offered; mbps None: all iperf3 can"""
    offer = ["-b", f"{mbps:.3f}M", *some(mbps, seconds)] if mbps else ["-b", "0", "-t", f"{seconds:.0f}"]
    got = iperf(pair, "-u", "-l", str(size), *offer)["sum"]
    arrived = got["packets"] - got["lost_packets"]
    return arrived * size * 8 / got["seconds"] / 1e6, arrived / got["seconds"], got["lost_percent"]


def udp_without_loss(pair, most, seconds, tries):
    """Mbit/s of large datagrams of which at most 1 % is lost: the highest found by halving below most."""
    low, high, best = 0.0, most, 0.0
    for _ in range(tries):
        offered = (low + high) / 2
        mbps, _, lost = udp(pair, UDP_LARGE, offered, seconds)
        if lost <= LOSS_MAX:
            low, best = offered, max(best, mbps)
        else:
            high = offered
    return best


def udp_packets(pair, size, most, seconds, tries):
    """Packets a second that arrive, the best of several offers: past its maximum a tunnel may carry less."""
    best = 0.0
    for part in range(1, tries + 1):
        best = max(best, udp(pair, size, most * part / tries, seconds)[1])
    return best


def rtt_us(pair, count=30):
    """Of an idle tunnel: the median of single pings."""
    out = pair.ends["a"].run(f"ping -n -c {count} -i 0.01 -W 2 {INNER['b']}")
    return statistics.median(float(text) for text in re.findall(r"time=([\d.]+)", out)) * 1000
