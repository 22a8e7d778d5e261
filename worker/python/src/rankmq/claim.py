# SPDX-License-Identifier: Apache-2.0
"""Claiming a rank with the session's join key (docs/protocol.md, section 13)."""

from __future__ import annotations

import logging
import math
import os
import platform
import secrets
import socket
import time
from typing import Any

import zmq

from .bootstrap import Bootstrap, NotJoined
from .codec import VERSION, decode, encode
from .errors import RankMQError
from .link import JOIN_DEADLINE, JOIN_EVERY, REBUILD_AFTER
from .messages import Assign, Claim, Claimed, Envelope, Refuse
from .sockets import MAX_FRAME, receive, send

log = logging.getLogger("rankmq.claim")


class Times:
    """When to claim, to connect again, or to give up. Times are seconds of a monotonic source."""

    def __init__(self, now: float) -> None:
        self._heard_at = self._attempt_at = self._claim_at = now

    def heard(self, now: float) -> None:
        """The parent has answered."""
        self._heard_at = self._attempt_at = now

    def take(self, now: float) -> str:
        """What is due: "give up", "rebuild" (and claim), "claim" or ""; counts it as done."""
        if now - self._heard_at >= JOIN_DEADLINE:
            return "give up"
        rebuild = now - self._attempt_at >= REBUILD_AFTER
        if rebuild:
            self._attempt_at = now
        elif now < self._claim_at:
            return ""
        self._claim_at = now + JOIN_EVERY
        return "rebuild" if rebuild else "claim"

    def next(self) -> float:
        """When something is due next."""
        return min(self._claim_at, self._attempt_at + REBUILD_AFTER, self._heard_at + JOIN_DEADLINE)


def claim(access: Bootstrap, slot: int | None) -> Assign:
    """Claims a rank and waits until one is given; `access` has the join key in place of a rank's.

    As long as the parent answers there is no other deadline than the parent's. Raises NotJoined."""
    address, port = _own_place(access.control)
    nonce = secrets.randbits(64) - (1 << 63)
    message = Claim(VERSION, VERSION, nonce, platform.node(), address, port, os.getpid(), "python", slot)
    frames = encode(Envelope(access.session, access.incarnation), message)
    context: zmq.Context[Any] = zmq.Context()
    dealer = _connect(context, access)
    times = Times(time.monotonic())
    told = -1
    try:
        while True:
            due = times.take(time.monotonic())
            if due == "give up":
                raise NotJoined(
                    f"the parent of session {access.session} did not answer at {access.control}; is it running?"
                )
            if due == "rebuild":
                dealer.close(0)
                dealer = _connect(context, access)
            if due:
                send(dealer, frames)
            dealer.poll(math.ceil(max(0.0, times.next() - time.monotonic()) * 1000))
            answer = _answer(dealer)
            if answer is None:
                continue
            times.heard(time.monotonic())
            if isinstance(answer, Assign) and answer.nonce == nonce:
                return answer
            if isinstance(answer, Refuse):
                raise NotJoined(f"the parent gives no rank: {answer.error.message}")
            if isinstance(answer, Claimed) and answer.claims != told:
                told = answer.claims
                log.info(
                    "waiting for a rank of session %s: %d of %d are there", access.session, told, answer.world_size
                )
    finally:
        dealer.close(0)
        context.term()


def _answer(dealer: zmq.Socket[Any]) -> Any:
    frames = receive(dealer)
    if frames is None:
        return None
    try:
        return decode(frames).message
    except RankMQError as bad:
        log.warning("a message of the parent was dropped: %s", bad)
        return None


def _connect(context: zmq.Context[Any], access: Bootstrap) -> zmq.Socket[Any]:
    dealer: zmq.Socket[Any] = context.socket(zmq.DEALER)
    dealer.maxmsgsize = MAX_FRAME
    dealer.curve_serverkey = access.server_key.encode("ascii")
    dealer.curve_publickey = access.public_key.encode("ascii")
    dealer.curve_secretkey = access.secret_key.encode("ascii")
    dealer.connect(access.control)
    return dealer


def _own_place(control: str) -> tuple[str, int]:
    """Our address on the way to the broker, and a port that is free there."""
    host, _, port = control.removeprefix("tcp://").rpartition(":")
    try:
        # Connecting a datagram socket sends nothing; it asks the kernel for the route.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
            route.connect((host, int(port)))
            address = str(route.getsockname()[0])
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
            free.bind((address, 0))
            return address, int(free.getsockname()[1])
    except OSError as error:
        raise NotJoined(f"there is no way from this host to the broker at {control}: {error.strerror}") from None
