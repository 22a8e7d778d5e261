# SPDX-License-Identifier: Apache-2.0
"""The events of this rank, on their way to the parent (docs/protocol.md, sections 4 and 7). No sockets, threads or clocks.

Whoever fires an event has taken room for it before, and waits for the answer to one event at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .messages import Body, Event
from .streams import Frames, OutboundLog

ANSWER_AGAIN = 0.5
"""An event that is acknowledged but not answered is sent again not more often than this, in seconds."""


class Firing(NamedTuple):
    """An event that somebody fired; the ticket is how its answer is told."""

    ticket: int
    event: Event
    body: Body


class _Awaited(NamedTuple):
    ticket: int
    seq: int
    frames: Frames


class EventUplink:
    """Keeps events until the parent has handled them, and the one that somebody waits for until it is answered."""

    def __init__(self, encode: Callable[[int, Firing], Frames]) -> None:
        self.log = OutboundLog()
        self._encode = encode
        self._is_open = False
        self._awaited: _Awaited | None = None
        self._again_at: float | None = None

    def open(self, window: int) -> int:
        """The first WELCOME tells how many events may be unhandled; later ones change nothing. How much room there is new."""
        room = 0 if self._is_open else window
        self._is_open = True
        return room

    def fire(self, firing: Firing) -> Frames:
        """What to send. Raises RankMQError if the event is too large to travel."""
        frames = self._encode(self.log.newest + 1, firing)
        seq = self.log.append(frames)
        if firing.event.wait:
            self._awaited = _Awaited(firing.ticket, seq, frames)
            self._again_at = None
        return frames

    def acknowledge(self, upto: int, now: float) -> int:
        """The parent has handled everything up to here. How much room there is new."""
        before = len(self.log)
        self.log.acknowledge(upto)
        if self._awaited is not None and self._awaited.seq <= self.log.acknowledged and self._again_at is None:
            # The answer goes out before the acknowledgement, so it is lost.
            self._again_at = now + ANSWER_AGAIN
        return before - len(self.log)

    def answered(self, seq: int) -> int | None:
        """The ticket of the event that has its answer now; None if nobody waits for it."""
        if self._awaited is None or self._awaited.seq != seq:
            return None
        return self.give_up()

    def abandon(self, ticket: int) -> None:
        """Nobody waits any more for the answer to the event of that ticket."""
        if self._awaited is not None and self._awaited.ticket == ticket:
            self.give_up()

    def give_up(self) -> int | None:
        """Forgets what somebody waits for, and gives its ticket."""
        ticket = None if self._awaited is None else self._awaited.ticket
        self._awaited = None
        self._again_at = None
        return ticket

    def next_deadline(self) -> float | None:
        """When `overdue` is to be asked."""
        return self._again_at

    def overdue(self, now: float) -> Frames | None:
        """The event to be sent again because its answer was lost."""
        if self._awaited is None or self._again_at is None or now < self._again_at:
            return None
        self._again_at = now + ANSWER_AGAIN
        return self._awaited.frames
