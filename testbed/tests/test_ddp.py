# SPDX-License-Identifier: Apache-2.0
"""The example with PyTorch on two hosts: ranks that talk to each other beside RankMQ."""

from __future__ import annotations

import os

import pytest
from jobs import over_ssh, sets
from testbed import Network, Ssh, run
from testbed.job import TOP, Job

FOLDER = TOP / "examples" / "ddp"


@pytest.fixture(scope="module")
def interpreter() -> str:
    found = os.environ.get("RANKMQ_TORCH_PYTHON", "")
    if not found and os.environ.get("CI") != "true":
        pytest.skip("no python3 here has torch (Debian: apt install python3-torch)")
    assert found, "scripts/torch-python found no torch"
    return found


def test_a_model_is_trained_on_two_hosts(network: Network, ssh: Ssh, interpreter: str) -> None:
    options = over_ssh(ssh, python=interpreter, worker="python", env={"OMP_NUM_THREADS": "1"})
    with run(network, FOLDER / "job.yaml", *options) as job:
        check(job)


def test_a_model_is_trained_on_two_hosts_by_a_torchrun_on_each(network: Network, ssh: Ssh, interpreter: str) -> None:
    options = sets(launcher__ssh=ssh.options(), launcher__env__RANKMQ_PYTHON=interpreter)
    with run(network, FOLDER / "torchrun-hosts.yaml", *options) as job:
        check(job)


def check(job: Job) -> None:
    assert job.finish() == 0, job.story()
    summary = job.summary()
    assert [rank["host"] for rank in summary["ranks"]] == ["h1", "h1", "h2", "h2"]
    assert [task["replied_by"] for task in summary["tasks"]] == [[0]] * 5
    assert summary["tasks"][-1]["metrics"]["accuracy"] > 0.8
    assert any("loss" in event["text"] for event in job.of("output"))
