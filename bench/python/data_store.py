# SPDX-License-Identifier: Apache-2.0
"""What a Python rank takes to publish and to map a large value, beside a plain program with the same bytes in /dev/shm.

Usage: worker/python/.venv/bin/python bench/python/data_store.py [MB] [turns]
"""

from __future__ import annotations

import mmap
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from rankmq.folder import Folder
from rankmq.store import Store

BLOCK = 1 << 20


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def touch(buffer: Any) -> None:
    """Reads one byte of every page, as whoever uses it does at least."""
    np.frombuffer(buffer, np.uint8)[:: mmap.PAGESIZE].sum()


class Plain:
    """The floor: one file, written in blocks and mapped."""

    def __init__(self, folder: str) -> None:
        self.path = f"{folder}/plain"

    def write(self, data: memoryview) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        for at in range(0, len(data), BLOCK):
            os.pwrite(descriptor, data[at : at + BLOCK], at)
        os.close(descriptor)

    def map(self, size: int) -> None:
        descriptor = os.open(self.path, os.O_RDONLY)
        with mmap.mmap(descriptor, size, prot=mmap.PROT_READ) as memory:
            touch(memory)
        os.close(descriptor)


def reader(segments: str) -> None:
    """Another process: maps what it is told, and says how long that took."""
    store, plain = Store(Folder(segments, "s-bench", 0), "xxh3-128"), Plain(segments)
    for line in sys.stdin:
        digest, size = line.split()
        ours = timed(lambda d=digest, s=size: touch(store.find(bytes.fromhex(d), int(s))))
        print(ours, timed(lambda s=size: plain.map(int(s))), flush=True)
    store.close()


def main() -> None:
    megabytes, turns = (int(argument) for argument in (*sys.argv[1:], "64", "7")[:2])
    segments = tempfile.mkdtemp(prefix="rankmq-bench-", dir="/dev/shm")
    rows: dict[str, list[tuple[float, float]]] = {}
    process = subprocess.Popen(
        [sys.executable, __file__, "--reader", segments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        store, plain = Store(Folder(segments, "s-bench", 0), "xxh3-128"), Plain(segments)
        array = np.random.default_rng(0).integers(0, 256, megabytes << 20, np.uint8)
        for turn in range(turns + 1):
            array[:: mmap.PAGESIZE] += 1
            digests: list[bytes] = []
            ours = timed(lambda found=digests: found.append(store.publish(memoryview(array))))
            floor = timed(lambda: plain.write(memoryview(array)))
            what = "publish, fresh pages" if turn == 0 else "publish, used pages"
            rows.setdefault(what, []).append((ours, floor))
            process.stdin.write(f"{digests[0].hex()} {len(array)}\n")
            process.stdin.flush()
            mapped, floor = map(float, process.stdout.readline().split())
            rows.setdefault("map and touch", []).append((mapped, floor))
            view = store.find(digests[0], len(array))
            rows.setdefault("publish what was received", []).append((timed(lambda v=view: store.publish(v)), 0.0))
            del view
            store.release()
        store.close()
    finally:
        process.communicate()
        shutil.rmtree(segments)
    print(f"{megabytes} MB, {turns} turns, medians")
    for what, pairs in rows.items():
        ours, floor = (statistics.median(side) * 1000 for side in zip(*pairs))
        ratio = f"{floor:9.2f} ms plain  {ours / floor:5.2f}x" if floor else ""
        print(f"{what:28s} {ours:9.2f} ms  {ratio}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--reader"]:
        reader(sys.argv[2])
    else:
        main()
