# SPDX-License-Identifier: Apache-2.0
"""What this rank prints goes to the parent too (docs/protocol.md, section 14), where no launcher reads it."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from .bodies import Property, write_context
from .errors import RankMQError
from .messages import Body

EVENT = "rankmq.output"
"""Name of the event that carries output."""

RESERVED_PREFIX = "rankmq."
"""Events of users have no names that begin so."""

CAPACITY = 256 * 1024
"""So many bytes wait to be sent at most; what is beyond is left out, counted, and told to the parent."""

PACE = 0.1
"""While a task runs output is sent so many seconds late at most."""

MAX_PIECE = 32768
_PART_COSTS = 64
_STDOUT = 1
_STDERR = 2

Send = Callable[[Callable[[], Body]], bool]
"""Sends the event whose body is given, if there is room for one; else asks for none and gives False."""


class _LeftOut:
    """So many bytes are missing here."""

    def __init__(self) -> None:
        self.count = 0


class OutputRelay:
    """Keeps what is written until it is sent: at the end of each task and event, and a moment later in between. Safe for use by many
    threads; none that writes ever waits for the parent."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, bytearray | _LeftOut]] = []
        self._left_out: dict[int, _LeftOut] = {}
        self._size = 0
        # Reentrant: a collection may begin while it is held, and what is collected may print.
        self._lock = threading.RLock()
        self._is_something = threading.Event()
        # Held while an event is made and sent, so that events are in the order of what was written.
        self._sending = threading.Lock()
        self._send: Send | None = None
        self._is_off = False

    def stand_before_outputs(self) -> None:
        """From now on `sys.stdout` and `sys.stderr` write here too; what native code and children write does not come by."""
        sys.stdout = _tee(sys.stdout, self, _STDOUT)
        sys.stderr = _tee(sys.stderr, self, _STDERR)
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(sys.stderr)
        os.register_at_fork(after_in_child=self._end_in_child)

    def begin(self, send: Send) -> None:
        """Sends what is there and what comes, until the process ends."""
        self._send = send
        threading.Thread(target=self._run, name="rankmq-output", daemon=True).start()

    def add(self, stream: int, data: bytes) -> None:
        """Takes what was written to standard output (1) or error (2)."""
        if self._is_off:
            return
        with self._lock:
            room = 0 if stream in self._left_out else max(0, CAPACITY - self._size)
            taken = data[:room]
            self._size += len(taken)
            for at in range(0, len(taken), MAX_PIECE):
                self._append(stream, taken[at : at + MAX_PIECE])
            if len(taken) < len(data):
                self._leave_out(stream, len(data) - len(taken))
        self._is_something.set()

    def flush(self) -> None:
        """Sends what is there, if there is room for an event."""
        send = self._send
        if send is None:
            return
        with self._sending:
            if self._parts:
                send(self._take)

    def _end_in_child(self) -> None:
        # A forked child has none of our threads, and whoever held the lock is not there to give it back.
        self._is_off = True

    def _append(self, stream: int, piece: bytes) -> None:
        last_stream, last = self._parts[-1] if self._parts else (0, None)
        if last_stream == stream and isinstance(last, bytearray) and len(last) + len(piece) <= MAX_PIECE:
            last += piece
        else:
            self._parts.append((stream, bytearray(piece)))
            self._size += _PART_COSTS

    def _leave_out(self, stream: int, count: int) -> None:
        # Nothing of this output is taken again before all is sent, so that what is missing is in one place.
        part = self._left_out.get(stream)
        if part is None:
            part = self._left_out[stream] = _LeftOut()
            self._parts.append((stream, part))
        part.count += count

    def _take(self) -> Body:
        with self._lock:
            parts, self._parts = self._parts, []
            self._left_out = {}
            self._size = 0
            self._is_something.clear()
        pieces = [[of, part.count if isinstance(part, _LeftOut) else bytes(part)] for of, part in parts]
        return write_context({"pieces": Property(pieces, True)}, _cannot_be)

    def _run(self) -> None:
        while True:
            self._is_something.wait()
            time.sleep(PACE)
            self.flush()


def _cannot_be(name: str, error: RankMQError) -> None:
    raise AssertionError(f"{name} cannot travel: {error}")


class _Tee(io.RawIOBase):
    """Writes to an output as before, and to the relay."""

    def __init__(self, original: Any, relay: OutputRelay, stream: int) -> None:
        self._original = original
        self._relay = relay
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        taken = bytes(data)
        self._original.write(taken)
        self._original.flush()
        self._relay.add(self._stream, taken)
        return len(taken)

    def fileno(self) -> int:
        return int(self._original.fileno())

    def isatty(self) -> bool:
        return bool(self._original.isatty())


def _tee(text: Any, relay: OutputRelay, stream: int) -> Any:
    if text is None:
        # Whoever started this process has closed the output.
        return None
    text.flush()
    return io.TextIOWrapper(
        _Tee(text.buffer, relay, stream),
        encoding=text.encoding,
        errors=text.errors,
        line_buffering=True,
    )
