# SPDX-License-Identifier: Apache-2.0
"""What may happen to a job, and what must come of it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from scenes import CLOSE_GRACE_S, KILL_GRACE_S, Launcher, Scene, scene
from testbed import Keys

LEASE_S = 3.0
# Agents that cannot be reached are waited for so long (RemoteGang), and a rank is looked at once in a heartbeat.
AGENTS_S = 4.0
# For a machine that is busy with other cells.
MARGIN_S = 4.0
SHORT_S = 1.0

KILLED = 137
LOST = 3


@dataclass(frozen=True)
class Fault:
    """
    Something that happens to a job at work.

    strike: makes it happen.
    relieve, after: undoes it, so many seconds later; None: when all has ended that can end.
    exit: the exit code that must be seen; 0: the job goes on, and ends right.
    standalone: whether the broker is a process of its own.
    resumes: whether the ranks on the host can end after relief only; seconds then count from there.
    """

    name: str
    strike: Callable[[Scene], None]
    exit: int
    relieve: Callable[[Scene], None] | None = None
    after: float | None = None
    standalone: bool = False
    resumes: bool = False
    lease: float = LEASE_S
    launchers: tuple[str, ...] = ("local", "ssh", "slurm", "external")
    restarts: int = 0


@dataclass
class Seen:
    """What was measured of one cell. Seconds from the fault, or for `gone` from its relief if only then processes could end."""

    exit: int
    sentence: str
    ended: float
    gone: float


def kill_parent(scene: Scene) -> None:
    scene.job.send(signal.SIGKILL)


def kill_clients(scene: Scene) -> None:
    kill_at_once(scene.launcher.clients(scene.network))


def kill_first_client(scene: Scene) -> None:
    """The other srun then has Slurm kill the whole step, and with it whoever could clear up on the hosts."""
    kill_at_once(scene.launcher.clients(scene.network)[:1])


def kill_agents(scene: Scene) -> None:
    kill_at_once(scene.host.pids(containing="rankmq-agent"))


def kill_at_once(pids: list[int]) -> None:
    """None of them sees another end."""
    assert pids
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            # A shell's child that was about to become another program may have done so, and ended.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def kill_rank(scene: Scene) -> None:
    os.kill(scene.rank_pid(1), signal.SIGKILL)


def restart_broker(scene: Scene) -> None:
    scene.broker.kill()
    scene.broker.start()


def cut_parent(scene: Scene) -> None:
    scene.network.parent.cut_from(scene.broker.host)


def heal_parent(scene: Scene) -> None:
    scene.network.parent.heal_from(scene.broker.host)


def cut_ranks(scene: Scene) -> None:
    scene.host.cut_from(scene.broker.host)


def heal_ranks(scene: Scene) -> None:
    scene.host.heal_from(scene.broker.host)


REMOTE = ("ssh", "slurm", "external")

FAULTS = [
    Fault("parent killed", kill_parent, KILLED),
    Fault("launcher's client killed", kill_clients, LOST, launchers=("ssh", "slurm")),
    Fault("one srun of two killed", kill_first_client, LOST, launchers=("slurm",)),
    # Ranks whose agents are gone are as good as before; only what agents do in the end falls to the parent.
    Fault("agents killed", kill_agents, 0, lambda s: None, 0, launchers=("ssh", "slurm")),
    Fault("rank killed", kill_rank, LOST),
    Fault("host gone", lambda scene: scene.host.kill(), LOST, launchers=REMOTE),
    Fault("host of the parent gone", lambda scene: scene.network.parent.kill(), KILLED),
    Fault("parent cut from broker, short", cut_parent, 0, heal_parent, SHORT_S, standalone=True),
    Fault("parent cut from broker", cut_parent, LOST, heal_parent, standalone=True),
    Fault("host cut from broker, short", cut_ranks, 0, heal_ranks, SHORT_S, standalone=True, launchers=REMOTE),
    Fault("host cut from broker", cut_ranks, LOST, heal_ranks, standalone=True, launchers=REMOTE),
    Fault("host cut off, short", lambda s: s.host.cut(), 0, lambda s: s.host.heal(), SHORT_S, launchers=REMOTE),
    Fault("host cut off", lambda s: s.host.cut(), LOST, lambda s: s.host.heal(), launchers=REMOTE),
    Fault("broker killed and restarted", restart_broker, 0, lambda s: None, 0, standalone=True, lease=20),
    Fault(
        "broker paused, short",
        lambda s: s.broker.send(signal.SIGSTOP),
        0,
        lambda s: s.broker.resume(),
        SHORT_S,
        standalone=True,
    ),
    Fault("broker paused", lambda s: s.broker.send(signal.SIGSTOP), LOST, lambda s: s.broker.resume(), standalone=True),
    Fault("host paused, short", Scene.pause_host, 0, Scene.resume, SHORT_S, launchers=REMOTE),
    Fault("host paused", Scene.pause_host, LOST, Scene.resume, 2 * LEASE_S, resumes=True, launchers=REMOTE),
    Fault("host of the parent paused, short", Scene.pause_parent, 0, Scene.resume, SHORT_S),
    Fault(
        "host of the parent paused",
        Scene.pause_parent,
        LOST,
        Scene.resume,
        2 * LEASE_S,
        resumes=True,
        launchers=REMOTE,
    ),
    # Time stood still for all, as on a machine that was suspended: nobody has missed anybody.
    Fault("parent and all ranks paused", Scene.pause_parent, 0, Scene.resume, 2 * LEASE_S, launchers=("local",)),
    Fault("host gone, one restart", lambda s: s.host.kill(), 0, lambda s: None, 0, launchers=("ssh",), restarts=1),
    Fault("host paused, one restart", Scene.pause_host, 0, Scene.resume, 3 * LEASE_S, launchers=("ssh",), restarts=1),
]


def happen(fault: Fault, launcher: Launcher, keys: Keys) -> Seen:
    """Runs a cell of the table: a job, the fault, what comes of it. Raises AssertionError if that is not what must come."""
    with scene(launcher, keys if fault.standalone else None, fault.lease, fault.restarts) as stage:
        begun = time.monotonic()
        fault.strike(stage)
        return go_on(fault, stage, begun) if fault.exit == 0 else end(fault, stage, begun)


def go_on(fault: Fault, stage: Scene, begun: float) -> Seen:
    assert fault.relieve is not None
    assert fault.after is not None
    time.sleep(max(0.0, begun + fault.after - time.monotonic()))
    fault.relieve(stage)
    if fault.restarts:
        stage.await_work(attempts=2)
        await_gone(stage, time.monotonic(), MARGIN_S, stage.host.name)
    # Whatever would end the job for silence does so within a lease and a bit.
    time.sleep(fault.lease + 1)
    assert stage.job.poll() is None, stage.story()
    opened = time.monotonic()
    stage.open_gate()
    assert stage.job.finish(MARGIN_S + 30) == 0, stage.story()
    ended = time.monotonic() - opened
    assert [event["return_code"] for event in stage.job.of("round")] == ["OK", "OK"]
    gone = await_gone(stage, time.monotonic(), MARGIN_S)
    if stage.host.is_up:
        assert not (files := stage.files_left()), files
    return Seen(0, "", ended, gone)


def end(fault: Fault, stage: Scene, begun: float) -> Seen:
    bound = fault.lease + CLOSE_GRACE_S + KILL_GRACE_S + AGENTS_S + MARGIN_S
    ended = gone = None
    counts_from = begun
    is_relieved = fault.relieve is None
    while ended is None or gone is None:
        now = time.monotonic()
        assert now - counts_from < bound, f"job ended: {ended}, left: {stage.left()}\n{stage.story()}"
        if ended is None and stage.job.poll() is not None:
            ended = now - begun
        if not is_relieved and fault.after is not None and now - begun >= fault.after:
            fault.relieve(stage)
            is_relieved = True
            counts_from = time.monotonic()
        if gone is None and (is_relieved or not fault.resumes) and not stage.left():
            gone = time.monotonic() - counts_from
        time.sleep(0.1)
    code = stage.job.finish(5)
    assert (128 - code if code < 0 else code) == fault.exit, stage.story()
    if not is_relieved:
        fault.relieve(stage)
        # What the healed network brings must not start anything again.
        assert stage.left() == {}
    if stage.host.is_up and stage.network.parent.is_up:
        assert not (files := stage.files_left()), files
    failures = stage.job.of("failure")
    return Seen(fault.exit, failures[0]["message"] if failures else "", ended, gone)


def await_gone(stage: Scene, since: float, within: float, host: str = "") -> float:
    while left := [what for what in stage.left().values() if what.startswith(host)]:
        assert time.monotonic() - since < within, f"left: {left}"
        time.sleep(0.05)
    return time.monotonic() - since
