# SPDX-License-Identifier: Apache-2.0
"""One rank as a process: a loop thread owns the sockets, tasks run in the main thread, events of the parent in a third."""

from __future__ import annotations

import itertools
import logging
import os
import platform
import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .actions import End, EventAnswered, ExitCode
from .api import AbortSignal
from .bootstrap import Bootstrap
from .components import AllowList
from .core import Identity, Outcome, RankCore
from .engine import Engine
from .errors import ErrorCode, RankMQError
from .loop import Loop
from .messages import Body, Event, Execute, HandleEvent, Initialize
from .output import EVENT as OUTPUT_EVENT
from .output import OutputRelay
from .process import adopt_orphans, end_now, kill_descendants
from .runner import Runner
from .schedule import Work
from .uplink import Firing

if TYPE_CHECKING:
    from .dataplane import DataPlane

log = logging.getLogger("rankmq")

_OUTPUT = 0
"""In place of a ticket: output, for whose fate nobody waits."""

_EXIT_GRACE = 2.0
"""How long the interpreter may take to end in order, with what users have registered for it, in seconds."""


class _Waiter:
    """Somebody who waits for the answer to an event."""

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.answer: EventAnswered | None = None


class EventRelay:
    """The way of events from any thread to the loop thread, and of answers back."""

    def __init__(self) -> None:
        self.loop: Loop | None = None
        self._room = threading.Semaphore(0)
        self._tickets = itertools.count(1)
        self._waiters: dict[int, _Waiter] = {}
        self._lock = threading.Lock()
        self._is_over = False

    def ask(self, event_type: str, body: Body, timeout: float) -> Body | None:
        """Sends an event and waits for the parent's answer; raises RankMQError."""
        deadline = time.monotonic() + timeout
        ticket = next(self._tickets)
        waiter = self._waiters[ticket] = _Waiter()
        try:
            self._fire(Firing(ticket, Event(event_type, True), body), timeout)
            if not waiter.answered.wait(max(0.0, deadline - time.monotonic())):
                if self.loop is not None:
                    self.loop.abandon(ticket)
                raise RankMQError(ErrorCode.TASK_TIMEOUT, f"there was no answer within {timeout:.3g} s")
        finally:
            del self._waiters[ticket]
        answer = waiter.answer
        if answer is None:
            raise _session_over()
        if answer.error is not None:
            raise RankMQError(answer.error.code, answer.error.message)
        return answer.body

    def post(self, event_type: str, body: Body, timeout: float) -> None:
        """Sends an event as soon as there is room for it; raises RankMQError."""
        self._fire(Firing(next(self._tickets), Event(event_type, False), body), timeout)

    def offer_output(self, write: Callable[[], Body]) -> bool:
        """Sends output if there is room for an event now."""
        if self._is_over or self.loop is None or not self._room.acquire(blocking=False):
            return False
        return self.loop.fire(Firing(_OUTPUT, Event(OUTPUT_EVENT, False), write()))

    def _fire(self, firing: Firing, timeout: float) -> None:
        if not self._room.acquire(timeout=max(0.0, timeout)):
            raise RankMQError(
                ErrorCode.TASK_TIMEOUT, f"the parent handled none of the events that wait for it within {timeout:.3g} s"
            )
        if self._is_over or self.loop is None or not self.loop.fire(firing):
            self._room.release()
            raise _session_over()

    # The loop thread

    def give_room(self, events: int) -> None:
        """So many more events may be fired."""
        self._room.release(events)

    def answer(self, answer: EventAnswered) -> None:
        """Passes an answer to whoever waits for it."""
        waiter = self._waiters.get(answer.ticket)
        if waiter is not None:
            waiter.answer = answer
            waiter.answered.set()
        elif answer.error is not None and answer.ticket != _OUTPUT:
            log.error("an event did not reach the parent: %s", answer.error.message)

    def over(self) -> None:
        """Nothing is sent any more: wakes all who wait."""
        self._is_over = True
        # One who takes this room finds out that it is over, and gives it to the next.
        self._room.release()
        for waiter in list(self._waiters.values()):
            waiter.answered.set()


def _session_over() -> RankMQError:
    return RankMQError(ErrorCode.SESSION_CLOSED, "the session is over")


