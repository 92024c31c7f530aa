# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the end-to-end tests: a lab with the gateway in it, and sites that come and go.

A module shares one lab; a test gets sites of its own. On failure everything that could explain it
is written to build/failures/TEST. A sanitizer report in any of our daemons' logs fails the module.
"""
import contextlib
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from lab import cage  # noqa: E402
from lab.gateway import Gateway  # noqa: E402
from lab.job import Connection, Vpc  # noqa: E402
from lab.machine import sh  # noqa: E402
from lab.world import World  # noqa: E402

BUILD = pathlib.Path(os.environ.get("VPNGW_BUILD", ROOT / "build" / "check"))
FAILURES = ROOT / "build" / "failures"


@pytest.fixture(scope="session", autouse=True)
def _private():
    """Names of one worker never meet another's."""
    if os.geteuid() != 0:
        pytest.exit("end-to-end tests need root", 1)
    cage.private_network()
    sh("ip link set lo up")


class Lab:
    """A world, its gateway and one VPC, ready for connections."""

    def __init__(self, folder, **settings):
        self.world = World(folder)
        self.capture = self.world.capture("gateway")
        self.gateway = Gateway(self.world, BUILD, **settings)
        self.vpc = None

    def start(self):
        self.gateway.start()
        self.vpc = Vpc(self.gateway).create()
        return self

    @property
    def api(self):
        return self.gateway.api

    @property
    def host(self):
        return self.world.vpc_host

    def close(self):
        self.gateway.stop()
        reports = self.gateway.sanitizer_reports()
        self.world.stack.close()
        assert not reports, "\n".join(reports)


@pytest.fixture(scope="module")
def lab(request):
    folder = tempfile.mkdtemp(prefix="lab-", dir="/run")
    os.chmod(folder, 0o755)  # the daemons' users must get through
    made = Lab(folder, **getattr(request.module, "LAB", {}))
    try:
        made.start()
        yield made
    except BaseException:
        made.gateway.dump(FAILURES / request.module.__name__)
        raise
    finally:
        try:
            made.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(name="site")
def _site(lab):
    """site(ike=..., nat=..., **parameters): a data centre with its charon up, and a connection not yet made."""
    made = []

    def make(nat=False, vpc=None, start=None, **parameters):
        dc = lab.world.datacentre(nat=nat).start(**(start or {}))
        made.append(Connection(vpc or lab.vpc, dc, **parameters))
        return made[-1]

    yield make
    with contextlib.ExitStack() as stack:  # every step is taken, whatever one of them meets
        for connection in made:
            stack.callback(connection.dc.close)
            if connection.id:
                stack.callback(connection.delete)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    made = item.funcargs.get("lab") if hasattr(item, "funcargs") else None
    if report.failed and call.when == "call" and made is not None:
        folder = FAILURES / item.name.replace("/", "_")
        made.gateway.dump(folder)
        made.capture.write_pcap(folder / "internet.pcap")
        log = made.gateway.up.text().splitlines()[-60:] if made.gateway.up else []
        report.sections.append(("gateway log, last lines", "\n".join(log)))
        peers = [dc for dc in made.world.datacentres if dc.log.exists()]
        for dc in peers[-2:]:
            lines = dc.log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:]
            report.sections.append((f"{dc.name}'s charon, last lines", "\n".join(lines)))
        report.sections.append(("more", str(folder)))
