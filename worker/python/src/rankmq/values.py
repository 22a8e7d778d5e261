# SPDX-License-Identifier: Apache-2.0
"""Values of bodies (docs/protocol.md, section 3): plain data and numpy arrays, to and from msgpack and attachments.

Reading believes nothing. A first pass in C walks the bytes without building anything, so that every length is known
to be covered by bytes before a second pass allocates; what msgpack allows and the protocol does not is then refused by
type. Arrays are read-only after reading and share memory with what was received, unless they came in several frames.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union, cast

import msgpack

from .errors import ErrorCode, RankMQError

if TYPE_CHECKING:
    import numpy as np

Buffer = Union[bytes, bytearray, memoryview]

FRAME_BYTES = 524_288
INLINE_BYTES = 65_536
BODY_BYTES = 64 << 20
MAX_DEPTH = 64
MAX_ELEMENTS = 4_194_304
MAX_ATTACHMENTS = 65_536
MAX_DIMENSIONS = 32
MAX_MESSAGE_BYTES = 8 << 30

TENSOR, BESIDE = 1, 2
DTYPES = {
    "bool": 1,
    **{f"{sign}int{8 * size}": size for size in (1, 2, 4, 8) for sign in ("", "u")},
    "float16": 2,
    "float32": 4,
    "float64": 8,
    "complex64": 8,
    "complex128": 16,
}
_SMALL = 4096
_LEAVES = {type(None), bool, float, str}
_MAX_INT = (1 << 63) - 1
_BROKEN = (ValueError, msgpack.OutOfData, RecursionError)
# dtype, shape, order and the headers around them; data of more than INLINE_BYTES is no tensor's payload
_MAX_PAYLOAD = INLINE_BYTES + 512


def malformed(what: str) -> RankMQError:
    """Bytes that are no message of this protocol."""
    return RankMQError(ErrorCode.MALFORMED, what)


def invalid(what: str) -> RankMQError:
    """A value that section 3 does not allow."""
    return RankMQError(ErrorCode.INVALID_VALUE, what)


def exceeded(what: str) -> RankMQError:
    """A limit of section 8."""
    return RankMQError(ErrorCode.LIMIT_EXCEEDED, what)


# Writing


class ValueWriter:
    """Turns values into what msgpack packs, and collects what travels beside the body. One for each message."""

    def __init__(self, borrows: bool = False) -> None:
        """`borrows`: attachments may be memory that its owner can still write to; see `own`."""
        self.attachments: list[Buffer] = []
        self._borrows = borrows
        self._elements = 0

    def prepare(self, value: Any, depth: int) -> Any:
        """The value ready to be packed; `depth` is the depth that it gets if it is an array or map.

        Raises INVALID_VALUE, which says what cannot travel."""
        kind = type(value)
        if kind in _LEAVES:
            return value if kind is not str else _text(value)
        if kind is int:
            return _integer(value)
        if kind is list or kind is tuple:
            return self._array(value, depth)
        if kind is dict:
            return self._map(value, depth)
        return self._other(value, depth)

    def attempt(self, value: Any, depth: int) -> Any:
        """As `prepare`; but if it raises, nothing of the value stays behind."""
        attachments, elements = len(self.attachments), self._elements
        try:
            return self.prepare(value, depth)
        except RankMQError:
            del self.attachments[attachments:]
            self._elements = elements
            raise

    def count(self, elements: int, depth: int) -> None:
        """Notes an array or map of this many elements."""
        if depth > MAX_DEPTH:
            raise invalid(f"a value is nested more than {MAX_DEPTH} deep (is it part of itself?)")
        self._elements += elements
        if self._elements > MAX_ELEMENTS:
            raise invalid(f"a message has more than {MAX_ELEMENTS} elements; put numbers into a numpy array")

    def _array(self, values: Sequence[Any], depth: int) -> list[Any]:
        self.count(len(values), depth)
        if set(map(type, values)) <= {float, bool, type(None)}:
            return list(values)
        prepared: list[Any] = []
        try:
            # Not a comprehension: its length says where the fault is.
            for value in values:
                prepared.append(self.prepare(value, depth + 1))
        except RankMQError as fault:
            fault.within(len(prepared))
            raise
        return prepared

    def _map(self, values: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        self.count(len(values), depth)
        prepared = {}
        for key, value in values.items():
            if not isinstance(key, str):
                raise invalid(f"the key {key!r:.80} of a map is of type {type(key).__name__}, expected str")
            try:
                prepared[_text(str.__str__(key))] = self.prepare(value, depth + 1)
            except RankMQError as fault:
                fault.within(key)
                raise
        return prepared

    def _other(self, value: Any, depth: int) -> Any:
        if isinstance(value, (bytes, bytearray, memoryview)):
            view = memoryview(value)
            is_lent = self._borrows and view.c_contiguous and view.nbytes > INLINE_BYTES
            return self._bin(view.cast("B") if is_lent else bytes(value))
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            if isinstance(value, numpy.ndarray):
                return self._tensor(value)
            if isinstance(value, numpy.generic):
                return self.prepare(_scalar(numpy, value), depth)
        # Subclasses, such as an OrderedDict, a defaultdict or a named tuple, travel as what they extend.
        if isinstance(value, str):
            return _text(str.__str__(value))
        if isinstance(value, int):
            return _integer(int.__int__(value))
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, (list, tuple)):
            return self._array(value, depth)
        if isinstance(value, Mapping):
            return self._map(value, depth)
        raise invalid(f"a value of type {type(value).__module__}.{type(value).__qualname__} cannot travel")

    def _bin(self, data: bytes | memoryview) -> Any:
        if len(data) <= INLINE_BYTES:
            return bytes(data)
        return msgpack.ExtType(BESIDE, msgpack.packb(self._attach(data)))

    def _attach(self, data: Buffer) -> int:
        if len(self.attachments) >= MAX_ATTACHMENTS:
            raise invalid(f"a message has more than {MAX_ATTACHMENTS} values of more than {INLINE_BYTES} bytes")
        self.attachments.append(data)
        return len(self.attachments) - 1

    def _tensor(self, array: np.ndarray[Any, Any]) -> Any:
        name = array.dtype.name
        if name not in DTYPES or array.dtype.fields is not None:
            raise invalid(f"an array of dtype {array.dtype} cannot travel; the dtypes are {', '.join(DTYPES)}")
        if array.ndim > MAX_DIMENSIONS:
            raise invalid(f"an array of {array.ndim} dimensions cannot travel; at most {MAX_DIMENSIONS} can")
        order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        data: Any = _little_endian_bytes(array, order, self._borrows)
        if len(data) > INLINE_BYTES:
            data = self._attach(data)
        payload = msgpack.packb([name, list(array.shape), order, bytes(data) if type(data) is memoryview else data])
        return msgpack.ExtType(TENSOR, payload)


def _text(text: str) -> str:
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise invalid(f"the text {text!r:.80} is not Unicode: it has a lone surrogate") from None
    return text


def _integer(value: int) -> int:
    if not -_MAX_INT - 1 <= value <= _MAX_INT:
        raise invalid(f"an integer of {value.bit_length()} bits cannot travel; at most 63 and a sign can")
    return value


def _scalar(numpy: Any, value: Any) -> Any:
    if isinstance(value, (numpy.bool_, numpy.integer, numpy.floating)):
        return value.item() if value.dtype.name in DTYPES else float(value)
    if isinstance(value, numpy.str_):
        return str(value)
    if isinstance(value, numpy.bytes_):
        return bytes(value)
    raise invalid(f"a numpy scalar of dtype {value.dtype} cannot travel")


def _little_endian_bytes(array: np.ndarray[Any, Any], order: str, borrows: bool) -> Buffer:
    """The bytes as they are at this moment: what its owner may still write to is copied unless it may be borrowed, a received array is
    not."""
    little = array.astype(array.dtype.newbyteorder("<"), order="K", copy=False)
    if (borrows or _is_frozen(little)) and (little.flags.c_contiguous if order == "C" else little.flags.f_contiguous):
        flat = little.reshape(-1, order="F" if order == "F" else "C")
        return memoryview(cast("Buffer", flat.view("u1"))).cast("B") if flat.size else b""
    return little.tobytes("F" if order == "F" else "C")


def own(buffer: Buffer) -> Buffer:
    """A buffer that nobody can write to any more: itself, or a copy."""
    return buffer if _is_frozen(buffer.obj if isinstance(buffer, memoryview) else buffer) else bytes(buffer)


def _is_frozen(array: Any) -> bool:
    while not isinstance(array, (bytes, memoryview)):
        if array is None:
            return True
        flags = getattr(array, "flags", None)
        if flags is None or flags.writeable:
            return False
        array = array.base
    return isinstance(array, bytes) or array.readonly


# Reading


def read_body(data: Buffer, attachments: Sequence[Sequence[Buffer]] = ()) -> dict[str, Any]:
    """Reads the map of a body; each attachment is given as its frames, and must be used exactly once."""
    _check_structure(data)
    reader = _Reader(attachments)
    try:
        body = msgpack.unpackb(
            data,
            strict_map_key=False,
            object_pairs_hook=reader.map,
            list_hook=reader.array,
            ext_hook=reader.extension,
            max_array_len=MAX_ELEMENTS,
            max_map_len=MAX_ELEMENTS,
            max_bin_len=INLINE_BYTES,
        )
    except UnicodeDecodeError:
        raise invalid("a text is not UTF-8") from None
    except _BROKEN as broken:
        # The bytes are whole, see above: so it is a value that is too deep, too large, or a time stamp of odd length.
        raise invalid(str(broken) or "a value is nested too deep") from None
    if type(body) is not dict:
        raise malformed("a body is no map")
    _check_values(body, 1)
    if len(reader.used) != len(attachments):
        raise invalid(f"{len(attachments) - len(reader.used)} of {len(attachments)} attachments are not used")
    return body


def _check_structure(data: Buffer) -> None:
    try:
        length = walk(data)
    except msgpack.StackError:
        raise invalid("a value is nested too deep") from None
    except _BROKEN:
        raise malformed("a body is cut off or no msgpack") from None
    if length != len(data):
        raise malformed(f"there are {len(data) - length} bytes behind a body")


class _Walker(threading.local):
    """An unpacker for small things, kept because making one takes longer than using it."""

    unpacker: Any = None


_walker = _Walker()


def walk(data: Buffer) -> int:
    """Walks over the first value without building anything; how many bytes it has. Raises what msgpack raises."""
    unpacker = (
        msgpack.Unpacker(max_buffer_size=0)
        if len(data) > _SMALL
        else _walker.unpacker or msgpack.Unpacker(max_buffer_size=0)
    )
    # One that has failed, or has something left, is not used again.
    _walker.unpacker = None
    before = unpacker.tell()
    unpacker.feed(data)
    unpacker.skip()
    length = int(unpacker.tell() - before)
    if length == len(data) <= _SMALL:
        _walker.unpacker = unpacker
    return length


class _Reader:
    """What msgpack calls for each map, array and extension, the inner ones first."""

    def __init__(self, attachments: Sequence[Sequence[Buffer]]) -> None:
        self.used: set[int] = set()
        self._attachments = attachments
        self._elements = 0

    def map(self, pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
        self._count(len(pairs))
        for key, _ in pairs:
            if type(key) is not str:
                raise invalid(f"a key of a map is of type {type(key).__name__}, expected str")
        whole = dict(pairs)
        if len(whole) != len(pairs):
            raise invalid("a map has a repeated key")
        return whole

    def array(self, values: list[Any]) -> list[Any]:
        self._count(len(values))
        return values

    def _count(self, elements: int) -> None:
        self._elements += elements
        if self._elements > MAX_ELEMENTS:
            raise invalid(f"a body has more than {MAX_ELEMENTS} elements")

    def extension(self, code: int, payload: bytes) -> Any:
        if code == TENSOR:
            return self._tensor(payload)
        if code == BESIDE:
            data = self._attachment(_payload(payload))
            return data if type(data) is bytes else bytes(data)
        raise invalid(f"extension {code} is not known")

    def _attachment(self, index: Any) -> Buffer:
        if type(index) is not int or not 0 <= index < len(self._attachments):
            raise invalid(f"there is no attachment {index!r:.40}")
        if index in self.used:
            raise invalid(f"attachment {index} is used twice")
        self.used.add(index)
        return joined(self._attachments[index])

    def _tensor(self, payload: bytes) -> np.ndarray[Any, Any]:
        parts = _payload(payload)
        if type(parts) is not list or len(parts) != 4:
            raise invalid("a tensor is no array of 4 parts")
        dtype, shape, order, data = parts
        if type(dtype) is not str or dtype not in DTYPES:
            raise invalid(f"a tensor has the unknown dtype {dtype!r:.40}")
        if order not in ("C", "F"):
            raise invalid(f"a tensor has the unknown order {order!r:.40}")
        size = _size(shape) * DTYPES[dtype]
        if type(data) is int:
            data = self._attachment(data)
        elif type(data) is not bytes or len(data) > INLINE_BYTES:
            raise invalid(f"a tensor's data is neither a bin of at most {INLINE_BYTES} bytes nor an attachment")
        if len(data) != size:
            raise invalid(f"a tensor of {dtype}{shape} needs {size} bytes and has {len(data)}")
        return _array(dtype, shape, order, data)


def _payload(payload: bytes) -> Any:
    """The one value in the payload of an extension: flat, so that no inner array can claim more than is there."""
    if len(payload) > _MAX_PAYLOAD:
        raise invalid(f"an extension has a payload of {len(payload)} bytes")
    try:
        if walk(payload) == len(payload):
            return msgpack.unpackb(payload, max_map_len=0, max_ext_len=0)
    except _BROKEN:
        raise invalid("the payload of an extension is cut off or no msgpack") from None
    raise invalid("there are bytes behind the payload of an extension")


def _size(shape: Any) -> int:
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
        raise invalid(f"a tensor's shape is no array of at most {MAX_DIMENSIONS} dimensions")
    size = 1
    for dimension in shape:
        if type(dimension) is not int or not 0 <= dimension <= _MAX_INT:
            raise invalid(f"a tensor has the dimension {dimension!r:.40}")
        size *= dimension
    return size


def _array(dtype: str, shape: list[int], order: str, data: Buffer) -> np.ndarray[Any, Any]:
    import numpy as np

    if dtype == "bool" and len(data) and np.frombuffer(data, np.uint8).max() > 1:
        raise invalid("a tensor of bool has a byte other than 0 and 1")
    try:
        flat = np.frombuffer(data, np.dtype(dtype).newbyteorder("<")) if len(data) else np.empty(0, dtype)
        array = flat.reshape(shape, order="F" if order == "F" else "C")
    except ValueError as refused:
        # Such as a shape with a 0 whose other dimensions are beyond what numpy can address.
        raise invalid(f"numpy has no array of shape {shape}: {refused}") from None
    array.flags.writeable = False
    return array


def joined(pieces: Sequence[Buffer]) -> Buffer:
    """The frames of one part as one read-only buffer; a part of one frame is not copied."""
    if len(pieces) == 1:
        piece = pieces[0]
        return piece if type(piece) is bytes else memoryview(piece).toreadonly()
    return b"".join(pieces)


def _check_values(value: Any, depth: int) -> None:
    """Refuses what msgpack knows and the protocol does not; `value` is an array or map."""
    if depth > MAX_DEPTH:
        raise invalid(f"a value is nested more than {MAX_DEPTH} deep")
    values = value.values() if type(value) is dict else value
    kinds = set(map(type, values))
    if kinds <= _LEAVES:
        return
    if kinds == {int}:
        if max(values) > _MAX_INT:
            raise invalid("an integer is over 2^63-1")
        return
    for item in values:
        kind = type(item)
        if kind is dict or kind is list:
            _check_values(item, depth + 1)
        elif kind is int and item > _MAX_INT:
            raise invalid("an integer is over 2^63-1")
        elif kind is msgpack.Timestamp:
            raise invalid("extension -1 is not known")
