# SPDX-License-Identifier: Apache-2.0
"""`./rankmq` on a host, with its events as they come."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from testbed.hosts import Host, Network, inner

TOP = Path(__file__).resolve().parent.parent
Event = dict[str, Any]


class Job:
    """A `rankmq run --json` under way. `events` are what it told, oldest first."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.begun = time.monotonic()
        self.events: list[Event] = []
        self.errors: list[str] = []
        self._process = process
        self._news = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(pipe, keep), daemon=True) for pipe, keep in self._pipes()
        ]
        for reader in self._readers:
            reader.start()

    def _pipes(self) -> list[tuple[Any, Callable[[str], None]]]:
        return [(self._process.stdout, self._keep_event), (self._process.stderr, self.errors.append)]

    def _keep_event(self, line: str) -> None:
        self.events.append(json.loads(line))

    def _read(self, pipe: Any, keep: Callable[[str], None]) -> None:
        for line in pipe:
            with self._news:
                keep(line.decode(errors="replace").rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    @property
    def pid(self) -> int:
        """The parent's process, as a number outside its host."""
        return inner(self._process)

    def wait_event(self, matches: Callable[[Event], bool], timeout: float = 60) -> Event:
        """Waits for the first event, of all that were told, that matches."""
        return self.wait_count(matches, 1, timeout)

    def wait_count(self, matches: Callable[[Event], bool], count: int, timeout: float = 60) -> Event:
        """Waits until so many events match; returns the last of them."""
        deadline = time.monotonic() + timeout
        with self._news:
            while True:
                found = [event for event in self.events if matches(event)]
                if len(found) >= count:
                    return found[count - 1]
                rest = deadline - time.monotonic()
                ended = not any(reader.is_alive() for reader in self._readers)
                if rest <= 0 or ended:
                    raise AssertionError(f"the event did not come within {timeout} s\n{self.story()}")
                self._news.wait(min(rest, 0.5))

    def wait_round(self, number: int, timeout: float = 60) -> Event:
        """Waits until a round has ended."""
        return self.wait_event(lambda event: event["event"] == "round" and event["round"] == number, timeout)

    def wait_line(self, text: str, timeout: float = 60) -> Event:
        """Waits for a line of a rank's output that has this text."""
        return self.wait_event(lambda event: event["event"] == "output" and text in event["text"], timeout)

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["event"] == kind]

    @property
    def session(self) -> str:
        return str(self.wait_event(lambda event: event["event"] == "session")["session"])

    def ranks(self) -> dict[int, Event]:
        """What was told last of each rank: host, pid, state, exit."""
        return {event["rank"]: event for event in self.of("rank")}

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def finish(self, timeout: float = 120) -> int:
        """Waits for the end; returns the exit code."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the job did not end within {timeout} s\n{self.story()}") from None
        for reader in self._readers:
            reader.join(5)
        return code

    def poll(self) -> int | None:
        """The exit code; None: it runs."""
        return self._process.poll()

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return time.monotonic() - self.begun

    def failure(self) -> Event:
        """Why it failed."""
        failures = self.of("failure")
        assert failures, self.story()
        return failures[0]

    def summary(self) -> Event:
        """The report."""
        return self.wait_event(lambda event: event["event"] == "summary", 5)

    def story(self) -> str:
        """All that it told, for whoever wants to know why a test failed."""
        return "\n".join([*(json.dumps(event) for event in self.events[-200:]), *self.errors])

    def _close(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, RuntimeError):
                os.kill(inner(self._process), signal.SIGKILL)
            self._process.kill()
            self._process.wait(10)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()


@contextlib.contextmanager
def run(
    network: Network, job: str | Path, *options: str, host: Host | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Job]:
    """Starts `./rankmq run JOB --json OPTIONS...` on the parent's host or another; without --broker it listens there."""
    where = host or network.parent
    words = [str(TOP / "rankmq"), "run", str(job), "--json", "--log-dir", str(network.folder / "runs"), *options]
    if "--broker" not in options and "--listen" not in options:
        words += ["--listen", where.address]
    env = {"TMPDIR": str(network.temporary), "XDG_RUNTIME_DIR": str(network.temporary), **(env or {})}
    process = where.start(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=TOP)
    started = Job(process)
    try:
        yield started
    finally:
        started._close()
