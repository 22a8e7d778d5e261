# SPDX-License-Identifier: Apache-2.0
"""Ranks on the nodes of a real Slurm."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jobs import DIGITS, DIGITS_PYTHON, sets, write_job
from testbed import Network, Slurm, run, slurm
from testbed.job import TOP


@pytest.fixture(scope="module")
def cluster(network: Network) -> Iterator[Slurm]:
    with slurm(network) as made:
        yield made


def by_slurm(**more: object) -> list[str]:
    return sets(launcher__type="slurm", launcher__slots=2, **{f"launcher__{key}": value for key, value in more.items()})


@pytest.mark.parametrize("job_file", [DIGITS, DIGITS_PYTHON])
def test_digits_run_in_an_allocation_made_for_them(network: Network, cluster: Slurm, job_file: Path) -> None:
    with run(network, job_file, *by_slurm(), env=cluster.environment) as job:
        assert job.finish() == 0, job.story()
        assert [rank["host"] for rank in job.summary()["ranks"]] == ["h1", "h1", "h2", "h2"]
        assert network.pids(job.session) == {}
    assert cluster.run("squeue", "-h", "-t", "PENDING,RUNNING") == ""


def test_each_rank_knows_its_place_and_finds_rank_0(network: Network, cluster: Slurm, tmp_path: Path) -> None:
    file = write_job(tmp_path, "Meeting")
    with run(network, file, *by_slurm(devices=["0", "1"]), env=cluster.environment) as job:
        assert job.finish() == 0, job.story()
        places = sorted(event["text"] for event in job.of("output") if event["text"].startswith("place"))
        assert places == [
            "place 0 0 4 2 0 0 h1",
            "place 1 1 4 2 0 1 h1",
            "place 2 0 4 2 1 0 h2",
            "place 3 1 4 2 1 1 h2",
        ]
        assert job.wait_line("met 3")["host"] == "h1"


def test_ranks_run_in_the_allocation_that_the_parent_is_in(network: Network, cluster: Slurm, tmp_path: Path) -> None:
    parts = [str(TOP / "rankmq"), "run", str(write_job(tmp_path, "Meeting")), "--log-dir", str(tmp_path)]
    parts += ["--listen", network.parent.address, *sets(launcher__type="slurm")]
    words = ["salloc", "-Q", "-N2", "--ntasks-per-node=2", *parts]
    done = network.parent.run(words, env=cluster.environment, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "place 3 1 4 2 1 - h2" in done.stdout + done.stderr


def test_a_dry_run_says_what_it_would_ask_for(network: Network, cluster: Slurm) -> None:
    done = network.parent.run(
        [str(TOP / "rankmq"), "run", str(DIGITS), "--dry-run", *by_slurm()], env=cluster.environment
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [
        ["node-0", "0", "0"],
        ["node-0", "1", "1"],
        ["node-1", "2", "0"],
        ["node-1", "3", "1"],
    ]


def test_what_slurm_cannot_give_is_told_in_a_sentence(network: Network, cluster: Slurm) -> None:
    options = by_slurm(options="--partition=none")
    with run(network, DIGITS, *options, env=cluster.environment) as job:
        assert job.finish() == 3
        assert "Slurm gives no nodes: salloc: error:" in job.failure()["message"], job.story()


def test_ctrl_c_ends_the_wait_for_nodes(network: Network, cluster: Slurm) -> None:
    taken = cluster.run(
        "sbatch", "--parsable", "-N2", "--ntasks-per-node=8", "--output=/dev/null", "--wrap=sleep 600"
    ).strip()
    try:
        await_state(cluster, "RUNNING")
        with run(network, DIGITS, *by_slurm(), env=cluster.environment) as job:
            await_state(cluster, "PENDING")
            begun = job.seconds
            job.send(signal.SIGINT)
            assert job.finish() == 130, job.story()
            assert job.seconds - begun < 15
        assert cluster.run("squeue", "-h", "-o", "%i").split() == [taken]
    finally:
        cluster.run("scancel", taken)


def await_state(cluster: Slurm, state: str) -> None:
    """Waits until some job is in that state."""
    deadline = time.monotonic() + 30
    while not cluster.run("squeue", "-h", "-t", state):
        assert time.monotonic() < deadline, cluster.run("squeue")
        time.sleep(0.1)
