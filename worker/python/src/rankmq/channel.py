# SPDX-License-Identifier: Apache-2.0
"""The way of large values between hosts (docs/protocol.md, section 12.3): a socket and a thread of their own, so that no command waits
behind data, and a lost chunk costs nothing but that chunk."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Any

import zmq

from . import port
from .bootstrap import Bootstrap, BootstrapError, DataSettings
from .digest import checksum
from .errors import RankMQError
from .fetch import Ask, Complain, Fail, Pull, Reconnect, Step, Take
from .messages import Envelope
from .sockets import Mailbox, connect, receive, send
from .values import Buffer

log = logging.getLogger("rankmq.data")

_AT_A_TIME = 64
_CLOSE_DEADLINE = 1.0
_IDLE = 3600.0


class Transfer:
    """One value on its way here. `take` is called by the channel's thread."""

    def __init__(self, pull: Pull, take: Callable[[int, Buffer], None]) -> None:
        self.pull = pull
        self.take = take
        self.ended = threading.Event()
        self.failure: str | None = None
        """Why it failed; None when it has ended well."""
        self.is_full = False
        """Whether it failed because what came could not be written."""


class Channel:
    """The data channel of one rank. It connects at the first use. Any thread."""

    def __init__(
        self, bootstrap: Bootstrap, settings: DataSettings, read: Callable[[bytes, int, int], Buffer | None]
    ) -> None:
        """`read`: gives bytes of a value that this rank serves, or None; called by the channel's thread."""
        self._bootstrap = bootstrap
        self._settings = settings
        self._read = read
        self._envelope = Envelope(bootstrap.session, bootstrap.incarnation, bootstrap.rank)
        self._lock = threading.Lock()
        self._thread: _Thread | None = None
        self._is_closed = False
        self.received = self.sent = self.damaged = self.dropped = 0

    def open(self) -> None:
        """Connects, if that was not done before."""
        with self._lock:
            if self._thread is None and not self._is_closed:
                try:
                    self._thread = _Thread(self)
                except BootstrapError as unfit:
                    log.error("the data channel cannot be opened: %s", unfit)

    def pull(self, transfer: Transfer) -> None:
        """Begins to bring a value; one at a time."""
        self.open()
        thread = self._thread
        if thread is None or not thread.mailbox.post(lambda: thread.begin(transfer)):
            transfer.failure = "this rank has no data channel any more"
            transfer.ended.set()

    def cancel(self, transfer: Transfer) -> None:
        """Nobody waits for it any more. When this returns, nothing is taken any more: the channel's thread never waits itself."""
        thread = self._thread
        if thread is not None and thread.mailbox.post(lambda: thread.cancel(transfer)):
            transfer.ended.wait(_CLOSE_DEADLINE)

    def counts(self) -> tuple[int, int, int, int]:
        """Bytes received and sent in chunks, chunks that were damaged, messages that were dropped."""
        return self.received, self.sent, self.damaged, self.dropped

    def close(self) -> None:
        """Ends the thread and closes the socket."""
        with self._lock:
            self._is_closed = True
            thread = self._thread
        if thread is not None and thread.mailbox.post(thread.stop):
            thread.join(_CLOSE_DEADLINE)


