# SPDX-License-Identifier: Apache-2.0
"""Jobs and options that several tests use."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

from testbed import Network, Ssh
from testbed.job import TOP

DIGITS = TOP / "examples" / "digits" / "job.yaml"
DIGITS_PYTHON = TOP / "examples" / "digits-python" / "job.yaml"


def sets(**values: object) -> list[str]:
    """Options that put values over a job file's; __ in a key stands for a dot."""
    options = []
    for key, value in values.items():
        options += ["--set", f"{key.replace('__', '.')}={json.dumps(value)}"]
    return options


def over_ssh(ssh: Ssh, hosts: Sequence[object] = ("h1:2", "h2:2"), **more: object) -> list[str]:
    """Options that let a job file's ranks run over ssh."""
    launcher = {f"launcher__{key}": value for key, value in more.items()}
    return sets(launcher__type="ssh", launcher__ssh=ssh.options(), launcher__hosts=list(hosts), **launcher)


def await_none(network: Network, session: str, within: float) -> float:
    """Waits until no process of a session is left on any host; returns the seconds it took."""
    begun = time.monotonic()
    while left := network.pids(session):
        assert time.monotonic() - begun < within, f"left after {within} s: {left}"
        time.sleep(0.05)
    return time.monotonic() - begun


def write_job(folder: Path, executor: str, **more: object) -> Path:
    """A job file with one Python executor, of the module `executors` beside these tests."""
    job = {
        "name": "trial",
        "world_size": 4,
        "python_path": [str(Path(__file__).parent)],
        "allow": ["executors."],
        "components": [{"id": "executor", "path": f"executors.{executor}"}],
        "executor": "executor",
        "launcher": {"type": "local", "worker": "python"},
        "tasks": [{"name": "work", "reply": "all", "timeout": "60s"}],
        **more,
    }
    file = folder / "job.yaml"
    file.write_text(json.dumps(job))
    return file
