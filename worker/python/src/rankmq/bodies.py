# SPDX-License-Identifier: Apache-2.0
"""The shapes that bodies have (docs/protocol.md, sections 3 and 5), read and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgpack

from .errors import ErrorCode, RankMQError
from .messages import Body, Reference
from .values import Buffer, ValueWriter, malformed, own, read_body

PRIVATE, STICKY = 1, 2


class Property(NamedTuple):
    """One property of a context, with its marks."""

    value: Any
    private: bool = False
    sticky: bool = False


Properties = Mapping[str, Property]


class Changes(NamedTuple):
    """What was changed in a context."""

    set: Properties
    removed: Sequence[str]


class Component(NamedTuple):
    """A component to build: `path` is a str, or a map from language to str."""

    id: str
    path: Any
    args: dict[str, Any]


class ShareableParts(NamedTuple):
    """The two maps of a shareable."""

    headers: dict[str, Any]
    values: dict[str, Any]


# Reading


def read_initialize(body: Body) -> tuple[str, list[Component], dict[str, Property]]:
    """Executor id, components and context of INITIALIZE."""
    parts = _read(body, "executor", "components", "context")
    if type(parts["executor"]) is not str or type(parts["components"]) is not list:
        raise malformed("'executor' is no str or 'components' no array")
    return parts["executor"], [_component(item) for item in parts["components"]], _context(parts["context"])


def read_task(body: Body) -> tuple[ShareableParts, dict[str, Property]]:
    """Shareable and context of EXECUTE."""
    parts = _read(body, "shareable", "context")
    return _shareable(parts["shareable"]), _context(parts["context"])


def read_context(body: Body) -> dict[str, Property]:
    """The context of HANDLE_EVENT or EVENT."""
    return _context(_read(body, "context")["context"])


def read_changes(body: Body | None) -> Changes:
    """The changes of EVENT_REPLY, INITIALIZED or EVENT_HANDLED."""
    return read_result(body, ("changes",))[1]


def read_result(
    body: Body | None, optional: tuple[str, ...] = ("shareable", "changes")
) -> tuple[ShareableParts | None, Changes]:
    """Shareable and changes of RESULT; nothing changed where it says nothing."""
    parts = _read(body, optional=optional) if body is not None else {}
    shareable = _shareable(parts["shareable"]) if "shareable" in parts else None
    if "changes" not in parts:
        return shareable, Changes({}, ())
    changes = _keys("changes", parts["changes"], ("set", "removed"))
    removed = changes["removed"]
    if type(removed) is not list or not all(type(name) is str for name in removed):
        raise malformed("'removed' is no array of str")
    return shareable, Changes(_context(changes["set"]), removed)


def _read(body: Body, *required: str, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return _keys("a body", read_body(body.data, body.attachments), required, optional)


def _keys(what: str, value: Any, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    if type(value) is not dict or not value.keys() >= set(required) or not value.keys() <= {*required, *optional}:
        raise malformed(f"{what} is no map with exactly the keys {', '.join(required + optional)}")
    return value


def _shareable(value: Any) -> ShareableParts:
    parts = _keys("a shareable", value, ("headers", "values"))
    if type(parts["headers"]) is not dict or type(parts["values"]) is not dict:
        raise malformed("headers or values of a shareable are no map")
    return ShareableParts(parts["headers"], parts["values"])


def _context(value: Any) -> dict[str, Property]:
    if type(value) is not dict:
        raise malformed("a context is no map")
    context = {}
    for name, entry in value.items():
        if type(entry) is not list or len(entry) != 2 or type(entry[1]) is not int or not 0 <= entry[1] <= 3:
            raise malformed(f"the context property {name!r:.80} is no array of a value and its marks")
        context[name] = Property(entry[0], bool(entry[1] & PRIVATE), bool(entry[1] & STICKY))
    return context


def _component(value: Any) -> Component:
    parts = _keys("a component", value, ("id", "path", "args"))
    path = parts["path"]
    is_path = type(path) is str or (type(path) is dict and all(type(name) is str for name in path.values()))
    if type(parts["id"]) is not str or not is_path or type(parts["args"]) is not dict:
        raise malformed(
            "a component has an id that is no str, a path that is neither str nor map of str, or args no map"
        )
    return Component(parts["id"], path, parts["args"])


# Writing

Skip = Callable[[str, RankMQError], None]
"""Told of each context property that cannot travel and is left out."""


def write_context(context: Properties, skip: Skip) -> Body:
    """The body of EVENT or HANDLE_EVENT."""
    writer = ValueWriter()
    writer.count(1, 1)
    return _pack(writer, {"context": _write_context(writer, context, 2, skip)})


def write_task(shareable: ShareableParts, context: Properties, skip: Skip) -> Body:
    """The body of EXECUTE."""
    writer = ValueWriter()
    writer.count(2, 1)
    return _pack(
        writer,
        {"shareable": _write_shareable(writer, shareable), "context": _write_context(writer, context, 2, skip)},
    )


def write_initialize(executor: str, components: Iterable[Component], context: Properties, skip: Skip) -> Body:
    """The body of INITIALIZE."""
    writer = ValueWriter()
    writer.count(3, 1)
    return _pack(
        writer,
        {
            "executor": executor,
            "components": writer.prepare([component._asdict() for component in components], 2),
            "context": _write_context(writer, context, 2, skip),
        },
    )


def write_changes(changes: Changes, skip: Skip) -> Body | None:
    """The body of INITIALIZED, EVENT_HANDLED or EVENT_REPLY; none if nothing changed."""
    return write_result(None, changes, skip) if changes.set or changes.removed else None


Share = Callable[[Sequence[Buffer]], "Sequence[Reference] | None"]
"""Brings large values to where the other side finds them, and gives what refers to them; None if they are to travel in the message."""


def write_result(shareable: ShareableParts | None, changes: Changes, skip: Skip, share: Share | None = None) -> Body:
    """The body of RESULT.

    Raises INVALID_VALUE if the shareable cannot travel."""
    writer = ValueWriter(borrows=share is not None)
    body: dict[str, Any] = {}
    if shareable is not None:
        body["shareable"] = _write_shareable(writer, shareable)
    if changes.set or changes.removed:
        writer.count(2, 2)
        body["changes"] = {
            "set": _write_context(writer, changes.set, 3, skip),
            "removed": writer.prepare(changes.removed, 3),
        }
    writer.count(len(body), 1)
    return _pack(writer, body, share)


def _write_shareable(writer: ValueWriter, shareable: ShareableParts) -> dict[str, Any]:
    prepared: dict[str, Any] = writer.prepare(shareable._asdict(), 2)
    return prepared


def _write_context(writer: ValueWriter, context: Properties, depth: int, skip: Skip) -> dict[str, Any]:
    writer.count(len(context), depth)
    prepared = {}
    for name, entry in context.items():
        try:
            # As many elements, and as deep, as the value and its marks that take their place.
            key, value = writer.attempt([name, entry.value], depth + 1)
        except RankMQError as cannot:
            skip(name, cannot)
            continue
        prepared[key] = [value, (PRIVATE if entry.private else 0) | (STICKY if entry.sticky else 0)]
    return prepared


def _pack(writer: ValueWriter, body: dict[str, Any], share: Share | None = None) -> Body:
    try:
        data = msgpack.packb(body)
    except ValueError as refused:
        raise RankMQError(ErrorCode.LIMIT_EXCEEDED, f"a body is too large: {refused}") from None
    references = share(writer.attachments) if share is not None and writer.attachments else None
    if references is not None:
        return Body(data, references=references)
    return Body(data, [[own(attachment)] for attachment in writer.attachments])
