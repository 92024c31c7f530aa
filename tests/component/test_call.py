# SPDX-License-Identifier: Apache-2.0
"""`vpngw call`: where it finds the API and the key, what it prints and how it ends."""
import json
import os
import subprocess

import pytest

from gateway import BUILD, Gateway, make_certificate

VPNGW = BUILD / "src" / "cli" / "vpngw"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def run(*arguments, env=None, **options):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VPNGW_")}
    return subprocess.run([VPNGW, "call", *map(str, arguments)], env=clean | (env or {}), capture_output=True,
                          text=True, timeout=60, check=False, **options)


def environment(gateway, secret=None):
    key_id, real = gateway.access_key()
    return {"VPNGW_ENDPOINT": f"http://127.0.0.1:{gateway.port}", "VPNGW_ACCESS_KEY_ID": key_id,
            "VPNGW_ACCESS_KEY_SECRET": secret or real}


def answer(done):
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("{\n  ") and not done.stderr
    return json.loads(done.stdout)


@needs_root
def test_root_on_the_socket(gateway):
    assert answer(run("--config", gateway.config, "DescribeRegions"))["Regions"]["Region"]
    assert answer(run("--socket", gateway.socket_path, "DescribeRegions"))["RequestId"]
    # who names the machine's socket means it, whatever the environment says
    wrong = environment(gateway) | {"VPNGW_ENDPOINT": "http://127.0.0.1:1"}
    assert answer(run("--config", gateway.config, "DescribeRegions", env=wrong))["RequestId"]


def test_environment(gateway):
    assert answer(run("DescribeRegions", env=environment(gateway)))["RequestId"]


def test_profile(gateway, tmp_path):
    profile = tmp_path / "profile"
    first = (gateway.state / "first-access-key").read_text(encoding="utf-8")
    profile.write_text(first + f"Endpoint=http://127.0.0.1:{gateway.port}\n", encoding="utf-8")
    assert answer(run("--profile", profile, "DescribeRegions"))["RequestId"]
    assert answer(run("--profile", gateway.state / "first-access-key", "--endpoint",
                      f"http://127.0.0.1:{gateway.port}", "DescribeRegions"))["RequestId"]
    profile.write_text(first + "Password=x\n", encoding="utf-8")
    assert run("--profile", profile, "DescribeRegions").returncode == 2


def test_parameters_arrive_as_they_are(gateway):
    env = environment(gateway)
    name = "a b*~'(é)!&=+%;\"\\中"
    made = answer(run("CreateCustomerGateway", "IpAddress=198.51.100.77", f"Name={name}", "Tags.1.Key=k",
                      "Tags.1.Value=", env=env))
    assert made["Name"] == name
    shown = answer(run("DescribeCustomerGateway", f"CustomerGatewayId={made['CustomerGatewayId']}", env=env))
    assert shown["Name"] == name and shown["Tags"]["Tag"] == [{"Key": "k", "Value": ""}]
    answer(run("DeleteCustomerGateway", f"CustomerGatewayId={made['CustomerGatewayId']}", env=env))


def test_actions_of_the_second_version(gateway):
    env = environment(gateway)
    for extra in ([], ["Version=2026-11-01"]):
        done = run("DescribeVpcLan", "VpcId=vpc-none", *extra, env=env)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("InvalidVpcId.NotFound: ")
    done = run("--version-api", "2026-11-01", "DescribeRegions", env=env)
    assert done.stderr.startswith("InvalidAction.NotFound: ")


def test_refusals_go_to_stderr(gateway):
    env = environment(gateway)
    done = run("CreateCustomerGateway", "IpAddress=127.0.0.1", env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("InvalidIpAddress.WrongFormat: ") and "127.0.0.1" in done.stderr
    assert run("Nothing", env=env).stderr.startswith("InvalidAction.NotFound: ")
    done = run("DescribeRegions", env=environment(gateway, secret="not-the-secret"))
    assert done.returncode == 1 and done.stderr.startswith("SignatureDoesNotMatch: ")
    assert "not-the-secret" not in done.stderr


def test_nobody_there(gateway):
    done = run("DescribeRegions", env=environment(gateway) | {"VPNGW_ENDPOINT": "http://127.0.0.1:1"})
    assert done.returncode == 1 and "127.0.0.1:1" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("arguments", [[], ["--nothing"], ["no word!"], ["DescribeRegions", "NoEquals"],
                                       ["DescribeRegions", "=x"], ["DescribeRegions", "Version=a b"],
                                       ["DescribeRegions", "Big=" + "x" * 70000]])
def test_wrong_usage(gateway, arguments):
    done = run(*arguments, env=environment(gateway))
    assert done.returncode == 2 and "usage: vpngw call" in done.stderr


def test_endpoint_without_a_key(gateway):
    done = run("--endpoint", f"http://127.0.0.1:{gateway.port}", "DescribeRegions")
    assert done.returncode == 2 and "access key" in done.stderr


@needs_root
def test_socket_is_for_root(gateway):
    done = run("--socket", gateway.socket_path, "DescribeRegions", user=65534, group=65534, extra_groups=[])
    assert done.returncode == 2 and "only root" in done.stderr


def test_tls(tmp_path):
    key, certificate = make_certificate(tmp_path)
    with Gateway(tls_certificate=certificate, tls_key=key) as gateway:
        env = environment(gateway) | {"VPNGW_ENDPOINT": f"127.0.0.1:{gateway.port}"}
        done = run("DescribeRegions", env=env)
        assert done.returncode == 1 and "certificate" in done.stderr
        assert answer(run("--ca-file", certificate, "DescribeRegions", env=env))["RequestId"]


def test_the_secret_is_not_in_the_process_list(gateway):
    """Nothing accepts it as an argument."""
    done = run("--access-key-secret", "x", "DescribeRegions", env=environment(gateway))
    assert done.returncode == 2
