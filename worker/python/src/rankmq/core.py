# SPDX-License-Identifier: Apache-2.0
"""A rank's side of docs/protocol.md, sections 4 to 7: messages and the time go in, actions come out.

No sockets, threads or clocks. Times are seconds of any monotonic source; only the loop thread calls the core. Its states:

    JOINING --WELCOME--> ACTIVE --CLOSE, termination--> DRAINING --work is over, or time--> LEAVING --ACK, or time--> ENDED
       any --no WELCOME, REFUSE, lease over--> ENDED         ACTIVE, DRAINING --failure--> LEAVING
"""

from __future__ import annotations

from typing import NamedTuple

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
from .api import EventType, ReturnCode
from .codec import VERSION, encode
from .errors import ErrorCode, RankMQError, WireError, wire_error
from .link import JOIN_DEADLINE, Link
from .messages import (
    COMMANDS,
    EVENTS,
    REPORTS,
    Abort,
    Ack,
    Body,
    Close,
    Echo,
    Envelope,
    EventHandled,
    EventReply,
    Execute,
    Failed,
    HandleEvent,
    Initialize,
    Initialized,
    Join,
    Leaving,
    Mark,
    Message,
    Packet,
    ParentHeartbeat,
    Probe,
    RankHeartbeat,
    Refuse,
    Report,
    Resend,
    Result,
    Welcome,
)
from .schedule import Schedule, Work
from .streams import Frames, InboundSequence, OutboundLog
from .uplink import EventUplink, Firing

JOINING, ACTIVE, DRAINING, LEAVING, ENDED = "joining", "active", "draining", "leaving", "ended"

ACK_DELAY = 0.025
"""An ACK of commands waits so long for a message that carries it; the protocol allows 50 ms."""

FAREWELL = 1.0
"""The acknowledgement of the last report is waited for so long."""

MARK_AGAIN = 0.2
"""A rank that waits for the acknowledgement of its events before it leaves says so often how many there are."""

TERMINATE_GRACE = 1.0
"""What a rank that is told to terminate gives its running work."""


class Identity(NamedTuple):
    """Who this rank is, as JOIN says it. `data`: the version of references that it resolves; `store`: the token of its store."""

    session: str
    incarnation: int
    rank: int
    world_size: int
    host: str
    pid: int
    runtime: str
    data: int | None = None
    store: str | None = None


class Outcome(NamedTuple):
    """How a command ended. `return_code` counts for tasks only."""

    error: WireError | None = None
    body: Body | None = None
    return_code: str = ReturnCode.OK


class _Ending(NamedTuple):
    """Why and how this rank ends: the last report, and the exit code."""

    code: int
    reason: str
    failure: WireError | None = None


