# SPDX-License-Identifier: Apache-2.0
"""
Hosts as namespaces: each has its own network, name, processes, /proc, and shared memory, so that nothing on one host can see, signal
or clean up what runs on another. They share the file system otherwise, and a bridge.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

PATIENCE_S = 10.0

# A hardware address that no host has: frames to it are lost like those on a broken way.
NOBODY = "02:00:00:00:00:01"

# Process 1 of a host: it takes over orphans and reaps them, as an init does. When it is killed the kernel kills the whole host.
INIT = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGCHLD, lambda *_: None)
print("up", flush=True)
while True:
    try:
        while os.waitpid(-1, 0)[0]:
            pass
    except ChildProcessError:
        time.sleep(0.05)
"""

SETUP = """
set -e
hostname "$1"
mount --bind "$2" /etc/hosts
mkdir -p /dev/shm && mount -t tmpfs -o mode=1777 none /dev/shm
# What a login of this machine's user does besides is no part of the test, and may wait for locks that others hold.
[ ! -e ~/.bashrc ] || mount --bind /dev/null ~/.bashrc
ip link set lo up
exec "$3" -I -S -c "$4"
"""


class Host:
    """A host: a name, an address, and a set of processes. Made by `hosts`."""

    def __init__(self, name: str, address: str, port: str, names: Path) -> None:
        self.name = name
        self.address = address
        self.port = port  # its end of the cable, at the bridge
        self._names = names
        self._init: subprocess.Popen[bytes] | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        self._pid = 0
        self._namespace = ""

    def _boot(self, log: IO[bytes]) -> None:
        words = [
            "unshare",
            "--net",
            "--uts",
            "--mount",
            "--ipc",
            "--pid",
            "--fork",
            "--kill-child=KILL",
            "--mount-proc",
        ]
        words += ["sh", "-c", SETUP, "host", self.name, str(self._names), sys.executable, INIT]
        self._init = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
        assert self._init.stdout is not None
        if self._init.stdout.readline().strip() != b"up":
            raise RuntimeError(f"host {self.name} did not start")
        self._pid = children(self._init.pid)[0]
        self._namespace = network_inside(self._pid)

    def command(self, words: Sequence[str]) -> list[str]:
        """The words that run a command on this host, also from a shell in whose background Ctrl-C is ignored."""
        enter = ["nsenter", "--target", str(self._pid), "--net", "--uts", "--mount", "--ipc", "--pid", "--"]
        return [*enter, "env", "--default-signal=INT,QUIT", *words]

    def start(
        self, words: Sequence[str], env: Mapping[str, str] | None = None, **options: object
    ) -> subprocess.Popen[bytes]:
        """Starts a process on this host. The result is its parent outside; `inner` of it tells the process itself."""
        settings: dict[str, object] = {"stdin": subprocess.DEVNULL, "start_new_session": True, **options}
        process = subprocess.Popen(self.command(words), env=environment(env), **settings)  # type: ignore[call-overload]
        self._started.append(process)
        return process  # type: ignore[no-any-return]

    def run(
        self, words: Sequence[str], env: Mapping[str, str] | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command on this host to its end and returns what it wrote."""
        return subprocess.run(
            self.command(words),
            env=environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def pids(self, session: str | None = None, containing: str | None = None) -> list[int]:
        """
        Processes of this host, as numbers outside: all, or those that were started with this RANKMQ_SESSION ("" is any session),
        or whose command line has this text.
        """
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != self._pid and self._owns(int(entry)):
                pid = int(entry)
                if session is not None and not has_session(pid, session):
                    continue
                if containing is not None and containing not in command_line(pid):
                    continue
                found.append(pid)
        return sorted(found)

    def _owns(self, pid: int) -> bool:
        try:
            return network_inside(pid) == self._namespace and not is_zombie(pid)
        except OSError:
            return False

    def signal(self, number: int) -> None:
        """Sends a signal to every process of this host but its first."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Everything on this host stands still."""
        # Twice: what was started between the look and the signal is found by the second look.
        self.signal(signal.SIGSTOP)
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            # nsenter stops itself along with its child.
            for process in self._started:
                process.send_signal(signal.SIGCONT)
            self.signal(signal.SIGCONT)

    def cut(self) -> None:
        """Pulls the cable: nobody is told, packets just do not arrive."""
        subprocess.run(["ip", "link", "set", self.port, "down"], check=True)

    def heal(self) -> None:
        """Puts the cable back."""
        subprocess.run(["ip", "link", "set", self.port, "up"], check=True)

    def cut_from(self, other: Host) -> None:
        """What these two hosts send each other does not arrive, and nobody is told; all else goes on."""
        for host, peer in ((self, other), (other, self)):
            words = f"neigh replace {peer.address} lladdr {NOBODY} nud permanent dev eth0".split()
            host.run(["ip", *words]).check_returncode()

    def heal_from(self, other: Host) -> None:
        """Undoes cut_from."""
        for host, peer in ((self, other), (other, self)):
            host.run(["ip", "neigh", "del", peer.address, "dev", "eth0"]).check_returncode()

    def outside(self, pid: int) -> int:
        """The number outside of a process that knows itself by another."""
        found = {}
        for candidate in self.pids():
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{candidate}/status").read_text(errors="replace")
                numbers = status.partition("\nNSpid:")[2].partition("\n")[0].split()
                if numbers[-1] == str(pid):
                    found[len(numbers)] = candidate
        if not found:
            raise LookupError(f"{self.name} has no process {pid}")
        # The innermost, if one in a container has the same number as one beside it.
        return found[max(found)]

    def shared_memory(self) -> Path:
        """Its /dev/shm, as a folder outside."""
        return Path(f"/proc/{self._pid}/root/dev/shm")

    def kill(self) -> None:
        """The host is gone: all its processes at once. Nobody is told, for the cable is pulled first."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.cut()
        self._stop()

    @property
    def is_up(self) -> bool:
        return self._init is not None

    def _stop(self) -> None:
        init = self._init
        if init is None:
            return
        # Other hosts may soon have the same numbers.
        self._init = None
        with contextlib.suppress(ProcessLookupError):
            if self._pid:
                # Its parent reaps it and ends.
                os.kill(self._pid, signal.SIGKILL)
            else:
                os.killpg(init.pid, signal.SIGKILL)
        init.wait(PATIENCE_S)
        self._namespace = ""
        if init.stdout is not None:
            init.stdout.close()
        for process in self._started:
            process.kill()
            process.wait(PATIENCE_S)


class Network:
    """Some hosts on one bridge. `parent` is the one from which jobs are started; the others are `hosts`."""

    def __init__(self, folder: Path, bridge: str, parent: Host, others: list[Host]) -> None:
        self.folder = folder
        # For temporary files of ranks on all hosts, so that what they leave is seen.
        self.temporary = folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self.bridge = bridge
        self.parent = parent
        self.hosts = others

    def __getitem__(self, name: str) -> Host:
        return next(host for host in self.all() if host.name == name)

    def all(self) -> list[Host]:
        return [self.parent, *self.hosts]

    def pids(self, session: str | None = None) -> dict[str, list[int]]:
        """Processes of each host, see Host.pids; hosts without any are left out."""
        found = {host.name: host.pids(session) for host in self.all()}
        return {name: pids for name, pids in found.items() if pids}

    def everything(self) -> dict[int, str]:
        """All processes of all hosts and whose they are, by one look at /proc."""
        owners = {host._namespace: host for host in self.all() if host.is_up}
        found = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    host = owners.get(network_inside(int(entry)))
                    if host is not None and int(entry) != host._pid and not is_zombie(int(entry)):
                        found[int(entry)] = host.name
        return found


@contextlib.contextmanager
def hosts(count: int) -> Iterator[Network]:
    """Makes the hosts h1 ... h<count> for ranks and h0 for the parent. All of it is gone afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="rankmq-testbed-") as temporary, contextlib.ExitStack() as stack:
        folder = Path(temporary)
        number = _bridge(stack)
        names = folder / "hosts"
        made = [Host(f"h{i}", f"10.88.{number}.{10 + i}", f"rq{number}h{i}", names) for i in range(count + 1)]
        names.write_text("127.0.0.1 localhost\n" + "".join(f"{host.address} {host.name}\n" for host in made))
        log = stack.enter_context((folder / "hosts.log").open("wb"))
        for host in made:
            stack.callback(subprocess.run, ["ip", "link", "del", host.port], capture_output=True)
            stack.callback(host._stop)
            host._boot(log)
            _cable(host, f"rq{number}")
        yield Network(folder, f"rq{number}", made[0], made[1:])


