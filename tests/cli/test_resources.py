# SPDX-License-Identifier: Apache-2.0
"""The commands on resources against a real vpngw-api: the whole life of a connection from a shell's side, what is
printed where, exit statuses, and answers of the API's types."""
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "component"), str(HERE.parent / "conformance")]

from gateway import BUILD, ZONE, Gateway  # noqa: E402
from reference import compare, operations  # noqa: E402
from wire import Client  # noqa: E402

VPNGW = BUILD / "src" / "cli" / "vpngw"
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
PSK = "p$k 'quoted'".replace(" ", "_")


class Shell:
    """Runs `vpngw NOUN VERB ...` on one gateway's socket."""

    def __init__(self, gateway):
        self.gateway = gateway

    def run(self, *arguments, **options):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("VPNGW_")}
        if "stdin" not in options:
            options.setdefault("input", "")
        noun, *rest = map(str, arguments)
        return subprocess.run([VPNGW, noun, "--config", self.gateway.config, *rest], env=clean, text=True,
                              capture_output=True, timeout=60, check=False, **options)

    def __call__(self, *arguments, **options):
        done = self.run(*arguments, **options)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def json(self, *arguments, **options):
        return json.loads(self(*arguments, "--output", "json", **options))

    def wrong(self, *arguments, **options):
        """One helpful line and exit 2."""
        done = self.run(*arguments, **options)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert done.stderr.count("\n") == 1 and done.stderr.startswith("vpngw "), done.stderr
        return done.stderr

    def refused(self, *arguments, **options):
        done = self.run(*arguments, **options)
        assert (done.returncode, done.stdout) == (1, ""), done
        return done.stderr


@pytest.fixture(scope="module")
def shell():
    with Gateway() as gateway:
        yield Shell(gateway)
        assert gateway.stop() == 0, gateway.log_text()
        assert "Sanitizer" not in gateway.log_text() and "runtime error" not in gateway.log_text()


@pytest.fixture
def fresh():
    with Gateway() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def site(shell):
    """A VPC with a gateway, and a customer gateway."""
    shell("vpc", "create", "10.0.0.0/8", "--vpc-name", "lab", "--tag", "env=test", "--tag", "empty=")
    shell("vswitch", "create", "lab", "10.1.0.0/16", "--zone", ZONE)
    shell("gateway", "create", "--vpc", "lab", "--name", "hq")
    shell("customer-gateway", "create", "198.51.100.1", "--name", "office", "--asn", "65001")
    return shell


def has_types(operation, answer):
    """Every member of the answer is what the API's reference says; members that are not there are no matter here."""
    wrong = [(check, seen) for check, seen in compare(operation, [answer])
             if seen not in ("", "absent") and "/answer/" in check]
    assert not wrong, wrong


def test_an_aead_cipher_comes_without_the_preset_beside_it(site):
    made = site.json("connection", "create", "--gateway", "hq", "--customer-gateway", "office", "--ipsec-enc-alg", "aes128gcm")
    shown = site.json("connection", "show", made["VpnConnectionId"])
    assert shown["IpsecConfig"]["IpsecEncAlg"] == "aes128gcm" and "IpsecAuthAlg" not in shown["IpsecConfig"]
    assert shown["IkeConfig"]["IkeAuthAlg"] == "sha1"
    assert site.json("gateway", "encapsulation", "hq")["UdpEncapsulation"] is False
    assert site.json("gateway", "set-encapsulation", "hq", "true")["UdpEncapsulation"] is True
    site("gateway", "set-encapsulation", "hq", "false")
    site("connection", "delete", made["VpnConnectionId"], "--yes")


