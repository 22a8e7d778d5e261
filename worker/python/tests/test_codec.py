# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rankmq.codec import VERSION, decode, encode
from rankmq.errors import MAX_TEXT, MAX_TRACE, ErrorCode, RankMQError, WireError, describe, wire_error
from rankmq.kinds import Sender
from rankmq.messages import (
    Ack,
    Body,
    Close,
    Envelope,
    Execute,
    Failed,
    HandleEvent,
    Join,
    Leaving,
    ParentHeartbeat,
    RankHeartbeat,
    Resend,
    Result,
    Welcome,
)
from rankmq.values import FRAME_BYTES, INLINE_BYTES

PARENT = Envelope("s-1", 0)
RANK = Envelope("s-1", 0, 3)


def code_of(frames: Any, sender: Sender = Sender.PARENT) -> int:
    with pytest.raises(RankMQError) as error:
        decode(frames, sender)
    return error.value.code


def test_the_bytes_of_a_header_are_determined() -> None:
    (header,) = encode(Envelope("s-1", 0, 3, 7), Result(5, "t", "OK", WireError(30, "m", "T")))
    assert header == (
        b"\x8a\xa1v\x01\xa4kind\xa6RESULT\xa7session\xa3s-1\xabincarnation\x00\xa4rank\x03\xa3seq\x07"
        b"\xa7applied\x05\xa4task\xa1t\xabreturn_code\xa2OK\xa5error\x83\xa4code\x1e\xa7message\xa1m\xa4type\xa1T"
    )


def test_heartbeats_of_both_sides_are_told_apart_by_the_sender() -> None:
    assert decode(encode(PARENT, ParentHeartbeat(4))).message == ParentHeartbeat(4)
    assert decode(encode(RANK, RankHeartbeat(4, 2)), Sender.RANK).message == RankHeartbeat(4, 2)


@pytest.mark.parametrize("size", [1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES])
def test_bodies_and_attachments_are_cut_and_found_again(size: int) -> None:
    body = Body(b"b" * size, [[b"a" * (INLINE_BYTES + 1)], [bytes(range(256)) * 4096]])
    frames = encode(PARENT._replace(seq=1), Execute("t", "n"), body)
    assert all(len(frame) <= FRAME_BYTES for frame in frames)
    found = decode(frames).body
    assert found is not None
    assert bytes(found.data) == body.data
    assert [b"".join(pieces) for pieces in found.attachments] == [b"".join(pieces) for pieces in body.attachments]


@given(st.data())
@settings(max_examples=60)
def test_frames_that_do_not_agree_with_their_header_are_refused(data: Any) -> None:
    body = Body(b"b" * 700_000, [[b"a" * 600_000]])
    frames = [bytes(frame) for frame in encode(PARENT._replace(seq=1), Execute("t", "n"), body)]
    at = data.draw(st.integers(1, len(frames) - 1))
    change = data.draw(st.sampled_from(["drop", "repeat", "cut", "split", "swap", "empty"]))
    if change == "drop":
        del frames[at]
    elif change == "repeat":
        frames.insert(at, frames[at])
    elif change == "cut":
        frames[at] = frames[at][:-1]
    elif change == "split":
        frames[at : at + 1] = [frames[at][:100], frames[at][100:]]
    elif change == "swap":
        frames[1], frames[2] = frames[2], frames[1]
    else:
        frames.insert(at, b"")
    assert code_of(frames) == ErrorCode.MALFORMED


MESSAGES = [
    (Envelope("s-1", 0, None, 9), Execute("task-1", "train", (0, 1)), Body(b"\x80")),
    (Envelope("s-1", 0, None, 9), HandleEvent("e"), Body(b"\x80")),
    (Envelope("s-1", 3, None, 4), Close(1000, "done"), None),
    (Envelope("s-1", 3), Welcome(1, 4, 0, 500, 10_000, 1024), None),
    (Envelope("s-1", 3), Ack("reports", 3), None),
    (Envelope("s-1", 3, 2), Join(1, 1, 4, 0, "host", 77, "python", "Python 3.11"), None),
    (Envelope("s-1", 3, 2, 1), Failed(0, wire_error(60, "m", "t", "trace")), None),
]


def sender_of(message: Any) -> Sender:
    return Sender.PARENT if message[0].rank is None else Sender.RANK