def _bridge(stack: contextlib.ExitStack) -> int:
    """Takes the first number that nobody has: the kernel makes a name only once."""
    for number in range(1, 250):
        name = f"rq{number}"
        line = f"ip link add {name} type bridge forward_delay 0 stp_state 0"
        done = subprocess.run(line.split(), capture_output=True)
        if done.returncode == 0:
            stack.callback(subprocess.run, ["ip", "link", "del", name], capture_output=True)
            subprocess.run(["ip", "link", "set", name, "up"], check=True)
            _let_through(stack, name)
            return number
    raise RuntimeError("no bridge can be made; is this root, and is there iproute2?")


def _let_through(stack: contextlib.ExitStack, bridge: str) -> None:
    """Docker lets bridges forward only what it knows of, once it has loaded br_netfilter."""
    switch = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
    if switch.exists() and switch.read_text().strip() == "1":
        rule = ["FORWARD", "-i", bridge, "-o", bridge, "-j", "ACCEPT"]
        subprocess.run(["iptables", "-w", "-I", *rule], check=True, capture_output=True)
        stack.callback(subprocess.run, ["iptables", "-w", "-D", *rule], capture_output=True)


def _cable(host: Host, bridge: str) -> None:
    for line in (
        f"link add {host.port} type veth peer name eth0 netns {host._pid}",
        f"link set {host.port} master {bridge} up",
    ):
        subprocess.run(["ip", *line.split()], check=True)
    for line in (f"addr add {host.address}/24 dev eth0", "link set eth0 up"):
        host.run(["ip", *line.split()]).check_returncode()


def inner(process: subprocess.Popen[bytes]) -> int:
    """The process itself behind what Host.start returned, as a number outside."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        found = children(process.pid)
        if found:
            return found[0]
        time.sleep(0.01)
    raise RuntimeError("the process has ended")


def network_inside(pid: int) -> str:
    """
    The network namespace of a process that is inside a host, maybe in a process namespace of its own, as in a container. What enters a
    host has its network a moment before it is inside, and is none of its processes.
    """
    if os.readlink(f"/proc/{pid}/ns/pid") == os.readlink("/proc/self/ns/pid"):
        return "outside"
    return os.readlink(f"/proc/{pid}/ns/net")


def children(pid: int) -> list[int]:
    """Children of a process; the first thread's, which is enough for whom we ask."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def environment(more: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, **(more or {})}


def has_session(pid: int, session: str) -> bool:
    try:
        variables = b"\0" + Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    mark = b"\0RANKMQ_SESSION=" + session.encode()
    return (mark + b"\0" if session else mark) in variables


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] in "ZX"