def test_life_of_a_connection(site):
    made = site.json("connection", "create", "--gateway", "hq", "--customer-gateway", "office", "--name", "first",
                     "--psk-file", "-", "--ike-lifetime", "7200", "--tag", "owner=me", input=f"{PSK}\n")
    connection = made["VpnConnectionId"]
    shown = site.json("connection", "show", "first")
    assert shown["VpnConnectionId"] == connection
    assert shown["IkeConfig"] == {
        "Psk": PSK, "IkeVersion": "ikev2", "IkeMode": "main", "IkeEncAlg": "aes", "IkeAuthAlg": "sha1",
        "IkePfs": "group2", "IkeLifetime": 7200, "LocalId": "203.0.113.10", "RemoteId": "198.51.100.1"}
    assert shown["IpsecConfig"]["IpsecAuthAlg"] == "sha1" and shown["EffectImmediately"] is True
    assert (shown["LocalSubnet"], shown["RemoteSubnet"]) == ("0.0.0.0/0", "0.0.0.0/0")
    assert shown["Tags"]["Tag"] == [{"Key": "owner", "Value": "me"}]

    site("route", "create", "first", "10.9.0.0/16")
    site("route", "publish", "first", "10.9.0.0/16")
    assert "10.9.0.0/16  " + connection in site("route", "list", "hq")
    assert site.json("route", "list", "hq")["VpnRouteEntries"]["VpnRouteEntry"][0]["State"] == "published"
    site("route", "withdraw", "first", "10.9.0.0/16")
    site("route", "modify", "first", "10.9.0.0/16", "--new-weight", "0")
    route = site.json("route", "list", "hq")["VpnRouteEntries"]["VpnRouteEntry"][0]
    assert (route["State"], route["Weight"]) == ("normal", 0)

    site("connection", "modify", "first", "--name", "renamed", "--no-enable-dpd", "--ipsec-pfs", "disabled")
    shown = site.json("connection", "show", connection)
    assert (shown["Name"], shown["EnableDpd"], shown["IpsecConfig"]["IpsecPfs"]) == ("renamed", False, "disabled")
    assert shown["IkeConfig"]["Psk"] == PSK and shown["IpsecConfig"]["IpsecAuthAlg"] == "sha1"

    assert "DependencyViolation" in site.refused("connection", "delete", connection, "--yes")
    site("route", "delete", "renamed", "10.9.0.0/16", "--yes")
    site("connection", "delete", "renamed", "--yes")
    assert site.json("connection", "list")["VpnConnections"]["VpnConnection"] == []
    done = site.run("connection", "list")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "none\n")


def test_presets_give_way(site):
    made = site.json("connection", "create", "--gateway", "hq", "--customer-gateway", "office", "--name", "other",
                     "--ipsec-enc-alg", "aes128gcm", "--ike-config", '{"ikeVersion": "ikev1"}',
                     "--no-effect-immediately")["VpnConnectionId"]
    shown = site.json("connection", "show", made)
    # what is given whole is sent as it is: the rest are the API's own defaults
    assert (shown["IkeConfig"]["IkeVersion"], shown["IkeConfig"]["IkeAuthAlg"]) == ("ikev1", "md5")
    assert (shown["EffectImmediately"], "IpsecAuthAlg" in shown["IpsecConfig"]) == (False, False)
    site("connection", "delete", made, "--yes")


def test_policy_routes(site):
    made = site.json("connection", "create", "--gateway", "hq", "--customer-gateway", "office", "--name", "flows",
                     "--local-subnet", "10.1.0.0/16", "--remote-subnet", "192.168.0.0/24", "--no-auto-config-route")
    key = ("flows", "10.1.0.0/16", "192.168.0.0/24")
    site("policy-route", "create", *key)
    site("policy-route", "priority", *key, "--new-priority", "20")
    site("policy-route", "weight", *key, "--new-weight", "0")
    site("policy-route", "modify", *key, "--new-weight", "100", "--new-priority", "30")
    site("policy-route", "publish", "flows", "192.168.0.0/24")
    route, = site.json("policy-route", "list", "hq")["VpnPbrRouteEntries"]["VpnPbrRouteEntry"]
    assert (route["Weight"], route["Priority"], route["State"]) == (100, 30, "published")
    site("policy-route", "withdraw", "flows", "192.168.0.0/24")
    site("policy-route", "delete", *key, "--yes")
    assert "no such route" in site.wrong("policy-route", "delete", *key, "--yes")
    site("connection", "delete", made["VpnConnectionId"], "--yes")


def test_every_list_has_the_types_of_the_api(site):
    for command, action in ((("vpc", "list"), "DescribeVpcs"), (("vswitch", "list"), "DescribeVSwitches"),
                            (("gateway", "list"), "DescribeVpnGateways"), (("region", "list"), "DescribeRegions"),
                            (("customer-gateway", "list"), "DescribeCustomerGateways"),
                            (("gateway", "show", "hq"), "DescribeVpnGateway"),
                            (("customer-gateway", "show", "office"), "DescribeCustomerGateway"),
                            (("vpc", "show", "lab"), "DescribeVpcAttribute")):
        assert action in operations()
        has_types(action, site.json(*command))


