# SPDX-License-Identifier: Apache-2.0
"""Pulling a value: with a clock that the test moves, and a way that loses, repeats, reorders and damages."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rankmq.digest import checksum
from rankmq.fetch import ASK_AGAIN, REBUILD, WINDOW, WRONG, Ask, Complain, Fail, Pull, Reconnect, Take, Whole

CHUNK, LEASE = 1000, 10.0


def value(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def pull(size: int) -> Pull:
    return Pull(b"\x0d" * 16, size, CHUNK, LEASE, 0.0)


def answer(core: Pull, data: bytes, ask: Ask, now: float = 0.0) -> list[Any]:
    payload = data[ask.offset : ask.offset + ask.length]
    return core.chunk(ask.offset, ask.length, checksum(payload), payload, now)


class Receiver:
    """Does what the core wants done, over a way with faults."""

    def __init__(self, core: Pull, data: bytes, seed: int, faults: float) -> None:
        self.core, self.data, self.faults = core, data, faults
        self.random = random.Random(seed)
        self.memory = bytearray(len(data))
        self.ends: list[Any] = []
        self.on_the_way: list[tuple[Ask, bool]] = []
        self.rebuilt = 0

    def does(self, steps: list[Any]) -> None:
        for step in steps:
            assert not self.ends
            if isinstance(step, Ask):
                self.send(step)
            elif isinstance(step, Take):
                self.memory[step.offset : step.offset + len(step.payload)] = step.payload
            elif isinstance(step, Reconnect):
                self.rebuilt += 1
                self.on_the_way.clear()
            elif isinstance(step, (Whole, Fail)):
                self.ends.append(step)

    def send(self, ask: Ask) -> None:
        if self.random.random() < self.faults:
            return
        damaged = self.random.random() < self.faults / 10
        copies = 2 if self.random.random() < self.faults else 1
        for _ in range(copies):
            self.on_the_way.insert(self.random.randint(0, len(self.on_the_way)), (ask, damaged))

    def run(self) -> None:
        now = 0.0
        self.does(self.core.start())
        while not self.ends:
            assert len(self.core._outstanding) <= WINDOW
            if self.on_the_way:
                ask, damaged = self.on_the_way.pop(0)
                payload = self.data[ask.offset : ask.offset + ask.length]
                sum_ = checksum(payload)
                if damaged:
                    payload = bytes([payload[0] ^ 1]) + payload[1:]
                self.does(self.core.chunk(ask.offset, ask.length, sum_, payload, now))
            else:
                now = self.core.next_deadline()
                self.does(self.core.tick(now))


@settings(max_examples=300)
@given(st.integers(1, 60_000), st.integers(), st.sampled_from([0.0, 0.05, 0.3]))
def test_a_value_comes_whole_or_fails_with_a_reason(size: int, seed: int, faults: float) -> None:
    receiver = Receiver(pull(size), value(size), seed, faults)
    receiver.run()
    if isinstance(receiver.ends[0], Whole):
        assert bytes(receiver.memory) == receiver.data
    else:
        assert faults
        assert "came damaged 3 times" in receiver.ends[0].reason or "nothing came for 10 s" in receiver.ends[0].reason


def test_no_more_than_the_window_is_asked_for_and_a_chunk_gives_one_credit() -> None:
    data = value(40 * CHUNK + 1)
    core = pull(len(data))
    asks = core.start()
    assert [ask.offset for ask in asks if isinstance(ask, Ask)] == [n * CHUNK for n in range(WINDOW)]
    for n in range(WINDOW, 41):
        taken, asked = answer(core, data, Ask((n - WINDOW) * CHUNK, CHUNK))
        assert isinstance(taken, Take)
        assert asked == Ask(n * CHUNK, CHUNK if n < 40 else 1)


def test_a_repeated_chunk_and_one_that_nobody_asked_for_are_counted_and_dropped() -> None:
    data = value(3 * CHUNK)
    core = pull(len(data))
    first, second, third = core.start()
    assert isinstance(first, Ask)
    answer(core, data, first)
    assert answer(core, data, first) == []
    assert core.chunk(7, 100, 0, bytes(100), 0.0) == []
    assert core.chunk(CHUNK, CHUNK, 0, bytes(CHUNK - 1), 0.0) == []
    assert core.repeated == 3
    assert isinstance(second, Ask)
    assert isinstance(third, Ask)
    answer(core, data, third)
    assert answer(core, data, second)[-1] == Whole()


def test_a_damaged_chunk_is_named_and_asked_for_again_and_the_third_fails_the_value() -> None:
    data = value(2 * CHUNK)
    core = pull(len(data))
    core.start()
    for _ in range(WRONG - 1):
        complaint, again = core.chunk(CHUNK, CHUNK, 1, data[CHUNK:], 0.0)
        assert isinstance(complaint, Complain)
        assert "0d0d" in complaint.sentence
        assert "offset 1000" in complaint.sentence
        assert again == Ask(CHUNK, CHUNK)
    (failed,) = core.chunk(CHUNK, CHUNK, 1, data[CHUNK:], 0.0)
    assert failed == Fail("the bytes at offset 1000 came damaged 3 times")


def test_silence_is_answered_by_asking_again_then_by_a_new_socket_then_by_failure() -> None:
    core = pull(2 * CHUNK)
    asks = core.start()
    assert core.tick(ASK_AGAIN - 0.1) == []
    assert core.tick(ASK_AGAIN) == asks
    assert core.tick(REBUILD) == [Reconnect(), *asks]
    now, reconnects = REBUILD, 1
    while True:
        now = core.next_deadline()
        steps = core.tick(now)
        if isinstance(steps[0], Fail):
            break
        reconnects += steps.count(Reconnect())
    assert now == LEASE
    assert reconnects == 3
    assert steps[0].reason.endswith("0 of 2000 bytes are here, the first missing one is at offset 0")
    assert core.tick(now + 100) == []


def test_a_chunk_renews_the_lease() -> None:
    data = value(2 * CHUNK)
    core = pull(len(data))
    first, second = core.start()
    assert isinstance(first, Ask)
    answer(core, data, first, LEASE - 0.1)
    assert core.tick(LEASE) == []
    assert core.tick(LEASE - 0.1 + ASK_AGAIN) == [second]


def test_what_its_owner_does_not_have_fails_at_once() -> None:
    core = pull(CHUNK)
    core.start()
    assert core.gone("the task is over") == [Fail("its owner does not have it: the task is over")]
    assert core.gone("again") == []
    assert answer(core, value(CHUNK), Ask(0, CHUNK)) == []
