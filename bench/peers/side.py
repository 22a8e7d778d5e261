# SPDX-License-Identifier: Apache-2.0
"""
What the sides of bench/compare in Python have in common. Each is a program: SIDE.py TASKS VALUES MEGABYTES. It prints JSON, one
object a line: its version, and the nanoseconds of so many empty tasks of four ranks, and of so many values of so many megabytes that
all four read and one returns.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

RANKS = 4
WARM_TASKS = 50
WARM_VALUES = 3


def measure(version: str, task: Callable[[], Any], send: Callable[[np.ndarray], np.ndarray]) -> None:
    """Measures a side; `send` gives a value to all ranks and returns what rank 0 makes of it."""
    tasks, values, megabytes = map(int, sys.argv[1:4])
    print(json.dumps({"version": version}), flush=True)
    for _ in range(WARM_TASKS):
        task()
    nanos = []
    for _ in range(tasks):
        begun = time.perf_counter_ns()
        task()
        nanos.append(time.perf_counter_ns() - begun)
    print(json.dumps({"work": "task", "nanos": nanos}), flush=True)
    value = np.ones(megabytes << 18, dtype=np.float32)
    nanos = []
    for turn in range(WARM_VALUES + values):
        # A value that nobody has yet.
        value = value.copy()
        value[0] = turn + 2
        begun = time.perf_counter_ns()
        back = send(value)
        total = float(np.asarray(back).sum())
        nanos.append(time.perf_counter_ns() - begun)
        if total == 0 or back[0] != -value[0]:
            raise RuntimeError("another value came back")
    print(json.dumps({"work": "value", "nanos": nanos[WARM_VALUES:]}), flush=True)