def test_a_list_has_all_pages(shell):
    client = Client(shell.gateway, "none")
    for number in range(120):
        client.call("CreateCustomerGateway", {"IpAddress": f"198.51.100.{number + 100}", "Name": f"peer-{number}"})
    client.close()
    listed = shell.json("customer-gateway", "list")["CustomerGateways"]["CustomerGateway"]
    names = {one["Name"] for one in listed}
    assert {f"peer-{number}" for number in range(120)} <= names and len(listed) == len(
        {one["CustomerGatewayId"] for one in listed})
    assert len(shell.json("customer-gateway", "list", "--page-size", "7")["CustomerGateways"]["CustomerGateway"]) == 7
    assert shell("customer-gateway", "list").count("\n") == len(listed) + 1


def test_tables_hide_secrets_and_control_characters(site):
    site("customer-gateway", "create", "198.51.100.50", "--name", "keyed", "--auth-key-file", "-", input="bgp-key")
    assert "bgp-key" not in site("customer-gateway", "show", "keyed")
    assert site.json("customer-gateway", "show", "keyed")["AuthKey"] == "bgp-key"
    site("customer-gateway", "delete", "keyed", "--yes")


def test_tags(site):
    vpc = site.json("vpc", "show", "lab")["VpcId"]
    site("tag", "create", vpc, "a=1", "b=x=y")
    rows = site.json("tag", "list", vpc)["TagResources"]["TagResource"]
    assert {row["TagKey"]: row["TagValue"] for row in rows} == {"a": "1", "b": "x=y", "env": "test", "empty": ""}
    site("tag", "delete", vpc, "a", "b")
    assert "a" not in {row["TagKey"] for row in site.json("tag", "list", vpc)["TagResources"]["TagResource"]}
    assert "no id" in site.wrong("tag", "create", "lab", "a=1")
    assert "KEY=VALUE" in site.wrong("tag", "create", vpc, "a")


def test_dry_run_changes_nothing(site):
    done = site.run("customer-gateway", "create", "198.51.100.60", "--name", "dry", "--dry-run")
    assert (done.returncode, done.stdout) == (0, "") and "would have succeeded" in done.stderr
    assert "no" in site.wrong("customer-gateway", "show", "dry")


def test_destroying_asks(site):
    made = site.json("customer-gateway", "create", "198.51.100.61")["CustomerGatewayId"]
    assert "--yes" in site.wrong("customer-gateway", "delete", made)

    def answer(text):
        ours, theirs = pty.openpty()
        os.write(ours, text.encode())
        done = site.run("customer-gateway", "delete", made, stdin=theirs)
        os.close(ours)
        os.close(theirs)
        return done

    done = answer("n\n")
    assert done.returncode == 1 and made in done.stderr
    assert site.json("customer-gateway", "show", made)["CustomerGatewayId"] == made
    assert answer("y\n").returncode == 0
    assert "InvalidCustomerGatewayInstanceId.NotFound" in site.refused("customer-gateway", "show", made)


@pytest.mark.parametrize("arguments, says", [
    (("connection",), "which verb?"),
    (("connection", "frob"), "no such verb"),
    (("connection", "show"), "--vpn-connection-id is missing"),
    (("connection", "create", "--gateway", "vpn-x"), "--customer-gateway-id is missing"),
    (("connection", "create", "--ike-verson", "ikev1"), "perhaps --ike-version"),
    (("connection", "show", "vco-a", "vco-b"), '"vco-b" is too much'),
    (("connection", "show", "vco-a", "--output", "xml"), "table or json"),
    (("connection", "show", "vco-a", "--region-id"), "lacks its value"),
    (("connection", "modify", "vco-a", "--name", "a", "--name", "b"), "given twice"),
    (("connection", "modify", "vco-a", "--ike-config", "{}", "--psk", "x"), "leave it or --psk out"),
    (("connection", "modify", "vco-a", "--psk-file", "/nonexistent"), "No such file"),
    (("connection", "modify", "vco-a", "--wait=yes"), "takes no value"),
    (("connection", "modify", "vco-a", "--wait", "--timeout", "0"), "--timeout is 1 to"),
    (("connection", "delete", "vco-a", "--wait"), "no flag --wait"),
    (("vpc", "create", "10.0.0.0/8", "--endpoint", "http://127.0.0.1:1"), "access key"),
])
def test_wrong_usage(shell, arguments, says):
    assert says in shell.wrong(*arguments)


