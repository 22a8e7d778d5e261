# SPDX-License-Identifier: Apache-2.0
"""The messages (docs/protocol.md, section 5): one named tuple each, fields in the order on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Union

from .errors import WireError
from .values import Buffer

COMMANDS, REPORTS, EVENTS = "commands", "reports", "events"


class Envelope(NamedTuple):
    """The header fields that all messages have. `rank` is absent if the parent sent it, `seq` if it is not numbered."""

    session: str
    incarnation: int
    rank: int | None = None
    seq: int | None = None


class Reference(NamedTuple):
    """A value that travels beside the message: its digest, and how many bytes it has."""

    digest: bytes
    size: int


class Body(NamedTuple):
    """A body in encoded form, and for each attachment its frames (to be sent: one buffer, which is cut then); or, in their place, what
    the attachments would be."""

    data: Buffer
    attachments: Sequence[Sequence[Buffer]] = ()
    references: Sequence[Reference] = ()


# From the parent, on PUB


class Initialize(NamedTuple):
    """Build the components and fire start_run."""


class Execute(NamedTuple):
    """Run the executor. `reply`: the ranks whose answer is wanted; None: all."""

    task: str
    name: str
    reply: tuple[int, ...] | None = None


class HandleEvent(NamedTuple):
    """Fire an event locally."""

    event: str
    reply: tuple[int, ...] | None = None


class Abort(NamedTuple):
    """Set the abort signal of a task; None: of every task received so far."""

    task: str | None
    reason: str


class Close(NamedTuple):
    """Abort what runs and end within `grace` milliseconds."""

    grace: int
    reason: str


class Probe(NamedTuple):
    """To be echoed: proves that the subscription is live."""

    nonce: int


class ParentHeartbeat(NamedTuple):
    """The parent is alive; `newest` is the newest command."""

    newest: int


# From the parent, to one rank


class Welcome(NamedTuple):
    """The join is accepted. Times are milliseconds. `data`: the parent resolves references; `store`: it has this rank's store."""

    version: int
    world_size: int
    newest: int
    heartbeat: int
    lease: int
    event_window: int
    data: int | None = None
    store: int | None = None


class Refuse(NamedTuple):
    """The join is not accepted."""

    error: WireError


class Ack(NamedTuple):
    """Everything of the stream up to here is taken."""

    stream: str
    upto: int


class Resend(NamedTuple):
    """Send the stream again from here."""

    stream: str
    from_: int


class EventReply(NamedTuple):
    """Answer to an event whose sender waits."""

    event_seq: int
    error: WireError | None = None


# From a rank, on DEALER


class Join(NamedTuple):
    """A rank wants in, for the first time or again. `data`: it resolves references; `store`: the token of its store."""

    min_version: int
    max_version: int
    world_size: int
    applied: int
    host: str
    pid: int
    language: str
    runtime: str
    data: int | None = None
    store: str | None = None


class Echo(NamedTuple):
    """Answer to a probe."""

    nonce: int


class RankHeartbeat(NamedTuple):
    """The rank is alive; `newest` is its newest report."""

    applied: int
    newest: int


class Initialized(NamedTuple):
    """The rank is ready, or says why not."""

    applied: int
    error: WireError | None = None


class Result(NamedTuple):
    """A task ended."""

    applied: int
    task: str
    return_code: str
    error: WireError | None = None


class EventHandled(NamedTuple):
    """The event of command number `command` was handled."""

    applied: int
    command: int
    error: WireError | None = None


class Failed(NamedTuple):
    """The rank cannot go on."""

    applied: int
    error: WireError


class Leaving(NamedTuple):
    """The rank ends in order."""

    applied: int
    reason: str


# From a rank, on PUSH


class Event(NamedTuple):
    """A rank fires an event in the parent."""

    event: str
    wait: bool


class Mark(NamedTuple):
    """`newest` is the newest event."""

    newest: int


# About a claim (section 13)


class Claim(NamedTuple):
    """A process without a rank wants one. The nonce is secret."""

    min_version: int
    max_version: int
    nonce: int
    host: str
    address: str
    port: int
    pid: int
    language: str
    slot: int | None = None


class Claimed(NamedTuple):
    """A claim is noted; so many of the world size are there."""

    nonce: int
    claims: int
    world_size: int


class Assign(NamedTuple):
    """The rank that a process is from now on, its place in the manner of torchrun, and its keys."""

    nonce: int
    assigned: int
    world_size: int
    local_rank: int
    local_world_size: int
    group_rank: int
    master_addr: str
    master_port: int
    public: str
    secret: str

    def __repr__(self) -> str:
        return f"Assign({self.assigned} of {self.world_size})"


FromParent = Union[
    Initialize,
    Execute,
    HandleEvent,
    Abort,
    Close,
    Probe,
    ParentHeartbeat,
    Welcome,
    Refuse,
    Ack,
    Resend,
    EventReply,
    Claimed,
    Assign,
]
FromRank = Union[
    Join, Echo, RankHeartbeat, Ack, Resend, Initialized, Result, EventHandled, Failed, Leaving, Event, Mark
]
Message = Union[FromParent, FromRank, Claim]
Command = Union[Initialize, Execute, HandleEvent, Abort, Close]
Report = Union[Initialized, Result, EventHandled, Failed, Leaving]


class Packet(NamedTuple):
    """A message with its envelope and, if it has one, its body."""

    envelope: Envelope
    message: Message
    body: Body | None = None
