# SPDX-License-Identifier: Apache-2.0
"""Fires events: to the components of this rank, and to the parent."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from .api import ContextKey, EventType
from .bodies import Properties, Property, read_changes, write_context
from .context import Context, StickyProperties
from .errors import ErrorCode, RankMQError, WireError, describe
from .output import RESERVED_PREFIX

if TYPE_CHECKING:
    from .messages import Body

log = logging.getLogger("rankmq.engine")

EVENT_TIMEOUT = 60.0
"""How long firing an event waits for the parent, in seconds, unless it is told otherwise."""


class Relay(Protocol):
    """The way to the parent. Raises RankMQError if there is no answer, or an error for one."""

    def ask(self, event_type: str, body: Body, timeout: float) -> Body | None:
        """Sends an event and waits for the parent's answer."""

    def post(self, event_type: str, body: Body, timeout: float) -> None:
        """Sends an event, as soon as the window has room."""


class Engine:
    """The engine of one rank. Safe for use by many threads."""

    def __init__(self, rank: int, world_size: int, relay: Relay) -> None:
        self.rank = rank
        """The number of this rank, from 0."""
        self.world_size = world_size
        """How many ranks there are."""
        self._relay = relay
        self._sticky = StickyProperties({ContextKey.RANK_NUMBER: rank, ContextKey.NUM_OF_PROCESSES: world_size})
        self._components: Mapping[str, Any] = {}
        self._warned: set[str] = set()
        # The parent answers one event of a rank at a time; whoever fires the next one waits here.
        self._asking = threading.Lock()

    def new_context(self) -> Context:
        """A new context with the sticky properties."""
        return Context(self, self._sticky)

    def component(self, component_id: str) -> Any:
        """The component with that id; raises KeyError if there is none."""
        return self._components[component_id]

    def fire_event(self, event_type: str, ctx: Context, timeout: float = EVENT_TIMEOUT) -> bool:
        """Fires an event to the components of this rank, then to the parent, and waits for its answer.

        On return the parent's changes are in `ctx`. Returns whether the parent has handled the event: a failure to relay it is
        logged, not raised. An event that came from the parent (see `ContextKey.EVENT_ORIGIN_SITE`) is not relayed back.
        Called by an event handler, it makes the events behind the one at hand wait."""
        if not self._fire_here(event_type, ctx):
            return False
        deadline = time.monotonic() + timeout
        if not self._asking.acquire(timeout=max(0.0, timeout)):
            log.error(
                "event %s was not relayed: the parent did not answer another one within %g s", event_type, timeout
            )
            return False
        try:
            body = self._body_of(ctx)
            answer = self._relay.ask(event_type, body, deadline - time.monotonic())
            ctx.apply(read_changes(answer))
        except RankMQError as error:
            log.error("event %s was not handled by the parent: %s", event_type, error)
            return False
        finally:
            self._asking.release()
        return True

    def post_event(self, event_type: str, ctx: Context, timeout: float = EVENT_TIMEOUT) -> bool:
        """Fires an event to the components of this rank, then to the parent without waiting for its answer.

        Waits only while the parent has too many unhandled events of this rank. Returns whether the event is on its way: a
        failure is logged, not raised. The order of this thread's events is kept."""
        if not self._fire_here(event_type, ctx):
            return False
        try:
            self._relay.post(event_type, self._body_of(ctx), timeout)
        except RankMQError as error:
            log.error("event %s was not relayed: %s", event_type, error)
            return False
        return True

    # For the runtime

    def install(self, components: Mapping[str, Any]) -> None:
        """The components of this rank are built."""
        self._components = components

    def context_of(self, properties: Properties, from_parent: bool = False) -> Context:
        """A context of a task, or of an event that came from the parent."""
        if not from_parent:
            return Context(self, self._sticky, properties)
        origin = {ContextKey.EVENT_ORIGIN_SITE: Property(ContextKey.MULTI_PROCESS_EXECUTOR, True)}
        return Context(self, self._sticky, {**properties, **origin})

    def fire_local(self, event_type: str, ctx: Context) -> WireError | None:
        """Fires an event to the components of this rank only; all of them get it, and the first failure is given back."""
        failure = None
        for component_id, component in self._components.items():
            handle = getattr(component, "handle_event", None)
            if not callable(handle):
                continue
            try:
                handle(event_type, ctx)
            except BaseException as error:
                # Not even an exit of a handler may end the thread that all handlers share.
                what = f"component '{component_id}' failed to handle event {event_type}"
                log.exception("%s", what)
                failure = failure or describe(ErrorCode.HANDLER_FAILED, what, error)
        return failure

    def skip(self, name: str, error: RankMQError) -> None:
        """A context property cannot travel: says so once for each name."""
        if name not in self._warned and len(self._warned) < 1000:
            self._warned.add(name)
            log.warning("the context property '%s' stays in this rank: %s", name, error.message)

    def _body_of(self, ctx: Context) -> Body:
        # Who this rank is, the parent knows better; it would only be in the way of its own properties.
        own = (ContextKey.RANK_NUMBER, ContextKey.NUM_OF_PROCESSES)
        return write_context({name: entry for name, entry in ctx.properties().items() if name not in own}, self.skip)

    def _fire_here(self, event_type: str, ctx: Context) -> bool:
        if event_type == EventType.START_RUN:
            log.warning("event %s is fired by RankMQ alone, once; another one was dropped", event_type)
            return False
        if event_type.startswith(RESERVED_PREFIX):
            log.warning("event %s was dropped: names that begin with 'rankmq.' are RankMQ's own", event_type)
            return False
        self.fire_local(event_type, ctx)
        return bool(ctx.get(ContextKey.EVENT_ORIGIN_SITE) != ContextKey.MULTI_PROCESS_EXECUTOR)