def test_names(site):
    assert 'nothing has the name "nobody"' in site.wrong("connection", "show", "nobody")
    for address in ("198.51.100.70", "198.51.100.71"):
        site("customer-gateway", "create", address, "--name", "twin")
    assert "give the id" in site.wrong("customer-gateway", "show", "twin")


def test_refusals(site):
    assert site.refused("vpc", "create", "10.0.0.0/33").startswith("InvalidCidrBlock")
    assert "use aes" in site.refused("connection", "create", "--gateway", "hq", "--customer-gateway", "office",
                                     "--ike-enc-alg", "aes128")


def test_access_keys(shell):
    key = shell.json("access-key", "create", "read-only, vpc:Create*", "monitoring")["AccessKey"]
    assert len(key["AccessKeySecret"]) == 30 and "******" not in shell("access-key", "create", "read-only")

    def seen():
        return {one["AccessKeyId"]: one for one in shell.json("access-key", "list")["AccessKeys"]["AccessKey"]}.get(
            key["AccessKeyId"])

    shell("access-key", "disable", key["AccessKeyId"])
    assert seen()["Status"] == "Inactive"
    shell("access-key", "policy", key["AccessKeyId"], "Describe*")
    assert (seen()["Status"], seen()["Policy"]) == ("Inactive", "Describe*")
    shell("access-key", "enable", key["AccessKeyId"])
    shell("access-key", "delete", key["AccessKeyId"], "--yes")
    assert seen() is None


COMPLETIONS = HERE.parents[1] / "dist" / "completion"
COMPLETE_BASH = """source {script}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _vpngw
echo "${{COMPREPLY[@]}}" """
COMPLETE_ZSH = """autoload -Uz compinit; compinit -u -D; compadd() {{ shift; print -r -- "$@" }}
source {script}; words=({words}); CURRENT=$#words; _vpngw"""


@pytest.mark.parametrize("shell_name", ["bash", "zsh"])
@pytest.mark.parametrize("words, some", [
    ("vpngw ''", {"status", "connection", "policy-route", "up"}),
    ("vpngw connection ''", {"create", "config", "logs"}),
    ("vpngw connection create ''", {"--psk-file", "--ike-version", "--no-enable-dpd", "--wait", "--profile"}),
    ("vpngw connection create --ike-version ''", {"ikev1", "ikev2"}),
    ("vpngw connection show x --output ''", {"table", "json"}),
    ("vpngw status ''", {"--vpn-gateway-id", "--output"}),
])
def test_completion(shell_name, words, some):
    script = COMPLETIONS / ("vpngw.bash" if shell_name == "bash" else "_vpngw")
    text = (COMPLETE_BASH if shell_name == "bash" else COMPLETE_ZSH).format(script=script, words=words)
    options = ["--norc", "--noprofile"] if shell_name == "bash" else ["-f"]
    done = subprocess.run([shell_name, *options, "-c", text], capture_output=True, text=True, check=True)
    assert some <= set(done.stdout.split()), done
    if "--ike-version" in words:
        assert set(done.stdout.split()) == some


def test_manual_page_is_well_formed():
    page = HERE.parents[1] / "docs" / "vpngw.8"
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou", page], capture_output=True, text=True, check=True)
    assert not done.stderr and "--psk-file" in done.stdout.replace("\N{MINUS SIGN}", "-")


def test_status(site):
    made = site.json("connection", "create", "--gateway", "hq", "--customer-gateway", "office", "--name", "seen")
    text = site("status")
    gateways, connections = text.split("\n\n")
    assert "hq" in gateways and gateways.startswith("GATEWAY ")
    row = next(line for line in connections.splitlines() if made["VpnConnectionId"] in line)
    assert row.split()[1:6] == ["seen", "updating", "-", "-", "-"]
    site("connection", "down", "seen", "--yes")
    assert "disabled" in site("status", "--gateway", "hq")
    assert "DependencyViolation" not in site("connection", "up", "seen")
    whole = site.json("status")
    assert [one["Name"] for one in whole["VpnConnections"]] == ["seen"] and whole["VpnGateways"][0]["Name"] == "hq"
    site("connection", "reset", "seen", "--yes")
    site("connection", "delete", "seen", "--yes")


