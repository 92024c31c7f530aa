# SPDX-License-Identifier: Apache-2.0
"""How long traffic is away when the active way to a host dies and the standby takes over.

Each cause has a VPC of its own with two data centres that lead to the same host, under a ping every 10 ms: cut, wait
for the standby, mend, wait for the way back. outage_s is the longest time between two answers, lost what was never
answered until the standby carried, switch_back_lost what was lost after that. The bar is interval x retry + the time
a probe is waited for + 0.5 s, and 1 s where the peer itself says that it goes.
"""
import concurrent.futures
import sys

from bench.main import figure
from lab.gateway import Gateway
from lab.job import Connection, Vpc
from lab.pair import CAUSES, HOST, Pair
from lab.traffic import Pings
from lab.until import until
from lab.world import World

RETRY = 2
SLACK_S, EXPLICIT_S = 0.5, 1.0


def build_pair(world, gateway, number):
    net, interface = f"10.0.{number}", f"lan{number}"
    host = world.vpc(f"host{number}", interface, net)
    vpc = Vpc(gateway, interface, net, f"lane{number}").create()
    sites = []
    for _ in range(2):
        site = Connection(vpc, world.datacentre().start())
        site.create()
        site.configure_peer()
        sites.append(site)
    for site in sites:
        site.wait_up()
    return Pair(*sites, host).create()


def split_losses(lost):
    """How many were lost in the first row, which is the cut, and how many after it."""
    first = 0
    while first < len(lost) and lost[first] == lost[0] + first:
        first += 1
    return first, len(lost) - first


def trial(pair, cause):
    way = pair.device()
    pings = Pings(pair.host, HOST)
    pings.wait(20)
    cause.cut()
    until(lambda: pair.device() != way, "the standby carries", 30, every=0.05)
    pings.wait()
    cause.mend()
    until(lambda: pair.device() == way, "the active one carries again", 120, every=0.05)
    pings.wait(20)
    pings.stop()
    first, back = split_losses(pings.lost)
    if back:
        print(f"lost after the standby carried, of {pings.sent}: {pings.lost[first:]}; the cut: {pings.lost[0]} to "
              f"{pings.lost[first - 1]}", file=sys.stderr, flush=True)
    return pings.gap_s, first, back


def limits(explicit, interval):
    timeout = min(1, interval)
    return timeout, EXPLICIT_S if explicit else interval * RETRY + timeout + SLACK_S


def series(pair, name, interval, times):
    cause = CAUSES[name](pair)
    timeout, bar = limits(cause.explicit, interval)
    pair.check_health(interval, RETRY)
    known = len(pair.switches())
    outages, lost, back = zip(*(trial(pair, cause) for _ in range(times)))
    until(lambda: len(pair.switches()) >= known + 2 * times, f"every switch of {name} is recorded", 10)
    recorded = pair.switches()[known:]
    away = [event for event in recorded if event["From"] == pair.active.id]
    result = {"interval_s": interval, "retry": RETRY, "timeout_s": timeout, "explicit": cause.explicit,
              "outage_s": figure(outages), "lost": figure(lost), "switch_back_lost": figure(back), "bar_s": bar,
              "met": max(outages) <= bar and not any(back),
              "recorded": {"switches": len(recorded), "reasons": sorted({event["Reason"] for event in away})}}
    for key, field in (("detection_ms", "DetectionMs"), ("lost", "PacketsLost")):
        values = [event[field] for event in away if field in event]
        if values:
            result["recorded"][key] = figure(values)
    print(f"{name} every {interval} s: at most {max(outages):.2f} s of {bar} s, {max(back)} lost on the way back: "
          f"{'met' if result['met'] else 'not met'}", file=sys.stderr, flush=True)
    return result


def lane(pair, name, quick):
    return [series(pair, name, interval, 1 if quick else times) for interval, times in ((1, 10), (3, 2))]


def measure(build, quick):
    with World("/run/lab") as world:
        gateway = Gateway(world, build).start()
        pairs = {name: build_pair(world, gateway, number + 1) for number, name in enumerate(CAUSES)}
        # quick: all at once, or it would not be
        with concurrent.futures.ThreadPoolExecutor(len(pairs) if quick else 1) as pool:
            found = {name: pool.submit(lane, pair, name, quick) for name, pair in pairs.items()}
            causes = {name: future.result() for name, future in found.items()}
        gateway.stop()
    return {"causes": causes}
