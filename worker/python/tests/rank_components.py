# SPDX-License-Identifier: Apache-2.0
"""What the ranks of the tests are made of."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np

from rankmq import AbortSignal, Context, Executor, ReturnCode, Shareable


class Worker(Executor):
    """Does what its tasks are named after, and writes down what it hears."""

    def __init__(self, **args: Any) -> None:
        self.args = args
        self.heard: list[Any] = []
        self.gate = threading.Event()

    def handle_event(self, event_type: str, ctx: Context) -> None:
        self.heard.append((event_type, ctx.get("event_origin_site"), ctx.get("n")))
        if event_type == "open":
            self.gate.set()
        if event_type == "fail":
            raise ValueError("this handler fails")
        if event_type == "ask":
            asked = ctx.engine.new_context()
            ctx.put("asked", ctx.engine.fire_event("from handler", asked))
            ctx.put("answer", asked.get("answer"))
        if ctx.get("event_origin_site"):
            ctx.put("handled", event_type)
            ctx.put("unable", object())

    def execute(self, task_name: str, shareable: Shareable, ctx: Context, abort_signal: AbortSignal) -> Shareable:
        task = getattr(self, task_name.replace(" ", "_"), None)
        if task is None:
            return Shareable.reply(ReturnCode.TASK_UNKNOWN)
        result = task(shareable, ctx, abort_signal)
        return result if isinstance(result, Shareable) or task_name == "nothing" else Shareable({"result": result})

    def nothing(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> None:
        return None

    def scale(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        ctx.put("mean", float(shareable["array"].mean()))
        ctx.put("kept", "for the next task", private=True, sticky=True)
        return shareable["array"] * shareable["factor"]

    def echo(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        """The values as they came, and what they are."""
        self.last = shareable.values
        kinds = {name: [type(value).__name__, _is_mapped(value)] for name, value in shareable.values.items()}
        return Shareable({**shareable.values, "kinds": kinds, "mapped": _mapped_segments()})

    def forget(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        self.last = {}
        return _mapped_segments()

    def double(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        return Shareable({name: value * 2 for name, value in shareable.values.items()})

    def write(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        shareable["array"][0] = 1

    def look(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        return {name: list(entry) for name, entry in ctx.properties().items()}

    def hear(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        return [list(event) for event in self.heard]

    def fail(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        raise KeyError("no such shard")

    def leave(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        sys.exit(7)

    def untransportable(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        return object()

    def wait_for_abort(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        ctx.engine.post_event("running", ctx.engine.new_context())
        abort.wait(30)
        return Shareable.reply(ReturnCode.TASK_ABORTED, {"reason": abort.reason})

    def wait_for_event(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        return self.gate.wait(30)

    def ignore_abort(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        ctx.engine.post_event("running", ctx.engine.new_context())
        time.sleep(60)

    def fire(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        event = ctx.engine.new_context()
        event.put("question", "6 times 9")
        event.put("unable", object())
        is_answered = ctx.engine.fire_event("question", event, timeout=shareable.get("timeout", 30.0))
        return [is_answered, event.get("answer")]

    def post(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        sent = []
        for n in range(shareable["count"]):
            event = ctx.engine.new_context()
            event.put("n", n)
            sent.append(ctx.engine.post_event("note", event, timeout=shareable.get("timeout", 30.0)))
        return sent

    def start_children(self, shareable: Shareable, ctx: Context, abort: AbortSignal) -> Any:
        """A child in a session of its own, and a daemon whose parent is gone."""
        sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
        child = subprocess.Popen(sleep, start_new_session=True)
        script = (
            "import subprocess, sys;"
            "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
            " start_new_session=True, stdout=subprocess.DEVNULL); print(p.pid)"
        )
        daemon = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)
        return [os.getpid(), child.pid, int(daemon.stdout)]


def _is_mapped(value: Any) -> bool:
    """Whether an array lies in shared memory."""
    if not isinstance(value, np.ndarray):
        return False
    address = value.__array_interface__["data"][0]
    with open("/proc/self/maps") as maps:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if start <= address < end:
                return "/rankmq-" in line
    return False


def _mapped_segments() -> int:
    with open("/proc/self/maps") as maps:
        return sum("/rankmq-" in line for line in maps)


class Silent(Executor):
    """Takes no arguments."""

    def execute(self, task_name: str, shareable: Shareable, ctx: Context, abort_signal: AbortSignal) -> Shareable:
        return shareable


class NoExecutor:
    """Is none."""


class Wrapper(Silent):
    """Takes another component."""

    def __init__(self, inner: Any, others: Any = ()) -> None:
        self.inner = inner
        self.others = others


class Failing(Silent):
    """Cannot be built."""

    def __init__(self) -> None:
        raise OSError("the disk is full")
