# SPDX-License-Identifier: Apache-2.0
"""Every fault under every launcher: what the user sees, when it is over, and that nothing is left. docs/faults.md has the table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from fault_table import write_table
from faults import FAULTS, Fault, Seen, happen
from scenes import BySlurm, External, Launcher, Local, OverSsh
from testbed import Keys

LAUNCHERS: list[type[Launcher]] = [Local, OverSsh, BySlurm, External]
# What launchers do differently; the rest they have in common, and one of them shows it.
OWN = ("parent killed", "launcher's client killed", "one srun of two killed", "rank killed", "host cut off")


def cell(launcher: type[Launcher], fault: Fault) -> object:
    name = f"{launcher.name}-{fault.name.replace(' ', '-')}"
    is_usual = launcher is OverSsh or fault.name in OWN
    return pytest.param(fault, launcher, id=name, marks=() if is_usual else pytest.mark.long)


CELLS = [cell(launcher, fault) for fault in FAULTS for launcher in LAUNCHERS if launcher.name in fault.launchers]


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Seen]]]:
    """All cells that were selected, several at a time: each has hosts of its own."""
    keys = Keys(tmp_path_factory.mktemp("keys"))
    cells = {}
    with ThreadPoolExecutor((os.cpu_count() or 1) + 2) as pool:
        for item in request.session.items:
            if isinstance(item, pytest.Function) and item.originalname == test_what_comes_of_a_fault.__name__:
                values = item.callspec.params
                future = pool.submit(happen, values["fault"], values["launcher"](), keys)
                cells[item.name] = (values["fault"], values["launcher"].name, future)
        yield {name: future for name, (_, _, future) in cells.items()}
        pool.shutdown(cancel_futures=True)
    table = request.config.getoption("--table")
    if table is not None:
        done = [
            (fault, launcher, future.result()) for fault, launcher, future in cells.values() if not future.exception()
        ]
        write_table(table, done)


@pytest.mark.parametrize(("fault", "launcher"), CELLS)
def test_what_comes_of_a_fault(
    fault: Fault, launcher: type[Launcher], outcomes: dict[str, Future[Seen]], request: pytest.FixtureRequest
) -> None:
    print(outcomes[request.node.name].result(300))
