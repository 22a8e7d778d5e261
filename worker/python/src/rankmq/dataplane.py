# SPDX-License-Identifier: Apache-2.0
"""Large values of tasks and replies (docs/protocol.md, section 12): where they are found, brought from and left.

A value is looked for in the host's shared memory first. If it is not there it comes in chunks: into shared memory, by one rank of the
host while the others wait, or where there is no room into memory of this rank alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from .api import AbortSignal
from .bootstrap import Bootstrap, DataSettings
from .channel import Channel, Transfer
from .errors import ErrorCode, RankMQError
from .fetch import Pull
from .folder import Folder, Unfit, sweep
from .memory import Memory
from .messages import Body, Reference
from .store import Full, Store
from .values import Buffer

log = logging.getLogger("rankmq.data")

_POLL = 0.01
"""How often an abort, and what others bring, is looked for; in seconds."""

_FIRST_NOTE, _NEXT_NOTE = 1.0, 5.0
"""A transfer that takes longer is told of; in seconds."""


class DataPlane:
    """The data plane of one rank. The main thread uses it, but for `agree`, `close` and what the channel reads."""

    def __init__(self, bootstrap: Bootstrap, settings: DataSettings) -> None:
        self._settings = settings
        self._memory = Memory(settings.digest)
        self._store = _open_store(bootstrap, settings)
        self._channel = Channel(bootstrap, settings, self._read)
        self._is_agreed = False
        self._lease = 10.0
        self._has_told = False
        self._is_closed = False

    @property
    def token(self) -> str | None:
        """What proves that another process shares memory with this one; None without a store."""
        return None if self._store is None else self._store.folder.token

    def agree(self, is_agreed: bool, lease: float) -> None:
        """The parent resolves references, or not; `lease`: how long it may be silent, in seconds."""
        self._is_agreed, self._lease = is_agreed, lease

    def begin(self) -> None:
        """A task begins: what the one before gave is not needed any more."""
        self._memory.release()
        if self._store is not None:
            self._store.release()

    def resolve(self, body: Body, abort: AbortSignal) -> Body:
        """A body with its values in place of the references. Raises DATA_UNAVAILABLE, also when the task is aborted meanwhile."""
        if not body.references:
            return body
        missing = dict.fromkeys(body.references)
        found: dict[Reference, memoryview] = {}
        waiting_since: dict[Reference, tuple[float, int]] = {}
        while missing:
            before = len(missing)
            for reference in list(missing):
                if abort.triggered:
                    raise _unavailable(reference, "the task was aborted")
                view = self._find(reference) or self._bring(reference, abort, waiting_since)
                if view is not None:
                    found[reference] = view
                    del missing[reference]
            if len(missing) == before:
                abort.wait(_POLL)
        return Body(body.data, [[found[reference]] for reference in body.references])

    def share(self, values: Sequence[Buffer]) -> list[Reference] | None:
        """Leaves values where the parent finds them, until the next task begins; None if they are to travel in the message."""
        if not self._is_agreed or max(map(len, values)) <= self._settings.inline_limit:
            return None
        references = [Reference(self._publish(value), len(value)) for value in values]
        # The parent may have to ask for them.
        self._channel.open()
        return references

    def close(self) -> None:
        """The rank ends. Arrays that are still looked at stay good."""
        if self._is_closed:
            return
        self._is_closed = True
        self._channel.close()
        if self._store is not None:
            self._store.close()
        counts = (*(self._store.counts() if self._store is not None else (0, 0, 0)), *self._channel.counts())
        if any(counts):
            log.info(
                "data: %d bytes written to shared memory (%d into used pages), %d values found there; "
                "%d bytes received and %d sent in chunks, %d chunks damaged, %d messages dropped",
                *counts,
            )

    # Values that come

    def _find(self, reference: Reference) -> memoryview | None:
        view = None if self._store is None else self._store.find(*reference)
        return self._memory.find(*reference) if view is None else view

    def _bring(
        self, reference: Reference, abort: AbortSignal, waiting_since: dict[Reference, tuple[float, int]]
    ) -> memoryview | None:
        """Brings a value that is not here; None while another process of this host does that."""
        store = self._store
        if store is None:
            return self._bring_for_itself(reference, abort)
        try:
            lock = store.fetch_lock(reference.digest)
        except OSError as error:
            self._tell_once(error)
            return self._bring_for_itself(reference, abort)
        if lock is None and self._is_coming(reference, waiting_since):
            return None
        try:
            # Whoever had the lock may have brought it meanwhile.
            return self._find(reference) or self._bring_for_host(store, reference, abort)
        finally:
            if lock is not None:
                store.unlock_fetch(reference.digest, lock)

    def _is_coming(self, reference: Reference, waiting_since: dict[Reference, tuple[float, int]]) -> bool:
        """Whether whoever brings it gets on, as far as can be seen; after a lease without it this rank does not wait any more."""
        assert self._store is not None
        now, change = time.monotonic(), self._store.last_change()
        since, before = waiting_since.get(reference, (now, change))
        if change != before:
            since = now
        waiting_since[reference] = since, change
        return now - since < self._lease

    def _bring_for_host(self, store: Store, reference: Reference, abort: AbortSignal) -> memoryview:
        digest, size = reference
        part = None
        try:
            part = store.part(size, digest)
            self._transfer(reference, part.write, abort)
            if not store.is_right(part, digest):
                raise _wrong(reference)
            store.keep(part, digest)
            part = None
            view = store.find(digest, size)
        except (Full, OSError) as problem:
            self._tell_once(problem)
            view = None
        finally:
            if part is not None:
                part.remove()
        return view or self._bring_for_itself(reference, abort)

    def _bring_for_itself(self, reference: Reference, abort: AbortSignal) -> memoryview:
        try:
            part = self._memory.part(reference.size)
        except OSError as error:
            raise _unavailable(reference, f"there is no memory for {reference.size} bytes: {error.strerror}") from None

        def take(offset: int, payload: Buffer) -> None:
            part[offset : offset + len(payload)] = payload

        self._transfer(reference, take, abort)
        view = self._memory.keep(part, reference.digest)
        if view is None:
            raise _wrong(reference)
        return view

    def _transfer(self, reference: Reference, take: Callable[[int, Buffer], None], abort: AbortSignal) -> None:
        began = time.monotonic()
        pull = Pull(reference.digest, reference.size, self._settings.chunk, self._lease, began)
        transfer = Transfer(pull, take)
        self._channel.pull(transfer)
        note_at = began + _FIRST_NOTE
        while not transfer.ended.wait(_POLL):
            if abort.triggered:
                self._channel.cancel(transfer)
                raise _unavailable(reference, "the task was aborted")
            if time.monotonic() >= note_at:
                note_at += _NEXT_NOTE
                _tell(pull, began)
        if transfer.is_full:
            raise Full(f"value {reference.digest.hex()}: {transfer.failure}")
        if transfer.failure is not None:
            raise _unavailable(reference, transfer.failure)
        if time.monotonic() > began + _FIRST_NOTE:
            _tell(pull, began)

    # Values that go

    def _publish(self, value: Buffer) -> bytes:
        if self._store is not None:
            try:
                return self._store.publish(value)
            except (Full, OSError) as problem:
                self._tell_once(problem)
        try:
            return self._memory.publish(value)
        except OSError as error:
            raise RankMQError(
                ErrorCode.DATA_UNAVAILABLE, f"there is no memory for {len(value)} bytes: {error.strerror}"
            ) from None

    def _read(self, digest: bytes, offset: int, length: int) -> Buffer | None:
        if length > self._settings.chunk:
            return None
        payload = None if self._store is None else self._store.read(digest, offset, length)
        return self._memory.read(digest, offset, length) if payload is None else payload

    def _tell_once(self, problem: Full | OSError) -> None:
        if not self._has_told:
            self._has_told = True
            log.warning("%s: values that do not fit go through the network", problem)


def _open_store(bootstrap: Bootstrap, settings: DataSettings) -> Store | None:
    if not settings.segments:
        return None
    try:
        folder = Folder(settings.segments, bootstrap.session, bootstrap.incarnation)
    except Unfit as unfit:
        log.warning("%s: values go through the network", unfit)
        return None
    sweep(settings.segments, folder.path)
    return Store(folder, settings.digest)


def _tell(pull: Pull, began: float) -> None:
    rate = pull.taken / (time.monotonic() - began) / 1e6
    log.info("value %s: %.0f of %.0f MB, %.0f MB/s", pull.digest.hex()[:12], pull.taken / 1e6, pull.size / 1e6, rate)


def _wrong(reference: Reference) -> RankMQError:
    return _unavailable(
        reference, "it came whole, but its digest is another: memory or software of its owner is broken"
    )


def _unavailable(reference: Reference, reason: str) -> RankMQError:
    sentence = f"value {reference.digest.hex()} of {reference.size} bytes could not be brought: {reason}"
    return RankMQError(ErrorCode.DATA_UNAVAILABLE, sentence)
