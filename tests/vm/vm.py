# SPDX-License-Identifier: Apache-2.0
"""Debian's own kernel in a virtual machine, for what this machine's kernel lacks (ESP above all).

    kernel = prepare(cache)                        # download, unpack, make an initramfs; once
    with Vm(kernel, folder, ns="r", tap="vm0") as vm:
        vm.run("ip addr add 10.0.2.1/24 dev eth0")

Emulated by qemu's TCG (stock kernels do not boot under every KVM): ready after 4 to 8 s. Its root is this
machine's root over 9p, read only under a tmpfs, so every installed program is there; `folder` is shared
read-write as /vmshare. Its network card is a tap in a namespace of the caller's. Commands go through a
second serial port and run one after another as root.
"""
import base64
import os
import select
import shutil
import signal
import socket
import subprocess
import time

INITRAMFS_MODULES = "virtio_pci 9pnet_virtio 9p overlay"

INIT = r"""#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t devtmpfs dev /dev
for m in $($B cat /modules); do $B insmod /lib/modules/$m || echo "insmod $m failed"; done
O=trans=virtio,version=9p2000.L,msize=524288
$B mount -t 9p -o $O,cache=loose,ro host /host || $B poweroff -f
$B mount -t tmpfs tmpfs /rw; $B mkdir -p /rw/u /rw/w
$B mount -t overlay -o lowerdir=/host,upperdir=/rw/u,workdir=/rw/w overlay /newroot || $B poweroff -f
$B mkdir -p /newroot/lib/modules /newroot/vmshare
$B mount -t 9p -o $O,cache=loose,ro mods /newroot/lib/modules
$B mount -t 9p -o $O share /newroot/vmshare
for d in proc sys dev; do $B mount --move /$d /newroot/$d; done
$B mount -t tmpfs tmpfs /newroot/run; $B mkdir -p /newroot/run/lock /newroot/run/netns
exec $B switch_root /newroot /bin/sh /vmshare/serve.sh
"""

SERVE = r"""
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mkdir -p /dev/pts; mount -t devpts devpts /dev/pts
ip link set lo up
stty raw -echo < /dev/ttyS1
exec 3<>/dev/ttyS1
echo READY >&3
while read -r line <&3; do
  printf %s "$line" | base64 -d > /run/command
  sh /run/command > /run/output 2>&1 < /dev/null; rc=$?
  echo "$rc $(base64 -w0 /run/output)" >&3
done
"""


def _command(*words, **options):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


class Kernel:
    def __init__(self, folder, version):
        self.modules = os.path.join(folder, "lib/modules")
        self.image = os.path.join(folder, f"boot/vmlinuz-{version}")
        self.initramfs = os.path.join(folder, "initramfs.gz")


def _make_initramfs(folder, version, target):
    root = os.path.join(folder, "initramfs")
    shutil.rmtree(root, ignore_errors=True)
    for name in "bin proc sys dev mnt newroot host rw lib/modules".split():
        os.makedirs(os.path.join(root, name))
    shutil.copy(shutil.which("busybox"), os.path.join(root, "bin/busybox"))
    names = []
    for module in INITRAMFS_MODULES.split():
        for line in _command("modprobe", "-d", folder, "-S", version, "--show-depends", module).splitlines():
            words = line.split()
            name = os.path.basename(words[1])
            if words[0] == "insmod" and name not in names:
                shutil.copy(words[1], os.path.join(root, "lib/modules", name))
                names.append(name)
    with open(os.path.join(root, "modules"), "w") as file:
        file.write("\n".join(names) + "\n")
    with open(os.path.join(root, "init"), "w") as file:
        file.write(INIT)
    os.chmod(os.path.join(root, "init"), 0o755)
    with open(target + ".new", "wb") as file:
        find = subprocess.Popen(["find", "."], cwd=root, stdout=subprocess.PIPE)
        cpio = subprocess.Popen(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, stdin=find.stdout, stdout=subprocess.PIPE)
        subprocess.run(["gzip", "-1"], stdin=cpio.stdout, stdout=file, check=True)
        assert find.wait() == 0 and cpio.wait() == 0
    os.rename(target + ".new", target)


