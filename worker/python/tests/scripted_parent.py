# SPDX-License-Identifier: Apache-2.0
"""A parent that does what a test tells it, over real sockets with CURVE, and real ranks as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import zmq
from zmq.auth.thread import ThreadAuthenticator

from rankmq import bodies
from rankmq.bodies import Changes, Component, Property, ShareableParts
from rankmq.codec import decode, encode
from rankmq.errors import RankMQError
from rankmq.kinds import Sender
from rankmq.messages import (
    Ack,
    Body,
    Close,
    Echo,
    Envelope,
    Event,
    Execute,
    HandleEvent,
    Initialize,
    Initialized,
    Join,
    Packet,
    ParentHeartbeat,
    Probe,
    Welcome,
)

WAIT = 15.0
"""Longest wait for anything that a rank does by itself, in seconds; the machine may be busy."""


def no_skip(name: str, error: RankMQError) -> None:
    raise AssertionError(f"{name}: {error}")


class ScriptedParent:
    """PUB, ROUTER and PULL, an authenticator that knows the keys of the ranks, and the processes of the ranks."""

    def __init__(self, folder: Path, world_size: int = 1, lease: int = 10_000, heartbeat: int = 500) -> None:
        self.session, self.incarnation, self.world_size = "s-test", 3, world_size
        self.lease, self.heartbeat, self.event_window = lease, heartbeat, 1024
        self.folder = folder
        self.context: Any = zmq.Context()
        self.auth = ThreadAuthenticator(self.context)
        self.auth.start()
        self.keys = {rank: zmq.curve_keypair() for rank in range(world_size)}
        self.server_keys = zmq.curve_keypair()
        self.admitted = {public for public, _ in self.keys.values()}
        self.auth.configure_curve_callback(credentials_provider=self)
        self.commands = self.bind(zmq.PUB)
        self.control = self.bind(zmq.ROUTER)
        self.events = self.bind(zmq.PULL)
        self.data: dict[str, Any] | None = None
        self.welcome: dict[str, int] = {}
        self.newest = 0
        self.processes: list[subprocess.Popen[str]] = []
        self.acknowledges = True
        self.passed_over: list[Packet] = []

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether a client with that key may connect; the authenticator asks."""
        return key in self.admitted

    def bind(self, kind: int) -> Any:
        """A socket as the broker's are, at a port of its own."""
        socket = self.context.socket(kind)
        socket.linger = 0
        socket.curve_server = True
        socket.curve_publickey, socket.curve_secretkey = self.server_keys
        socket.bind("tcp://127.0.0.1:*")
        return socket

    def __enter__(self) -> ScriptedParent:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            output, _ = process.communicate(timeout=WAIT)
            # pytest shows it if the test failed.
            print(f"--- rank's output, exit code {process.returncode}\n{output}")
        self.auth.stop()
        for socket in (self.commands, self.control, self.events):
            socket.close(0)
        self.context.term()

    # Processes

    def document(self, rank: int) -> dict[str, Any]:
        public, secret = self.keys[rank]
        return {
            "version": 1,
            "session": self.session,
            "incarnation": self.incarnation,
            "world_size": self.world_size,
            "commands": self.commands.last_endpoint.decode().rstrip("\0"),
            "control": self.control.last_endpoint.decode().rstrip("\0"),
            "events": self.events.last_endpoint.decode().rstrip("\0"),
            "server_key": self.server_keys[0].decode(),
            "allow": ["rank_components."],
            "ranks": {str(rank): {"public": public.decode(), "secret": secret.decode()}},
            **({} if self.data is None else {"data": self.data}),
        }

    def start(self, rank: int = 0, **environment: str) -> subprocess.Popen[str]:
        """Starts a rank as a process."""
        path = self.folder / f"bootstrap-{rank}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.document(rank)), "utf-8")
        return self.launch({"RANKMQ_BOOTSTRAP": str(path), "RANK": str(rank), **environment})

    def launch(self, environment: dict[str, str], **options: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "rankmq"],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            text=True,
            start_new_session=True,
            **options,
        )
        self.processes.append(process)
        return process

    # Messages

    def receive(self, timeout: float = WAIT) -> Packet | None:
        """The next message of any rank, or None."""
        poller = zmq.Poller()
        poller.register(self.control, zmq.POLLIN)
        poller.register(self.events, zmq.POLLIN)
        ready = dict(poller.poll(max(0.0, timeout) * 1000))
        if self.control in ready:
            identity, *frames = self.control.recv_multipart()
            packet = decode(frames, Sender.RANK)
            assert identity.decode() == f"{self.session}/{self.incarnation}/{packet.envelope.rank}"
            return packet
        return decode(self.events.recv_multipart(), Sender.RANK) if self.events in ready else None

    def expect(self, kind: type, timeout: float = WAIT) -> Any:
        """The next message of that kind; what else is numbered is kept for later. Reports are acknowledged."""
        packet = self.packet(kind, timeout)
        return packet.message

    def packet(self, kind: type, timeout: float = WAIT) -> Packet:
        for packet in self.passed_over:
            if isinstance(packet.message, kind):
                self.passed_over.remove(packet)
                return packet
        deadline = time.monotonic() + timeout
        seen = []
        while True:
            packet = self.receive(deadline - time.monotonic())
            assert packet is not None, f"no {kind.__name__} within {timeout} s, but {seen}"
            is_report = packet.envelope.seq is not None and not isinstance(packet.message, Event)
            if is_report and self.acknowledges:
                self.send(Ack("reports", packet.envelope.seq or 0), packet.envelope.rank or 0)
            if isinstance(packet.message, kind):
                return packet
            seen.append(packet.message)
            if packet.envelope.seq is not None:
                self.passed_over.append(packet)

    def send(self, message: Any, rank: int = 0, body: Body | None = None) -> None:
        """Sends to one rank."""
        self.control.send_multipart(
            [self.identity(rank), *encode(Envelope(self.session, self.incarnation), message, body)]
        )

    def identity(self, rank: int) -> bytes:
        return f"{self.session}/{self.incarnation}/{rank}".encode()

    def broadcast(self, message: Any) -> None:
        """Sends to all ranks what is not numbered."""
        self.commands.send_multipart(encode(Envelope(self.session, self.incarnation), message))

    def command(self, message: Any, body: Body | None = None, lose: bool = False) -> list[Any]:
        """Sends the next command, or only says that it did; its frames."""
        self.newest += 1
        frames = encode(Envelope(self.session, self.incarnation, None, self.newest), message, body)
        if not lose:
            self.commands.send_multipart(frames)
        return frames

    # Scenes

    def join(self, rank: int = 0) -> Join:
        """Takes the join of a rank, and proves its subscription."""
        while True:
            packet: Packet | None = self.packet(Join)
            assert packet is not None
            join = packet.message
            # Another rank may have asked a second time.
            if isinstance(join, Join) and packet.envelope.rank == rank:
                break
        welcome = Welcome(
            1, self.world_size, self.newest, self.heartbeat, self.lease, self.event_window, **self.welcome
        )
        self.send(welcome, rank)
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            self.broadcast(Probe(77))
            packet = self.receive(0.02)
            if packet is not None and packet.message == Echo(77) and packet.envelope.rank == rank:
                return join
        raise AssertionError("the rank did not echo a probe")

    def initialize(self, executor: str = "rank_components.Worker", **args: Any) -> Any:
        """Has a rank build its executor; the answer."""
        self.command(
            Initialize(),
            bodies.write_initialize(
                "worker", [Component("worker", executor, args)], {"job": Property("test", sticky=True)}, no_skip
            ),
        )
        return self.packet(Initialized)

    def execute(self, task: str, name: str, values: dict[str, Any] | None = None, **options: Any) -> None:
        context = {name: Property(value) for name, value in options.pop("context", {}).items()}
        body = bodies.write_task(ShareableParts({}, values or {}), context, no_skip)
        self.command(Execute(task, name, options.pop("reply", None)), body, **options)

    def handle_event(self, event: str, context: dict[str, Any] | None = None, **options: Any) -> list[Any]:
        properties = {name: Property(value) for name, value in (context or {}).items()}
        return self.command(HandleEvent(event), bodies.write_context(properties, no_skip), **options)

    def beat(self) -> None:
        self.broadcast(ParentHeartbeat(self.newest))

    def close(self, grace: int = 5000) -> None:
        self.command(Close(grace, "the test is over"))


def changes(**values: Any) -> Body | None:
    """A body of EVENT_REPLY."""
    return bodies.write_changes(Changes({name: Property(value) for name, value in values.items()}, ()), no_skip)
