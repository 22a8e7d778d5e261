# SPDX-License-Identifier: Apache-2.0
"""A job under way on hosts of its own, by any launcher, so that something can happen to it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from jobs import over_ssh, sets, write_job
from testbed import Broker, Host, Job, Keys, Network, broker, hosts, run, slurm, sshd
from testbed.hosts import command_line

WORLD_SIZE = 3
KILL_GRACE_S = 0.5
CLOSE_GRACE_S = 1
HEARTBEAT_S = 0.3
START_S = 90.0

# Daemons of the host itself, which may keep a broken connection for a while.
OF_THE_HOST = ("sshd", "slurm", "/usr/sbin/slurm", "/usr/sbin/sshd")


class Launcher:
    """Who starts the ranks of a scene."""

    name = ""
    # Whether the parent's own shared memory is removed when it is killed, and not by the next start only.
    has_guard = True

    def __init__(self) -> None:
        self.options: list[str] = []
        self.environment: Mapping[str, str] = {}

    @contextlib.contextmanager
    def ready(self, network: Network, spare: int) -> Iterator[None]:
        """Prepares the hosts."""
        yield

    def start(self, network: Network) -> None:
        """Starts ranks, if the parent does not."""

    def files(self, network: Network) -> list[str]:
        """What it left in the file system, but where all leave it."""
        return []

    def host(self, network: Network) -> Host:
        """The host to which things happen; it has ranks."""
        return network["h1"]

    def clients(self, network: Network) -> list[int]:
        """The processes that stand between the parent and ranks of that host."""
        return []


class Local(Launcher):
    name = "local"

    def host(self, network: Network) -> Host:
        return network.parent


class OverSsh(Launcher):
    name = "ssh"

    @contextlib.contextmanager
    def ready(self, network: Network, spare: int) -> Iterator[None]:
        with sshd(network) as ssh:
            self.options = over_ssh(ssh, [f"h{i}:2" for i in range(1, 3 + spare)])
            yield

    def clients(self, network: Network) -> list[int]:
        return [pid for pid in network.parent.pids(containing="ssh ") if " h1 " in command_line(pid)][:1]


class BySlurm(Launcher):
    name = "slurm"

    @contextlib.contextmanager
    def ready(self, network: Network, spare: int) -> Iterator[None]:
        with slurm(network) as cluster:
            self.options = sets(launcher__type="slurm", launcher__slots=2)
            self.environment = cluster.environment
            yield

    def clients(self, network: Network) -> list[int]:
        return [pid for pid in network.parent.pids(containing="srun") if "/srun" in os.readlink(f"/proc/{pid}/exe")]


class External(Launcher):
    """Ranks that somebody else starts: a runner on each host. All that it starts ends with it, as in a container."""

    name = "external"
    has_guard = False

    @contextlib.contextmanager
    def ready(self, network: Network, spare: int) -> Iterator[None]:
        self.options = sets(launcher={"type": "external", "bootstrap": str(self._document(network))})
        yield

    def start(self, network: Network) -> None:
        for host, slots in (("h1", 2), ("h2", 1)):
            words = ["unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", interpreter(), "-m", "rankmq"]
            words += ["--bootstrap", str(self._document(network)), "--wait", "60s", "--slots", str(slots)]
            with (network.folder / f"{host}.log").open("wb") as log:
                network[host].start(words, env={"PYTHONPATH": str(Path(__file__).parent)}, stdout=log, stderr=log)

    def files(self, network: Network) -> list[str]:
        document = self._document(network)
        return [str(document)] if document.exists() else []

    @staticmethod
    def _document(network: Network) -> Path:
        return network.folder / "bootstrap.json"


def interpreter() -> str:
    return os.environ.get("RANKMQ_PYTHON", sys.executable)


class Scene:
    """A job whose ranks all are at work, each with a daemon, until the gate is opened."""

    def __init__(self, network: Network, launcher: Launcher, job: Job, broker: Broker | None, before: set[int]) -> None:
        self.network = network
        self.launcher = launcher
        self.job = job
        self._broker = broker
        self._before = before
        self._paused = contextlib.ExitStack()

    @property
    def broker(self) -> Broker:
        assert self._broker is not None
        return self._broker

    @property
    def host(self) -> Host:
        """The host to which things happen."""
        return self.launcher.host(self.network)

    def rank_pid(self, rank: int) -> int:
        _, host, pid = next(stage(self.network).glob(f"rank{rank}-*")).name.split("-")
        return self.network[host].outside(int(pid))

    def pause_host(self) -> None:
        self._paused.enter_context(self.host.paused())

    def pause_parent(self) -> None:
        """All of the parent's host; the ranks of the local launcher are there, too."""
        self._paused.enter_context(self.network.parent.paused())

    def resume(self) -> None:
        self._paused.close()

    def await_work(self, attempts: int = 1) -> None:
        """Waits until all ranks are at work, for the first time or after so many attempts."""
        deadline = time.monotonic() + START_S
        for rank in range(WORLD_SIZE):
            while len(list(stage(self.network).glob(f"rank{rank}-*"))) < attempts:
                assert time.monotonic() < deadline, f"rank {rank} does not work\n{self.story()}"
                assert self.job.poll() is None, self.story()
                time.sleep(0.05)

    def open_gate(self) -> None:
        (stage(self.network) / "gate").touch()

    def story(self) -> str:
        """All that the job and the broker told."""
        logs = "\n".join(
            f"{file.name}: {file.read_text(errors='replace')}" for file in self.network.folder.glob("*.log")
        )
        return f"{self.job.story()}\n{logs}"

    def left(self) -> dict[int, str]:
        """What was not there before the job, on the parent's host and on those of the ranks: pid and what it is."""
        where = {self.network.parent.name, *(path.name.split("-")[1] for path in stage(self.network).glob("rank*"))}
        found = {}
        for pid, host in self.network.everything().items():
            if pid not in self._before and host in where:
                words = command_line(pid)
                if words and not words.startswith(OF_THE_HOST):
                    found[pid] = f"{host}: {words[:100]}"
        return found

    def files_left(self) -> list[str]:
        """Bootstrap files, and shared memory of hosts that can be asked."""
        files = [str(path) for path in self.network.temporary.glob("rankmq*")]
        asked = [host for host in self.network.all() if host.is_up]
        if self.job.poll() not in (-signal.SIGKILL, 128 + signal.SIGKILL):
            files += self.launcher.files(self.network)
        elif not self.launcher.has_guard:
            asked.remove(self.network.parent)
        for host in asked:
            files += [f"{host.name}: {path}" for path in host.shared_memory().glob("rankmq*")]
        return files


