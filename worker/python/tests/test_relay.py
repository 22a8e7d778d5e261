# SPDX-License-Identifier: Apache-2.0
"""Events on their way between the threads of a rank."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from rankmq.actions import EventAnswered
from rankmq.engine import Engine
from rankmq.errors import ErrorCode, RankMQError, wire_error
from rankmq.messages import Body
from rankmq.runtime import EventRelay
from rankmq.uplink import Firing

BODY = Body(b"\x80")


class FakeLoop:
    """Keeps what is fired, or answers at once."""

    def __init__(self) -> None:
        self.fired: list[Firing] = []
        self.abandoned: list[int] = []
        self.is_open = True
        self.on_fire: Callable[[Firing], None] = self.fired.append

    def fire(self, firing: Firing) -> bool:
        if self.is_open:
            self.on_fire(firing)
        return self.is_open

    def abandon(self, ticket: int) -> None:
        self.abandoned.append(ticket)


@pytest.fixture
def loop() -> FakeLoop:
    return FakeLoop()


@pytest.fixture
def relay(loop: FakeLoop) -> EventRelay:
    relay = EventRelay()
    relay.loop = loop  # type: ignore[assignment]
    return relay


def in_thread(call: Callable[[], Any]) -> Callable[[], Any]:
    """Starts a call in a thread; gives a function that waits for its result or its error."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(call())
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def result() -> Any:
        thread.join(15)
        assert outcome, "the call did not end"
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    return result


def test_posting_waits_for_room_and_for_nothing_else(relay: EventRelay, loop: FakeLoop) -> None:
    with pytest.raises(RankMQError, match="none of the events that wait"):
        relay.post("e", BODY, 0.01)
    relay.give_room(2)
    relay.post("e", BODY, 0.01)
    relay.post("e", BODY, 0.01)
    waiting = in_thread(lambda: relay.post("late", BODY, 15))
    relay.give_room(1)
    waiting()
    assert [firing.event.event for firing in loop.fired] == ["e", "e", "late"]


def test_an_answer_reaches_the_one_who_asked(relay: EventRelay, loop: FakeLoop) -> None:
    relay.give_room(10)
    answers = {"a": BODY, "b": None}
    loop.on_fire = lambda firing: relay.answer(EventAnswered(firing.ticket, None, answers[firing.event.event]))
    assert relay.ask("a", BODY, 1) == BODY
    assert relay.ask("b", BODY, 1) is None
    loop.on_fire = lambda firing: relay.answer(EventAnswered(firing.ticket, wire_error(31, "a handler failed"), None))
    with pytest.raises(RankMQError, match="a handler failed"):
        relay.ask("a", BODY, 1)


def test_one_who_waited_too_long_is_forgotten(relay: EventRelay, loop: FakeLoop) -> None:
    relay.give_room(1)
    with pytest.raises(RankMQError, match="no answer within"):
        relay.ask("a", BODY, 0.01)
    assert loop.abandoned == [loop.fired[0].ticket]
    relay.answer(EventAnswered(loop.fired[0].ticket, None, None))


def test_all_who_wait_are_told_when_it_is_over(relay: EventRelay, loop: FakeLoop) -> None:
    relay.give_room(1)
    asked = threading.Event()
    loop.on_fire = lambda firing: asked.set()
    waiting = [in_thread(lambda: relay.ask("a", BODY, 15))]
    assert asked.wait(15)
    waiting += [in_thread(lambda: relay.post("e", BODY, 15)) for _ in range(3)]
    relay.over()
    for result in waiting:
        with pytest.raises(RankMQError) as over:
            result()
        assert over.value.code == ErrorCode.SESSION_CLOSED
    with pytest.raises(RankMQError):
        relay.post("e", BODY, 15)


def test_a_loop_that_ended_takes_nothing(relay: EventRelay, loop: FakeLoop) -> None:
    relay.give_room(1)
    loop.is_open = False
    for call in (relay.post, relay.ask):
        with pytest.raises(RankMQError) as over:
            call("e", BODY, 1)
        assert over.value.code == ErrorCode.SESSION_CLOSED


def test_one_event_of_many_threads_is_in_flight(relay: EventRelay, loop: FakeLoop) -> None:
    engine = Engine(0, 1, relay)
    relay.give_room(100)
    in_flight: list[int] = []
    most: list[int] = []

    def answer_later(firing: Firing) -> None:
        in_flight.append(firing.ticket)
        most.append(len(in_flight))

        def answer() -> None:
            in_flight.remove(firing.ticket)
            relay.answer(EventAnswered(firing.ticket, None, None))

        threading.Timer(0.002, answer).start()

    loop.on_fire = answer_later
    fired = [in_thread(lambda: engine.fire_event("e", engine.new_context(), timeout=15)) for _ in range(20)]
    assert all(result() for result in fired)
    assert (len(most), max(most)) == (20, 1)


def test_whoever_waits_for_another_ones_answer_does_not_wait_without_end(
    relay: EventRelay, loop: FakeLoop, caplog: pytest.LogCaptureFixture
) -> None:
    engine = Engine(0, 1, relay)
    relay.give_room(2)
    asked = threading.Event()
    loop.on_fire = lambda firing: asked.set()
    first = in_thread(lambda: engine.fire_event("first", engine.new_context(), timeout=15))
    assert asked.wait(15)
    assert engine.fire_event("second", engine.new_context(), timeout=0.01) is False
    assert "event second was not relayed" in caplog.text
    relay.over()
    assert first() is False
