# SPDX-License-Identifier: Apache-2.0
"""What ranks run in these tests."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import numpy

from rankmq import Executor, Shareable

PLACE = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_RANK", "CUDA_VISIBLE_DEVICES")


class Meeting(Executor):
    """Says where it is; then all ranks meet at MASTER_ADDR and MASTER_PORT, as frameworks do."""

    def execute(self, task_name, shareable, ctx, abort_signal):
        print("place", *(os.environ.get(name, "-") for name in PLACE), socket.gethostname(), flush=True)
        address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
        others = int(os.environ["WORLD_SIZE"]) - 1
        if os.environ["RANK"] == "0":
            with socket.create_server(("", address[1])) as server:
                server.settimeout(20)
                for _ in range(others):
                    server.accept()[0].close()
            print(f"met {others}", flush=True)
        else:
            meet(address)
        return Shareable()


class Lingering(Executor):
    """Starts a daemon in a session of its own, says so, and works until it is told to abort."""

    def execute(self, task_name, shareable, ctx, abort_signal):
        subprocess.Popen(["sh", "-c", "trap '' TERM HUP; sleep 1000 & sleep 1001; :"], start_new_session=True)
        print("lingering", flush=True)
        while not abort_signal.wait(0.1):
            pass
        return Shareable()


class Held(Executor):
    """Starts a daemon that has left its parents, says so by a file, and works until there is a gate; replies with a large value."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._has_daemon = False

    def execute(self, task_name, shareable, ctx, abort_signal):
        if not self._has_daemon:
            subprocess.run(["setsid", "--fork", "sleep", "1000"], check=True)
            self._has_daemon = True
            (self._folder / f"rank{os.environ['RANK']}-{socket.gethostname()}-{os.getpid()}").touch()
        while not (self._folder / "gate").exists() and not abort_signal.wait(0.05):
            pass
        return Shareable({"large": numpy.full(50_000, ctx.get("round"))})


def meet(address: tuple[str, int]) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(address, 2).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
