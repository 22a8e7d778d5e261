# SPDX-License-Identifier: Apache-2.0
"""Starts ranks on this host for a session that somebody else runs, by hand or in a container: `rankmq-worker --bootstrap FILE`."""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

from .actions import ExitCode
from .bootstrap import BootstrapError, session_of

_LOOK_EVERY = 0.25
_GRACE = 5.0
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}


def seconds(text: str) -> float:
    """A time such as 60s, 500ms or 5m."""
    match = re.fullmatch(r"([0-9]{1,6})(ms|s|m|h|)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"'{text}' is no time; write 60s, 500ms or 5m")
    return int(match[1]) * _UNITS[match[2]]


def slots(text: str) -> int:
    """A number of ranks."""
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of ranks; write 1 to 9999")
    return int(text)


def _say(sentence: str) -> None:
    print(f"rankmq worker: {sentence}", file=sys.stderr, flush=True)


class Host:
    """The ranks of one host, for one session after another if wanted. Ranks end with the session that their document is of; when
    another document is put in its place they are told to end too, for then their session is over."""

    def __init__(self, bootstrap: str, patience: float, count: int, keep: bool) -> None:
        self._bootstrap = bootstrap
        self._patience = patience
        self._count = count
        self._keep = keep
        self._served = ""
        self._ranks: list[subprocess.Popen[bytes]] = []
        self._is_stopped = False

    def stop(self, number: int, frame: FrameType | None) -> None:
        """A signal: the ranks are told to end, and no more are started."""
        self._is_stopped = True
        for rank in self._ranks:
            rank.terminate()

    def run(self) -> int:
        """Runs until the ranks have ended; gives the exit code of the worst."""
        worst: int = ExitCode.CLOSED
        while True:
            session = self._await_document()
            if session is None:
                return worst if self._is_stopped else self._not_come()
            self._served = session
            worst = self._run_ranks(session)
            if not self._keep or self._is_stopped:
                return worst
            _say(f"the ranks of session {session} have ended with code {worst}; waiting for the next session")

    def _not_come(self) -> int:
        _say(
            f"no bootstrap document came to {self._bootstrap} within {self._patience:g} s; is the parent running, "
            "and is it the same file?"
        )
        return ExitCode.NOT_JOINED

    def _await_document(self) -> str | None:
        begun = time.monotonic()
        _say(f"waiting for the bootstrap document {self._bootstrap}")
        while not self._is_stopped:
            session = self._session_there()
            if session is not None and session != self._served:
                return session
            if not self._keep and time.monotonic() - begun >= self._patience:
                return None
            time.sleep(_LOOK_EVERY)
        return None

    def _session_there(self) -> str | None:
        return session_of(self._bootstrap) if os.path.exists(self._bootstrap) else None

    def _run_ranks(self, session: str) -> int:
        _say(f"starting {self._count} ranks for session {session}")
        for slot in range(self._count):
            environment = {name: value for name, value in os.environ.items() if name != "RANK"}
            environment.update(RANKMQ_BOOTSTRAP=self._bootstrap, RANKMQ_SLOT=str(slot), PYTHONUNBUFFERED="1")
            self._ranks.append(
                subprocess.Popen([sys.executable, "-m", "rankmq"], env=environment, stdin=subprocess.DEVNULL)
            )
        if self._is_stopped:
            # It came while they were being started.
            self._terminate()
        kill_at = float("inf")
        while any(rank.poll() is None for rank in self._ranks):
            if self._is_stopped or self._is_replaced(session):
                if kill_at == float("inf"):
                    self._terminate()
                    kill_at = time.monotonic() + _GRACE
                elif time.monotonic() >= kill_at:
                    for rank in self._ranks:
                        rank.kill()
            time.sleep(_LOOK_EVERY)
        codes = [rank.returncode for rank in self._ranks]
        self._ranks.clear()
        return max(code if code >= 0 else 128 - code for code in codes)

    def _is_replaced(self, session: str) -> bool:
        there = self._session_there()
        return there is not None and there != session

    def _terminate(self) -> None:
        for rank in self._ranks:
            rank.terminate()


def main(arguments: Sequence[str] | None = None) -> int:
    """Starts ranks as the arguments say; gives the exit code of the worst."""
    parser = argparse.ArgumentParser(
        prog="rankmq-worker", description="Starts ranks on this host for a session that somebody else runs."
    )
    parser.add_argument("--bootstrap", required=True, metavar="FILE", help="where the session's document will be")
    parser.add_argument("--wait", type=seconds, default=60.0, metavar="TIME", help="how long to wait for it (60s)")
    parser.add_argument("--slots", type=slots, default=1, metavar="N", help="how many ranks to start (1)")
    parser.add_argument("--keep", action="store_true", help="serve one session after another until TERM")
    chosen = parser.parse_args(arguments)
    host = Host(chosen.bootstrap, chosen.wait, chosen.slots, chosen.keep)
    signal.signal(signal.SIGTERM, host.stop)
    signal.signal(signal.SIGINT, host.stop)
    try:
        return host.run()
    except BootstrapError as unfit:
        _say(str(unfit))
        return ExitCode.BAD_BOOTSTRAP


if __name__ == "__main__":
    sys.exit(main())
