# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of the parent in the user's components, and says how each ended. Nothing that user code does gets out of here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from .api import AbortSignal, EventType, ReturnCode, Shareable
from .bodies import (
    Properties,
    ShareableParts,
    read_context,
    read_initialize,
    read_task,
    write_changes,
    write_result,
)
from .components import AllowList, ComponentError, build_all
from .core import Outcome
from .engine import Engine
from .errors import ErrorCode, RankMQError, WireError, describe, wire_error
from .messages import Body, Execute, HandleEvent
from .schedule import Work

if TYPE_CHECKING:
    from .dataplane import DataPlane

log = logging.getLogger("rankmq.runner")


class Runner:
    """The components of this rank. `initialize` and `execute` are called by the main thread, `handle_event` by the event thread."""

    def __init__(self, engine: Engine, allow: AllowList, data: DataPlane | None = None) -> None:
        self._engine = engine
        self._allow = allow
        self._data = data
        self._executor: Any = None

    def initialize(self, work: Work) -> Outcome:
        """Builds the components and fires start_run."""
        try:
            executor_id, configs, properties = read_initialize(work.body)
            components = build_all(configs, self._allow)
        except RankMQError as unreadable:
            return Outcome(wire_error(unreadable.code, f"INITIALIZE cannot be read: {unreadable.message}"))
        except ComponentError as fault:
            return Outcome(fault.error)
        executor = components.get(executor_id)
        if not callable(getattr(executor, "execute", None)):
            what = (
                "there is no such component"
                if executor is None
                else f"{type(executor).__qualname__} has no execute method"
            )
            return Outcome(wire_error(ErrorCode.NOT_AN_EXECUTOR, f"the executor is to be '{executor_id}', but {what}"))
        self._engine.install(components)
        outcome = self._fire(EventType.START_RUN, properties, wanted=True)
        if outcome.error is None:
            self._executor = executor
        return outcome

    def handle_event(self, work: Work) -> Outcome:
        """Fires an event of the parent in this rank."""
        command = work.command
        assert isinstance(command, HandleEvent)
        try:
            properties = read_context(work.body)
        except RankMQError as unreadable:
            return Outcome(wire_error(unreadable.code, f"event {command.event} cannot be read: {unreadable.message}"))
        return self._fire(command.event, properties, self._is_wanted(command.reply))

    def execute(self, work: Work, abort: AbortSignal) -> Outcome:
        """Runs a task."""
        command = work.command
        assert isinstance(command, Execute)
        if abort.triggered:
            return Outcome(return_code=ReturnCode.TASK_ABORTED)
        if self._executor is None:
            error = wire_error(ErrorCode.NOT_AN_EXECUTOR, f"task {command.name} came to a rank that is not initialised")
            return Outcome(error, return_code=ReturnCode.EXECUTION_EXCEPTION)
        try:
            parts, properties = read_task(self._resolve(work.body, abort))
        except RankMQError as unreadable:
            if abort.triggered:
                return Outcome(return_code=ReturnCode.TASK_ABORTED)
            return _result_error(unreadable.code, f"task {command.name} cannot be read: {unreadable.message}")
        return self._execute(command, Shareable(parts.values, parts.headers), properties, abort)

    def _resolve(self, body: Body, abort: AbortSignal) -> Body:
        if self._data is not None:
            self._data.begin()
            return self._data.resolve(body, abort)
        if body.references:
            raise RankMQError(
                ErrorCode.DATA_UNAVAILABLE, "its values travel by reference, and this rank has no data plane"
            )
        return body

    def _execute(self, command: Execute, shareable: Shareable, properties: Properties, abort: AbortSignal) -> Outcome:
        ctx = self._engine.context_of(properties)
        self._engine.fire_local(EventType.BEFORE_TASK_EXECUTION, ctx)
        reply: Any = None
        failure: WireError | None = None
        try:
            reply = self._executor.execute(command.name, shareable, ctx, abort)
        except BaseException as error:
            # Also an exit: it is the parent that ends ranks.
            if abort.triggered:
                log.info("task %s was aborted (%s) and ended with %s", command.name, abort.reason, type(error).__name__)
                return Outcome(return_code=ReturnCode.TASK_ABORTED)
            log.exception("the executor failed in task %s", command.name)
            failure = describe(ErrorCode.EXECUTION_FAILED, "", error)
        finally:
            self._engine.fire_local(EventType.AFTER_TASK_EXECUTION, ctx)
        if failure is not None:
            return Outcome(failure, return_code=ReturnCode.EXECUTION_EXCEPTION)
        if not isinstance(reply, Shareable):
            what = f"{type(reply).__module__}.{type(reply).__qualname__}"
            return _result_error(
                ErrorCode.EXECUTION_FAILED,
                f"the executor gave {what} for task {command.name}, expected rankmq.Shareable",
            )
        if not self._is_wanted(command.reply):
            return Outcome(return_code=reply.return_code)
        try:
            share = None if self._data is None else self._data.share
            body = write_result(ShareableParts(reply.headers, reply.values), ctx.changes(), self._engine.skip, share)
        except RankMQError as cannot:
            return _result_error(cannot.code, f"the reply to task {command.name} cannot travel: {cannot.message}")
        return Outcome(None, body, reply.return_code)

    def _fire(self, event_type: str, properties: Properties, wanted: bool) -> Outcome:
        ctx = self._engine.context_of(properties, from_parent=True)
        error = self._engine.fire_local(event_type, ctx)
        if error is not None or not wanted:
            return Outcome(error)
        try:
            return Outcome(None, write_changes(ctx.changes(), self._engine.skip))
        except RankMQError as cannot:
            return Outcome(
                wire_error(cannot.code, f"what changed in event {event_type} cannot travel: {cannot.message}")
            )

    def _is_wanted(self, reply: tuple[int, ...] | None) -> bool:
        return reply is None or self._engine.rank in reply


def _result_error(code: int, message: str) -> Outcome:
    log.error("%s", message)
    return Outcome(wire_error(code, message), return_code=ReturnCode.EXECUTION_RESULT_ERROR)
