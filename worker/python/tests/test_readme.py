# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from rankmq import AbortSignal, Engine, Shareable
from rankmq.bodies import Property
from rankmq.runtime import EventRelay


def test_the_example_of_the_readme_does_what_it_says() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)
    ctx = Engine(1, 3, EventRelay()).context_of({"job": Property("j")})
    summer = found["Summer"](scale=2.0)
    assert summer.execute("other", Shareable(), ctx, AbortSignal()).return_code == "TASK_UNKNOWN"
    assert summer.execute("sum", Shareable({"numbers": np.arange(9)}), ctx, AbortSignal())["sum"] == 24
    assert list(ctx.changes().set) == ["count"]