def test_waiting_says_why_and_ends(site):
    """Nobody applies anything here: there is no agent."""
    done = site.run("connection", "create", "--gateway", "hq", "--customer-gateway", "office", "--name", "slow",
                    "--wait", "--timeout", "1")
    assert done.returncode == 1 and "not done within 1 s" in done.stderr and "updating" in done.stderr
    site("connection", "delete", "slow", "--yes")


def test_logs(site):
    made = site.json("connection", "create", "--gateway", "hq", "--customer-gateway", "office", "--name", "told")
    now = int(time.time() * 1000)
    site.gateway.keep_log(made["VpnConnectionId"], [
        (now - 1000 * (130 - i), "INFO", "", f"line {i} \x1b[31m", "") for i in range(120)])
    lines = site("connection", "logs", "told").splitlines()
    assert [line.split("]: ", 1)[1] for line in lines] == [f"line {i} ?[31m" for i in range(120)]
    process = subprocess.Popen([VPNGW, "connection", "logs", "--config", site.gateway.config, "told", "-f"],
                               stdout=subprocess.PIPE, text=True)
    try:
        assert [process.stdout.readline() for _ in range(120)][-1].endswith("line 119 ?[31m\n")
        site.gateway.keep_log(made["VpnConnectionId"], [(int(time.time() * 1000), "INFO", "", "new", "")])
        assert process.stdout.readline().endswith("[INFO]: new\n")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert "neither a period" in site.wrong("connection", "logs", "told", "-f", "--minute-period", "5")
    site("connection", "delete", "told", "--yes")


def test_peer_config(site):
    made = site.json("connection", "create", "--gateway", "hq", "--customer-gateway", "office", "--name", "peer",
                     "--psk-file", "-", input=PSK)
    text = site("connection", "config", "peer", "swanctl-policy")
    assert text.startswith("# IPsec connection") and f"connections {{\n\t{made['VpnConnectionId']}" in text
    assert PSK in site("connection", "config", "peer")
    answer = site.json("connection", "config", "peer", "--format", "json")
    assert json.loads(answer["Config"])["VpnConnections"][0]["IkeConfig"]["Psk"] == PSK
    assert "group2" in site.refused("connection", "config", "peer", "--format", "libreswan")
    reader = site.json("access-key", "create", "read-only")["AccessKey"]
    done = subprocess.run([VPNGW, "connection", "config", "peer", "swanctl-policy"], capture_output=True, text=True,
                          check=False, env=os.environ | {
                              "VPNGW_ENDPOINT": f"http://127.0.0.1:{site.gateway.port}",
                              "VPNGW_ACCESS_KEY_ID": reader["AccessKeyId"],
                              "VPNGW_ACCESS_KEY_SECRET": reader["AccessKeySecret"]})
    assert done.returncode == 0 and PSK not in done.stdout and "REPLACE-WITH-THE-PRE-SHARED-KEY" in done.stdout
    assert "in place of the mark" in done.stderr
    site("access-key", "delete", reader["AccessKeyId"], "--yes")
    site("connection", "delete", "peer", "--yes")


def test_the_session_of_the_readme(fresh, tmp_path):
    """As it stands there; nobody applies anything here, so it cannot wait."""
    page = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\$ (vpngw .*)$", page, re.MULTILINE)
    assert len(lines) == 8
    (tmp_path / "key").write_text("a-secret\n", encoding="ascii")
    key_id, secret = fresh.access_key()
    environment = os.environ | {"VPNGW_ENDPOINT": f"http://127.0.0.1:{fresh.port}", "VPNGW_ACCESS_KEY_ID": key_id,
                                "VPNGW_ACCESS_KEY_SECRET": secret, "PATH": f"{VPNGW.parent}:{os.environ['PATH']}"}
    for line in lines:
        line = line.replace(" --wait", "").replace("cn-hangzhou-a", ZONE)
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    assert '"a-secret"' in (tmp_path / "office.conf").read_text(encoding="utf-8")
    assert "office" in done.stdout and "updating" in done.stdout