class Runtime:
    """All threads of one rank."""

    def __init__(self, bootstrap: Bootstrap, signals: int, output: OutputRelay | None = None) -> None:
        """`output`: what this process writes, to be sent to the parent."""
        identity = Identity(
            bootstrap.session,
            bootstrap.incarnation,
            bootstrap.rank,
            bootstrap.world_size,
            platform.node(),
            os.getpid(),
            f"Python {platform.python_version()}",
        )
        self._data: DataPlane | None = None
        if bootstrap.data is not None:
            from .dataplane import DataPlane

            self._data = DataPlane(bootstrap, bootstrap.data)
            identity = identity._replace(data=1, store=self._data.token)
        self._relay = EventRelay()
        self._engine = Engine(bootstrap.rank, bootstrap.world_size, self._relay)
        self._runner = Runner(self._engine, AllowList(bootstrap.allow), self._data)
        self._main: queue.SimpleQueue[Work | End] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._aborts: dict[str, AbortSignal] = {}
        self._is_idle = threading.Event()
        self._loop = Loop(bootstrap, RankCore(identity, time.monotonic()), self, signals)
        self._relay.loop = self._loop
        self._output = output
        if output is not None:
            output.begin(self._relay.offer_output)

    def run(self) -> int:
        """Runs this rank in the main thread, and gives its exit code when everything of it has ended."""
        threading.Thread(target=self._run_loop, name="rankmq-loop", daemon=True).start()
        threading.Thread(target=self._run_events, name="rankmq-events", daemon=True).start()
        while True:
            self._is_idle.set()
            next_ = self._main.get()
            self._is_idle.clear()
            if isinstance(next_, End):
                kill_descendants()
                self._leave_data()
                return next_.code
            self._run_work(next_)

    def _run_work(self, work: Work) -> None:
        if isinstance(work.command, Initialize):
            # Late enough not to cost time to be ready, and before any code of the user can start a process.
            adopt_orphans()
            outcome = self._runner.initialize(work)
        else:
            assert isinstance(work.command, Execute)
            outcome = self._runner.execute(work, self._aborts[work.command.task])
        self._done(work, outcome)

    def _done(self, work: Work, outcome: Outcome) -> None:
        if self._output is not None:
            self._output.flush()
        self._loop.done(work, outcome)

    def _run_events(self) -> None:
        while True:
            work = self._events.get()
            if work is None:
                return
            self._done(work, self._runner.handle_event(work))

    # Called by the loop thread

    def start(self, work: Work) -> None:
        """Hands a command to the thread that runs it."""
        if isinstance(work.command, HandleEvent):
            self._events.put(work)
            return
        if isinstance(work.command, Execute):
            # Tasks run one after another, so that this is the only one.
            self._aborts = {work.command.task: AbortSignal()}
        self._main.put(work)

    def agree(self, data: bool, lease: float) -> None:
        """The parent resolves references, or not."""
        if self._data is not None:
            self._data.agree(data, lease)

    def raise_abort(self, task: str, reason: str) -> None:
        """Sets the abort signal of the running task."""
        signal_ = self._aborts.get(task)
        if signal_ is not None:
            signal_.trigger(reason)

    def give_room(self, events: int) -> None:
        """So many more events may be fired."""
        self._relay.give_room(events)

    def answer(self, answer: EventAnswered) -> None:
        """An event has its answer."""
        self._relay.answer(answer)

    def _leave_data(self) -> None:
        if self._data is not None:
            self._data.close()

    def _run_loop(self) -> None:
        try:
            end = self._loop.run()
        except BaseException:
            log.exception("the loop failed; this is a bug of RankMQ")
            end = End(ExitCode.FAILED, "an internal error")
        (log.debug if end.code == ExitCode.CLOSED else log.error)(
            "this rank ends with code %d: %s", end.code, end.reason
        )
        self._relay.over()
        self._events.put(None)
        is_orderly = end.code in (ExitCode.CLOSED, ExitCode.FAILED) and self._is_idle.is_set()
        if is_orderly:
            self._main.put(end)
            time.sleep(_EXIT_GRACE)
        # The main thread is in user code that did not end in time, or the parent is gone and nothing is waited for.
        self._leave_data()
        end_now(end.code)
