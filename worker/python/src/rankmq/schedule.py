# SPDX-License-Identifier: Apache-2.0
"""What may run when (docs/protocol.md, section 6, Order). No sockets, threads or clocks.

INITIALIZE runs alone. Tasks run one after another, events run one after another, both at the same time. A task starts when the
events before it in the stream are handled; an event does not wait for a task.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from .messages import Body, Execute, HandleEvent, Initialize


class Work(NamedTuple):
    """A command that this rank has to run."""

    seq: int
    command: Initialize | Execute | HandleEvent
    body: Body


class Schedule:
    """The commands that run or wait."""

    def __init__(self) -> None:
        self._waiting: deque[Work] = deque()
        self._tasks: deque[Work] = deque()
        self._events: deque[Work] = deque()
        self.initializing: Work | None = None
        self.task: Work | None = None
        self.event: Work | None = None

    def add(self, work: Work) -> None:
        """Adds the next command of the stream."""
        self._waiting.append(work)
        self._sort()

    def start(self) -> list[Work]:
        """The commands that may start now; they count as running from now on."""
        started = []
        if self.initializing is None and not self._busy() and self._waiting:
            self.initializing = self._waiting.popleft()
            started.append(self.initializing)
        if self.event is None and self._events and self.initializing is None:
            self.event = self._events.popleft()
            started.append(self.event)
        if (
            self.task is None
            and self._tasks
            and self.initializing is None
            and not self._event_before(self._tasks[0].seq)
        ):
            self.task = self._tasks.popleft()
            started.append(self.task)
        return started

    def done(self, work: Work) -> None:
        """A command that was started has ended."""
        if work is self.task:
            self.task = None
        elif work is self.event:
            self.event = None
        elif work is self.initializing:
            self.initializing = None
            self._sort()

    def withdraw(self, task: str | None) -> list[Work]:
        """Takes tasks that wait out of the queues: the one with that id, or all."""
        withdrawn = []
        for queue in (self._tasks, self._waiting):
            for work in list(queue):
                if isinstance(work.command, Execute) and task in (None, work.command.task):
                    withdrawn.append(work)
                    queue.remove(work)
        return withdrawn

    def is_idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return self.initializing is None and not self._busy() and not self._waiting

    def _busy(self) -> bool:
        return bool(self.task or self.event or self._tasks or self._events)

    def _event_before(self, seq: int) -> bool:
        first = self.event or (self._events[0] if self._events else None)
        return first is not None and first.seq < seq

    def _sort(self) -> None:
        """Moves what waits into the two queues, up to the next INITIALIZE."""
        while self._waiting and self.initializing is None and not isinstance(self._waiting[0].command, Initialize):
            work = self._waiting.popleft()
            (self._tasks if isinstance(work.command, Execute) else self._events).append(work)