class _Thread(threading.Thread):
    """Owns the socket. Everything but `mailbox` belongs to this thread."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(name="rankmq-data", daemon=True)
        self._channel = channel
        self._context: zmq.Context[Any] = zmq.Context()
        self.mailbox = Mailbox(self._context)
        self._transfer: Transfer | None = None
        self._is_running = True
        self._connect()
        self.start()

    def run(self) -> None:
        try:
            while self._is_running:
                self._turn()
        except Exception:
            log.exception("the data channel failed; this is a bug of RankMQ")
        finally:
            for call in self.mailbox.close():
                call()
            self._end("the data channel of this rank has ended")
            self._socket.close(0)
            self._context.term()

    def begin(self, transfer: Transfer) -> None:
        self._transfer = transfer
        self._perform(transfer.pull.start())

    def cancel(self, transfer: Transfer) -> None:
        if transfer is self._transfer:
            self._end("it was cancelled")

    def stop(self) -> None:
        self._is_running = False

    def _turn(self) -> None:
        now = time.monotonic()
        wake_at = now + _IDLE if self._transfer is None else self._transfer.pull.next_deadline()
        ready = dict(self._poller.poll(math.ceil(max(0.0, wake_at - now) * 1000)))
        if self.mailbox.receiver in ready:
            for call in self.mailbox.take():
                call()
        # Also when the poll says nothing, as in the rank's loop: this thread may have been kept from running.
        for _ in range(_AT_A_TIME):
            frames = receive(self._socket)
            if frames is None:
                break
            self._take(frames)
        if self._transfer is not None:
            self._perform(self._transfer.pull.tick(time.monotonic()))

    def _take(self, frames: list[Buffer]) -> None:
        try:
            sender, message, payload = port.decode(frames)
        except RankMQError as bad:
            self._channel.dropped += 1
            log.warning("a message of the data channel was dropped: %s", bad)
            return
        if sender[:2] != self._channel._envelope[:2]:
            self._channel.dropped += 1
        elif isinstance(message, port.Fetch):
            self._serve(message)
        else:
            self._on_answer(message, payload)

    def _serve(self, fetch: port.Fetch) -> None:
        payload = self._channel._read(fetch.digest, fetch.offset, fetch.length)
        if payload is None or len(payload) != fetch.length:
            reason = "it is not needed any more" if payload is None else "it has fewer bytes"
            self._send(port.Gone(fetch.digest, f"rank {self._channel._envelope.rank} says: {reason}"))
            return
        self._channel.sent += len(payload)
        self._send(port.Chunk(fetch.digest, fetch.offset, fetch.length, checksum(payload)), payload)

    def _on_answer(self, message: port.PortMessage, payload: Buffer) -> None:
        pull = None if self._transfer is None else self._transfer.pull
        if pull is None or not isinstance(message, (port.Chunk, port.Gone)) or message.digest != pull.digest:
            # Of a value that came, or failed, before.
            self._channel.dropped += 1
        elif isinstance(message, port.Gone):
            self._perform(pull.gone(message.reason))
        else:
            self._channel.received += len(payload)
            self._perform(pull.chunk(message.offset, message.length, message.sum, payload, time.monotonic()))

    def _perform(self, steps: list[Step]) -> None:
        transfer = self._transfer
        assert transfer is not None
        for step in steps:
            if isinstance(step, Ask):
                self._send(port.Fetch(transfer.pull.digest, step.offset, step.length))
            elif isinstance(step, Take):
                try:
                    transfer.take(step.offset, step.payload)
                except OSError as error:
                    transfer.is_full = True
                    self._end(f"it cannot be written: {error.strerror}")
                    return
            elif isinstance(step, Complain):
                self._channel.damaged += 1
                log.warning("%s", step.sentence)
            elif isinstance(step, Reconnect):
                log.warning("the parent's data port does not answer; connecting again")
                self._socket.close(0)
                self._connect()
            else:
                self._end(step.reason if isinstance(step, Fail) else None)

    def _end(self, failure: str | None) -> None:
        transfer, self._transfer = self._transfer, None
        if transfer is not None:
            transfer.pull.is_over = True
            transfer.failure = failure
            transfer.ended.set()

    def _send(self, message: port.PortMessage, payload: Buffer | None = None) -> None:
        # What ZeroMQ does not take now is as good as lost on the way: it is asked for again.
        send(self._socket, port.encode(self._channel._envelope, message, payload))

    def _connect(self) -> None:
        channel = self._channel
        settings = channel._settings
        self._socket = connect(self._context, channel._bootstrap, zmq.DEALER, settings.endpoint, settings.server_key)
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self.mailbox.receiver, zmq.POLLIN)
        self._send(port.Hello())
