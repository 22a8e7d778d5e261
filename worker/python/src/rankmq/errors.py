# SPDX-License-Identifier: Apache-2.0
"""Errors as the protocol numbers them (docs/protocol.md, section 9), and as they travel."""

from __future__ import annotations

from typing import NamedTuple

MAX_TEXT = 4096
"""Longest text of a header, in characters."""

MAX_TRACE = 16384
"""Longest trace, in characters; of a longer one the end is kept."""


class ErrorCode:
    """Numbers of the codes that a rank sends or meets."""

    UNKNOWN = 1
    MALFORMED = 2
    LIMIT_EXCEEDED = 3
    UNSUPPORTED_VERSION = 4
    FORBIDDEN = 5
    BAD_WORLD_SIZE = 6
    SESSION_CLOSED = 7
    INVALID_VALUE = 8
    COMPONENT_NOT_ALLOWED = 20
    COMPONENT_FAILED = 21
    NOT_AN_EXECUTOR = 22
    EXECUTION_FAILED = 30
    HANDLER_FAILED = 31
    TASK_TIMEOUT = 32
    DATA_UNAVAILABLE = 34
    RANK_EXITED = 40
    INTERNAL = 60


NAMES = {number: name for name, number in vars(ErrorCode).items() if name.isupper()}
"""Name of each number, for logs."""


class RankMQError(Exception):
    """A fault that has a code of the protocol."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self._sentence = message
        self._place = ""

    def within(self, key: object) -> None:
        """Notes that the fault is in the part with that key or index of something larger."""
        self._place = f"[{key!r:.80}]{self._place}"

    @property
    def message(self) -> str:
        """What is wrong, and where if that is known."""
        return f"at {self._place}: {self._sentence}" if self._place else self._sentence

    def __str__(self) -> str:
        return f"{NAMES.get(self.code, self.code)}: {self.message}"


class WireError(NamedTuple):
    """An error as it travels. Build it with `wire_error` or `describe`, which keep the limits."""

    code: int
    message: str
    type: str | None = None
    trace: str | None = None


def clean(text: str) -> str:
    """Text that can be written as UTF-8: lone surrogates, as in undecodable file names, become escapes."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def wire_error(code: int, message: str, type_: str | None = None, trace: str | None = None) -> WireError:
    """An error cut to what may travel."""
    return WireError(
        code,
        clean(message)[:MAX_TEXT],
        None if type_ is None else clean(type_)[:MAX_TEXT],
        None if trace is None else clean(trace)[-MAX_TRACE:],
    )


def describe(code: int, what: str, error: BaseException) -> WireError:
    """An exception of user code as an error: type, message and trace. ``what`` begins the sentence, or is empty."""
    import traceback

    cls = type(error)
    name = cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
    try:
        text = str(error)
        trace = "".join(traceback.format_exception(cls, error, error.__traceback__))
    except Exception as unprintable:
        text, trace = f"(its message cannot be shown: {type(unprintable).__name__})", ""
    return wire_error(code, ": ".join(part for part in (what, name, text) if part), name, trace)
