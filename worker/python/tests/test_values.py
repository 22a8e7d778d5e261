# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct
import tracemalloc
from collections import OrderedDict, namedtuple
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from vectors import same

from rankmq.errors import ErrorCode, RankMQError
from rankmq.values import DTYPES, INLINE_BYTES, MAX_ELEMENTS, ValueWriter, read_body


def through(value: Any) -> Any:
    """The value as the other side reads it."""
    writer = ValueWriter()
    data = msgpack.packb({"x": writer.prepare(value, 2)})
    return read_body(data, [[attachment] for attachment in writer.attachments])["x"]


def refused(data: bytes, attachments: Any = ()) -> int:
    with pytest.raises(RankMQError) as error:
        read_body(data, attachments)
    return error.value.code


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text()
    | st.binary(max_size=300)
    | hnp.arrays(st.sampled_from(sorted(DTYPES)), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_comes_back_as_it_was(value: Any) -> None:
    assert same(through(value), value)


@given(VALUES, st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_bytes_are_read_or_refused_and_nothing_else(value: Any, data: Any) -> None:
    packed = bytearray(msgpack.packb({"x": ValueWriter().prepare(value, 2)}))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_body(bytes(packed))
    except RankMQError as error:
        assert error.code in (ErrorCode.MALFORMED, ErrorCode.INVALID_VALUE)  # noqa: PT017


@pytest.mark.parametrize("dtype", sorted(DTYPES))
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_every_type_keep_type_shape_and_order(dtype: str, order: Any) -> None:
    array = np.array(np.arange(200 * 100).reshape(200, 100) % 2, dtype, order=order)
    for shape in (array, array[:3, :2].copy(order)):
        back = through(shape)
        assert same(back, shape)
        assert back.flags.f_contiguous == (order == "F")


def test_received_arrays_are_read_only() -> None:
    for array in (np.zeros(3), np.zeros(100_000), np.zeros(())):
        back = through(array)
        with pytest.raises(ValueError, match="read-only"):
            back[...] = 1


def test_slices_and_other_byte_orders_travel_as_what_they_show() -> None:
    whole = np.arange(40_000, dtype=">i4").reshape(200, 200)
    for view in (whole[::2, 1:], whole.T[3], whole[::-1], np.broadcast_to(whole[0], (3, 200))):
        assert np.array_equal(through(view), view)


def test_numpy_scalars_travel_as_plain_ones() -> None:
    scalars = [np.float32(0.5), np.int8(-3), np.bool_(True), np.float64(2.5), np.uint64(7), np.str_("a")]
    assert same(through(scalars), [0.5, -3, True, 2.5, 7, "a"])
    assert through(np.bytes_(b"b")) == b"b"


def test_subclasses_travel_as_what_they_extend() -> None:
    point = namedtuple("point", "x y")

    class Text(str):
        def __str__(self) -> str:
            return "wrong"

    value = [OrderedDict(a=1), point(1, 2), Text("right"), (1, 2), bytearray(b"x"), memoryview(b"y")]
    assert same(through(value), [{"a": 1}, [1, 2], "right", [1, 2], b"x", b"y"])


def test_what_its_owner_may_still_write_to_is_copied() -> None:
    array = np.zeros(100_000)
    writer = ValueWriter()
    writer.prepare(array, 2)
    array[:] = 1
    assert not np.frombuffer(writer.attachments[0]).any()


def test_a_received_array_is_passed_on_without_a_copy() -> None:
    received = through(np.arange(100_000.0))
    writer = ValueWriter()
    writer.prepare(received, 2)
    assert np.shares_memory(np.frombuffer(writer.attachments[0]), received)


def test_an_attachment_of_one_frame_is_not_copied() -> None:
    frame = bytes(80_000)
    tensor = msgpack.ExtType(1, msgpack.packb(["float64", [10_000], "C", 0]))
    array = read_body(msgpack.packb({"x": tensor}), [[frame]])["x"]
    assert np.shares_memory(array, np.frombuffer(frame))


def test_an_attachment_of_several_frames_is_put_together() -> None:
    whole = np.arange(200_000, dtype=np.float32)
    data = whole.tobytes()
    tensor = msgpack.ExtType(1, msgpack.packb(["float32", [200_000], "C", 0]))
    array = read_body(msgpack.packb({"x": tensor}), [[memoryview(data)[:524288], memoryview(data)[524288:]]])["x"]
    assert np.array_equal(array, whole)


@pytest.mark.parametrize("size", [INLINE_BYTES, INLINE_BYTES + 1])
def test_only_what_is_over_the_inline_limit_travels_beside_the_message(size: int) -> None:
    for value in (bytes(size), np.zeros(size, np.uint8)):
        writer = ValueWriter()
        writer.prepare(value, 2)
        assert len(writer.attachments) == (size > INLINE_BYTES)
        assert same(through(value), value)


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        10**400,
        {1: 2},
        {"a": {b"b": 1}},
        "\ud800",
        {"\udc80": 1},
        object(),
        {1, 2},
        1j,
        np.array(["text"]),
        np.array([object()]),
        np.zeros(2, "datetime64[s]"),
        np.zeros(2, [("a", "f4")]),
        np.datetime64("2020-01-01"),
        int,
    ],
    ids=repr,
)
def test_what_cannot_travel_is_refused_with_a_sentence(value: Any) -> None:
    for hidden in (value, [value], {"k": (value,)}):
        with pytest.raises(RankMQError) as error:
            ValueWriter().prepare(hidden, 2)
        assert error.value.code == ErrorCode.INVALID_VALUE
        assert error.value.message


