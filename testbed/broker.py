# SPDX-License-Identifier: Apache-2.0
"""A real `./rankmq broker` on a host of its own, which can be killed, started again, and stopped for a while."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from testbed.hosts import Host, inner
from testbed.job import TOP

START_S = 60.0
PORT = 7700


class Keys:
    """The keys of a broker and of one parent that it admits."""

    def __init__(self, folder: Path) -> None:
        """Makes them in an empty folder."""
        self.folder = folder
        (folder / "parents").mkdir()
        for name, where in (("broker", folder), ("me", folder / "parents")):
            words = [str(TOP / "rankmq"), "keygen", "--out", str(where), "--name", name]
            subprocess.run(words, check=True, capture_output=True, timeout=START_S)
        os.rename(folder / "parents" / "me.key", folder / "me.key")


class Broker:
    """A broker process. `options` tell a parent how to reach it."""

    def __init__(self, host: Host, keys: Keys, log: Path) -> None:
        self.host = host
        self._keys = keys
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def options(self) -> list[str]:
        folder = self._keys.folder
        return [
            "--broker",
            f"tcp://{self.host.address}:{PORT}",
            "--broker-key",
            str(folder / "broker.pub"),
            "--key",
            str(folder / "me.key"),
        ]

    def start(self) -> None:
        """Starts it, always on the same ports, and waits until it listens."""
        values = {
            "bind": self.host.address,
            "port": PORT,
            "key": self._keys.folder / "broker.key",
            "parents": self._keys.folder / "parents",
        }
        words = [str(TOP / "rankmq"), "broker"]
        for key, value in values.items():
            words += ["--set", f"{key}={value}"]
        before = self._starts()
        with self._log.open("ab") as log:
            self._process = self.host.start(words, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while self._starts() == before:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"the broker did not start\n{self.told()}")
            time.sleep(0.05)

    def told(self) -> str:
        """All lines of its log."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def _starts(self) -> int:
        return self.told().count("broker - listening ")

    def send(self, number: int) -> None:
        assert self._process is not None
        os.kill(inner(self._process), number)

    def kill(self) -> None:
        """Without a chance to say goodbye."""
        assert self._process is not None
        self.send(signal.SIGKILL)
        self._process.wait(10)

    def resume(self) -> None:
        """After SIGSTOP; nsenter stopped itself along with its child."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
        self.send(signal.SIGCONT)


@contextlib.contextmanager
def broker(host: Host, keys: Keys, folder: Path) -> Iterator[Broker]:
    """Starts a broker on a host; it ends with this or with its host."""
    made = Broker(host, keys, folder / "broker.log")
    made.start()
    try:
        yield made
    finally:
        with contextlib.suppress(ProcessLookupError, RuntimeError):
            made.kill()
