# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rankmq.streams import ASK_AGAIN, ASK_AGAIN_AT_MOST, InboundSequence, OutboundLog


def test_a_log_numbers_from_one_and_forgets_what_is_acknowledged() -> None:
    log = OutboundLog()
    assert [log.append([bytes([n])]) for n in range(5)] == [1, 2, 3, 4, 5]
    log.acknowledge(3)
    log.acknowledge(1)
    assert [entry.seq for entry in log.since(1)] == [4, 5]
    assert [entry.seq for entry in log.since(5)] == [5]
    assert log.since(6) == []
    assert (len(log), log.newest, log.acknowledged) == (2, 5, 3)


def test_what_was_never_sent_cannot_be_acknowledged() -> None:
    log = OutboundLog()
    log.append([b""])
    log.acknowledge(100)
    assert log.append([b""]) == 2
    assert (len(log), log.acknowledged) == (1, 1)


def test_a_sequence_takes_each_number_once_and_in_order() -> None:
    sequence = InboundSequence()
    assert [sequence.take(seq) for seq in (1, 2, 2, 4, 3, 1, 4)] == [True, True, False, False, True, False, True]
    assert (sequence.taken, sequence.repeats, sequence.gaps) == (4, 2, 1)


def test_nothing_is_asked_for_that_is_not_missing() -> None:
    sequence = InboundSequence()
    assert sequence.ask(0, 0.0) is None
    sequence.take(1)
    assert sequence.ask(1, 0.0) is None


def test_the_same_number_is_asked_for_at_a_slowing_pace_and_another_at_once() -> None:
    sequence = InboundSequence()
    asked = [n / 1000 for n in range(5000) if sequence.ask(3, n / 1000) == 1]
    pauses = [later - earlier for earlier, later in zip(asked, asked[1:])]
    assert min(pauses) >= ASK_AGAIN - 1e-9
    assert max(pauses) <= ASK_AGAIN_AT_MOST + 0.002
    sequence.take(1)
    assert sequence.ask(3, 5.0) == 2
    assert sequence.ask(3, 5.0 + ASK_AGAIN / 2) is None
    assert sequence.ask(3, 5.0 + ASK_AGAIN) == 2


@given(st.lists(st.sampled_from(["send", "lose", "repeat", "reorder", "mark"]), max_size=60), st.randoms())
def test_over_any_channel_everything_arrives_once_and_in_order(faults: list[str], random: object) -> None:
    log, sequence = OutboundLog(), InboundSequence()
    channel: list[int] = []
    taken: list[int] = []
    now = 0.0
    for fault in [*faults, *["mark"] * 200]:
        now += ASK_AGAIN_AT_MOST
        if fault != "mark":
            seq = log.append([b""])
            channel += {"send": [seq], "lose": [], "repeat": [seq, seq], "reorder": [seq]}[fault]
            if fault == "reorder":
                channel.reverse()
        for seq in channel:
            if sequence.take(seq):
                taken.append(seq)
        channel.clear()
        missing = sequence.ask(log.newest, now)
        if missing is not None:
            # Of what is sent again the second is lost, too.
            channel += [entry.seq for index, entry in enumerate(log.since(missing)) if index != 1]
        log.acknowledge(sequence.taken)
    assert taken == list(range(1, log.newest + 1))
    assert len(log) == 0