@given(st.sampled_from(MESSAGES), st.data())
@settings(max_examples=300)
def test_a_mutated_header_is_read_or_refused_and_nothing_else(message: Any, data: Any) -> None:
    frames = [bytearray(frame) for frame in encode(*message)]
    header = frames[0]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(header) - 1))
        if data.draw(st.booleans()):
            header[at] = data.draw(st.integers(0, 255))
        else:
            header[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    try:
        decode([bytes(frame) for frame in frames], sender_of(message))
    except RankMQError as error:
        assert error.code in (2, 3, 4, 5)  # noqa: PT017


@given(st.sampled_from(MESSAGES), st.integers(0, 200))
@settings(max_examples=100)
def test_a_header_that_is_cut_off_is_refused(message: Any, at: int) -> None:
    frames = encode(*message)
    header = bytes(frames[0])
    assert code_of([header[: min(at, len(header) - 1)], *frames[1:]], sender_of(message)) == ErrorCode.MALFORMED


def test_something_unknown_in_a_header_may_be_64_deep_in_all_and_not_deeper() -> None:
    known = {"v": VERSION, "kind": "HEARTBEAT", "session": "s-1", "incarnation": 0, "newest": 1}
    start = bytes([0x80 + len(known) + 1]) + msgpack.packb(known)[1:] + b"\xa1z"
    assert decode([start + b"\x91" * 63 + b"\xc0"])
    assert code_of([start + b"\x91" * 64 + b"\xc0"]) == ErrorCode.MALFORMED
    wide = b"\x92" + msgpack.packb({"a": list(range(100)), "b": b"x" * 300, "c": [1.5, -1, None, "t" * 40, 2**40]})
    assert decode([start + wide + b"\x91" * 62 + b"\xc0"])
    assert code_of([start + wide + b"\x91" * 63 + b"\xc0"]) == ErrorCode.MALFORMED


def test_a_field_of_another_kind_is_ignored_whatever_it_holds() -> None:
    header = msgpack.unpackb(encode(PARENT, ParentHeartbeat(4))[0])
    assert decode([msgpack.packb({**header, "task": 5, "error": [msgpack.ExtType(9, b"")], "reply": None})])


def test_texts_of_a_writer_are_cut_and_names_are_refused() -> None:
    (header,) = encode(Envelope("s-1", 0, 3, 1), Leaving(0, "r" * 5000))
    message = decode([header], Sender.RANK).message
    assert isinstance(message, Leaving)
    assert len(message.reason) == MAX_TEXT
    with pytest.raises(RankMQError, match="5000 characters"):
        encode(Envelope("s-1", 0, 3, 1), Result(0, "t" * 5000, "OK"))


def test_an_error_keeps_the_end_of_its_trace_and_the_begin_of_its_message() -> None:
    error = wire_error(30, "b" + "m" * 9000, "T", "t" * 20_000 + "e")
    assert error.message.startswith("b")
    assert len(error.message) == MAX_TEXT
    assert error.trace is not None
    assert error.trace.endswith("e")
    assert len(error.trace) == MAX_TRACE


def test_an_exception_is_described_by_type_message_and_trace() -> None:
    class Sad(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    for cause, expected in ((KeyError("\udc80k"), "KeyError"), (Sad(), "Sad")):
        try:
            raise cause
        except Exception as error:
            described = describe(30, "the executor failed", error)
        assert expected in described.message
        assert described.type is not None
        assert described.type.endswith(expected)
        assert decode(encode(Envelope("s-1", 0, 3, 1), Failed(0, described)), Sender.RANK).message == Failed(
            0, described
        )


def test_a_message_over_a_limit_is_refused_before_it_is_sent() -> None:
    with pytest.raises(RankMQError) as error:
        encode(PARENT._replace(seq=1), Execute("t", "n"), Body(bytes((64 << 20) + 1)))
    assert error.value.code == ErrorCode.LIMIT_EXCEEDED


@pytest.mark.parametrize(
    ("envelope", "message"),
    [
        (RANK, RankHeartbeat(-1, 0)),
        (RANK, RankHeartbeat(0, (1 << 53) + 1)),
        (RANK, Ack("reports", 1)),
        (RANK, Resend("commands", 0)),
        (PARENT, Ack("commands", 1)),
        (PARENT, Welcome(0, 1, 0, 1, 1, 1)),
        (PARENT, Welcome(1, 65_537, 0, 1, 1, 1)),
        (PARENT._replace(seq=1), Close(-1, "over")),
        (PARENT._replace(seq=1), HandleEvent("e", (65_536,))),
        (RANK._replace(seq=1), Result(1, "t", "FINE")),
        (RANK._replace(seq=1), Failed(1, WireError(-1, "m"))),
        (RANK._replace(seq=0), Leaving(1, "gone")),
    ],
)
def test_the_writer_keeps_to_the_ranges_that_a_reader_enforces(envelope: Envelope, message: Any) -> None:
    with pytest.raises(RankMQError) as error:
        encode(envelope, message)
    assert error.value.code == ErrorCode.MALFORMED