class RankCore:
    """The decisions of one rank. Every method gives the actions that follow from what it was told."""

    def __init__(self, identity: Identity, now: float) -> None:
        self.state = JOINING
        self.dropped = 0
        """Messages that were dropped because they are of another session or incarnation, or do not belong there."""
        self._identity = identity
        self._link = Link(now)
        self._commands = InboundSequence()
        self._reports = OutboundLog()
        self._events = EventUplink(self._encode_event)
        self._schedule = Schedule()
        self._initialized = False
        self._ack_at: float | None = None
        self._ending = _Ending(ExitCode.FAILED, "")
        self._work_until = self._end_by = 0.0
        self._farewell = 0
        self._mark_at: float | None = None
        self._actions: list[Action] = []

    @property
    def lost_events(self) -> int:
        """Events that were not acknowledged when this rank ended; the parent may have them."""
        return len(self._events.log) if self.state == ENDED else 0

    # What happens

    def received(self, packet: Packet, broadcast: bool, now: float) -> list[Action]:
        """A message came; `broadcast`: on SUB, else on DEALER."""
        envelope, message, body = packet
        identity = self._identity
        if (envelope.session, envelope.incarnation) != (identity.session, identity.incarnation):
            self.dropped += 1
        elif self.state != ENDED:
            self._link.heard(broadcast, now)
            if envelope.seq is not None:
                self._command(envelope.seq, message, body, now)
            elif broadcast:
                self._on_broadcast(message, now)
            else:
                self._on_direct(message, body, now)
        return self._drain()

    def tick(self, now: float) -> list[Action]:
        """Time has passed. Messages that wait are to be given to the core before, or it may think that its parent is silent."""
        if self.state == ENDED:
            return []
        self._link.ticked(now)
        if self._link.never_welcomed(now):
            self._end(
                _Ending(ExitCode.NOT_JOINED, f"the parent did not answer for {JOIN_DEADLINE:.0f} s; is it running?")
            )
        elif self._link.lease_over(now):
            self._abort(None, "the parent is gone")
            self._end(_Ending(ExitCode.PARENT_GONE, "the parent was silent for a whole lease; it is gone"))
        else:
            self._keep_link(now)
            self._keep_streams(now)
            if self.state == DRAINING and now >= self._work_until:
                self._leave(now)
            elif self.state == LEAVING and now >= self._end_by:
                self._end(self._ending)
        return self._drain()

    def next_deadline(self) -> float:
        """When `tick` is to be called next."""
        timers = [self._link.next_deadline(), self._ack_at, self._mark_at, self._events.next_deadline()]
        if self.state in (DRAINING, LEAVING):
            timers.append(self._work_until if self.state == DRAINING else self._end_by)
        return min(timer for timer in timers if timer is not None)

    def done(self, work: Work, outcome: Outcome, now: float) -> list[Action]:
        """A command that was started has ended."""
        self._schedule.done(work)
        if self.state in (ACTIVE, DRAINING):
            self._report_done(work, outcome)
            self._start()
        self._leave_if_done(now)
        return self._drain()

    def fire(self, firing: Firing) -> list[Action]:
        """An event was fired in this rank. It is refused once the rank was told to end and nothing runs: whoever goes on
        firing would hold up the end."""
        if self.state == ACTIVE or (self.state == DRAINING and not self._schedule.is_idle()):
            try:
                self._actions.append(SendEvent(self._events.fire(firing)))
            except RankMQError as too_large:
                self._actions.append(EventRoom(1))
                self._answer(firing.ticket, wire_error(too_large.code, too_large.message))
        else:
            self._answer(firing.ticket, wire_error(ErrorCode.SESSION_CLOSED, "the session is over"))
        return self._drain()

    def abandon(self, ticket: int) -> list[Action]:
        """Nobody waits any more for the answer to the event of that ticket."""
        self._events.abandon(ticket)
        return self._drain()

    def fail(self, error: WireError, now: float) -> list[Action]:
        """Something happened after which this rank cannot go on."""
        ending = _Ending(ExitCode.FAILED, error.message, error)
        if self.state == JOINING:
            self._end(ending)
        elif self.state in (ACTIVE, DRAINING):
            self._abort(None, error.message)
            self._ending, self._end_by = ending, now + FAREWELL
            self._leave(now)
        return self._drain()

    def terminate(self, reason: str, now: float) -> list[Action]:
        """This process was told to terminate; running work gets a moment, but not if it had one already."""
        error = wire_error(ErrorCode.RANK_EXITED, reason)
        if self.state == JOINING:
            self._end(_Ending(ExitCode.FAILED, reason))
        elif self.state == ACTIVE:
            self._drain_work(_Ending(ExitCode.FAILED, reason, error), TERMINATE_GRACE, TERMINATE_GRACE + FAREWELL, now)
        elif self.state == DRAINING:
            self._leave(now)
        return self._drain()

    # Messages of the parent

    def _command(self, seq: int, message: Message, body: Body | None, now: float) -> None:
        if self.state == JOINING:
            # Before WELCOME nothing is known of the stream; it tells the newest number, and what is missing is asked for.
            self.dropped += 1
            return
        if not self._commands.take(seq):
            self._ask(seq - 1, now)
            self._acknowledge_soon(now)
            return
        self._acknowledge_soon(now)
        if self.state != ACTIVE:
            self.dropped += 1
        elif isinstance(message, Close):
            grace = message.grace / 1000
            self._drain_work(_Ending(ExitCode.CLOSED, message.reason), grace - min(FAREWELL, grace / 4), grace, now)
        elif isinstance(message, Abort):
            self._abort(message.task, message.reason)
            self._start()
        elif isinstance(message, (Initialize, Execute, HandleEvent)) and body is not None:
            self._schedule.add(Work(seq, message, body))
            self._start()

    def _on_broadcast(self, message: Message, now: float) -> None:
        if isinstance(message, Probe):
            self._send(Echo(message.nonce))
        elif isinstance(message, ParentHeartbeat) and self.state != JOINING:
            self._ask(message.newest, now)
        elif not isinstance(message, ParentHeartbeat):
            self.dropped += 1

    def _on_direct(self, message: Message, body: Body | None, now: float) -> None:
        if isinstance(message, Welcome):
            self._on_welcome(message, now)
        elif isinstance(message, Refuse):
            refused = _Ending(ExitCode.NOT_JOINED, f"the parent refused this rank: {message.error.message}")
            self._end(self._ending if self.state in (DRAINING, LEAVING) else refused)
        elif self.state == JOINING:
            self.dropped += 1
        elif isinstance(message, Ack) and message.stream == EVENTS:
            self._give_room(self._events.acknowledge(message.upto, now))
            self._leave_if_done(now)
        elif isinstance(message, Ack):
            self._reports.acknowledge(message.upto)
            if self.state == LEAVING and self._reports.acknowledged >= self._farewell:
                self._end(self._ending)
        elif isinstance(message, Resend):
            self._on_resend(message)
        elif isinstance(message, EventReply):
            ticket = self._events.answered(message.event_seq)
            if ticket is None:
                self.dropped += 1
            else:
                self._actions.append(EventAnswered(ticket, message.error, body))
        else:
            self.dropped += 1

    def _on_welcome(self, welcome: Welcome, now: float) -> None:
        if welcome.version != VERSION or welcome.world_size != self._identity.world_size:
            told = f"version {welcome.version} and world size {welcome.world_size}"
            known = f"version {VERSION} and world size {self._identity.world_size}"
            self._end(_Ending(ExitCode.NOT_JOINED, f"the parent said {told}, this rank has {known}"))
            return
        ended_join = self._link.welcomed(welcome, now)
        self._give_room(self._events.open(welcome.event_window))
        self._actions.append(Agree(welcome.data is not None, welcome.lease / 1000))
        if self.state == JOINING:
            self.state = ACTIVE
        elif ended_join:
            # Says at once how far both streams go, so that what the cut has swallowed is asked for.
            self._heartbeat()
        self._ask(welcome.newest, now)

    def _on_resend(self, resend: Resend) -> None:
        if resend.stream == REPORTS:
            self._actions += [SendControl(entry.frames) for entry in self._reports.since(resend.from_)]
        else:
            self._actions += [SendEvent(entry.frames) for entry in self._events.log.since(resend.from_)]

    # Work

    def _start(self) -> None:
        while True:
            started = self._schedule.start()
            if not started:
                return
            for work in started:
                self._start_one(work)

    def _start_one(self, work: Work) -> None:
        if isinstance(work.command, Initialize):
            if self._initialized:
                error = wire_error(ErrorCode.FORBIDDEN, "this rank is initialised already")
                self._schedule.done(work)
                self._report(Initialized(self._carry(), error))
                return
            self._initialized = True
        elif isinstance(work.command, HandleEvent) and work.command.event == EventType.START_RUN:
            # It was fired inside INITIALIZE.
            self._schedule.done(work)
            self._report(EventHandled(self._carry(), work.seq))
            return
        self._actions.append(Start(work))

    def _report_done(self, work: Work, outcome: Outcome) -> None:
        error, body = outcome.error, outcome.body
        if isinstance(work.command, Initialize):
            self._report(Initialized(self._carry(), error), body)
        elif isinstance(work.command, HandleEvent):
            self._report(EventHandled(self._carry(), work.seq, error), body)
        else:
            self._report(Result(self._carry(), work.command.task, outcome.return_code, error), body)

    def _abort(self, task: str | None, reason: str) -> None:
        for work in self._schedule.withdraw(task):
            self._report_done(work, Outcome(return_code=ReturnCode.TASK_ABORTED))
        running = self._schedule.task
        if running is not None and isinstance(running.command, Execute) and task in (None, running.command.task):
            self._actions.append(RaiseAbort(running.command.task, reason))

    # The end

    def _drain_work(self, ending: _Ending, work_for: float, end_in: float, now: float) -> None:
        self.state = DRAINING
        self._ending = ending
        self._work_until, self._end_by = now + work_for, now + end_in
        self._abort(None, ending.reason)
        self._start()
        self._leave_if_done(now)

    def _leave_if_done(self, now: float) -> None:
        if self.state != DRAINING or not self._schedule.is_idle():
            return
        if not self._events.log:
            self._leave(now)
        elif self._mark_at is None:
            self._mark_at = now

    def _what_is_left(self) -> str:
        work = "" if self._schedule.is_idle() else " (its work did not end in time)"
        events = (
            f"; events of this rank that were not acknowledged: {len(self._events.log)}" if self._events.log else ""
        )
        return work + events

    def _leave(self, now: float) -> None:
        self._give_up_events()
        failure = self._ending.failure
        carried = self._carry()
        self._farewell = self._report(
            Failed(carried, failure) if failure else Leaving(carried, self._ending.reason + self._what_is_left())
        )
        self.state = LEAVING
        self._end_by = min(self._end_by, now + FAREWELL)

    def _end(self, ending: _Ending) -> None:
        if self.state != ENDED:
            self.state = ENDED
            self._mark_at = None
            self._give_up_events()
            self._actions.append(End(ending.code, ending.reason))

    def _give_up_events(self) -> None:
        ticket = self._events.give_up()
        if ticket is not None:
            self._answer(ticket, wire_error(ErrorCode.SESSION_CLOSED, "the session is over"))

    # Streams

    def _keep_link(self, now: float) -> None:
        if self._link.take_rebuild(now):
            self._actions.append(Rebuild())
        if self._link.take_join(now):
            who = self._identity
            self._send(
                Join(
                    VERSION,
                    VERSION,
                    who.world_size,
                    self._carry(),
                    who.host,
                    who.pid,
                    "python",
                    who.runtime,
                    who.data,
                    who.store,
                )
            )
        if self._link.take_heartbeat(now):
            self._heartbeat()

    def _keep_streams(self, now: float) -> None:
        if self._ack_at is not None and now >= self._ack_at:
            self._send(Ack(COMMANDS, self._carry()))
        if self._mark_at is not None and now >= self._mark_at:
            self._mark_at = now + MARK_AGAIN
            self._mark()
        again = self._events.overdue(now)
        if again is not None:
            self._actions.append(SendEvent(again))

    def _heartbeat(self) -> None:
        self._send(RankHeartbeat(self._carry(), self._reports.newest))
        self._mark()

    def _mark(self) -> None:
        if self._events.log:
            self._actions.append(SendEvent(self._encode(Mark(self._events.log.newest))))

    def _ask(self, newest: int, now: float) -> None:
        missing = self._commands.ask(newest, now)
        if missing is not None:
            self._send(Resend(COMMANDS, missing))

    def _acknowledge_soon(self, now: float) -> None:
        if self._ack_at is None:
            self._ack_at = now + ACK_DELAY

    def _carry(self) -> int:
        """The last command taken, for a message that is sent now and so acknowledges it."""
        self._ack_at = None
        return self._commands.taken

    def _report(self, report: Report, body: Body | None = None) -> int:
        seq = self._reports.newest + 1
        try:
            frames = self._encode(report, body, seq)
        except RankMQError as too_large:
            frames = self._encode(self._refused(report, too_large), None, seq)
        self._reports.append(frames)
        self._actions.append(SendControl(frames))
        return seq

    @staticmethod
    def _refused(report: Report, why: RankMQError) -> Report:
        error = wire_error(why.code, f"what this rank answers cannot travel: {why.message}")
        if isinstance(report, Result):
            return report._replace(return_code=ReturnCode.EXECUTION_RESULT_ERROR, error=error)
        return report._replace(error=error) if isinstance(report, (Initialized, EventHandled)) else report

    def _give_room(self, events: int) -> None:
        if events:
            self._actions.append(EventRoom(events))

    def _answer(self, ticket: int, error: WireError) -> None:
        self._actions.append(EventAnswered(ticket, error, None))

    def _send(self, message: Message) -> None:
        self._actions.append(SendControl(self._encode(message)))

    def _encode_event(self, seq: int, firing: Firing) -> Frames:
        return self._encode(firing.event, firing.body, seq)

    def _encode(self, message: Message, body: Body | None = None, seq: int | None = None) -> Frames:
        who = self._identity
        return encode(Envelope(who.session, who.incarnation, who.rank, seq), message, body)

    def _drain(self) -> list[Action]:
        actions, self._actions = self._actions, []
        return actions
