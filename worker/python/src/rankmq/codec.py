# SPDX-License-Identifier: Apache-2.0
"""Messages to frames and back (docs/protocol.md, section 2): canonical in writing, strict in reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgpack

from .errors import ErrorCode, RankMQError
from .headers import Header
from .kinds import (
    BY_NAME,
    BY_TYPE,
    MAX_INT63,
    Kind,
    Sender,
    int64,
    integer,
    millis,
    number,
    rank_number,
    references,
    session,
    text,
)
from .messages import Body, Envelope, Execute, Message, Packet, Result
from .values import (
    BODY_BYTES,
    FRAME_BYTES,
    INLINE_BYTES,
    MAX_ATTACHMENTS,
    MAX_MESSAGE_BYTES,
    Buffer,
    exceeded,
    joined,
    malformed,
)

VERSION = 1

_BY_REFERENCE = (Execute, Result)
"""Messages whose large values may travel beside them."""


# Writing


def encode(envelope: Envelope, message: Message, body: Body | None = None) -> list[Buffer]:
    """The frames of a message; a rank sends it if the envelope names one.

    Raises LIMIT_EXCEEDED for what is too large or long to travel; MALFORMED for what is out of its range, a fault of the caller."""
    kind = BY_TYPE[(type(message), envelope.rank is not None)]
    header: dict[str, Any] = {
        "v": VERSION,
        "kind": kind.name,
        "session": envelope.session,
        "incarnation": envelope.incarnation,
    }
    if envelope.rank is not None:
        header["rank"] = envelope.rank
    if kind.numbered:
        header["seq"] = number("seq", envelope.seq)
    for field, value in zip(kind.fields, message):
        if value is not None:
            header[field.key] = field.write(field.key, value)
    if body is None:
        return [msgpack.packb(header)]
    header["body"] = len(body.data)
    if body.references:
        header["data"] = [list(reference) for reference in body.references]
    attachments = [joined(pieces) for pieces in body.attachments]
    if attachments:
        header["attachments"] = [len(attachment) for attachment in attachments]
    _check_limits(len(body.data), [len(attachment) for attachment in attachments])
    packed = msgpack.packb(header)
    if len(packed) > FRAME_BYTES:
        raise exceeded(f"a header has {len(packed)} bytes; at most {FRAME_BYTES} can travel")
    frames: list[Buffer] = [packed]
    for part in (body.data, *attachments):
        if len(part) <= FRAME_BYTES:
            frames.append(part)
        else:
            view = memoryview(part)
            frames.extend(view[start : start + FRAME_BYTES] for start in range(0, len(part), FRAME_BYTES))
    return frames


def _check_limits(body: int, attachments: list[int]) -> None:
    if body > BODY_BYTES:
        raise exceeded(f"a body has {body} bytes, at most {BODY_BYTES} can travel; put bulk into arrays or bytes")
    if len(attachments) > MAX_ATTACHMENTS:
        raise exceeded(f"a message has {len(attachments)} attachments, at most {MAX_ATTACHMENTS} can travel")
    whole = body + sum(attachments)
    if whole > MAX_MESSAGE_BYTES:
        raise exceeded(f"a message has {whole} bytes, at most {MAX_MESSAGE_BYTES} can travel")


# Reading


def decode(frames: Sequence[Buffer], sender: Sender = Sender.PARENT) -> Packet:
    """The message that the frames hold; its body is not looked at.

    Raises MALFORMED, LIMIT_EXCEEDED, UNSUPPORTED_VERSION or FORBIDDEN."""
    if not frames:
        raise malformed("a message has no frame")
    for frame in frames:
        if len(frame) > FRAME_BYTES:
            raise exceeded(f"a frame has {len(frame)} bytes, at most {FRAME_BYTES} are taken")
    fields = Header(bytes(frames[0]))
    if fields.read("v", int64) != VERSION:
        raise RankMQError(ErrorCode.UNSUPPORTED_VERSION, f"a message is of version {fields.read('v', int64)}")
    name = fields.read("kind", text)
    kind = BY_NAME.get((name, sender))
    if kind is None:
        if any((name, other) in BY_NAME for other in Sender):
            raise RankMQError(ErrorCode.FORBIDDEN, f"{name} is not for this sender to send")
        raise malformed(f"the kind {name!r:.40} is not known")
    envelope = Envelope(
        fields.read("session", session),
        fields.read("incarnation", millis),
        _present(fields, "rank", rank_number, sender is Sender.RANK),
        _present(fields, "seq", number, kind.numbered),
    )
    values = [
        None if field.optional and not fields.has(field.key) else fields.read(field.key, field.read)
        for field in kind.fields
    ]
    return Packet(envelope, kind.message(*values), _read_frames(kind, fields, frames))


def _present(fields: Header, key: str, read: Callable[[str, Any], Any], expected: bool) -> Any:
    if expected:
        return fields.read(key, read)
    if fields.has(key):
        raise malformed(f"'{key}' is there, but this message has none")
    return None


def _lengths(key: str, value: Any) -> list[int]:
    if type(value) is not list or not value:
        raise malformed("'attachments' is no array of at least one length")
    if len(value) > MAX_ATTACHMENTS:
        raise exceeded(f"a message tells of {len(value)} attachments, at most {MAX_ATTACHMENTS} are taken")
    for length in value:
        _attachment_length(key, length)
    return value


_body_length = integer(1, MAX_INT63)
_attachment_length = integer(INLINE_BYTES + 1, MAX_INT63)


def _read_frames(kind: Kind, fields: Header, frames: Sequence[Buffer]) -> Body | None:
    is_referring = kind.message in _BY_REFERENCE and fields.has("data")
    if not fields.has("body"):
        if kind.body or fields.has("attachments") or is_referring or len(frames) > 1:
            raise malformed(f"{kind.name} has no body, or frames that its header does not tell of")
        return None
    if kind.body is None:
        raise malformed(f"{kind.name} has a body")
    length = fields.read("body", _body_length)
    lengths = fields.read("attachments", _lengths) if fields.has("attachments") else []
    beside = fields.read("data", references) if is_referring else []
    if lengths and beside:
        raise malformed("a header has both attachments and references")
    there = sum(map(len, frames)) - len(frames[0])
    if length + sum(lengths) != there:
        raise malformed(f"a header tells another length than the {there} bytes that are there")
    _check_limits(length, lengths)
    at = 1
    parts = []
    for part in (length, *lengths):
        count = -(-part // FRAME_BYTES)
        pieces = frames[at : at + count]
        if [len(piece) for piece in pieces] != [FRAME_BYTES] * (count - 1) + [part - FRAME_BYTES * (count - 1)]:
            raise malformed(f"frames are not cut every {FRAME_BYTES} bytes")
        parts.append(pieces)
        at += count
    if at != len(frames):
        raise malformed("there are empty frames")
    return Body(joined(parts[0]), parts[1:], beside)
