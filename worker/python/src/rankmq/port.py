# SPDX-License-Identifier: Apache-2.0
"""Messages of the data port, to frames and back (docs/protocol.md, section 12.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Union

import msgpack

from .codec import VERSION
from .errors import ErrorCode, RankMQError
from .headers import Header
from .kinds import MAX_VALUE_BYTES, digest, int64, integer, millis, rank_number, session, text
from .messages import Envelope
from .values import FRAME_BYTES, Buffer, malformed


class Hello(NamedTuple):
    """A rank is reachable now."""


class Fetch(NamedTuple):
    """Send these bytes of a value."""

    digest: bytes
    offset: int
    length: int


class Chunk(NamedTuple):
    """Bytes of a value, in the next frame; `sum` is their checksum."""

    digest: bytes
    offset: int
    length: int
    sum: int


class Gone(NamedTuple):
    """The value is not here."""

    digest: bytes
    reason: str


PortMessage = Union[Hello, Fetch, Chunk, Gone]

_KINDS: dict[str, Any] = {"HELLO": Hello, "FETCH": Fetch, "CHUNK": Chunk, "GONE": Gone}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_READ: dict[str, Any] = {
    "digest": digest,
    "offset": integer(0, MAX_VALUE_BYTES),
    "length": integer(1, FRAME_BYTES),
    "sum": int64,
    "reason": text,
}


def encode(envelope: Envelope, message: PortMessage, payload: Buffer | None = None) -> list[Buffer]:
    """The frames of a message; the payload belongs to a chunk."""
    header = {
        "v": VERSION,
        "kind": _NAMES[type(message)],
        "session": envelope.session,
        "incarnation": envelope.incarnation,
    }
    if envelope.rank is not None:
        header["rank"] = envelope.rank
    header.update(message._asdict())
    return [msgpack.packb(header)] if payload is None else [msgpack.packb(header), payload]


def decode(frames: Sequence[Buffer], from_parent: bool = True) -> tuple[Envelope, PortMessage, Buffer]:
    """Sender, message and payload (empty but for a chunk). Raises MALFORMED, UNSUPPORTED_VERSION or FORBIDDEN."""
    fields = Header(bytes(frames[0]))
    if fields.read("v", int64) != VERSION:
        raise RankMQError(ErrorCode.UNSUPPORTED_VERSION, f"a message is of version {fields.read('v', int64)}")
    name = fields.read("kind", text)
    kind = _KINDS.get(name)
    if kind is None:
        raise malformed(f"the kind {name!r:.40} is not known at the data port")
    if kind is Hello and from_parent:
        raise RankMQError(ErrorCode.FORBIDDEN, "HELLO is not for this sender to send")
    if from_parent and fields.has("rank"):
        raise malformed("'rank' is there, but the parent has none")
    envelope = Envelope(
        fields.read("session", session),
        fields.read("incarnation", millis),
        None if from_parent else fields.read("rank", rank_number),
    )
    message: PortMessage = kind(*(fields.read(key, _READ[key]) for key in kind._fields))
    payload = frames[1] if len(frames) > 1 else b""
    if len(frames) > 2 or len(payload) != (message.length if isinstance(message, Chunk) else 0):
        raise malformed(f"{name} has another payload than its header tells")
    return envelope, message, payload
