# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: a new configuration and a new certificate without losing a connection."""
import os
import shutil
import signal
import ssl
import time

import pytest

from gateway import Gateway, make_certificate
from wire import Client


def hang_up(gateway, text, count=1):
    """Sends the signal and waits until the log says what came of it."""
    gateway.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while gateway.log_text().count(text) < count:
        assert time.monotonic() < deadline, gateway.log_text()
        time.sleep(0.01)




def test_regions_groups_and_limits_change(fresh):
    client = Client(fresh, "acs3")
    client.call("DescribeRegions")
    opened = client.connection.sock.getsockname()
    fresh.write_config('[region "cn-new"]\nzones = cn-new-a\n[limits]\nrequests_per_second = 1\nrequest_burst = 3\n')
    hang_up(fresh, "configuration was read again")
    regions = [region["RegionId"] for region in client.call("DescribeRegions")["Regions"]["Region"]]
    assert regions == ["cn-test", "cn-new"]
    assert "Throttling.User" in [client.raw("DescribeRegions").code for _ in range(5)]
    assert client.connection.sock.getsockname() == opened


@pytest.mark.parametrize("extra, why", [("[limits]\nrequests = 1\n", "unknown key requests"),
                                        ("[nothing]\n", "unknown section")])
def test_a_broken_configuration_changes_nothing(fresh, extra, why):
    client = Client(fresh, "acs3")
    fresh.write_config(extra)
    hang_up(fresh, "the configuration stays as it was")
    assert why in fresh.log_text()
    assert [region["RegionId"] for region in client.call("DescribeRegions")["Regions"]["Region"]] == ["cn-test"]


def test_what_needs_a_restart_is_refused(fresh):
    client = Client(fresh, "acs3")
    fresh.options |= {"listen_port": fresh.port + 1}
    fresh.write_config('[region "cn-new"]\nzones = cn-new-a\n')
    hang_up(fresh, "need a restart")
    assert [region["RegionId"] for region in client.call("DescribeRegions")["Regions"]["Region"]] == ["cn-test"]


def test_the_certificate_of_its_own_stays():
    """Clients pin it; after the start its key is closed to the API's user."""
    with Gateway(listen_address="0.0.0.0") as gateway:
        certificate = gateway.state / "api-certificate.pem"
        first = certificate.read_bytes()
        trusting = ssl.create_default_context(cafile=certificate)
        for count in (1, 2):
            hang_up(gateway, "configuration was read again", count)
            assert Client(gateway, tls=trusting).call("DescribeRegions")
            assert certificate.read_bytes() == first


def test_a_new_certificate(tmp_path):
    (tmp_path / "new").mkdir()
    key, certificate = make_certificate(tmp_path)
    new_key, new_certificate = make_certificate(tmp_path / "new")
    with Gateway() as gateway:
        gateway.stop()
        paths = {"tls_certificate": gateway.root / "tls.pem", "tls_key": gateway.root / "tls.key"}
        shutil.copy(certificate, paths["tls_certificate"])
        shutil.copy(key, paths["tls_key"])
        gateway.options |= paths
        gateway.write_config()
        gateway.start()
        old = Client(gateway, tls=ssl.create_default_context(cafile=certificate))
        old.call("DescribeRegions")
        opened = old.connection.sock.getsockname()
        shutil.copy(new_certificate, paths["tls_certificate"])
        shutil.copy(new_key, paths["tls_key"])
        paths["tls_key"].chmod(0o600)
        if os.geteuid() == 0:  # root's key: what cannot be read changes nothing
            hang_up(gateway, "the TLS certificate stays as it was")
            assert Client(gateway, tls=ssl.create_default_context(cafile=certificate)).call("DescribeRegions")
            os.chown(paths["tls_key"], 61101, 61101)
        hang_up(gateway, "configuration was read again", 2 if os.geteuid() == 0 else 1)
        trusting, deadline = ssl.create_default_context(cafile=new_certificate), time.monotonic() + 10
        while True:
            try:
                assert Client(gateway, tls=trusting).call("DescribeRegions")
                break
            except ssl.SSLCertVerificationError:
                assert time.monotonic() < deadline
        old.call("DescribeRegions")
        assert old.connection.sock.getsockname() == opened
