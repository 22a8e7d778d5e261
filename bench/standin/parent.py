# SPDX-License-Identifier: Apache-2.0
"""Stand-in for the original's transport, as a yardstick: a connection a rank, a pickled dict to one after the other, rank 0 answers.

Usage: parent.py WORLD_SIZE. For each line with a number on standard input, and perhaps the bytes that a task carries there and back,
it runs so many round trips and prints their times in nanoseconds on one line; it ends its ranks and itself when standard input ends.
"""

import os
import subprocess
import sys
import time
from multiprocessing.connection import Client, Connection
from pathlib import Path

RANK = Path(__file__).with_name("rank.py")


def connect(rank: int, key: bytes) -> tuple[subprocess.Popen, Connection]:
    """Starts a rank, which listens on a free port, tells it and waits; the key goes over its standard input."""
    process = subprocess.Popen([sys.executable, str(RANK), str(rank)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(key.hex().encode() + b"\n")
    process.stdin.flush()
    port = int(process.stdout.readline())
    return process, Client(("127.0.0.1", port), authkey=key)


def round_trip(connections: list[Connection], size: int) -> int:
    """One task: the same dict is pickled anew for each rank, as the original does; only rank 0's answer is waited for."""
    shareable = {"weights": bytes(size)} if size else {}
    begun = time.perf_counter_ns()
    data = {"command": "execute", "task_name": "nothing", "shareable": shareable, "fl_ctx": {}}
    for connection in connections:
        connection.send(data)
    while not connections[0].poll(1.0):
        pass
    connections[0].recv()
    return time.perf_counter_ns() - begun


def main() -> None:
    key = os.urandom(32)
    ranks = [connect(rank, key) for rank in range(int(sys.argv[1]))]
    connections = [connection for _, connection in ranks]
    print("ready", flush=True)
    try:
        for line in sys.stdin:
            count, _, size = line.partition(" ")
            print(*(round_trip(connections, int(size or 0)) for _ in range(int(count))), flush=True)
    finally:
        for process, connection in ranks:
            connection.close()
            process.stdin.close()
            process.wait(5)


if __name__ == "__main__":
    main()
