# SPDX-License-Identifier: Apache-2.0
"""Reading the bytes of a header: finds its fields, and builds only what is asked for (docs/protocol.md, section 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgpack

from .errors import WireError
from .values import MAX_DEPTH, malformed, walk

_BROKEN = (ValueError, msgpack.OutOfData, RecursionError)
_SCALARS = {str, int, bool, bytes}
_T = TypeVar("_T")


class RawMap(dict[str, Any]):
    """A map of a header, as far as its keys are known to be sound."""


class Header:
    """The fields of a header, read when they are asked for."""

    def __init__(self, header: bytes) -> None:
        """Raises MALFORMED if this is no map with different keys."""
        self._header = header
        self._values = _plain(header)
        self._places: dict[str, tuple[int, int]] = {}
        if self._values is None:
            self._places, end = _places(header, 0, len(header))
            if end != len(header):
                raise malformed(f"there are {len(header) - end} bytes behind a header")

    def has(self, key: str) -> bool:
        """Whether there is such a field."""
        return key in (self._places if self._values is None else self._values)

    def read(self, key: str, read: Callable[[str, Any], _T]) -> _T:
        """The value of a field, as `read` finds it to be good."""
        if not self.has(key):
            raise malformed(f"'{key}' is missing")
        if self._values is not None:
            return read(key, self._values[key])
        start, end = self._places[key]
        first = self._header[start]
        if 0x80 <= first <= 0x8F or first in (0xDE, 0xDF):
            return read(key, self._map(start, end))
        return read(key, _unpack(key, self._header[start:end]))

    def _map(self, start: int, end: int) -> RawMap:
        places, _ = _places(self._header, start, end)
        known = {key: place for key, place in places.items() if key in WireError._fields}
        return RawMap({key: _unpack(key, self._header[place[0] : place[1]]) for key, place in known.items()})


def _plain(header: bytes) -> dict[str, Any] | None:
    """The fields of a header that holds texts, numbers, truths, bytes and arrays of integers, as nearly all do: built at once, which
    is much faster. None for any other header; it may be good, or not."""
    try:
        if walk(header) != len(header):
            return None
        # Maps become tuples, to be told from arrays.
        pairs = msgpack.unpackb(header, object_pairs_hook=tuple)
    except _BROKEN:
        return None
    if type(pairs) is not tuple:
        return None
    fields = dict(pairs)
    if len(fields) != len(pairs) or set(map(type, fields)) != {str}:
        return None
    for value in fields.values():
        kind = type(value)
        if kind not in _SCALARS and not (kind is list and set(map(type, value)) <= {int}):
            return None
    return fields


def _unpack(key: str, value: bytes) -> Any:
    try:
        return msgpack.unpackb(value, object_pairs_hook=tuple, ext_hook=lambda code, data: None)
    except _BROKEN:
        raise malformed(f"'{key}' holds something that this field cannot be") from None


def _places(header: bytes, start: int, end: int) -> tuple[dict[str, tuple[int, int]], int]:
    """Start and end of each value of the map that starts there, and where the map ends; its keys are different."""
    unpacker = msgpack.Unpacker()
    unpacker.feed(header[start:end] if start or end != len(header) else header)
    places: dict[str, tuple[int, int]] = {}
    try:
        for _ in range(unpacker.read_map_header()):
            key = unpacker.unpack()
            if type(key) is not str:
                raise malformed(f"a key of a header is of type {type(key).__name__}, expected str")
            if key in places:
                raise malformed(f"the key {key!r:.40} of a header is repeated")
            at = start + unpacker.tell()
            unpacker.skip()
            places[key] = (at, start + unpacker.tell())
            if key not in _FLAT:
                _check_depth(header, *places[key])
    except _BROKEN:
        raise malformed("a header is cut off or no msgpack map") from None
    return places, start + unpacker.tell()


def _check_depth(header: bytes, start: int, end: int) -> None:
    """Refuses what is nested too deep, under whatever key; the header's own map has depth 1."""
    # Each level of nesting takes at least one byte: most values are too short to be too deep.
    if end - start < MAX_DEPTH:
        return
    open_levels: list[int] = []
    at = start
    while at < end:
        while open_levels and open_levels[-1] == 0:
            open_levels.pop()
        if open_levels:
            open_levels[-1] -= 1
        at, children = _step(header, at)
        if children is not None:
            open_levels.append(children)
            if len(open_levels) >= MAX_DEPTH:
                raise malformed(f"something in a header is nested more than {MAX_DEPTH} deep")


# Long, and read as arrays of integers.
_FLAT = ("attachments", "reply")
# Bytes of a value behind its first byte; for these the length itself is in the next bytes.
_FIXED = {0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
_FIXED.update({0xC0: 0, 0xC2: 0, 0xC3: 0, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17})
_COUNTED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_COUNTED.update({0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4})


def _step(header: bytes, at: int) -> tuple[int, int | None]:
    """Where the next value begins (after an array or map: its first element), and how many values the latter hold."""
    tag = header[at]
    if tag <= 0x7F or tag >= 0xE0:
        return at + 1, None
    if tag <= 0x8F:
        return at + 1, 2 * (tag & 0xF)
    if tag <= 0x9F:
        return at + 1, tag & 0xF
    if tag <= 0xBF:
        return at + 1 + (tag & 0x1F), None
    if tag in _FIXED:
        return at + 1 + _FIXED[tag], None
    width = _COUNTED[tag]
    length = int.from_bytes(header[at + 1 : at + 1 + width], "big")
    if tag >= 0xDC:
        return at + 1 + width, length * (2 if tag >= 0xDE else 1)
    return at + 1 + width + length + (1 if 0xC7 <= tag <= 0xC9 else 0), None
