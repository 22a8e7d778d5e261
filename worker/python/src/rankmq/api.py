# SPDX-License-Identifier: Apache-2.0
"""What users of RankMQ write against: executors, event handlers, and the data that travels between them and the parent."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .context import Context


class ReturnCode:
    """How a task ended; travels in the header `return_code` of its reply."""

    OK = "OK"
    EXECUTION_EXCEPTION = "EXECUTION_EXCEPTION"
    """The executor of the rank raised."""
    EXECUTION_RESULT_ERROR = "EXECUTION_RESULT_ERROR"
    """What the caller of a task gets when it failed in any rank; also for a reply that cannot travel."""
    TASK_ABORTED = "TASK_ABORTED"
    """The task was told to abort before it was done."""
    TASK_UNKNOWN = "TASK_UNKNOWN"
    """The executor does not know the task's name."""

    ALL = frozenset((OK, EXECUTION_EXCEPTION, EXECUTION_RESULT_ERROR, TASK_ABORTED, TASK_UNKNOWN))


class EventType:
    """Types of the events that RankMQ fires by itself. Users may fire any other type."""

    START_RUN = "start_run"
    """Fired once in every rank inside INITIALIZE, before the first task."""
    END_RUN = "end_run"
    """Fired in every living rank before the session ends."""
    BEFORE_TASK_EXECUTION = "before_task_execution"
    """Fired in a rank before its executor runs a task; it is not relayed to the parent."""
    AFTER_TASK_EXECUTION = "after_task_execution"
    """Fired in a rank after its executor has run a task; it is not relayed to the parent."""


class ContextKey:
    """Names of the context properties that RankMQ sets."""

    RANK_NUMBER = "rank_number"
    """The rank's number, from 0; sticky and private, in every context of a rank."""
    NUM_OF_PROCESSES = "num_of_processes"
    """The world size; sticky and private, in every context of a rank."""
    EVENT_ORIGIN_SITE = "event_origin_site"
    """Where the event at hand was fired; private. Absent for an event fired in this rank."""
    MULTI_PROCESS_EXECUTOR = "multi_process_executor"
    """Value of `EVENT_ORIGIN_SITE` for an event that came from the parent."""


class AbortSignal:
    """A flag that a running task must honour. Goes up once and stays up. Safe for use by many threads."""

    def __init__(self) -> None:
        self._raised = threading.Event()
        self._lock = threading.Lock()
        self._reason: str | None = None

    @property
    def triggered(self) -> bool:
        """Whether the task must end."""
        return self._raised.is_set()

    @property
    def reason(self) -> str | None:
        """Why, or None while the signal is not triggered."""
        return self._reason

    def wait(self, timeout: float) -> bool:
        """Waits until the flag is up, at most `timeout` seconds: what a task uses in place of a sleep. Whether it is up."""
        return self._raised.wait(timeout)

    def trigger(self, reason: str) -> None:
        """Raises the flag; a second call changes nothing."""
        with self._lock:
            if self._reason is None:
                self._reason = reason
        self._raised.set()


class Shareable:
    """The data of a task, in and out: headers and named values.

    Values may be None, bool, int, float, str, bytes, numpy arrays, and lists and str-keyed dicts of these. Received arrays are
    read-only: copy what you want to change. Not safe for use by many threads."""

    RETURN_CODE = "return_code"

    def __init__(self, values: Mapping[str, Any] | None = None, headers: Mapping[str, Any] | None = None) -> None:
        self.values: dict[str, Any] = dict(values or {})
        self.headers: dict[str, Any] = dict(headers or {})

    @classmethod
    def reply(cls, return_code: str, values: Mapping[str, Any] | None = None) -> Shareable:
        """One with that return code, such as `ReturnCode.TASK_UNKNOWN`."""
        return cls(values, {cls.RETURN_CODE: return_code})

    @property
    def return_code(self) -> str:
        """The return code; OK if there is none, EXECUTION_RESULT_ERROR if it is not a known one."""
        code = self.headers.get(self.RETURN_CODE, ReturnCode.OK)
        return code if isinstance(code, str) and code in ReturnCode.ALL else ReturnCode.EXECUTION_RESULT_ERROR

    @return_code.setter
    def return_code(self, code: str) -> None:
        if code not in ReturnCode.ALL:
            raise ValueError(f"{code!r} is no return code; expected one of {', '.join(sorted(ReturnCode.ALL))}")
        self.headers[self.RETURN_CODE] = code

    def get(self, name: str, default: Any = None) -> Any:
        """A value, or the default if there is none."""
        return self.values.get(name, default)

    def __getitem__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise KeyError(f"{name!r}; the shareable has {', '.join(map(repr, self.values)) or 'no values'}") from None

    def __setitem__(self, name: str, value: Any) -> None:
        self.values[name] = value

    def __delitem__(self, name: str) -> None:
        del self.values[name]

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"Shareable(headers={self.headers!r}, values={list(self.values)!r})"


class Executor(ABC):
    """Runs tasks in a rank. One instance lives as long as its rank; its tasks run one after another, on the main thread."""

    @abstractmethod
    def execute(self, task_name: str, shareable: Shareable, ctx: Context, abort_signal: AbortSignal) -> Shareable:
        """Runs one task and gives its reply.

        `ctx` belongs to this task alone; what is changed in it travels back with the reply, if the parent wants this rank's.
        `abort_signal` must be looked at regularly; once triggered, return soon. An exception ends the task in all ranks, and is
        reported with this rank's name."""


class EventHandler(ABC):
    """Listens to events. Any component with a method `handle_event` is a handler; this class only says how it looks."""

    @abstractmethod
    def handle_event(self, event_type: str, ctx: Context) -> None:
        """Handles one event. It may run at the same time as a task, on another thread.

        Changes of `ctx` are seen by later handlers, and travel back to whoever waits for the event. An exception is logged and
        reported; the other handlers still run."""
