# SPDX-License-Identifier: Apache-2.0
"""The end of a rank's process and of everything that it started, in whatever process group or session that runs."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

_PR_SET_CHILD_SUBREAPER = 36
_KILL_DEADLINE = 2.0


def adopt_orphans() -> None:
    """Makes this process the parent of its descendants' orphans (Linux), so that no daemon of theirs escapes `kill_descendants`."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(of: int) -> list[int]:
    """All living processes below that one, parents before children."""
    children: dict[int, list[int]] = {}
    for pid, parent in _processes():
        children.setdefault(parent, []).append(pid)
    found: list[int] = []
    open_ = [of]
    while open_:
        below = children.get(open_.pop(), [])
        found += below
        open_ += below
    return found


def kill_descendants() -> int:
    """Kills all processes below this one, also those that they start meanwhile; how many were killed."""
    killed: set[int] = set()
    deadline = time.monotonic() + _KILL_DEADLINE
    while time.monotonic() < deadline:
        alive = descendants(os.getpid())
        if not alive:
            break
        for pid in alive:
            try:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            except ProcessLookupError:
                continue
        _reap(alive)
        time.sleep(0.005)
    return len(killed)


def end_now(code: int) -> None:
    """Ends this process at once, whatever its other threads are doing."""
    kill_descendants()
    # Another thread may hold the lock of a stream for ever: flushing gets a moment and no more.
    flusher = threading.Thread(target=_flush, daemon=True)
    flusher.start()
    flusher.join(0.2)
    os._exit(code)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _reap(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            # It is a child's child, and will be ours once its own parent is gone.
            continue


def _processes() -> list[tuple[int, int]]:
    """Process and parent of everything that runs; zombies are left out."""
    if not os.path.isdir("/proc/self"):
        return _processes_of_ps()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                # The name of the program is in parentheses and may hold anything, parentheses too.
                state, parent = file.read().rpartition(b")")[2].split()[:2]
        except OSError:
            continue
        if state not in (b"Z", b"X"):
            found.append((int(name), int(parent)))
    return found


def _processes_of_ps() -> list[tuple[int, int]]:
    import subprocess

    command = ["ps", "-axo", "pid=,ppid=,stat="]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as ps:
        listing, _ = ps.communicate(timeout=_KILL_DEADLINE)
    rows = [line.split() for line in listing.decode("ascii", "replace").splitlines()]
    return [(int(pid), int(parent)) for pid, parent, state in rows if state[0] != "Z" and int(pid) != ps.pid]
