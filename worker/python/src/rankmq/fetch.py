# SPDX-License-Identifier: Apache-2.0
"""Bringing one value from elsewhere in chunks (docs/protocol.md, section 12.3).

No sockets, threads or clocks: chunks and the time go in, what is to be done comes out. A request is a credit for one chunk. At most
`WINDOW` of them are out, so that a slow side is never sent more than it asked for. Chunks may come in any order, twice, damaged or
never; whoever asked asks again, and the other side remembers nothing.
"""

from __future__ import annotations

from typing import NamedTuple, Union

from .digest import checksum
from .values import Buffer

WINDOW = 16
"""Requests that are out at a time."""

WRONG = 3
"""So many damaged chunks at one place fail the value."""

ASK_AGAIN = 2.0
"""Without any chunk for so long, what is outstanding is asked for again; in seconds."""

REBUILD = 3.0
"""Without any chunk for so long, the socket is made anew."""


class Ask(NamedTuple):
    """Send a FETCH for these bytes."""

    offset: int
    length: int


class Take(NamedTuple):
    """These bytes of the value are here."""

    offset: int
    payload: Buffer


class Complain(NamedTuple):
    """Something that a person should know."""

    sentence: str


class Reconnect(NamedTuple):
    """Close the socket and connect a new one."""


class Whole(NamedTuple):
    """All bytes are here; their digest is still to be checked."""


class Fail(NamedTuple):
    """The value does not come; why."""

    reason: str


Step = Union[Ask, Take, Complain, Reconnect, Whole, Fail]


class Pull:
    """The pull of one value. Every method gives the steps that follow from what it was told; after `Whole` or `Fail` none do."""

    def __init__(self, digest: bytes, size: int, chunk: int, lease: float, now: float) -> None:
        """`chunk`: bytes of a chunk. `lease`: how long the other side may be silent, in seconds."""
        self.digest = digest
        self.size = size
        self.taken = 0
        """Bytes that are here."""
        self.repeated = 0
        """Chunks that nobody had asked for, or that were here already."""
        self.is_over = False
        self._chunk = chunk
        self._lease = lease
        self._next = 0
        self._outstanding: dict[int, int] = {}
        self._wrong: dict[int, int] = {}
        self._again_at, self._rebuild_at, self._lost_at = now + ASK_AGAIN, now + REBUILD, now + lease

    def start(self) -> list[Step]:
        """The first requests."""
        return self._ask()

    def chunk(self, offset: int, length: int, sum_: int, payload: Buffer, now: float) -> list[Step]:
        """A chunk of this value came."""
        if self.is_over:
            return []
        if self._outstanding.get(offset) != length or len(payload) != length:
            self.repeated += 1
            return []
        self._heard(now)
        if checksum(payload) != sum_:
            return self._damaged(offset)
        del self._outstanding[offset]
        self.taken += length
        steps: list[Step] = [Take(offset, payload)]
        if self.taken == self.size:
            self.is_over = True
            return [*steps, Whole()]
        return steps + self._ask()

    def gone(self, reason: str) -> list[Step]:
        """The other side does not have it."""
        return [] if self.is_over else self._fail(f"its owner does not have it: {reason}")

    def tick(self, now: float) -> list[Step]:
        """Time has passed."""
        if self.is_over or now < self.next_deadline():
            return []
        if now >= self._lost_at:
            return self._fail(
                f"nothing came for {self._lease:g} s; {self.taken} of {self.size} bytes are here, "
                f"the first missing one is at offset {min(self._outstanding)}"
            )
        self._again_at = now + ASK_AGAIN
        steps: list[Step] = []
        if now >= self._rebuild_at:
            self._rebuild_at = now + REBUILD
            steps.append(Reconnect())
        return steps + [Ask(offset, length) for offset, length in self._outstanding.items()]

    def next_deadline(self) -> float:
        """When `tick` is to be called next."""
        return min(self._again_at, self._rebuild_at, self._lost_at)

    def _heard(self, now: float) -> None:
        self._again_at, self._rebuild_at, self._lost_at = now + ASK_AGAIN, now + REBUILD, now + self._lease

    def _ask(self) -> list[Step]:
        steps: list[Step] = []
        while len(self._outstanding) < WINDOW and self._next < self.size:
            length = min(self._chunk, self.size - self._next)
            self._outstanding[self._next] = length
            steps.append(Ask(self._next, length))
            self._next += length
        return steps

    def _damaged(self, offset: int) -> list[Step]:
        times = self._wrong[offset] = self._wrong.get(offset, 0) + 1
        if times >= WRONG:
            return self._fail(f"the bytes at offset {offset} came damaged {times} times")
        complaint = Complain(f"value {self.digest.hex()}: the bytes at offset {offset} came damaged; asking again")
        return [complaint, Ask(offset, self._outstanding[offset])]

    def _fail(self, reason: str) -> list[Step]:
        self.is_over = True
        return [Fail(reason)]