def prepare(cache):
    """The kernel that linux-image-amd64 stands for, from the machine's own package source."""
    os.makedirs(cache, exist_ok=True)
    depends = _command("apt-cache", "depends", "linux-image-amd64")
    package = next(line.split()[1] for line in depends.splitlines() if "Depends: linux-image-" in line)
    version = package.removeprefix("linux-image-")
    folder = os.path.join(cache, version)
    kernel = Kernel(folder, version)
    if os.path.exists(kernel.initramfs):
        return kernel
    if not any(name.startswith(package + "_") for name in os.listdir(cache)):
        _command("apt-get", "download", package, cwd=cache)
    archive = next(name for name in os.listdir(cache) if name.startswith(package + "_"))
    _command("dpkg-deb", "-x", os.path.join(cache, archive), folder)
    _command("depmod", "-b", folder, version)
    _make_initramfs(folder, version, kernel.initramfs)
    return kernel


def unpack(cache, *packages):
    """A folder with the files of packages that this machine must not have installed."""
    folder = os.path.join(cache, packages[0])
    if os.path.exists(folder):
        return folder
    shutil.rmtree(folder + ".new", ignore_errors=True)
    os.makedirs(folder + ".new/deb")
    _command("apt-get", "download", *packages, cwd=folder + ".new/deb")
    for name in os.listdir(folder + ".new/deb"):
        _command("dpkg-deb", "-x", os.path.join(folder + ".new/deb", name), folder + ".new/root")
    os.rename(folder + ".new", folder)
    return folder


class Vm:
    def __init__(self, kernel, folder, ns, tap, memory=1024):
        """tap: an existing tap device in the namespace; eth0 in the machine."""
        self.console = os.path.join(folder, "console.log")
        share = os.path.join(folder, "share")
        os.makedirs(share)
        with open(os.path.join(share, "serve.sh"), "w") as file:
            file.write(SERVE)
        self.share = share
        path = os.path.join(folder, "serial")
        words = ["ip", "netns", "exec", ns, "qemu-system-x86_64", "-machine", "q35,accel=tcg,smm=off", "-cpu", "max",
                 "-smp", "2", "-m", str(memory), "-nographic", "-no-reboot", "-monitor", "none",
                 "-serial", "stdio", "-serial", f"unix:{path},server,nowait",
                 "-netdev", f"tap,id=n,ifname={tap},script=no,downscript=no", "-device", "virtio-net-pci,netdev=n",
                 "-kernel", kernel.image, "-initrd", kernel.initramfs,
                 "-append", "console=ttyS0 quiet panic=-1 mitigations=off nokaslr random.trust_cpu=on"]
        for path9p, tag, more in (("/", "host", ",readonly=on,multidevs=remap"), (kernel.modules, "mods", ",readonly=on"),
                                  (share, "share", "")):
            words += ["-virtfs", f"local,path={path9p},mount_tag={tag},security_model=none{more}"]
        with open(self.console, "w") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.serial = None
        self.buffer = b""
        try:
            self._connect(path)
            assert self._line(300) == b"READY"
            self.run("modprobe virtio_net; ip link set eth0 up")
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _connect(self, path):
        deadline = time.monotonic() + 60
        while self.serial is None:
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, "qemu opens no serial port"
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.connect(path)
                self.serial = sock
            except OSError:
                sock.close()
                time.sleep(0.05)

    def _line(self, timeout):
        deadline = time.monotonic() + timeout
        while b"\n" not in self.buffer:
            ready = select.select([self.serial], [], [], max(0, deadline - time.monotonic()))[0]
            assert ready, f"the machine does not answer\n{self.log()}"
            got = self.serial.recv(65536)
            assert got, f"the machine is gone\n{self.log()}"
            self.buffer += got
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.strip()

    def run(self, command, check=True, timeout=180):
        """Runs shell text in the machine; its output."""
        self.serial.sendall(base64.b64encode(command.encode()) + b"\n")
        status, _, output = self._line(timeout).partition(b" ")
        output = base64.b64decode(output).decode(errors="replace")
        if check and status != b"0":
            raise AssertionError(f"in the machine: {command}: exit {status.decode()}\n{output}")
        return output

    def log(self):
        with open(self.console, errors="replace") as file:
            return file.read()

    def stop(self):
        if self.serial:
            self.serial.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
