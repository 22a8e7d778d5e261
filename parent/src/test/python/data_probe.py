# SPDX-License-Identifier: Apache-2.0
"""The Python twin of DataProbe: looks at a tensor and gives it back, the same or another one."""

from __future__ import annotations

import numpy as np

from rankmq import AbortSignal, Context, EventHandler, Executor, Shareable


class DataProbe(Executor, EventHandler):
    """Does what its tasks are named after."""

    def handle_event(self, event_type: str, ctx: Context) -> None:
        print(f"heard {event_type}", flush=True)

    def execute(self, task_name: str, shareable: Shareable, ctx: Context, abort_signal: AbortSignal) -> Shareable:
        if task_name == "small":
            return Shareable()
        tensor = shareable["w"]
        reply = {"first": float(tensor[0]), "last": float(tensor[-1])}
        if task_name == "echo":
            reply["w"] = tensor
        elif task_name == "twice":
            reply["w"] = 2 * tensor
        else:
            reply["sum"] = float(tensor.sum(dtype=np.float64))
        return Shareable(reply)
