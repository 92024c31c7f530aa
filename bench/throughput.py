# SPDX-License-Identifier: Apache-2.0
"""What a tunnel carries and what it costs, beside what else runs in user space, in interleaved rounds.

Who: vpngw (espd on both ends), libipsec (strongSwan's kernel-libipsec), wireguard-go, openvpn, ceiling (espd
without encryption, a program of the benchmark alone) and per-packet (the same without encryption, one packet a
call). The wire is a veth with UDP segmentation offload, as a NIC has it; tcp1 once more without is in
without_segmentation. docs/performance.md says what the figures mean.
"""
import contextlib
import subprocess

from bench.tunnels import load
from bench.tunnels.espd import EspdPair
from bench.tunnels.libipsec import LibipsecPair
from bench.tunnels.openvpn import CIPHERS, OpenvpnPair
from bench.tunnels.wireguard import WireguardPair

FULL = {"rounds": 5, "tcp": ["-t", "2"], "seconds": 1.0, "tries": 5, "offers": 2, "pings": 50}
QUICK = {"rounds": 1, "tcp": ["-t", "1"], "seconds": 0.2, "tries": 3, "offers": 1, "pings": 5}
# What is offered at most in datagrams: more than any pair carries.
UDP_SMALL_MBPS = 200
UDP_LARGE_MBPS = 1600
MEASURES = ("tcp1_mbps", "tcp4_mbps", "udp_large_mbps", "udp_200_pps", "rtt_us", "cpu_ms_per_gbit",
            "cpu_sender_ms_per_gbit", "cpu_receiver_ms_per_gbit")
FOLDER = "/run/bench"


def add(samples, measure, who, suite, value):
    samples.setdefault(measure, {}).setdefault(who, {}).setdefault(suite, []).append(value)


def add_tcp(samples, who, suite, got):
    mbps, bits, cpu = got
    gbit = bits / 1e9
    add(samples, "tcp1_mbps", who, suite, mbps)
    add(samples, "cpu_ms_per_gbit", who, suite, sum(cpu.values()) / gbit)
    add(samples, "cpu_sender_ms_per_gbit", who, suite, cpu["a"] / gbit)
    add(samples, "cpu_receiver_ms_per_gbit", who, suite, cpu["b"] / gbit)


def measure_one(samples, pair, suite, how):
    add(samples, "rtt_us", pair.who, suite, load.rtt_us(pair, how["pings"]))
    got = load.tcp(pair, how["tcp"])
    add_tcp(samples, pair.who, suite, got)
    mbps, seconds = got[0], how["seconds"]
    add(samples, "tcp4_mbps", pair.who, suite, load.tcp(pair, load.some(mbps, seconds), streams=4)[0])
    add(samples, "udp_large_mbps", pair.who, suite,
        load.udp_without_loss(pair, min(1.5 * mbps, UDP_LARGE_MBPS), seconds, how["tries"]))
    add(samples, "udp_200_pps", pair.who, suite,
        load.udp_packets(pair, load.UDP_SMALL, min(mbps, UDP_SMALL_MBPS), seconds, how["offers"]))
    pair.check()


def round_of(samples, pairs, how):
    for pair in pairs:
        for suite in pair.suites:
            pair.select(suite)
            measure_one(samples, pair, suite, how)


def round_without_segmentation(samples, pairs, how, quick):
    """The quick one takes one suite of the first pairs."""
    for pair in pairs[:4] if quick else pairs:
        pair.set_segmentation(False)
        for suite in pair.suites[:1] if quick else pair.suites:
            pair.select(suite)
            add_tcp(samples, pair.who, suite, load.tcp(pair, how["tcp"]))
        pair.set_segmentation(True)


def start_pairs(build, stack):
    bare, single = build / "bench/bench-espd-no-crypto", build / "bench/bench-espd-per-packet"
    makers = [
        lambda: EspdPair("vpngw", FOLDER, build / "src/espd/vpngw-espd"),
        lambda: EspdPair("ceiling", FOLDER, bare, suites=("-",)),
        lambda: EspdPair("per-packet", FOLDER, single, suites=("-",), per_packet=True),
        lambda: LibipsecPair("libipsec", FOLDER),
        lambda: WireguardPair("wireguard-go", FOLDER),
        *[lambda suite=suite: OpenvpnPair("openvpn", FOLDER, suite) for suite in CIPHERS],
    ]
    pairs = []
    for make in makers:
        pair = make()
        stack.callback(pair.close)
        pair.serve()
        pairs.append(pair)
    return pairs


def crypto_only(build):
    """Suite to ms of one core per Gbit, of the ciphers alone."""
    out = subprocess.run([build / "bench" / "bench-crypto-only"], check=True, stdout=subprocess.PIPE, text=True).stdout
    costs = dict(line.split() for line in out.splitlines())
    return {suite: float(costs[suite.replace("aes128-gcm", "aes128gcm")]) for suite in EspdPair.suites}


def measure(build, quick):
    how = QUICK if quick else FULL
    samples, without, costs = {}, {}, {}
    with contextlib.ExitStack() as stack:
        pairs = start_pairs(build, stack)
        for _ in range(how["rounds"]):
            round_of(samples, pairs, how)
            round_without_segmentation(without, pairs, how, quick)
            for suite, cost in crypto_only(build).items():
                costs.setdefault(suite, []).append(cost)
    return {measure: samples[measure] for measure in MEASURES} | {
        "crypto_only_ms_per_gbit": costs, "without_segmentation": without}
