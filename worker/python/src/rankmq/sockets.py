# SPDX-License-Identifier: Apache-2.0
"""The three sockets of a rank (docs/protocol.md, section 1), and the way for other threads to wake the thread that owns them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import zmq

from .bootstrap import Bootstrap, BootstrapError
from .values import INLINE_BYTES, Buffer

MAX_FRAME = 1 << 20
"""Above the protocol's limit, so that a frame that is a little too long is refused by us, with a sentence, and not by a cut."""

LINGER = 500
_RECONNECT, _RECONNECT_MAX = 50, 1000
_HANDSHAKE = 10_000
_DEAD_AFTER = 5000


def connect(
    context: zmq.Context[Any], bootstrap: Bootstrap, kind: int, endpoint: str, server_key: str | None = None
) -> zmq.Socket[Any]:
    """A socket with this rank's keys and identity; `server_key`: None for the broker's. Raises BootstrapError for an endpoint that is
    none."""
    socket: zmq.Socket[Any] = context.socket(kind)
    # Losing what the application has not read yet, or waits to send, is not for the queue to decide: streams have windows.
    socket.rcvhwm = socket.sndhwm = 0
    socket.maxmsgsize = MAX_FRAME
    socket.linger = LINGER
    socket.reconnect_ivl, socket.reconnect_ivl_max = _RECONNECT, _RECONNECT_MAX
    socket.handshake_ivl = _HANDSHAKE
    socket.tcp_keepalive = 1
    # A cut that nobody told us of: without this the kernel would resend for a quarter of an hour.
    socket.setsockopt(zmq.TCP_MAXRT, _DEAD_AFTER)
    socket.ipv6 = "[" in endpoint
    socket.curve_serverkey = (server_key or bootstrap.server_key).encode("ascii")
    socket.curve_publickey = bootstrap.public_key.encode("ascii")
    socket.curve_secretkey = bootstrap.secret_key.encode("ascii")
    if kind == zmq.DEALER:
        socket.routing_id = f"{bootstrap.session}/{bootstrap.incarnation}/{bootstrap.rank}".encode("ascii")
    if kind == zmq.SUB:
        socket.subscribe(b"")
    try:
        socket.connect(endpoint)
    except zmq.ZMQError as error:
        socket.close(0)
        raise BootstrapError(f"cannot connect to {endpoint}: {error.strerror}") from None
    return socket


class Sockets:
    """SUB, DEALER and PUSH, connected. Used by one thread only."""

    def __init__(self, context: zmq.Context[Any], bootstrap: Bootstrap) -> None:
        self._open: list[zmq.Socket[Any]] = []

        try:
            self.commands = self._connect(context, bootstrap, zmq.SUB, bootstrap.commands)
            self.control = self._connect(context, bootstrap, zmq.DEALER, bootstrap.control)
            self.events = self._connect(context, bootstrap, zmq.PUSH, bootstrap.events)
        except BootstrapError:
            self.close(0)
            raise

    def _connect(self, context: zmq.Context[Any], bootstrap: Bootstrap, kind: int, endpoint: str) -> zmq.Socket[Any]:
        self._open.append(connect(context, bootstrap, kind, endpoint))
        return self._open[-1]

    def close(self, linger: int) -> None:
        """Closes all three; what was not sent yet gets `linger` milliseconds when the context ends."""
        for socket in self._open:
            socket.close(linger)


def receive(socket: zmq.Socket[Any]) -> list[Buffer] | None:
    """The frames of the next message, or None if there is none. Large frames are views of what ZeroMQ has received."""
    try:
        frame = socket.recv(zmq.NOBLOCK, copy=False)
    except zmq.Again:
        return None
    frames = [_content(frame)]
    while frame.more:
        # A message comes whole, so this does not wait.
        frame = socket.recv(copy=False)
        frames.append(_content(frame))
    return frames


def send(socket: zmq.Socket[Any], frames: Sequence[Buffer]) -> bool:
    """Sends a message; false if ZeroMQ does not take it now, and then the stream will bring it again."""
    try:
        socket.send_multipart(frames, zmq.NOBLOCK)
    except zmq.Again:
        return False
    return True


def _content(frame: zmq.Frame) -> Buffer:
    return frame.bytes if len(frame) <= INLINE_BYTES else frame.buffer


class Mailbox:
    """Calls that other threads post to the loop thread. Each wakes it, through a socket that it polls."""

    def __init__(self, context: zmq.Context[Any]) -> None:
        self.receiver = context.socket(zmq.PAIR)
        self.receiver.linger = 0
        self.receiver.bind("inproc://rankmq-mailbox")
        self._sender = context.socket(zmq.PAIR)
        self._sender.linger = 0
        self._sender.connect("inproc://rankmq-mailbox")
        self._lock = threading.Lock()
        self._calls: list[Callable[[], None]] = []
        self._is_open = True

    def post(self, call: Callable[[], None]) -> bool:
        """Has the loop thread make this call; false if it makes none any more. Any thread."""
        with self._lock:
            if not self._is_open:
                return False
            self._calls.append(call)
            if len(self._calls) == 1:
                self._sender.send(b"", zmq.NOBLOCK)
            return True

    def take(self) -> list[Callable[[], None]]:
        """What was posted, in order. Loop thread only, when it has found the receiver readable."""
        with self._lock:
            self.receiver.recv(zmq.NOBLOCK)
            calls, self._calls = self._calls, []
            return calls

    def close(self) -> list[Callable[[], None]]:
        """Takes no more calls, and gives those that were not made. Loop thread only."""
        with self._lock:
            self._is_open = False
            self.receiver.close()
            self._sender.close()
            return self._calls
