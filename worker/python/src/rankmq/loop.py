# SPDX-License-Identifier: Apache-2.0
"""The thread that owns the sockets: gives the core messages and the time, and does what it wants done."""

from __future__ import annotations

import logging
import math
import os
import signal
import time
from collections.abc import Iterable
from typing import Any, Protocol

import zmq

from .actions import (
    Action,
    Agree,
    End,
    EventAnswered,
    EventRoom,
    ExitCode,
    RaiseAbort,
    Rebuild,
    SendControl,
    SendEvent,
    Start,
)
from .bootstrap import Bootstrap
from .codec import decode
from .core import Outcome, RankCore
from .errors import ErrorCode, RankMQError, describe
from .schedule import Work
from .sockets import LINGER, Mailbox, Sockets, receive, send
from .uplink import Firing

log = logging.getLogger("rankmq.loop")

_AT_A_TIME = 200
"""Messages of one socket that are taken before the other sockets and the timers get their turn."""

_COMPLAIN_EVERY = 5.0


class Hands(Protocol):
    """What the loop hands over to; the methods are called by the loop thread and return at once."""

    def start(self, work: Work) -> None:
        """Has a command run."""

    def agree(self, data: bool, lease: float) -> None:
        """The parent resolves references, or not."""

    def raise_abort(self, task: str, reason: str) -> None:
        """Sets the abort signal of a task."""

    def give_room(self, events: int) -> None:
        """So many more events may be fired."""

    def answer(self, answer: EventAnswered) -> None:
        """Tells whoever waits for an event what became of it."""


class Loop:
    """One rank's loop. `run` is the loop thread; the other methods may be called by any thread."""

    def __init__(self, bootstrap: Bootstrap, core: RankCore, hands: Hands, signals: int) -> None:
        """`signals`: a descriptor from which the numbers of received signals can be read, not blocking; see signal.set_wakeup_fd."""
        self._context: zmq.Context[Any] = zmq.Context()
        self._bootstrap = bootstrap
        self._core = core
        self._hands = hands
        self._signals = signals
        self._mailbox = Mailbox(self._context)
        self._connect()
        self._end: End | None = None
        self._malformed = 0
        self._complain_at = 0.0

    # Any thread

    def done(self, work: Work, outcome: Outcome) -> None:
        """A command has ended."""
        self._mailbox.post(lambda: self._perform(self._core.done(work, outcome, time.monotonic())))

    def fire(self, firing: Firing) -> bool:
        """An event was fired; false if the loop is over."""
        return self._mailbox.post(lambda: self._perform(self._core.fire(firing)))

    def abandon(self, ticket: int) -> None:
        """Nobody waits any more for the answer to the event of that ticket."""
        self._mailbox.post(lambda: self._perform(self._core.abandon(ticket)))

    # The loop thread

    def run(self) -> End:
        """Runs until the core says how this rank ends; then the last messages are sent and the sockets closed."""
        try:
            while self._end is None:
                self._turn()
        except Exception as bug:
            log.exception("this rank failed; this is a bug of RankMQ")
            error = describe(ErrorCode.INTERNAL, "a bug of RankMQ", bug)
            self._perform(self._core.fail(error, time.monotonic()))
            self._end = End(ExitCode.FAILED, error.message)
        finally:
            # From now on nobody is answered; those who wait are told by their owner.
            self._mailbox.close()
            is_heard = self._end is not None and self._end.code in (ExitCode.CLOSED, ExitCode.FAILED)
            self._sockets.close(LINGER if is_heard else 0)
            self._context.term()
        return self._end

    def _tell_lost_events(self) -> None:
        lost = self._core.lost_events
        if lost:
            log.warning("events of this rank that were not acknowledged before it ended, and so may be lost: %d", lost)

    def _turn(self) -> None:
        wake_at = self._core.next_deadline()
        # Rounded up, or the last fraction of a millisecond would be spent turning.
        timeout = math.ceil(max(0.0, wake_at - time.monotonic()) * 1000)
        ready = dict(self._poller.poll(timeout))
        if self._signals in ready:
            self._take_signals()
        if self._mailbox.receiver in ready:
            for call in self._mailbox.take():
                call()
        # Also when the poll says nothing: this thread may have been kept from running, and the core must not think that
        # its parent was silent while messages wait here.
        late = time.monotonic() > wake_at + 0.1
        sockets = self._sockets
        for socket in (sockets.control, sockets.commands):
            if (late or socket in ready) and not socket.closed:
                self._take_messages(socket, socket is sockets.commands)
        self._perform(self._core.tick(time.monotonic()))

    def _take_messages(self, socket: zmq.Socket[Any], broadcast: bool) -> None:
        for _ in range(_AT_A_TIME):
            frames = receive(socket)
            if frames is None:
                return
            try:
                packet = decode(frames)
            except RankMQError as bad:
                self._complain(bad)
                continue
            self._perform(self._core.received(packet, broadcast, time.monotonic()))
            if socket.closed:
                return

    def _take_signals(self) -> None:
        if signal.SIGTERM in os.read(self._signals, 64):
            reason = f"rank {self._bootstrap.rank} was told to terminate (SIGTERM)"
            self._perform(self._core.terminate(reason, time.monotonic()))

    def _perform(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if isinstance(action, SendControl):
                send(self._sockets.control, action.frames)
            elif isinstance(action, SendEvent):
                send(self._sockets.events, action.frames)
            elif isinstance(action, Start):
                self._hands.start(action.work)
            elif isinstance(action, EventAnswered):
                self._hands.answer(action)
            elif isinstance(action, EventRoom):
                self._hands.give_room(action.events)
            elif isinstance(action, Agree):
                self._hands.agree(action.data, action.lease)
            elif isinstance(action, RaiseAbort):
                self._hands.raise_abort(action.task, action.reason)
            elif isinstance(action, Rebuild):
                self._rebuild()
            else:
                self._end = action
                self._tell_lost_events()

    def _rebuild(self) -> None:
        log.warning("the parent does not answer; connecting again")
        # Whatever is lost with the old sockets is still in the streams.
        self._sockets.close(0)
        self._connect()

    def _connect(self) -> None:
        self._sockets = Sockets(self._context, self._bootstrap)
        self._poller = zmq.Poller()
        for source in (self._sockets.commands, self._sockets.control, self._mailbox.receiver, self._signals):
            self._poller.register(source, zmq.POLLIN)

    def _complain(self, bad: RankMQError) -> None:
        self._malformed += 1
        now = time.monotonic()
        if now >= self._complain_at:
            self._complain_at = now + _COMPLAIN_EVERY
            log.warning("a message was dropped (%d so far): %s", self._malformed, bad)
