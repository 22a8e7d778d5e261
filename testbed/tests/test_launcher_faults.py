# SPDX-License-Identifier: Apache-2.0
"""What becomes of ranks when what stands between them and their parent is gone: nothing of them outlives the lease, on any host."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jobs import await_none, over_ssh, sets, write_job
from testbed import Job, Network, hosts, run, slurm, sshd

LEASE_S = 5
# The agent counts whole seconds, then looks for what is left and kills it.
BOUND_S = LEASE_S + 5


@contextlib.contextmanager
def lingering(kind: str, folder: Path) -> Iterator[tuple[Network, Job]]:
    """Four ranks on two hosts, each with a daemon that ignores TERM and HUP, working until they are ended."""
    file = write_job(folder, "Lingering", limits={"lease": f"{LEASE_S}s"})
    with hosts(2) as network, contextlib.ExitStack() as stack:
        env = {}
        if kind == "ssh":
            options = over_ssh(stack.enter_context(sshd(network)))
        else:
            env = stack.enter_context(slurm(network)).environment
            options = sets(launcher__type="slurm", launcher__slots=2)
        with run(network, file, *options, env=env) as job:
            for rank in range(4):
                job.wait_event(lambda event, rank=rank: event.get("text") == "lingering" and event["rank"] == rank)
            assert sorted(network.pids(job.session)) == ["h1", "h2"]
            yield network, job


@pytest.fixture(params=["ssh", "slurm"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def kill(network: Network, program: str) -> int:
    """kill -9 of all processes of that name on the parent's host."""
    pids = [pid for pid in network.parent.pids() if Path(f"/proc/{pid}/comm").read_text().strip() == program]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return len(pids)


def await_no_keys(network: Network) -> None:
    """The folders with keys are removed by agents and by the guard, a moment after the last process."""
    deadline = time.monotonic() + 5
    while left := list(network.temporary.glob("rankmq-*")):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def test_an_aborted_job_leaves_nothing(kind: str, tmp_path: Path) -> None:
    with lingering(kind, tmp_path) as (network, job):
        job.send(signal.SIGINT)
        assert job.finish(30) == 130
        assert network.pids(job.session) == {}
        assert list(network.temporary.glob("rankmq-*")) == []


@pytest.mark.long
def test_nothing_outlives_a_killed_parent(kind: str, tmp_path: Path) -> None:
    with lingering(kind, tmp_path) as (network, job):
        session = job.session
        job.send(signal.SIGKILL)
        await_none(network, session, BOUND_S)
        await_no_keys(network)


@pytest.mark.long
def test_a_killed_client_is_told_and_its_ranks_end(kind: str, tmp_path: Path) -> None:
    with lingering(kind, tmp_path) as (network, job):
        assert kill(network, "ssh" if kind == "ssh" else "srun") >= (4 if kind == "ssh" else 2)
        killed_at = time.monotonic()
        assert job.finish(30) == 3
        host = job.failure()["host"]
        lost = f"was lost during task work: the connection to host {host} is lost"
        assert lost in job.failure()["message"], job.story()
        await_none(network, job.session, BOUND_S - (time.monotonic() - killed_at))


@pytest.mark.long
def test_a_host_that_is_cut_off_ends_its_ranks_by_itself(kind: str, tmp_path: Path) -> None:
    with lingering(kind, tmp_path) as (network, job):
        network["h2"].cut()
        cut_at = time.monotonic()
        assert job.finish(60) == 3
        assert job.failure()["host"] == "h2", job.story()
        await_none(network, job.session, BOUND_S - (time.monotonic() - cut_at))


@pytest.mark.long
def test_a_host_that_stood_still_ends_what_was_given_up(kind: str, tmp_path: Path) -> None:
    with lingering(kind, tmp_path) as (network, job):
        with network["h2"].paused():
            assert job.finish(60) == 3
            assert job.failure()["host"] == "h2", job.story()
            assert network["h1"].pids(job.session) == []
            assert network["h2"].pids(job.session) != []
        await_none(network, job.session, BOUND_S)
