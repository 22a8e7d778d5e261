# SPDX-License-Identifier: Apache-2.0
"""Values in memory that others look at: known by their digest as long as anybody looks, and not a moment longer."""

from __future__ import annotations

import mmap
import sys
import weakref
from collections.abc import Callable
from typing import Any

from .values import Buffer


class Views:
    """The values of this process that are alive, by digest. Not safe for use by many threads; `forgotten` is called by any."""

    def __init__(self, forgotten: Callable[[bytes], None]) -> None:
        """`forgotten`: called when nobody looks at the value of that digest any more and its memory is gone, in whatever thread that
        was, even in one that is in the middle of something here: it must neither wait nor touch these views."""
        self._views: dict[bytes, weakref.ref[mmap.mmap]] = {}
        # Ids are given again to others: what this says is checked.
        self._digests: dict[int, bytes] = {}
        self._forgotten = forgotten

    def add(self, digest: bytes, memory: mmap.mmap) -> memoryview:
        """A value is here; it lives as long as the view that this gives, and whatever is made of it."""
        self._views[digest] = weakref.ref(memory, lambda _: self._forgotten(digest))
        self._digests[id(memory)] = digest
        return memoryview(memory).toreadonly()

    def view(self, digest: bytes) -> memoryview | None:
        """Another view of a living value."""
        reference = self._views.get(digest)
        memory = None if reference is None else reference()
        return None if memory is None else memoryview(memory).toreadonly()

    def is_ending(self, digest: bytes) -> bool:
        """Whether the value's memory is just being given back, by another thread."""
        reference = self._views.get(digest)
        return reference is not None and reference() is None

    def forget(self, digest: bytes) -> None:
        """The memory of that value is gone."""
        self._views.pop(digest, None)
        if len(self._digests) > 2 * len(self._views) + 64:
            self._digests = {id(view()): digest for digest, view in self._views.items() if view() is not None}

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._views

    def digest_of(self, buffer: Buffer) -> bytes | None:
        """The digest of what was received as a whole and has not been changed since, because it cannot be; None for anything else."""
        memory = _memory(buffer)
        if memory is None or len(memory) != len(buffer):
            return None
        digest = self._digests.get(id(memory), b"")
        reference = self._views.get(digest)
        return digest if reference is not None and reference() is memory else None


def _memory(buffer: Any) -> mmap.mmap | None:
    """What a view, or an array over a view, looks at in the end."""
    numpy = sys.modules.get("numpy")
    while not isinstance(buffer, mmap.mmap):
        if isinstance(buffer, memoryview):
            buffer = buffer.obj
        elif numpy is not None and isinstance(buffer, numpy.ndarray):
            buffer = buffer.base
        else:
            return None
    return buffer
