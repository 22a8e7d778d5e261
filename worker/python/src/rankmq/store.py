# SPDX-License-Identifier: Apache-2.0
"""Values in the shared memory of a host (docs/protocol.md, section 12.4).

A value is a file named after its digest: complete, never changed under that name. Who looks at one holds a shared lock on it, as long
as anything of the mapping is alive. Only who made it may use its pages again: fresh pages cost the kernel several times as much as
used ones. It takes the exclusive lock, which says that nobody looks, and renames the file, so that who has opened it already finds
out.

    .part --written, digest known--> value, needed --release--> value, cached --its pages are used--> .part
                                                                      `--no room--> removed
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import logging
import mmap
import os
import resource
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator

from .digest import BLOCK, Digester, digest_of
from .folder import Folder, is_linked, try_lock
from .values import Buffer
from .views import Views

log = logging.getLogger("rankmq.data")

MAX_CACHED_BYTES = 8 << 30
"""Values that nobody needs now are kept up to so many bytes, for their content and for their pages."""

MAX_CACHED = 1024
"""And up to so many."""

_OPEN_FILES = 65_536
_LOCK_DEADLINE = 1.0
_MOMENT = 0.001


class Full(Exception):
    """There is no room for a value."""


class Segment:
    """A file of this process: a value, or (without a name of its own yet) a part."""

    def __init__(self, descriptor: int, path: str, size: int) -> None:
        self.descriptor = descriptor
        self.path = path
        self.size = size
        self.is_needed = True

    def write(self, offset: int, data: Buffer) -> None:
        """Writes; raises OSError where there is no room, as a mapping would not."""
        view = memoryview(data)
        while len(view):
            written = os.pwrite(self.descriptor, view, offset)
            view, offset = view[written:], offset + written

    def use_as(self, path: str, size: int) -> Segment:
        """Makes it a part of that name, for another value."""
        os.rename(self.path, path)
        self.path, self.size, self.is_needed = path, size, True
        return self

    def remove(self) -> None:
        """Gives name and pages back; whoever has it mapped keeps it."""
        if is_linked(self.descriptor, self.path):
            os.unlink(self.path)
        os.close(self.descriptor)


class Store:
    """The values of this host, and those among them that this process made. Safe for use by many threads."""

    def __init__(self, folder: Folder, algorithm: str, limit: int | None = None) -> None:
        """`limit`: bytes that this process may hold; by default half of what is free now."""
        _raise_open_files()
        self.folder = folder
        self._algorithm = algorithm
        free = os.statvfs(folder.path)
        self._limit = limit if limit is not None else free.f_bavail * free.f_frsize // 2
        self._lock = threading.Lock()
        self._names = itertools.count(1)
        # In the order of their last use.
        self._segments: dict[bytes, Segment] = {}
        self._spare: list[Segment] = []
        self._mapped: dict[bytes, int] = {}
        self._ended: deque[bytes] = deque()
        self._views = Views(self._forgotten)
        self._needed: dict[bytes, memoryview] = {}
        # Bytes of segments and spares.
        self._held = 0
        self.written = self.reused = self.hits = 0

    # Values

    def find(self, digest: bytes, size: int) -> memoryview | None:
        """A read-only view of a value, mapped; None if it is not here. The lock on it lives exactly as long as any view."""
        deadline = time.monotonic() + _LOCK_DEADLINE
        while True:
            with self._locked():
                view, is_final = self._find(digest, size)
            if is_final or time.monotonic() > deadline:
                return view
            time.sleep(_MOMENT)

    def publish(self, data: Buffer) -> bytes:
        """Writes a value, unless it is here already; its digest. It is needed until `release`. Raises Full."""
        known = self._keep_received(data)
        if known is not None:
            return known
        view = memoryview(data)
        for _ in range(2):
            part = self.part(len(view))
            try:
                digester = Digester(self._algorithm)
                for start in range(0, len(view), BLOCK):
                    block = view[start : start + BLOCK]
                    digester.block(block)
                    part.write(start, block)
                digest = digester.digest()
                self.keep(part, digest)
            except OSError as error:
                part.remove()
                if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM):
                    raise
                # Others need room too: what is only cached here goes first.
                self._drop_cached()
                continue
            return digest
        raise Full(f"there is no room for {len(view)} bytes in {self.folder.path}")

    def part(self, size: int, digest: bytes | None = None) -> Segment:
        """A file for a value to be written into: used pages if there are any that fit. `digest`: if it is known. Raises Full."""
        name = "new" if digest is None else digest.hex()
        path = f"{self.folder.path}/{name}.{os.getpid()}-{next(self._names)}.part"
        with self._locked():
            used = self._take_used(size, path)
            if used is not None:
                self.reused += size
                return used
            self._make_room(size)
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise Full(f"{path} cannot be made: {error.strerror}") from None
            return Segment(descriptor, path, size)

    def is_right(self, part: Segment, digest: bytes) -> bool:
        """Whether the bytes of a part are those of that digest."""
        with mmap.mmap(part.descriptor, part.size, prot=mmap.PROT_READ) as memory, memoryview(memory) as view:
            return digest_of(self._algorithm, view) == digest

    def keep(self, part: Segment, digest: bytes) -> None:
        """Makes a whole part the value of that digest; if somebody was faster, its pages are kept for another one."""
        with self._locked():
            os.ftruncate(part.descriptor, part.size)
            self._link(part, digest)
            self._held += part.size
            self.written += part.size

    def _link(self, part: Segment, digest: bytes) -> None:
        path = self._path(digest)
        if digest in self._segments:
            self._use(digest).is_needed = True
            self._spare.append(part)
            return
        try:
            os.link(part.path, path)
        except FileExistsError:
            there, _ = self._find(digest, part.size)
            if there is not None:
                self._needed[digest] = there
                self._spare.append(part)
                return
            os.rename(part.path, path)
        else:
            os.unlink(part.path)
        part.path = path
        self._segments[digest] = part

    def release(self) -> None:
        """What was needed so far is not needed any more: from now on it is a cache."""
        with self._locked():
            self._needed.clear()
            for segment in self._segments.values():
                segment.is_needed = False
            while len(self._segments) > MAX_CACHED or self._held > MAX_CACHED_BYTES:
                if not self._drop_oldest():
                    break

    def read(self, digest: bytes, offset: int, length: int) -> Buffer | None:
        """Some bytes of a value that this process needs; None if it does not."""
        with self._locked():
            segment, received = self._segments.get(digest), self._needed.get(digest)
            if segment is not None and segment.is_needed:
                return os.pread(segment.descriptor, length, offset)
            return None if received is None else received[offset : offset + length]

    def fetch_lock(self, digest: bytes) -> int | None:
        """A descriptor with the right to bring that value, or None if somebody else has it. To be given back by `unlock_fetch`."""
        path = f"{self._path(digest)}.fetch"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if try_lock(descriptor, fcntl.LOCK_EX) and is_linked(descriptor, path):
            return descriptor
        os.close(descriptor)
        return None

    def unlock_fetch(self, digest: bytes, descriptor: int) -> None:
        """The value was brought, or cannot be."""
        path = f"{self._path(digest)}.fetch"
        if is_linked(descriptor, path):
            os.unlink(path)
        os.close(descriptor)

    def counts(self) -> tuple[int, int, int]:
        """Bytes written, bytes of them into used pages, and values that were here already."""
        return self.written, self.reused, self.hits

    def last_change(self) -> int:
        """When something of a value that is not whole yet was last written, in nanoseconds; 0 if there is no such value."""
        changes = [0]
        for part in self.folder.path.glob("*.part"):
            with contextlib.suppress(FileNotFoundError):
                changes.append(part.stat().st_mtime_ns)
        return max(changes)

    def close(self) -> None:
        """Leaves the folder. Views stay good."""
        self.folder.close()

    # With the lock

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        finally:
            self._reap()

    def _find(self, digest: bytes, size: int) -> tuple[memoryview | None, bool]:
        """A view, and whether it is of no use to look again."""
        if self._views.is_ending(digest):
            return None, False
        view = self._views.view(digest)
        if view is None:
            segment = self._segments.get(digest)
            descriptor = self._open(digest) if segment is None else segment.descriptor
            if descriptor is None or descriptor < 0:
                return None, descriptor is None
            view = self._map(digest, descriptor, size, is_mine=segment is not None)
        if view is not None and len(view) == size:
            self.hits += 1
            if digest in self._segments:
                self._use(digest)
            return view, True
        return None, True

    def _open(self, digest: bytes) -> int | None:
        """The locked file of that digest; None if there is none, -1 if it is in a state that does not last."""
        path = self._path(digest)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("%s cannot be opened: %s", path, error.strerror)
            return None
        if try_lock(descriptor, fcntl.LOCK_SH) and is_linked(descriptor, path):
            return descriptor
        os.close(descriptor)
        return -1

    def _map(self, digest: bytes, descriptor: int, size: int, is_mine: bool) -> memoryview | None:
        try:
            if os.fstat(descriptor).st_size != size:
                raise OSError(errno.EINVAL, "it has another size than expected")
            memory = _mmap(descriptor, size)
        except (OSError, ValueError) as error:
            log.warning("value %s cannot be mapped: %s", digest.hex(), error)
            if not is_mine:
                os.close(descriptor)
            return None
        self._mapped[digest] = -1 if is_mine else descriptor
        return self._views.add(digest, memory)

    def _keep_received(self, data: Buffer) -> bytes | None:
        with self._locked():
            digest = self._views.digest_of(data)
            if digest is not None:
                self.hits += 1
                if digest in self._segments:
                    self._use(digest).is_needed = True
                else:
                    self._needed[digest] = memoryview(data)
            return digest

    def _use(self, digest: bytes) -> Segment:
        segment = self._segments.pop(digest)
        self._segments[digest] = segment
        return segment

    def _take_used(self, size: int, path: str) -> Segment | None:
        for spare in self._spare:
            if size // 2 <= spare.size <= 2 * size:
                self._spare.remove(spare)
                self._held -= spare.size
                return spare.use_as(path, size)
        for digest, segment in list(self._segments.items()):
            fits = size // 2 <= segment.size <= 2 * size
            if segment.is_needed or not fits or digest in self._views:
                continue
            if not try_lock(segment.descriptor, fcntl.LOCK_EX):
                # Somebody looks at it.
                continue
            del self._segments[digest]
            self._held -= segment.size
            if not is_linked(segment.descriptor, segment.path):
                # Somebody has put an equal value in its place: it has no name that could be changed.
                segment.remove()
                continue
            segment.use_as(path, size)
            # Whoever has opened it finds that it is not what the name says any more, and nobody can open it as a value.
            fcntl.lockf(segment.descriptor, fcntl.LOCK_UN)
            return segment
        return None

    def _make_room(self, size: int) -> None:
        while self._held + size > self._limit:
            if not self._drop_oldest():
                raise Full(
                    f"{size} bytes more than the {self._held} that are needed are over the limit of {self._limit}"
                )

    def _drop_oldest(self) -> bool:
        if self._spare:
            segment = self._spare.pop()
        else:
            oldest = next((digest for digest, segment in self._segments.items() if not segment.is_needed), None)
            if oldest is None:
                return False
            segment = self._segments.pop(oldest)
        self._held -= segment.size
        segment.remove()
        return True

    def _drop_cached(self) -> None:
        with self._locked():
            while self._drop_oldest():
                pass

    def _path(self, digest: bytes) -> str:
        return f"{self.folder.path}/{digest.hex()}"

    # The end of views

    def _forgotten(self, digest: bytes) -> None:
        self._ended.append(digest)
        self._reap()

    def _reap(self) -> None:
        """Gives back what ended views held. Whoever has the lock does it when he gives the lock back, so that nobody waits here."""
        while self._ended and self._lock.acquire(blocking=False):
            try:
                while self._ended:
                    digest = self._ended.popleft()
                    self._views.forget(digest)
                    descriptor = self._mapped.pop(digest)
                    if descriptor >= 0:
                        os.close(descriptor)
            finally:
                self._lock.release()


def _mmap(descriptor: int, size: int) -> mmap.mmap:
    if sys.version_info >= (3, 13):
        # Without a descriptor of its own, which older versions make.
        return mmap.mmap(descriptor, size, prot=mmap.PROT_READ, trackfd=False)
    return mmap.mmap(descriptor, size, prot=mmap.PROT_READ)


def _raise_open_files() -> None:
    """Each value that is mapped has an open file or two; the usual limit of 1024 is less than the tensors of a model."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
