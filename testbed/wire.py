# SPDX-License-Identifier: Apache-2.0
"""A bad wire between a host and the bridge: delay, jitter, loss, and cuts that can be changed while it is used. Needs no netem."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator

from testbed.hosts import PATIENCE_S, Host, Network


class Wire:
    """The wire of one host. `set` changes it at once."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def set(self, **what: float | str) -> None:
        """delay and jitter in milliseconds each way, loss from 0 to 1 each way, cut: "", "both", "in" or "out" as the host sees it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()


@contextlib.contextmanager
def wire(network: Network, host: Host, **what: float | str) -> Iterator[Wire]:
    """Puts a wire between a host and the bridge, see Wire.set; afterwards the host is on the bridge again."""
    near, far = f"{host.port}a", f"{host.port}b"
    with contextlib.ExitStack() as stack:
        _ip(f"link set {host.port} nomaster")
        stack.callback(_ip, f"link set {host.port} master {network.bridge}", False)
        _ip(f"link add {near} type veth peer name {far}")
        stack.callback(_ip, f"link del {near}", False)
        _ip(f"link set {far} master {network.bridge} up")
        _ip(f"link set {near} up")
        program = os.path.join(os.path.dirname(__file__), "wire_process.py")
        process = subprocess.Popen(
            [sys.executable, program, host.port, near],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        stack.callback(_end, process)
        assert process.stdout is not None
        if process.stdout.readline().strip() != b"up":
            raise RuntimeError(f"the wire of {host.name} did not start")
        made = Wire(process)
        made.set(**what)
        yield made


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(PATIENCE_S)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _ip(line: str, check: bool = True) -> None:
    subprocess.run(["ip", *line.split()], check=check, capture_output=not check)
