# SPDX-License-Identifier: Apache-2.0
"""The table of test suites: what ./check runs, in this order, and in which tier.

A suite enters a tier with the change that makes it pass. "pending" ones run only by name
(./check --only NAME) and are shown by --list, so that none is skipped unseen.
"""
import dataclasses

TIERS = ("fast", "e2e", "all", "soak", "pending")


@dataclasses.dataclass(frozen=True)
class Suite:
    name: str
    tier: str
    kind: str            # "meson": suite of that name in the build; "pytest": files; "build": a further build
    target: tuple = ()   # pytest: paths and options; build: meson setup options
    workers: int = 1     # pytest-xdist processes; more than one only where tests share nothing
    dist: str = "loadfile"  # how xdist shares tests out: tests of a file share a lab
    timeout_s: int = 300
    caged: bool = False  # pytest runs in a cage of the lab, which ends with it
    groups: tuple = ()   # of packages.txt beyond build, demo and check
    doc: str = ""


SUITES = (
    Suite("lint", "fast", "pytest", ("tools/testing/test_lint.py",), doc="formatting, law of includes, banned calls"),
    Suite("tools", "fast", "pytest", ("tests/lint", "tests/tools"), doc="lint and the package installer themselves"),
    Suite("docs", "fast", "pytest", ("tests/docs",), doc="what the pages name exists"),
    Suite("unit", "fast", "meson", doc="pure files, one program a file, ASan and UBSan"),
    Suite("scenario", "fast", "meson", doc="the agent on virtual time with a scripted world"),
    Suite("component", "fast", "meson", doc="several processes on one store, SIGKILL at random"),
    Suite("espd", "e2e", "pytest", ("tests/espd",), workers=2, dist="load", caged=True, groups=("e2e",),
          doc="two vpngw-espd, real packets, scapy as the oracle"),
    Suite("api", "fast", "pytest", ("tests/component",), workers=2,
          doc="vpngw-api over its sockets: protocol, signatures, every action"),
    Suite("cli", "fast", "pytest", ("tests/cli/test_resources.py",),
          doc="the commands on resources of vpngw against a running vpngw-api"),
    Suite("conformance", "fast", "pytest", ("tests/conformance",),
          doc="every operation, parameter and field of the API's reference against a running vpngw-api"),
    Suite("hostile", "soak", "pytest", ("tests/soak/test_hostile.py",), timeout_s=900,
          doc="slow and hostile clients of vpngw-api: other clients' p99 stays within twice its own"),
    Suite("clients", "all", "pytest", ("tests/clients",), groups=("console",), timeout_s=600,
          doc="the official packages, unmodified: the demo's job, and every operation through their models"),
    Suite("console", "all", "pytest", ("tests/console",), caged=True, groups=("console", "browser", "e2e"), timeout_s=1200,
          doc="the web console in Debian's Chromium: its rules against the API's, every page, the life of a connection in the lab"),
    Suite("model", "soak", "pytest", ("tests/component/test_model.py", "--model-steps=2000"), timeout_s=1800,
          doc="2,000 random calls against a model of connections and routes"),
    Suite("fuzz", "fast", "meson", doc="replay of every fuzz corpus"),
    Suite("fuzzing", "soak", "pytest", ("tests/fuzz",), workers=2, dist="load", timeout_s=4 * 3600,
          doc="every fuzz target with libFuzzer for FUZZ_SECONDS (600)"),
    Suite("clang", "all", "build", ("-Db_sanitize=address,undefined",), timeout_s=600,
          doc="the second compiler: builds without a warning, unit tests pass"),
    Suite("release", "all", "build", ("--buildtype=release",), timeout_s=600,
          doc="the hardened build without sanitizers builds, unit tests pass"),
    Suite("charon", "e2e", "pytest", ("tests/charon",), caged=True, groups=("e2e",), timeout_s=600,
          doc="the plug-in in Debian's charon against another charon"),
    Suite("agent", "e2e", "pytest", ("tests/agent",), caged=True, groups=("e2e",), timeout_s=900,
          doc="vpngw-agent with the real API, store and data plane"),
    Suite("vm", "all", "pytest", ("tests/vm",), groups=("e2e", "vm"), timeout_s=1800,
          doc="espd with the kernel ESP of Debian in a virtual machine"),
    Suite("vm_peer", "all", "pytest", ("tests/vm_peer",), groups=("e2e", "vm"), timeout_s=1800,
          doc="strongSwan with an XFRM interface and libreswan, configured with the downloaded file, in the machine"),
    Suite("lab", "e2e", "pytest", ("tests/lab",), workers=2, dist="load", caged=True, groups=("e2e",),
          doc="the example world: two strongSwan sites tied to each other, seen on the wire"),
    Suite("demo", "e2e", "pytest", ("tests/e2e/test_demo_job.py",), timeout_s=600, caged=True, groups=("e2e",),
          doc="./demo --once, and how it refuses"),
    *(Suite(name, tier, "pytest", (f"tests/e2e/test_{name}.py",), workers=workers,
            dist="load", timeout_s=600, caged=True, groups=("e2e",), doc=doc)
      for name, tier, workers, doc in (
          ("status", "e2e", 2, "State and Status tell the truth: up, down, wrong PSK, peer gone, agent restarted"),
          ("parameters", "e2e", 2, "PSKs, identities, lifetimes, PFS off, several connections at once"),
          ("peer_config", "e2e", 2, "a data centre configured with the downloaded file and nothing else"),
          ("command_line", "e2e", 2, "vpngw waits, says why, shows the layers, switches off and on"),
          ("nat", "e2e", 2, "a data centre behind NAT, a new mapping, NAT traversal off"),
          ("effect_immediately", "e2e", 1, "at once, or with the first packet"),
          ("log", "e2e", 2, "the connection log says why: wrong PSK, proposals, a peer that goes away; no secret in it"),
          ("dpd", "e2e", 2, "a dead peer is found within 40 s, or never looked for"),
          ("crash", "e2e", 1, "SIGKILL of each daemon and of all"),
          ("bgp", "e2e", 1, "BGP with BIRD and FRR: learned, withdrawn, refused with a reason, contained"),
          ("routing", "e2e", 1, "policy before destination before BGP, published or not, active and standby"),
          ("health", "e2e", 1, "health checks, and the standby that takes over"),
          ("failover", "e2e", 1, "each switch between active and standby is recorded with its cause and its cost"),
          ("mtu", "e2e", 1, "pings and TCP of every size, for each size of overhead"),
          ("modes", "e2e", 2, "protected data flows: 1 and 10 CIDRs a side, every pair passes, everything else is counted"),
          ("edit_isolation", "e2e", 1, "changing one connection loses no packet of another"),
          ("cleanup", "e2e", 1, "after a delete nothing of ours is left, foreign things are"),
          ("bad_input", "e2e", 1, "forged, truncated, replayed packets"),
          ("flood", "e2e", 1, "10,000 half-open exchanges, garbage at full rate"),
          ("rekey", "soak", 2, "lifetimes of 10-20 s for three minutes, collisions"),
      )),
    Suite("combinations", "e2e", "pytest", ("tests/e2e/test_combinations.py",), workers=2, dist="load",
          timeout_s=1200, caged=True, groups=("e2e",), doc="300 of 300 combinations against strongSwan, ping both ways"),
    Suite("load", "soak", "pytest", ("tests/soak/test_load.py",), timeout_s=900,
          doc="200 clients at two vpngw-api for five minutes (VPNGW_SOAK_S): no 5xx, no lost update, flat memory"),
    Suite("fresh", "soak", "pytest", ("tests/fresh",), timeout_s=1800, groups=("e2e",),
          doc="debootstrap, a clone, ./demo --once and ./check in it"),
)


def choose(tiers, names):
    """The suites of the tiers, or those with the names (a tier names all of its); KeyError with an unknown name."""
    if names:
        known = {tier: [suite for suite in SUITES if suite.tier == tier] for tier in TIERS}
        known |= {suite.name: [suite] for suite in SUITES}
        return [suite for name in names for suite in known[name]]
    return [suite for suite in SUITES if suite.tier in tiers]
