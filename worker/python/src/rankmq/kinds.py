# SPDX-License-Identifier: Apache-2.0
"""The kinds of messages as a table: name, sender, fields and how each is checked (docs/protocol.md, section 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, NamedTuple

from .api import ReturnCode
from .errors import MAX_TEXT, MAX_TRACE, WireError, clean
from .headers import RawMap
from .messages import (
    COMMANDS,
    EVENTS,
    REPORTS,
    Abort,
    Ack,
    Assign,
    Claim,
    Claimed,
    Close,
    Echo,
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
    ParentHeartbeat,
    Probe,
    RankHeartbeat,
    Reference,
    Refuse,
    Resend,
    Result,
    Welcome,
)
from .values import INLINE_BYTES, MAX_ATTACHMENTS, exceeded, malformed

WORLD_SIZE = 65_536
_MAX_INT31 = (1 << 31) - 1
_MAX_SEQ = 1 << 53
MAX_INT63 = (1 << 63) - 1
MAX_VALUE_BYTES = 1 << 40
_SESSION = re.compile(r"[a-z0-9-]{1,64}\Z")

Read = Callable[[str, Any], Any]
Write = Callable[[str, Any], Any]


class Field(NamedTuple):
    """One field of a kind: its attribute and key, and how it is checked when read, and checked or prepared when written."""

    attribute: str
    key: str
    read: Read
    write: Write
    optional: bool


class Sender(Enum):
    """Who may have sent a message: it decides which kinds are legal."""

    PARENT = "PARENT"
    RANK = "RANK"
    CLAIMANT = "CLAIMANT"
    """A process that has no rank yet."""


class Kind(NamedTuple):
    name: str
    message: Any
    sender: Sender
    numbered: bool
    body: bool | None
    fields: tuple[Field, ...]


# Fields


def integer(minimum: int, maximum: int) -> Read:
    def read(key: str, value: Any) -> int:
        if type(value) is not int or not minimum <= value <= maximum:
            raise malformed(f"'{key}' is {value!r:.40}, expected an integer from {minimum} to {maximum}")
        return value

    return read


def _bool(key: str, value: Any) -> bool:
    if type(value) is not bool:
        raise malformed(f"'{key}' is {value!r:.40}, expected true or false")
    return value


def _str(maximum: int) -> Read:
    def read(key: str, value: Any) -> str:
        if type(value) is not str:
            raise malformed(f"'{key}' is of type {type(value).__name__}, expected str")
        if len(value) > maximum:
            raise exceeded(f"'{key}' has {len(value)} characters, at most {maximum} are taken")
        return value

    return read


text = _str(MAX_TEXT)


def _name(key: str, value: str) -> str:
    if len(value) > MAX_TEXT:
        raise exceeded(f"the {key} {value:.40}... has {len(value)} characters; at most {MAX_TEXT} can travel")
    return clean(value)


def _cut(key: str, value: str) -> str:
    return clean(value)[:MAX_TEXT]


def _one_of(*names: str) -> Read:
    def read(key: str, value: Any) -> str:
        if value not in names:
            raise malformed(f"'{key}' is {value!r:.40}, expected one of {', '.join(names)}")
        return str(value)

    return read


def _ranks(key: str, value: Any) -> tuple[int, ...]:
    if type(value) is not list:
        raise malformed(f"'{key}' is {value!r:.40}, expected an array")
    if len(value) > WORLD_SIZE:
        raise exceeded(f"'{key}' names {len(value)} ranks")
    return tuple(rank_number(key, rank) for rank in value)


def references(key: str, value: Any) -> list[Reference]:
    """What the attachments would be (docs/protocol.md, section 12.2)."""
    if type(value) is not list or not value:
        raise malformed(f"'{key}' is no array of at least one reference")
    if len(value) > MAX_ATTACHMENTS:
        raise exceeded(f"a message has {len(value)} references, at most {MAX_ATTACHMENTS} are taken")
    return [_reference(key, entry) for entry in value]


def _reference(key: str, value: Any) -> Reference:
    if type(value) is not list or len(value) != 2:
        raise malformed(f"'{key}' has an entry that is no array of a digest and a size")
    return Reference(digest(key, value[0]), _value_size(key, value[1]))


def digest(key: str, value: Any) -> bytes:
    if type(value) is not bytes or len(value) not in (16, 32):
        raise malformed(f"'{key}' has a digest that is no bin of 16 or 32 bytes")
    return value


def _read_error(key: str, value: Any) -> WireError:
    if type(value) is not RawMap or "code" not in value or "message" not in value:
        raise malformed("'error' is no map with code and message")
    return WireError(
        integer(0, _MAX_INT31)("code", value["code"]),
        text("message", value["message"]),
        text("type", value["type"]) if "type" in value else None,
        _str(MAX_TRACE)("trace", value["trace"]) if "trace" in value else None,
    )


def _write_error(key: str, error: WireError) -> dict[str, Any]:
    millis("code", error.code)
    return {name: part for name, part in zip(WireError._fields, error) if part is not None}


_version = integer(1, _MAX_INT31)
millis = integer(0, _MAX_INT31)
count = integer(0, _MAX_SEQ)
number = integer(1, _MAX_SEQ)
rank_number = integer(0, WORLD_SIZE - 1)
_world = integer(1, WORLD_SIZE)
_flag = integer(0, 1)
_value_size = integer(INLINE_BYTES + 1, MAX_VALUE_BYTES)
_port = integer(1, 65_535)
int64 = integer(-MAX_INT63 - 1, MAX_INT63)


def session(key: str, value: Any) -> str:
    if type(value) is not str or not _SESSION.match(value):
        raise malformed(f"'session' is {value!r:.80}, expected 1 to 64 characters of [a-z0-9-]")
    return value


def _kind(
    name: str,
    message: Any,
    *fields: tuple[str, Read] | tuple[str, Read, Write],
    optional: Sequence[str] = (),
    parent: bool = False,
    claimant: bool = False,
    numbered: bool = False,
    body: bool | None = None,
) -> Kind:
    """`body`: whether the kind must have one; None: it must not. `optional`: fields that may be absent; "body" too."""
    table = []
    for attribute, field in zip(message._fields, fields):
        write = field[2] if len(field) == 3 else field[1]
        table.append(Field(attribute, field[0], field[1], write, field[0] in optional))
    sender = Sender.PARENT if parent else Sender.CLAIMANT if claimant else Sender.RANK
    return Kind(name, message, sender, numbered, body, tuple(table))


_ERROR = ("error", _read_error, _write_error)
_APPLIED = ("applied", count)
_TASK = ("task", text, _name)
_REASON = ("reason", text, _cut)
_REPLY = ("reply", _ranks, lambda key, ranks: list(_ranks(key, list(ranks))))
_EVENT = ("event", text, _name)
_TO_PARENT, _TO_RANK = ("stream", _one_of(COMMANDS)), ("stream", _one_of(REPORTS, EVENTS))

_KINDS = (
    _kind("INITIALIZE", Initialize, parent=True, numbered=True, body=True),
    _kind(
        "EXECUTE",
        Execute,
        _TASK,
        ("name", text, _name),
        _REPLY,
        optional=["reply"],
        parent=True,
        numbered=True,
        body=True,
    ),
    _kind("HANDLE_EVENT", HandleEvent, _EVENT, _REPLY, optional=["reply"], parent=True, numbered=True, body=True),
    _kind("ABORT", Abort, _TASK, _REASON, optional=["task"], parent=True, numbered=True),
    _kind("CLOSE", Close, ("grace", millis), _REASON, parent=True, numbered=True),
    _kind("PROBE", Probe, ("nonce", int64), parent=True),
    _kind("HEARTBEAT", ParentHeartbeat, ("newest", count), parent=True),
    _kind(
        "WELCOME",
        Welcome,
        ("version", _version),
        ("world_size", _world),
        ("newest", count),
        ("heartbeat", _version),
        ("lease", _version),
        ("event_window", _version),
        ("data", _version),
        ("store", _flag),
        optional=["data", "store"],
        parent=True,
    ),
    _kind("REFUSE", Refuse, _ERROR, parent=True),
    _kind("ACK", Ack, _TO_RANK, ("upto", count), parent=True),
    _kind("RESEND", Resend, _TO_RANK, ("from", number), parent=True),
    _kind(
        "EVENT_REPLY",
        EventReply,
        ("event_seq", number),
        _ERROR,
        optional=["error"],
        parent=True,
        body=False,
    ),
    _kind(
        "JOIN",
        Join,
        ("min_version", _version),
        ("max_version", _version),
        ("world_size", _world),
        _APPLIED,
        ("host", text, _cut),
        ("pid", count),
        ("language", text, _cut),
        ("runtime", text, _cut),
        ("data", _version),
        ("store", text, _name),
        optional=["data", "store"],
    ),
    _kind("ECHO", Echo, ("nonce", int64)),
    _kind("HEARTBEAT", RankHeartbeat, _APPLIED, ("newest", count)),
    _kind("ACK", Ack, _TO_PARENT, ("upto", count)),
    _kind("RESEND", Resend, _TO_PARENT, ("from", number)),
    _kind("INITIALIZED", Initialized, _APPLIED, _ERROR, optional=["error"], numbered=True, body=False),
    _kind(
        "RESULT",
        Result,
        _APPLIED,
        _TASK,
        ("return_code", _one_of(*sorted(ReturnCode.ALL))),
        _ERROR,
        optional=["error"],
        numbered=True,
        body=False,
    ),
    _kind(
        "EVENT_HANDLED",
        EventHandled,
        _APPLIED,
        ("command", number),
        _ERROR,
        optional=["error"],
        numbered=True,
        body=False,
    ),
    _kind("FAILED", Failed, _APPLIED, _ERROR, numbered=True),
    _kind("LEAVING", Leaving, _APPLIED, _REASON, numbered=True),
    _kind("EVENT", Event, _EVENT, ("wait", _bool), numbered=True, body=True),
    _kind("MARK", Mark, ("newest", count)),
    _kind(
        "CLAIM",
        Claim,
        ("min_version", _version),
        ("max_version", _version),
        ("nonce", int64),
        ("host", text, _cut),
        ("address", text, _name),
        ("port", _port),
        ("pid", count),
        ("language", text, _cut),
        ("slot", rank_number),
        optional=["slot"],
        claimant=True,
    ),
    _kind("CLAIMED", Claimed, ("nonce", int64), ("claims", count), ("world_size", _world), parent=True),
    _kind(
        "ASSIGN",
        Assign,
        ("nonce", int64),
        ("assigned", rank_number),
        ("world_size", _world),
        ("local_rank", rank_number),
        ("local_world_size", _world),
        ("group_rank", rank_number),
        ("master_addr", text, _name),
        ("master_port", _port),
        ("public", text, _name),
        ("secret", text, _name),
        parent=True,
    ),
)
BY_NAME = {(kind.name, kind.sender): kind for kind in _KINDS}
BY_TYPE = {(kind.message, kind.sender is Sender.RANK): kind for kind in _KINDS}
