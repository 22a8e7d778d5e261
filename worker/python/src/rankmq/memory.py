# SPDX-License-Identifier: Apache-2.0
"""Values in memory of this process alone: where there is no store, or no room in it."""

from __future__ import annotations

import mmap
import threading
from collections import deque

from .digest import BLOCK, Digester, digest_of
from .values import Buffer
from .views import Views


class Memory:
    """Copies of values that this process serves, and values that it brought for itself. Safe for use by many threads."""

    def __init__(self, algorithm: str) -> None:
        self._algorithm = algorithm
        self._lock = threading.Lock()
        self._ended: deque[bytes] = deque()
        self._views = Views(self._ended.append)
        self._needed: dict[bytes, memoryview] = {}

    def find(self, digest: bytes, size: int) -> memoryview | None:
        """A read-only view of a value that is here already."""
        with self._lock:
            self._forget_ended()
            view = self._views.view(digest)
        return view if view is not None and len(view) == size else None

    def publish(self, data: Buffer) -> bytes:
        """Copies a value unless it is one of these; its digest. It is served until `release`."""
        with self._lock:
            known = self._views.digest_of(data)
            if known is not None:
                self._needed[known] = memoryview(data)
                return known
        view = memoryview(data)
        copy = mmap.mmap(-1, len(view))
        digester = Digester(self._algorithm)
        for start in range(0, len(view), BLOCK):
            block = view[start : start + BLOCK]
            digester.block(block)
            copy[start : start + len(block)] = block
        digest = digester.digest()
        with self._lock:
            self._needed[digest] = self._add(digest, copy)
        return digest

    def part(self, size: int) -> mmap.mmap:
        """Memory for a value to be written into."""
        return mmap.mmap(-1, size)

    def keep(self, part: mmap.mmap, digest: bytes) -> memoryview | None:
        """A view of a part that is whole; None if its digest is another."""
        with memoryview(part) as view:
            if digest_of(self._algorithm, view) != digest:
                return None
        with self._lock:
            return self._add(digest, part)

    def read(self, digest: bytes, offset: int, length: int) -> Buffer | None:
        """Some bytes of a value that this process serves; None if it does not."""
        with self._lock:
            view = self._needed.get(digest)
        return None if view is None else view[offset : offset + length]

    def release(self) -> None:
        """What was served so far is not needed any more."""
        with self._lock:
            self._needed.clear()

    def _add(self, digest: bytes, memory: mmap.mmap) -> memoryview:
        self._forget_ended()
        return self._views.add(digest, memory)

    def _forget_ended(self) -> None:
        while self._ended:
            digest = self._ended.popleft()
            # Another copy may have come in its place.
            if self._views.is_ending(digest):
                self._views.forget(digest)
