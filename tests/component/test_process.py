# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process: privileges, files, signals, the unix socket, TLS, and how it refuses to start."""
import json
import os
import resource
import signal
import socket
import ssl
import stat
import subprocess
import time

import pytest

from gateway import API, Gateway, make_certificate
from wire import Client, exchange

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
        return dict(line.rstrip("\n").split(":\t", 1) for line in lines if ":\t" in line)


@needs_root
def test_privileges(gateway):
    status = status_of(gateway.process.pid)
    assert status["Uid"].split() == ["61101"] * 4
    assert status["Gid"].split() == ["61101"] * 4
    assert status["Groups"].split() == ["61101"]
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0, name
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    # not dumpable: its memory files belong to root
    assert os.stat(f"/proc/{gateway.process.pid}/mem").st_uid == 0


def test_files(gateway):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in gateway.state.iterdir()}
    assert modes["first-access-key"] == 0o600
    assert modes["store.db"] & 0o007 == 0
    assert modes["audit.log"] & 0o027 == 0
    assert stat.S_IMODE(gateway.key_file.stat().st_mode) == 0o600
    key_id, secret = gateway.access_key()
    assert key_id.startswith("LTAI") and len(secret) == 30
    for path in gateway.state.glob("store.db*"):
        assert secret.encode() not in path.read_bytes()
    assert secret not in gateway.log_text()


def test_who_can_connect_is_served():
    """The first access key is in its file, and after a restart a stamp made now is new enough."""
    with Gateway() as gateway:
        for _ in range(4):
            client = Client(gateway, "acs3")
            assert client.call("DescribeRegions")
            client.close()
            gateway.stop(signal.SIGKILL)
            gateway.start()


@needs_root
def test_root_needs_no_signature_on_the_socket(gateway):
    assert stat.S_IMODE(gateway.socket_path.stat().st_mode) == 0o600
    client = Client(gateway, "none")
    assert client.call("DescribeRegions")["Regions"]
    assert client.raw("Nothing").code == "InvalidAction.NotFound"


@needs_root
def test_others_cannot_use_the_socket(gateway):
    script = ("import socket, sys\ns = socket.socket(socket.AF_UNIX)\n"
              "try:\n s.connect(sys.argv[1])\nexcept PermissionError:\n print('refused')")
    for user in (65534, 61101):
        done = subprocess.run(["/usr/bin/python3", "-c", script, gateway.socket_path], user=user, group=user,
                              extra_groups=[], capture_output=True, text=True, check=True)
        assert done.stdout == "refused\n"


@needs_root
def test_a_peer_that_is_not_root_must_sign(gateway):
    """Even where somebody opened up the file."""
    os.chmod(gateway.socket_path, 0o666)
    script = ("import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n"
              "s.sendall(b'GET /?Action=DescribeRegions&Version=2016-04-28 HTTP/1.0\\r\\n\\r\\n')\n"
              "print(s.makefile().read())")
    try:
        done = subprocess.run(["/usr/bin/python3", "-c", script, gateway.socket_path], user=65534, group=65534,
                              extra_groups=[], capture_output=True, text=True, check=True)
    finally:
        os.chmod(gateway.socket_path, 0o600)
    assert "IncompleteSignature" in done.stdout


def test_audit_has_every_call_and_no_secret(fresh):
    client = Client(fresh, "v1")
    client.call("DescribeRegions", {"IkeConfig": '{"Psk":"hunter2-hunter2"}'})
    client.raw("Nothing")
    wrong = Client(fresh, "v1", key=(client.key_id, "wrong"))
    wrong.raw("DescribeRegions")
    lines = [line for line in fresh.audit() if line.get("Action")]
    assert [(line["Action"], line["Code"], line["Status"]) for line in lines] == [
        ("DescribeRegions", "OK", 200), ("Nothing", "InvalidAction.NotFound", 404),
        ("DescribeRegions", "SignatureDoesNotMatch", 400)]
    assert all(line["AccessKeyId"] == client.key_id and line["Source"] == "127.0.0.1" for line in lines)
    assert len({line["RequestId"] for line in lines}) == 3
    assert "hunter2" not in (fresh.state / "audit.log").read_text(encoding="utf-8") + fresh.log_text()


def test_strangers_cannot_fill_the_audit_log(fresh):
    one = b"GET /?Action=DescribeRegions&Version=2016-04-28 HTTP/1.1\r\nHost: h\r\n\r\n"
    answers, _ = exchange(fresh.port, one * 500, answers=500)
    assert len(answers) == 500
    before = len(fresh.audit())
    assert before <= 300
    Client(fresh, "acs3").call("DescribeRegions")
    assert len(fresh.audit()) == before + 1


def test_hangup_reopens_the_audit_log(fresh):
    old = fresh.state / "audit.log.1"
    (fresh.state / "audit.log").rename(old)
    fresh.process.send_signal(signal.SIGHUP)
    client = Client(fresh, "acs3")
    deadline = time.monotonic() + 10
    while not (fresh.state / "audit.log").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    before = old.read_bytes()
    client.call("DescribeRegions")
    assert fresh.audit()[-1]["Action"] == "DescribeRegions"
    assert old.read_bytes() == before


