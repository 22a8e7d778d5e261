# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rankmq import AbortSignal, Engine, Shareable
from rankmq.bodies import Property, read_context
from rankmq.messages import Body
from rankmq.runtime import EventRelay


class Recorder(EventRelay):
    """Keeps the losses that are posted."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[tuple[str, Any]] = []

    def post(self, event_type: str, body: Body, timeout: float) -> None:
        self.posted.append((event_type, read_context(body)["loss"].value))


def example(readme: Path) -> dict[str, Any]:
    """What the Python code of a README defines."""
    (code,) = re.findall(r"```python\n(.*?)```", readme.read_text("utf-8"), re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)
    return found


def test_the_example_of_the_readme_does_what_it_says() -> None:
    found = example(Path(__file__).parents[1] / "README.md")
    ctx = Engine(1, 3, EventRelay()).context_of({"job": Property("j")})
    summer = found["Summer"](scale=2.0)
    assert summer.execute("other", Shareable(), ctx, AbortSignal()).return_code == "TASK_UNKNOWN"
    assert summer.execute("sum", Shareable({"numbers": np.arange(9)}), ctx, AbortSignal())["sum"] == 24
    assert list(ctx.changes().set) == ["count"]


def test_the_example_at_the_top_of_the_project_posts_its_loss_and_returns_weights() -> None:
    found = example(Path(__file__).parents[3] / "README.md")
    relay = Recorder()
    ctx = Engine(1, 3, relay).context_of({})
    reply = found["Trainer"]().execute("train", Shareable({"weights": np.ones(4)}), ctx, AbortSignal())
    assert reply["weights"] == pytest.approx([0.9] * 4)
    assert relay.posted == [("loss", 0.25)]
