# SPDX-License-Identifier: Apache-2.0
"""The core with a clock that the test moves."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from rankmq.actions import (
    Action,
    End,
    EventAnswered,
    EventRoom,
    RaiseAbort,
    Rebuild,
    SendControl,
    SendEvent,
    Start,
)
from rankmq.codec import decode
from rankmq.core import Identity, Outcome, RankCore
from rankmq.errors import ErrorCode, wire_error
from rankmq.kinds import Sender
from rankmq.messages import (
    Abort,
    Ack,
    Body,
    Close,
    Echo,
    Envelope,
    Event,
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
    Resend,
    Result,
    Welcome,
)
from rankmq.schedule import Work
from rankmq.uplink import Firing

EMPTY = Body(b"\x80")
A = TypeVar("A")


class Rank:
    """A core, its clock, and what it wanted done so far."""

    def __init__(self) -> None:
        self.now = 100.0
        self.seq = 0
        self.core = RankCore(Identity("s-1", 2, 1, 4, "host", 77, "Python 3"), self.now)
        self.actions: list[Action] = []

    def do(self, actions: list[Action]) -> list[Action]:
        self.actions += actions
        return actions

    def hear(
        self, message: Message, body: Body | None = None, seq: int | None = None, **envelope: Any
    ) -> list[Message]:
        """Gives the core a message; what it sends at once."""
        broadcast = isinstance(message, (Probe, ParentHeartbeat)) or seq is not None
        packet = Packet(Envelope("s-1", 2, None, seq)._replace(**envelope), message, body)
        return messages(self.do(self.core.received(packet, broadcast, self.now)))

    def command(self, message: Message, body: Body | None = None) -> list[Action]:
        """Gives the core the next command; what it wants done at once."""
        self.seq += 1
        packet = Packet(Envelope("s-1", 2, None, self.seq), message, body)
        return self.do(self.core.received(packet, True, self.now))

    def execute(self, task: str) -> list[Action]:
        return self.command(Execute(task, "name"), EMPTY)

    def event(self) -> list[Action]:
        return self.command(HandleEvent("e"), EMPTY)

    def wait(self, seconds: float) -> list[Message]:
        """Moves the clock, with all the ticks that the core wants; what it sent."""
        until = self.now + seconds
        sent: list[Message] = []
        ticks = 0
        while self.core.next_deadline() <= until and not self.ended():
            # A deadline that does not move would keep a real loop busy.
            ticks += 1
            assert ticks < 10_000
            self.now = max(self.now, self.core.next_deadline())
            sent += messages(self.do(self.core.tick(self.now)))
        self.now = max(self.now, until)
        return sent + messages(self.do(self.core.tick(self.now)))

    def live(self, seconds: float) -> list[Message]:
        """As `wait`, with a parent whose heartbeats come and lack nothing."""
        sent: list[Message] = []
        for _ in range(round(seconds / 0.5)):
            sent += self.wait(0.5) + self.hear(ParentHeartbeat(self.seq))
        return sent

    def done(self, work: Work, outcome: Outcome | None = None) -> list[Action]:
        return self.do(self.core.done(work, outcome or Outcome(), self.now))

    def join(self) -> Rank:
        self.wait(0)
        self.hear(Welcome(1, 4, 0, 500, 10_000, 16))
        self.actions.clear()
        return self

    def initialize(self) -> Rank:
        self.join()
        (start,) = self.command(Initialize(), EMPTY)
        assert isinstance(start, Start)
        self.done(start.work)
        self.actions.clear()
        return self

    def of(self, kind: type[A]) -> list[A]:
        return [action for action in self.actions if isinstance(action, kind)]

    def ended(self) -> int | None:
        ends = self.of(End)
        return ends[0].code if ends else None


def messages(actions: list[Action]) -> list[Message]:
    frames = [action.frames for action in actions if isinstance(action, (SendControl, SendEvent))]
    return [decode(each, Sender.RANK).message for each in frames]


def started(actions: list[Action]) -> list[int]:
    return [action.work.seq for action in actions if isinstance(action, Start)]


def works(actions: list[Action]) -> list[Work]:
    return [action.work for action in actions if isinstance(action, Start)]


# Join


def test_join_is_sent_at_once_and_each_half_second() -> None:
    rank = Rank()
    join = Join(1, 1, 4, 0, "host", 77, "python", "Python 3")
    assert rank.wait(0) == [join]
    assert rank.wait(2.4) == [join] * 4


def test_without_an_answer_the_sockets_are_rebuilt_each_three_seconds_and_after_a_minute_the_rank_ends() -> None:
    rank = Rank()
    rank.wait(59.9)
    assert len(rank.of(Rebuild)) == 19
    assert rank.ended() is None
    rank.wait(0.2)
    assert rank.ended() == 3


def test_a_refused_join_ends_the_rank_with_the_parents_words() -> None:
    rank = Rank()
    rank.wait(0)
    rank.hear(Refuse(wire_error(ErrorCode.BAD_WORLD_SIZE, "there are 3 ranks")))
    (end,) = rank.of(End)
    assert (end.code, "there are 3 ranks" in end.reason) == (3, True)


@pytest.mark.parametrize("welcome", [Welcome(2, 4, 0, 500, 10_000, 16), Welcome(1, 3, 0, 500, 10_000, 16)])
def test_a_welcome_to_another_version_or_world_ends_the_rank(welcome: Welcome) -> None:
    rank = Rank()
    rank.hear(welcome)
    assert rank.ended() == 3


def test_a_probe_is_echoed() -> None:
    assert Rank().join().hear(Probe(-5)) == [Echo(-5)]


def test_messages_of_another_session_or_incarnation_are_dropped_and_counted() -> None:
    rank = Rank().join()
    assert rank.hear(Probe(1), session="s-2") == []
    assert rank.hear(Probe(1), incarnation=3) == []
    assert rank.core.dropped == 2


def test_commands_before_the_welcome_are_dropped_and_asked_for_after_it() -> None:
    rank = Rank()
    rank.command(Initialize(), EMPTY)
    assert rank.core.dropped == 1
    assert rank.hear(Welcome(1, 4, 1, 500, 10_000, 16)) == [Resend("commands", 1)]


# Heartbeats and the lease


def test_heartbeats_say_how_far_both_streams_are() -> None:
    rank = Rank().initialize()
    rank.execute("t")
    beats = [message for message in rank.wait(1.2) if isinstance(message, RankHeartbeat)]
    assert beats == [RankHeartbeat(2, 1)] * 2


def test_a_parent_that_is_silent_for_a_lease_ends_the_rank() -> None:
    rank = Rank().initialize()
    rank.wait(9.9)
    assert rank.ended() is None
    rank.wait(0.2)
    assert rank.ended() == 4


def test_a_rank_that_slept_gives_its_parent_three_heartbeats_to_be_heard() -> None:
    rank = Rank().initialize()
    rank.now += 60
    rank.wait(1.4)
    assert rank.ended() is None
    rank.wait(0.2)
    assert rank.ended() == 4


def test_any_message_of_the_parent_renews_the_lease() -> None:
    rank = Rank().initialize()
    for _ in range(10):
        rank.wait(4.5)
        rank.hear(Ack("reports", 0))
        rank.hear(ParentHeartbeat(1))
    assert rank.ended() is None


def test_without_broadcasts_for_half_a_lease_the_rank_rebuilds_its_sockets_and_joins_again_with_what_it_has() -> None:
    rank = Rank().initialize()
    rank.command(HandleEvent("e"), EMPTY)
    for _ in range(5):
        rank.wait(1)
        rank.hear(Ack("reports", 1))
    assert len(rank.of(Rebuild)) == 1
    (join, *_) = [message for message in messages(rank.actions) if isinstance(message, Join)]
    assert join.applied == 2
    rank.actions.clear()
    # The first messages say how far both streams are, and ask for what the cut has swallowed.
    assert rank.hear(Welcome(1, 4, 3, 500, 10_000, 16)) == [RankHeartbeat(2, 1), Resend("commands", 3)]
    rank.wait(4.9)
    assert rank.of(Rebuild) == []


def test_a_rank_that_joins_again_does_not_run_commands_twice() -> None:
    rank = Rank().initialize()
    rank.event()
    rank.wait(5.1)
    rank.hear(Welcome(1, 4, 2, 500, 10_000, 16))
    assert rank.hear(HandleEvent("e"), EMPTY, seq=2) == []
    assert started(rank.actions) == [2]


def test_an_attempt_to_join_again_that_is_not_answered_is_repeated_and_the_lease_ends_it() -> None:
    rank = Rank().initialize()
    rank.wait(20)
    assert len(rank.of(Rebuild)) == 2
    assert rank.ended() == 4


# Commands


def test_commands_are_acknowledged_within_fifty_milliseconds_if_nothing_else_does() -> None:
    rank = Rank().initialize()
    rank.execute("t")
    assert rank.wait(0.05) == [Ack("commands", 2)]
    assert rank.wait(0.05) == []


def test_a_report_acknowledges_commands_in_passing() -> None:
    rank = Rank().initialize()
    (work,) = works(rank.execute("t"))
    assert messages(rank.done(work)) == [Result(2, "t", "OK")]
    assert rank.wait(0.05) == []


def test_a_gap_is_asked_for_and_what_is_behind_it_is_dropped_until_it_comes() -> None:
    rank = Rank().initialize()
    assert rank.hear(HandleEvent("b"), EMPTY, seq=3) == [Resend("commands", 2)]
    assert rank.hear(HandleEvent("c"), EMPTY, seq=4) == []
    rank.hear(HandleEvent("a"), EMPTY, seq=2)
    rank.hear(HandleEvent("b"), EMPTY, seq=3)
    assert started(rank.actions) == [2]
    (work,) = works(rank.actions)
    assert started(rank.done(work)) == [3]


def test_a_lost_last_command_is_noticed_by_the_heartbeat() -> None:
    rank = Rank().initialize()
    assert rank.hear(ParentHeartbeat(1)) == []
    assert rank.hear(ParentHeartbeat(2)) == [Resend("commands", 2)]
    assert rank.hear(ParentHeartbeat(2)) == []


def test_a_repeated_command_runs_once_and_is_acknowledged_again() -> None:
    rank = Rank().initialize()
    rank.event()
    rank.wait(0.1)
    rank.hear(HandleEvent("e"), EMPTY, seq=2)
    assert started(rank.actions) == [2]
    assert rank.wait(0.05) == [Ack("commands", 2)]


def test_a_second_initialize_is_refused() -> None:
    rank = Rank().initialize()
    (initialized,) = messages(rank.command(Initialize(), EMPTY))
    assert isinstance(initialized, Initialized)
    assert initialized.error is not None
    assert rank.of(Start) == []


def test_a_second_start_run_is_answered_and_not_fired() -> None:
    rank = Rank().initialize()
    assert messages(rank.command(HandleEvent("start_run"), EMPTY)) == [EventHandled(2, 2)]
    assert rank.of(Start) == []
    assert started(rank.event()) == [3]


def test_events_run_beside_tasks_and_reports_come_as_they_end() -> None:
    rank = Rank().initialize()
    (task,) = works(rank.execute("t-1"))
    (event,) = works(rank.event())
    assert rank.execute("t-2") == []
    assert messages(rank.done(event)) == [EventHandled(4, 3)]
    ended = rank.done(task)
    assert messages(ended) == [Result(4, "t-1", "OK")]
    assert started(ended) == [4]


def test_an_answer_that_is_too_large_to_travel_becomes_an_error() -> None:
    rank = Rank().initialize()
    (work,) = works(rank.execute("t"))
    (sent,) = messages(rank.done(work, Outcome(None, Body(bytes((64 << 20) + 1)))))
    assert isinstance(sent, Result)
    assert sent.return_code == "EXECUTION_RESULT_ERROR"
    assert sent.error is not None
    assert sent.error.code == ErrorCode.LIMIT_EXCEEDED


# Abort


def test_an_abort_reaches_the_task_that_runs_and_those_that_wait() -> None:
    rank = Rank().initialize()
    (work,) = works(rank.execute("t-1"))
    rank.execute("t-2")
    rank.execute("t-3")
    assert messages(rank.command(Abort("t-2", "r"))) == [Result(5, "t-2", "TASK_ABORTED")]
    assert rank.of(RaiseAbort) == []
    assert messages(rank.command(Abort(None, "all"))) == [Result(6, "t-3", "TASK_ABORTED")]
    assert rank.of(RaiseAbort) == [RaiseAbort("t-1", "all")]
    assert messages(rank.done(work, Outcome(return_code="TASK_ABORTED"))) == [Result(6, "t-1", "TASK_ABORTED")]


def test_an_abort_of_an_unknown_task_or_of_one_that_has_ended_changes_nothing() -> None:
    rank = Rank().initialize()
    (work,) = works(rank.execute("t-1"))
    rank.done(work)
    rank.execute("t-2")
    assert rank.command(Abort("t-1", "late")) == []
    assert rank.command(Abort("t-9", "never")) == []


# Reports


def test_reports_are_sent_again_when_asked_for_until_they_are_acknowledged() -> None:
    rank = Rank().initialize()
    for task in ("t-1", "t-2"):
        (work,) = works(rank.execute(task))
        rank.done(work)
    assert rank.hear(Resend("reports", 2)) == [Result(2, "t-1", "OK"), Result(3, "t-2", "OK")]
    rank.hear(Ack("reports", 2))
    assert rank.hear(Resend("reports", 1)) == [Result(3, "t-2", "OK")]


# Events


def fire(rank: Rank, ticket: int, wait: bool = True) -> list[Message]:
    return messages(rank.do(rank.core.fire(Firing(ticket, Event("e", wait), EMPTY))))


def test_the_window_of_the_welcome_is_given_once_and_again_as_events_are_handled() -> None:
    rank = Rank()
    rank.hear(Welcome(1, 4, 0, 500, 10_000, 16))
    rank.hear(Welcome(1, 4, 0, 500, 10_000, 16))
    assert rank.of(EventRoom) == [EventRoom(16)]
    fire(rank, 1, wait=False)
    fire(rank, 2, wait=False)
    rank.hear(Ack("events", 2))
    rank.hear(Ack("events", 2))
    assert rank.of(EventRoom) == [EventRoom(16), EventRoom(2)]


def test_an_event_gets_its_answer_and_a_second_copy_of_it_is_dropped() -> None:
    rank = Rank().initialize()
    assert fire(rank, 7) == [Event("e", True)]
    rank.hear(EventReply(1), EMPTY)
    rank.hear(EventReply(1), EMPTY)
    assert rank.of(EventAnswered) == [EventAnswered(7, None, EMPTY)]


def test_an_event_that_is_acknowledged_without_an_answer_is_sent_again_each_half_second() -> None:
    rank = Rank().initialize()
    fire(rank, 7)
    rank.hear(Ack("events", 1))
    again = [message for message in rank.live(1.5) if isinstance(message, Event)]
    assert again == [Event("e", True)] * 3
    rank.hear(EventReply(1))
    assert Event("e", True) not in rank.live(2)


def test_an_answer_that_nobody_waits_for_any_more_is_dropped() -> None:
    rank = Rank().initialize()
    fire(rank, 7)
    rank.do(rank.core.abandon(7))
    fire(rank, 8)
    rank.hear(EventReply(1))
    assert rank.of(EventAnswered) == []
    rank.hear(EventReply(2))
    assert rank.of(EventAnswered) == [EventAnswered(8, None, None)]


def test_a_mark_goes_with_each_heartbeat_while_an_event_is_not_acknowledged() -> None:
    rank = Rank().initialize()
    fire(rank, 1, wait=False)
    assert rank.live(1).count(Mark(1)) == 2
    assert rank.hear(Resend("events", 1)) == [Event("e", False)]
    rank.hear(Ack("events", 1))
    assert Mark(1) not in rank.live(1)


def test_an_event_that_is_too_large_is_answered_and_leaves_no_gap() -> None:
    rank = Rank().initialize()
    rank.do(rank.core.fire(Firing(1, Event("e" * 5000, True), EMPTY)))
    (answer,) = rank.of(EventAnswered)
    assert answer.error is not None
    assert answer.error.code == ErrorCode.LIMIT_EXCEEDED
    assert rank.of(EventRoom) == [EventRoom(1)]
    rank.actions.clear()
    fire(rank, 2)
    (sent,) = rank.of(SendEvent)
    assert decode(sent.frames, Sender.RANK).envelope.seq == 1


def test_whoever_waits_for_an_answer_is_told_when_the_rank_ends() -> None:
    rank = Rank().initialize()
    fire(rank, 7)
    rank.wait(20)
    (answer,) = rank.of(EventAnswered)
    assert answer.error is not None
    assert answer.error.code == ErrorCode.SESSION_CLOSED
    fire(rank, 8)
    assert rank.of(EventAnswered)[1].ticket == 8


# The end


def test_an_idle_rank_leaves_at_once_and_ends_when_that_is_acknowledged() -> None:
    rank = Rank().initialize()
    assert messages(rank.command(Close(5000, "done"))) == [Leaving(2, "done")]
    assert rank.ended() is None
    rank.hear(Ack("reports", 1))
    assert rank.ended() is None
    rank.hear(Ack("reports", 2))
    assert rank.ended() == 0


def test_a_rank_ends_a_second_after_leaving_if_nobody_acknowledges() -> None:
    rank = Rank().initialize()
    rank.command(Close(5000, "done"))
    rank.wait(0.9)
    assert rank.ended() is None
    rank.wait(0.2)
    assert rank.ended() == 0


def test_close_aborts_tasks_and_lets_events_end() -> None:
    rank = Rank().initialize()
    rank.event()
    (first,) = works(rank.actions)
    rank.event()
    rank.execute("t-1")
    assert messages(rank.command(Close(5000, "done"))) == [Result(5, "t-1", "TASK_ABORTED")]
    ended = rank.done(first)
    assert messages(ended) == [EventHandled(5, 2)]
    (second,) = works(ended)
    assert messages(rank.done(second)) == [EventHandled(5, 3), Leaving(5, "done")]


def test_close_does_not_wait_beyond_its_grace() -> None:
    rank = Rank().initialize()
    rank.execute("t-1")
    rank.command(Close(2000, "done"))
    assert rank.of(RaiseAbort) == [RaiseAbort("t-1", "done")]
    sent = rank.wait(2.0)
    assert [message for message in sent if isinstance(message, Leaving)]
    assert rank.ended() == 0


def test_a_rank_leaves_once_its_own_events_are_acknowledged() -> None:
    rank = Rank().initialize()
    fire(rank, 1, wait=False)
    fire(rank, 2, wait=False)
    assert messages(rank.command(Close(5000, "done"))) == []
    waiting = rank.wait(0.45)
    assert [message for message in waiting if isinstance(message, Mark)] == [Mark(2)] * 3
    assert not [message for message in waiting if isinstance(message, Leaving)]
    assert len(rank.hear(Resend("events", 1))) == 2
    assert rank.hear(Ack("events", 1)) == []
    assert rank.hear(Ack("events", 2)) == [Leaving(2, "done")]
    rank.hear(Ack("reports", 2))
    assert rank.ended() == 0
    assert rank.core.lost_events == 0


def test_events_that_nobody_acknowledges_do_not_outlast_the_grace_and_are_counted() -> None:
    rank = Rank().initialize()
    fire(rank, 1, wait=False)
    rank.command(Close(2000, "done"))
    sent = rank.wait(2.1)
    assert [message.reason for message in sent if isinstance(message, Leaving)] == [
        "done; events of this rank that were not acknowledged: 1"
    ]
    assert rank.ended() == 0
    assert rank.core.lost_events == 1


def test_what_a_running_task_fires_after_close_is_sent_and_kept_too() -> None:
    rank = Rank().initialize()
    (work,) = works(rank.execute("t-1"))
    rank.command(Close(5000, "done"))
    assert fire(rank, 1, wait=False) == [Event("e", False)]
    assert messages(rank.done(work, Outcome(return_code="TASK_ABORTED"))) == [Result(3, "t-1", "TASK_ABORTED")]
    assert rank.hear(Ack("events", 1)) == [Leaving(3, "done")]


def test_what_is_fired_when_nothing_runs_any_more_does_not_hold_the_end_up() -> None:
    rank = Rank().initialize()
    fire(rank, 1, wait=False)
    rank.command(Close(5000, "done"))
    assert fire(rank, 2, wait=False) == []
    (answer,) = rank.of(EventAnswered)
    assert answer.error is not None
    assert answer.error.code == ErrorCode.SESSION_CLOSED
    assert rank.hear(Ack("events", 1)) == [Leaving(2, "done")]


def test_work_and_events_that_are_left_are_both_told() -> None:
    rank = Rank().initialize()
    fire(rank, 1, wait=False)
    rank.execute("t-1")
    rank.command(Close(2000, "done"))
    assert [message.reason for message in rank.wait(1.6) if isinstance(message, Leaving)] == [
        "done (its work did not end in time); events of this rank that were not acknowledged: 1"
    ]


def test_commands_behind_close_are_taken_and_not_run() -> None:
    rank = Rank().initialize()
    rank.execute("t-1")
    rank.command(Close(2000, "done"))
    assert started(rank.event()) == []
    assert started(rank.execute("t-2")) == []
    assert rank.core.dropped == 2


def test_a_rank_that_is_told_to_terminate_aborts_says_so_and_fails() -> None:
    rank = Rank().initialize()
    (work,) = works(rank.execute("t-1"))
    rank.do(rank.core.terminate("SIGTERM", rank.now))
    assert rank.of(RaiseAbort) == [RaiseAbort("t-1", "SIGTERM")]
    sent = messages(rank.done(work, Outcome(return_code="TASK_ABORTED")))
    assert sent == [Result(2, "t-1", "TASK_ABORTED"), Failed(2, wire_error(ErrorCode.RANK_EXITED, "SIGTERM"))]
    rank.hear(Ack("reports", 3))
    assert rank.ended() == 1


def test_work_that_does_not_end_holds_a_termination_up_for_two_seconds_at_most() -> None:
    rank = Rank().initialize()
    rank.execute("t-1")
    rank.do(rank.core.terminate("SIGTERM", rank.now))
    rank.wait(2.0)
    assert rank.ended() == 1


def test_a_termination_while_closing_ends_the_wait_and_keeps_the_exit_code() -> None:
    rank = Rank().initialize()
    rank.execute("t-1")
    rank.command(Close(60_000, "done"))
    assert messages(rank.do(rank.core.terminate("SIGTERM", rank.now))) == [
        Leaving(3, "done (its work did not end in time)"),
    ]
    rank.wait(1.0)
    assert rank.ended() == 0


def test_a_termination_while_closing_does_not_wait_for_events_and_counts_them() -> None:
    rank = Rank().initialize()
    fire(rank, 1, wait=False)
    rank.command(Close(60_000, "done"))
    assert messages(rank.do(rank.core.terminate("SIGTERM", rank.now))) == [
        Leaving(2, "done; events of this rank that were not acknowledged: 1")
    ]


def test_a_rank_that_is_told_to_terminate_keeps_its_events_until_they_are_acknowledged() -> None:
    rank = Rank().initialize()
    fire(rank, 1, wait=False)
    assert rank.do(rank.core.terminate("SIGTERM", rank.now)) == []
    assert Mark(1) in rank.wait(0)
    assert rank.hear(Resend("events", 1)) == [Event("e", False)]
    assert rank.hear(Ack("events", 1)) == [Failed(1, wire_error(ErrorCode.RANK_EXITED, "SIGTERM"))]
    rank.hear(Ack("reports", 2))
    assert rank.ended() == 1
    assert rank.core.lost_events == 0


def test_events_that_nobody_acknowledges_do_not_outlast_the_grace_of_a_termination() -> None:
    rank = Rank().initialize()
    fire(rank, 1, wait=False)
    rank.do(rank.core.terminate("SIGTERM", rank.now))
    assert not [message for message in rank.wait(0.9) if isinstance(message, Failed)]
    assert [message for message in rank.wait(0.2) if isinstance(message, Failed)]
    rank.wait(1.0)
    assert rank.ended() == 1
    assert rank.core.lost_events == 1


def test_a_termination_before_the_join_ends_at_once() -> None:
    rank = Rank()
    rank.do(rank.core.terminate("SIGTERM", rank.now))
    assert rank.ended() == 1


def test_a_failure_is_reported_and_ends_the_rank() -> None:
    rank = Rank().initialize()
    error = wire_error(ErrorCode.INTERNAL, "a bug")
    assert messages(rank.do(rank.core.fail(error, rank.now))) == [Failed(1, error)]
    rank.wait(1.1)
    assert rank.ended() == 1


def test_a_refused_rejoin_of_a_rank_that_is_closing_keeps_its_exit_code() -> None:
    rank = Rank().initialize()
    rank.command(Close(5000, "done"))
    rank.hear(Refuse(wire_error(ErrorCode.SESSION_CLOSED, "over")))
    assert rank.ended() == 0


def test_nothing_happens_after_the_end() -> None:
    rank = Rank().initialize()
    rank.wait(20)
    rank.actions.clear()
    assert rank.hear(Probe(1)) == []
    assert rank.event() == []
    assert rank.core.terminate("SIGTERM", rank.now) == []
    assert rank.core.tick(rank.now + 100) == []
