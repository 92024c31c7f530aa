# SPDX-License-Identifier: Apache-2.0
"""The console as it is built, before a running vpngw-api; the browser is Debian's Chromium, driven by the scenes in *.mjs."""
import os
import pathlib
import subprocess
import sys
import threading

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DIST = ROOT / "console" / "dist"
FAILURES = ROOT / "build" / "failures" / "console"
sys.path[:0] = [str(HERE.parent / "component"), str(ROOT)]

from gateway import Gateway  # noqa: E402
from wire import Client  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def built():
    """The console is built and its unit tests are bundled."""
    done = subprocess.run([ROOT / "tools" / "console", "test"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=400, check=False)
    return done


@pytest.fixture(scope="module")
def gateway(built):
    assert (DIST / "index.html").exists(), built.stdout + built.stderr
    with Gateway(extra=f"[paths]\nconsole_dir = {DIST}\n") as started:
        yield started
        assert started.stop() == 0, started.log_text()
        assert "Sanitizer" not in started.log_text()


@pytest.fixture(scope="module")
def client(gateway):
    return Client(gateway)


@pytest.fixture(autouse=True)
def _fresh(request):
    """A scene may have restarted the API: the client connects again."""
    if "client" in request.fixturenames:
        request.getfixturevalue("client").close()


def play(script, endpoint, key, prefix=(), timeout=300, wishes=None, **env):
    """Runs a file of scenes in the browser; fails with what they say. wishes: what a scene may ask the world
    outside for ("? NAME" on its output), as functions."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    env = clean | {"VPNGW_ENDPOINT": endpoint, "VPNGW_ACCESS_KEY_ID": key[0], "VPNGW_ACCESS_KEY_SECRET": key[1],
                   "VPNGW_FAILURES": str(FAILURES)} | {name: str(value) for name, value in env.items()}
    said = []
    with subprocess.Popen([*prefix, "node", HERE / script], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as scenes:
        watchdog = threading.Timer(timeout, scenes.kill)
        watchdog.start()
        try:
            for line in scenes.stdout:
                said.append(line)
                if line.startswith("? "):
                    wishes[line[2:].strip()]()
                    scenes.stdin.write("done\n")
                    scenes.stdin.flush()
        except BaseException:
            scenes.kill()
            raise
        finally:
            watchdog.cancel()
    text = "".join(said)
    if scenes.returncode or "ok " not in text:
        pytest.fail(text, pytrace=False)
    print(text, end="")
