# SPDX-License-Identifier: Apache-2.0
"""What the core wants done, one named tuple each; whoever drives the core does it in the order given."""

from __future__ import annotations

from typing import NamedTuple, Union

from .errors import WireError
from .messages import Body
from .schedule import Work
from .streams import Frames


class SendControl(NamedTuple):
    """Send this on DEALER."""

    frames: Frames


class SendEvent(NamedTuple):
    """Send this on PUSH."""

    frames: Frames


class Rebuild(NamedTuple):
    """Close the three sockets and connect new ones."""


class Start(NamedTuple):
    """Run this command, and tell the core when it has ended."""

    work: Work


class Agree(NamedTuple):
    """The parent resolves references, or not; it may be silent for `lease` seconds."""

    data: bool
    lease: float


class RaiseAbort(NamedTuple):
    """Set the abort signal of the running task."""

    task: str
    reason: str


class EventRoom(NamedTuple):
    """So many more events may be fired."""

    events: int


class EventAnswered(NamedTuple):
    """What became of the event of that ticket: an error, or the body with the parent's changes, which may be none."""

    ticket: int
    error: WireError | None
    body: Body | None


class End(NamedTuple):
    """End this process with that exit code, and all its children."""

    code: int
    reason: str


Action = Union[SendControl, SendEvent, Rebuild, Start, Agree, RaiseAbort, EventRoom, EventAnswered, End]


class ExitCode:
    """Exit codes of a rank (docs/protocol.md, section 10)."""

    CLOSED = 0
    FAILED = 1
    BAD_BOOTSTRAP = 2
    NOT_JOINED = 3
    PARENT_GONE = 4