def test_terminate_ends_it(fresh):
    client = Client(fresh, "acs3")
    client.call("DescribeRegions")  # an idle connection stays open and holds up nothing
    started = time.monotonic()
    assert fresh.stop() == 0
    assert time.monotonic() - started < 5
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", fresh.port), 1)


def test_many_slow_connections_do_not_stop_others(fresh):
    slow = []
    for _ in range(300):
        opened = socket.create_connection(("127.0.0.1", fresh.port))
        opened.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n")
        slow.append(opened)
    assert Client(fresh, "acs3").call("DescribeRegions")
    for opened in slow:
        opened.close()


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as line:
        fields = line.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_out_of_descriptors_it_waits_and_recovers(fresh):
    assert fresh.stop() == 0
    fresh.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    client = Client(fresh, "acs3")
    client.call("DescribeRegions")
    held = [socket.create_connection(("127.0.0.1", fresh.port)) for _ in range(100)]
    started, cpu = time.monotonic(), cpu_s(fresh.process.pid)
    while time.monotonic() - started < 1:
        client.call("DescribeRegions")  # who is connected is served
        time.sleep(0.05)
    assert cpu_s(fresh.process.pid) - cpu < 0.5
    for opened in held:
        opened.close()
    assert Client(fresh, "v1").call("DescribeRegions")
    assert fresh.log_text().count("connections have to wait") == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the old versions that must fail
def test_tls(tmp_path):
    key, certificate = make_certificate(tmp_path)
    with Gateway(tls_certificate=certificate, tls_key=key) as gateway:
        trusting = ssl.create_default_context(cafile=certificate)
        for scheme in ("acs3", "v1"):
            client = Client(gateway, scheme, tls=trusting)
            for _ in range(3):
                client.call("DescribeRegions")
            client.close()
        old = ssl.create_default_context(cafile=certificate)
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError):
            exchange(gateway.port, b"GET / HTTP/1.0\r\n\r\n", tls=old)
        # plain HTTP gets no answer there, and garbage inside TLS gets JSON
        try:
            plain, _ = exchange(gateway.port, b"GET /?Action=DescribeRegions HTTP/1.0\r\n\r\n")
        except OSError:
            plain = []
        assert not plain
        [(status, _, body)], _ = exchange(gateway.port, b"hello\r\n\r\n", tls=trusting)
        assert status == 400 and json.loads(body)["Code"] == "InvalidParameter"
        assert Client(gateway, "acs3", tls=trusting).call("DescribeRegions")


def test_certificate_of_its_own_beyond_loopback():
    with Gateway(listen_address="0.0.0.0") as gateway:
        certificate, key = gateway.state / "api-certificate.pem", gateway.state / "api-certificate.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        first = certificate.read_bytes()
        for _ in range(2):
            trusting = ssl.create_default_context(cafile=certificate)
            assert Client(gateway, "v1", tls=trusting).call("DescribeRegions")
            with pytest.raises(ssl.SSLCertVerificationError):
                exchange(gateway.port, b"GET / HTTP/1.0\r\n\r\n", tls=ssl.create_default_context())
            assert gateway.stop() == 0
            gateway.start()
            assert certificate.read_bytes() == first


def refuses(gateway):
    """The log of a start that must fail."""
    with gateway.log.open("wb") as log:
        status = subprocess.run([API, "--config", gateway.config], stdout=log, stderr=log, timeout=20,
                                check=False).returncode
    assert status == 1, gateway.log_text()
    assert "Sanitizer" not in gateway.log_text()
    return gateway.log_text()


@pytest.fixture
def unstarted():
    gateway = Gateway()
    yield gateway
    gateway.__exit__(None, None, None)


def test_port_in_use(unstarted):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", unstarted.port))
        holder.listen()
        assert "Address already in use" in refuses(unstarted)


def test_unknown_key_in_the_configuration(unstarted):
    unstarted.write_config("[log]\nlisten = info\n")
    assert "listen" in refuses(unstarted)


def test_no_configuration(unstarted):
    unstarted.config.unlink()
    assert "vpngw.conf" in refuses(unstarted) or "No such file" in refuses(unstarted)


@needs_root
def test_key_file_open_to_others(unstarted):
    unstarted.key_file.write_text("00" * 32)
    unstarted.key_file.chmod(0o644)
    assert f"{unstarted.key_file}: Operation not permitted" in refuses(unstarted)


def test_a_lost_key_file_is_not_replaced(unstarted):
    """A second key would open nothing of the store."""
    unstarted.start()
    unstarted.stop()
    key = unstarted.key_file.read_bytes()
    unstarted.key_file.unlink()
    assert f"{unstarted.key_file}: Required key not available" in refuses(unstarted)
    assert not unstarted.key_file.exists()
    unstarted.key_file.write_bytes(key)
    unstarted.key_file.chmod(0o600)
    unstarted.start()


def test_certificate_that_is_none(unstarted):
    broken = unstarted.root / "broken.pem"
    broken.write_text("no certificate")
    unstarted.options |= {"tls_certificate": broken, "tls_key": broken}
    unstarted.write_config()
    assert "certificate" in refuses(unstarted)


def test_wrong_usage():
    assert subprocess.run([API, "--nothing"], capture_output=True, check=False).returncode == 2