def stage(network: Network) -> Path:
    """Where ranks say that they work, and find the gate."""
    return network.folder / "stage"


@contextlib.contextmanager
def scene(launcher: Launcher, keys: Keys | None, lease: float, restarts: int = 0) -> Iterator[Scene]:
    """Starts a job and waits until all its ranks work; with keys by a broker on host h3, else the parent is the broker."""
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(hosts(3))
        stack.enter_context(launcher.ready(network, 1 if restarts else 0))
        options = limits(lease) + launcher.options
        made = None
        if keys is not None:
            made = stack.enter_context(broker(network["h3"], keys, network.folder))
            options += made.options()
        if restarts:
            options += sets(max_restarts=restarts)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rankmq-scene-")))
        stage(network).mkdir()
        file = write_job(folder, "Held", world_size=WORLD_SIZE, components=[held(network)], tasks=[TASK])
        before = set(network.everything())
        job = stack.enter_context(run(network, file, *options, env=launcher.environment))
        launcher.start(network)
        made_scene = Scene(network, launcher, job, made, before)
        made_scene.await_work()
        yield made_scene


TASK = {"name": "work", "rounds": 2, "reply": "all", "timeout": "60s"}


def held(network: Network) -> dict[str, object]:
    return {"id": "executor", "path": "executors.Held", "args": {"folder": str(stage(network))}}


def limits(lease: float) -> list[str]:
    times = {
        "lease": lease,
        "heartbeat": HEARTBEAT_S,
        "kill_grace": KILL_GRACE_S,
        "abort_grace": 0.5,
        "close_grace": CLOSE_GRACE_S,
    }
    return sets(**{f"limits__{key}": f"{int(value * 1000)}ms" for key, value in times.items()})
