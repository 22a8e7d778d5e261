# SPDX-License-Identifier: Apache-2.0
"""The two ends of a numbered stream (docs/protocol.md, section 4), without sockets, threads or clocks. Times are seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from .values import Buffer

Frames = Sequence[Buffer]

ASK_AGAIN = 0.05
"""The same number is not asked for more often than this; each time in vain doubles the time, up to `ASK_AGAIN_AT_MOST`."""

ASK_AGAIN_AT_MOST = 0.8


class Entry(NamedTuple):
    """One message that is not acknowledged yet."""

    seq: int
    frames: Frames


class OutboundLog:
    """The sending end: numbers what is sent and keeps it until it is acknowledged."""

    def __init__(self) -> None:
        self.newest = 0
        self.acknowledged = 0
        self._entries: deque[Entry] = deque()

    def __len__(self) -> int:
        """How many messages wait for their acknowledgement."""
        return len(self._entries)

    def append(self, frames: Frames) -> int:
        """Takes the message with the number `newest + 1`, and gives that number."""
        self.newest += 1
        self._entries.append(Entry(self.newest, frames))
        return self.newest

    def acknowledge(self, upto: int) -> None:
        """Forgets everything up to here; numbers that were never sent count as the newest."""
        self.acknowledged = max(self.acknowledged, min(upto, self.newest))
        while self._entries and self._entries[0].seq <= self.acknowledged:
            self._entries.popleft()

    def since(self, seq: int) -> list[Entry]:
        """What is kept from this number on, oldest first."""
        return [entry for entry in self._entries if entry.seq >= seq]


class InboundSequence:
    """The receiving end: takes messages in order, drops repeats, and knows what to ask for."""

    def __init__(self) -> None:
        self.taken = 0
        self.repeats = 0
        self.gaps = 0
        self._asked_for = 0
        self._ask_at = 0.0
        self._ask_again = ASK_AGAIN

    def take(self, seq: int) -> bool:
        """Looks at the number of a message that arrived, and takes it if it is the next one."""
        if seq == self.taken + 1:
            self.taken = seq
            return True
        if seq <= self.taken:
            self.repeats += 1
        else:
            self.gaps += 1
        return False

    def ask(self, newest: int, now: float) -> int | None:
        """The number from which the stream is to be sent again, or None if nothing is missing or it was asked just now."""
        wanted = self.taken + 1
        if newest < wanted:
            return None
        if wanted != self._asked_for:
            self._ask_again = ASK_AGAIN
        elif now < self._ask_at:
            return None
        else:
            # What was asked for may be large and on its way: asking at the same pace would have it sent many times.
            self._ask_again = min(2 * self._ask_again, ASK_AGAIN_AT_MOST)
        self._asked_for = wanted
        self._ask_at = now + self._ask_again
        return wanted
