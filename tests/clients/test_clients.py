# SPDX-License-Identifier: Apache-2.0
"""The official packages, unmodified, do the demo's job against a running vpngw-api: create a VPC, a
vSwitch, a gateway, a customer gateway, a connection and a route; describe, list, modify, delete."""
import os
import re
import subprocess

import pytest

from gateway import REGION, ZONE, Gateway, make_certificate

CLIENTS = {
    "sdk ACS3": ("acs3.js", {}),
    "sdk version 1": ("acs3.js", {"VPNGW_SIGNATURE": "v2"}),
    "pop-core GET": ("rpc.js", {"VPNGW_METHOD": "GET"}),
    "pop-core POST": ("rpc.js", {"VPNGW_METHOD": "POST"}),
}


def start(gateway, packages, script, extra, scheme="http"):
    key_id, secret = gateway.access_key()
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    env = clean | {"VPNGW_ENDPOINT": f"{scheme}://127.0.0.1:{gateway.port}", "VPNGW_ACCESS_KEY_ID": key_id,
                   "VPNGW_ACCESS_KEY_SECRET": secret, "VPNGW_REGION": REGION, "VPNGW_ZONE": ZONE} | extra
    return subprocess.run(["node", script], cwd=packages, env=env, capture_output=True, text=True, timeout=120,
                          check=False)


def run(gateway, packages, script, extra, scheme="http"):
    done = start(gateway, packages, script, extra, scheme)
    assert done.returncode == 0, done.stdout + done.stderr + gateway.log_text()
    assert re.search(r": \d+ calls passed\n$", done.stdout), done.stdout
    print(done.stdout, end="")


@pytest.mark.parametrize("name", CLIENTS)
def test_job(gateway, packages, name):
    run(gateway, packages, *CLIENTS[name])


@pytest.mark.parametrize("name", ["sdk ACS3", "pop-core GET"])
def test_job_over_tls(packages, tmp_path, name):
    key, certificate = make_certificate(tmp_path)
    script, extra = CLIENTS[name]
    with Gateway(tls_certificate=certificate, tls_key=key) as gateway:
        run(gateway, packages, script, extra | {"NODE_EXTRA_CA_CERTS": str(certificate)}, "https")
