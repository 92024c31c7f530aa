# SPDX-License-Identifier: Apache-2.0
"""A cage: PID, mount and network namespaces of our own, with a private /run.

Every process and namespace made inside is gone when the cage's first process is, however it ends:
names never collide with another lab's and nothing is left to clean up. Knows no topology.
"""
import ctypes
import os
import signal
import sys

CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID = 0x00020000, 0x40000000, 0x20000000
MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 0x4000, 1 << 18, 2, 4
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

# The cage's process 1 as the world outside sees it (nsenter -t), known inside run().
outside_pid = None


def _call(name, *arguments):
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def setns(fd):
    """Moves the calling thread into a network namespace."""
    _call("setns", fd, CLONE_NEWNET)


def _mount(source, target, kind, flags, data=None):
    _call("mount", source, os.fsencode(target), kind, flags, data)


def private_network():
    """Own network and mount namespaces with an empty /run for this process (a test worker)."""
    _call("unshare", CLONE_NEWNS | CLONE_NEWNET)
    _mount(b"none", "/", None, MS_REC | MS_PRIVATE)
    _mount(b"tmpfs", "/run", b"tmpfs", MS_NOSUID | MS_NODEV, b"mode=755")
    os.makedirs("/run/netns")
    os.makedirs("/run/lock")


def run(function):
    """Runs function() as the cage's main process; returns its exit status.

    The caller stays outside. SIGINT and SIGTERM reach the main process, so that it can say what it
    was doing; when the caller dies the kernel ends the cage.
    """
    _call("unshare", CLONE_NEWPID)
    init = os.fork()
    if init == 0:
        os._exit(_init(function))

    def forward(number, _frame):
        os.kill(init, number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    return os.waitstatus_to_exitcode(os.waitpid(init, 0)[1])


def _init(function):
    """Process 1 of the cage: starts the main process, reaps orphans, ends with the main process."""
    global outside_pid
    outside_pid = int(os.readlink("/proc/self"))  # this /proc is still the outer one
    os.setsid()  # the terminal's Ctrl-C comes once, through forward(): a second one would end the end
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    private_network()
    _mount(b"proc", "/proc", b"proc", 0)
    main = os.fork()
    if main == 0:
        os._exit(_main(function))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _frame: os.kill(main, n))
    while True:
        pid, status = os.wait()
        if pid == main:
            return max(os.waitstatus_to_exitcode(status), 0) or (1 if os.WIFSIGNALED(status) else 0)


def _main(function):
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        status = function()
    except SystemExit as end:
        status = end.code
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        import traceback
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status if isinstance(status, int) else int(bool(status))


if __name__ == "__main__":
    def command():
        import subprocess
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        with subprocess.Popen(sys.argv[1:]) as child:
            try:
                return child.wait()
            except (KeyboardInterrupt, SystemExit):
                child.send_signal(signal.SIGINT)
                return child.wait()

    sys.exit(run(command))
