# SPDX-License-Identifier: Apache-2.0
"""A job over a bad wire: the digits example, with one of its two hosts far away."""

from __future__ import annotations

import pytest
from jobs import DIGITS_PYTHON, over_ssh
from testbed import Network, Ssh, run, wire


@pytest.mark.parametrize(
    ("delay", "loss"),
    [
        pytest.param(0, 0, marks=pytest.mark.long),
        pytest.param(1, 0.01, marks=pytest.mark.long),
        (20, 0.01),
        pytest.param(100, 0.01, marks=pytest.mark.long),
    ],
)
def test_digits_end_right_over_a_bad_wire(network: Network, ssh: Ssh, delay: float, loss: float) -> None:
    with wire(network, network["h2"], delay=delay, loss=loss), run(network, DIGITS_PYTHON, *over_ssh(ssh)) as job:
        assert job.finish() == 0, job.story()
        summary = job.summary()
        assert [rank["host"] for rank in summary["ranks"]] == ["h1", "h1", "h2", "h2"]
        tasks = [task["millis"] for task in summary["tasks"]]
        print(
            f"| {delay} ms | {loss:.0%} | {(summary['millis'] - sum(tasks)) / 1000:.1f} s | {median(tasks)} ms |"
            f" {max(tasks)} ms | {summary['counters']} |"
        )


def median(values: list[int]) -> int:
    return sorted(values)[len(values) // 2]