def test_a_value_that_is_part_of_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(RankMQError, match="nested more than 64 deep"):
        ValueWriter().prepare(loop, 2)


def test_too_many_elements_are_refused_when_written() -> None:
    with pytest.raises(RankMQError, match="elements"):
        ValueWriter().prepare([[0.0] * (MAX_ELEMENTS // 2), [0.0] * (MAX_ELEMENTS // 2)], 2)


def test_a_failed_attempt_leaves_nothing_behind() -> None:
    writer = ValueWriter()
    with pytest.raises(RankMQError):
        writer.attempt([bytes(100_000), object()], 2)
    assert writer.attachments == []


def test_depth_is_counted_from_the_body_itself() -> None:
    def nested(levels: int) -> bytes:
        return b"\x81\xa1x" + b"\x91" * levels + b"\xc0"

    assert read_body(nested(63))
    assert refused(nested(64)) == ErrorCode.INVALID_VALUE
    assert refused(nested(100_000)) == ErrorCode.INVALID_VALUE


def test_lying_lengths_are_refused_before_anything_is_allocated() -> None:
    # Each array claims four million elements, inside each other: 500 times 32 MB if they were believed.
    lies = b"\x81\xa1x" + b"\xdd\x00\x3f\xff\xff" * 500 + bytes(4_200_000)
    tracemalloc.start()
    try:
        assert refused(lies) in (ErrorCode.MALFORMED, ErrorCode.INVALID_VALUE)
        for tag in (b"\xdb", b"\xc6", b"\xdd", b"\xdf"):
            assert refused(b"\x81\xa1x" + tag + b"\xff\xff\xff\xff") == ErrorCode.MALFORMED
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()


def test_elements_are_counted_over_the_whole_body() -> None:
    half = b"\xdd" + struct.pack(">I", MAX_ELEMENTS // 2) + b"\xc0" * (MAX_ELEMENTS // 2)
    assert refused(b"\x82\xa1x" + half + b"\xa1y" + half) == ErrorCode.INVALID_VALUE


def test_a_repeated_key_is_refused_at_any_depth() -> None:
    assert refused(b"\x81\xa1x\x82\xa1a\x01\xa1a\x02") == ErrorCode.INVALID_VALUE
    assert refused(b"\x81\xa1x\x91\x82\xa1a\x01\xa1a\x02") == ErrorCode.INVALID_VALUE


@pytest.mark.parametrize("code", [-128, -1, 0, 3, 127])
@pytest.mark.parametrize("payload", [b"", b"\x00", bytes(4), bytes(12)])
def test_unknown_extensions_are_refused(code: int, payload: bytes) -> None:
    packed = b"\x81\xa1x\x91\xc7" + bytes([len(payload), code & 0xFF]) + payload
    assert refused(packed) == ErrorCode.INVALID_VALUE


def test_a_tensor_whose_shape_numpy_cannot_have_is_refused() -> None:
    tensor = msgpack.ExtType(1, msgpack.packb(["float64", [0, 2**62, 2**62], "C", b""]))
    assert refused(msgpack.packb({"x": tensor})) == ErrorCode.INVALID_VALUE


def test_an_attachment_that_nobody_uses_is_refused() -> None:
    assert refused(msgpack.packb({"x": 1}), [[bytes(70_000)]]) == ErrorCode.INVALID_VALUE


def test_a_fault_says_where_it_is() -> None:
    with pytest.raises(
        RankMQError, match=r"^INVALID_VALUE: at \['layers'\]\[1\]\['lock'\]: a value of type builtins.object cannot"
    ):
        ValueWriter().prepare({"layers": [1, {"lock": object()}]}, 2)
