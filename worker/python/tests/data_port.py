# SPDX-License-Identifier: Apache-2.0
"""The parent's end of the data channel, in a thread, with faults that a test chooses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import zmq
from scripted_parent import WAIT, ScriptedParent

from rankmq import port
from rankmq.digest import checksum, digest_of
from rankmq.fetch import Ask, Fail, Pull, Take
from rankmq.messages import Body, Envelope, Reference

Fault = Callable[[port.Fetch, bytes], "list[tuple[port.PortMessage, bytes | None]] | None"]
"""What is sent for a request in place of the chunk; None: the chunk."""


class DataPort:
    """A ROUTER that serves values to ranks, and fetches from them."""

    def __init__(self, parent: ScriptedParent, segments: str = "", **settings: Any) -> None:
        self.parent = parent
        self.values: dict[bytes, bytes] = {}
        self.served = 0
        """Bytes sent in chunks."""
        self.asked: list[port.Fetch] = []
        self.askers: list[int | None] = []
        """Who asked for each of these."""
        self.hellos = 0
        self.fault: Fault = lambda fetch, payload: None
        self.algorithm = settings.get("digest", "xxh3-128")
        self._socket = parent.bind(zmq.ROUTER)
        self._socket.router_handover = True
        parent.data = {
            "endpoint": self._socket.last_endpoint.decode().rstrip("\0"),
            "digest": "xxh3-128",
            "inline_limit": 65_536,
            "chunk": 262_144,
            "segments": segments,
            **settings,
        }
        parent.welcome = {"data": 1}
        self._pull: tuple[bytes, Pull, bytearray, list[Any]] | None = None
        self._is_running = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def refer(self, body: Body) -> Body:
        """A body whose attachments are to be fetched from here."""
        references = []
        for (attachment,) in body.attachments:
            value = bytes(attachment)
            references.append(Reference(digest_of(self.algorithm, value), len(value)))
            self.values[references[-1].digest] = value
        return Body(body.data, references=references)

    def fetch(self, rank: int, reference: Reference) -> bytes | str:
        """A value that a rank has, or why not."""
        memory, ends = bytearray(reference.size), []
        pull = Pull(reference.digest, reference.size, 262_144, WAIT, time.monotonic())
        self._pull = self.parent.identity(rank), pull, memory, ends
        deadline = time.monotonic() + WAIT
        while not ends:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        self._pull = None
        return ends[0] if isinstance(ends[0], str) else bytes(memory)

    def close(self) -> None:
        self._is_running = False
        self._thread.join(WAIT)
        self._socket.close(0)

    def _run(self) -> None:
        begun: Any = None
        while self._is_running:
            pull = self._pull
            if pull is not None and pull is not begun:
                begun = pull
                self._perform(pull, pull[1].start())
            elif pull is not None:
                self._perform(pull, pull[1].tick(time.monotonic()))
            if self._socket.poll(2):
                identity, *frames = self._socket.recv_multipart()
                self._take(identity, *port.decode(frames, from_parent=False))

    def _take(self, identity: bytes, sender: Envelope, message: port.PortMessage, payload: Any) -> None:
        assert identity == self.parent.identity(sender.rank or 0)
        if isinstance(message, port.Hello):
            self.hellos += 1
        elif isinstance(message, port.Fetch):
            self.askers.append(sender.rank)
            self.asked.append(message)
            self._serve(identity, message)
        elif self._pull is not None and isinstance(message, port.Chunk):
            step = self._pull[1].chunk(message.offset, message.length, message.sum, payload, time.monotonic())
            self._perform(self._pull, step)
        elif self._pull is not None:
            assert isinstance(message, port.Gone)
            self._perform(self._pull, self._pull[1].gone(message.reason))

    def _serve(self, identity: bytes, fetch: port.Fetch) -> None:
        value = self.values.get(fetch.digest)
        if value is None:
            self._send(identity, port.Gone(fetch.digest, "nobody gave it"))
            return
        payload = value[fetch.offset : fetch.offset + fetch.length]
        answers = self.fault(fetch, payload)
        if answers is None:
            answers = [(port.Chunk(fetch.digest, fetch.offset, fetch.length, checksum(payload)), payload)]
        for message, content in answers:
            self.served += len(content or b"")
            self._send(identity, message, content)

    def _perform(self, pull: Any, steps: list[Any]) -> None:
        identity, core, memory, ends = pull
        for step in steps:
            if isinstance(step, Ask):
                self._send(identity, port.Fetch(core.digest, step.offset, step.length))
            elif isinstance(step, Take):
                memory[step.offset : step.offset + len(step.payload)] = step.payload
            elif core.is_over:
                ends.append(step.reason if isinstance(step, Fail) else True)

    def _send(self, identity: bytes, message: port.PortMessage, payload: bytes | None = None) -> None:
        envelope = Envelope(self.parent.session, self.parent.incarnation)
        self._socket.send_multipart([identity, *port.encode(envelope, message, payload)])
