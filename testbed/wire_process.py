# SPDX-License-Identifier: Apache-2.0
"""
Carries Ethernet frames between two interfaces, badly. Arguments: the interface of the host, that of the network. Standard input: a
JSON object a line, see Wire.set; it ends when that is closed.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import random
import select
import socket
import struct
import sys
import time

SOL_PACKET = 263
PACKET_ADD_MEMBERSHIP = 1
PACKET_VNET_HDR = 15
PACKET_IGNORE_OUTGOING = 23
PROMISCUOUS = 1
ETH_P_ALL = 3
LARGEST = 70_000  # a frame that the kernel has not cut into packets yet
BURST = 64


def open_interface(name: str) -> socket.socket:
    """All frames that come in; with the kernel's header, so that checksums left to the hardware stay so."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    raw.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    raw.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    raw.setsockopt(
        SOL_PACKET, PACKET_ADD_MEMBERSHIP, struct.pack("iHH8s", socket.if_nametoindex(name), PROMISCUOUS, 0, b"")
    )
    for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        raw.setsockopt(socket.SOL_SOCKET, buffer, 8 << 20)
    raw.bind((name, ETH_P_ALL))
    raw.setblocking(False)
    return raw


class Wire:
    """Frames on their way, the earliest first."""

    def __init__(self, host: str, network: str) -> None:
        self.sides = (open_interface(host), open_interface(network))
        self.flying: list[tuple[float, int, int, bytes]] = []
        self.count = 0
        self.delay = self.jitter = self.loss = 0.0
        self.cut = ""
        self.random = random.Random(1)

    def change(self, line: str) -> None:
        what = json.loads(line)
        self.delay = float(what.get("delay", 0)) / 1000
        self.jitter = float(what.get("jitter", 0)) / 1000
        self.loss = float(what.get("loss", 0))
        self.cut = str(what.get("cut", ""))

    def take(self, side: int, now: float) -> None:
        for _ in range(BURST):
            try:
                frame = self.sides[side].recv(LARGEST)
            except BlockingIOError:
                return
            # The host's frames come from side 0.
            is_cut = self.cut == "both" or self.cut == ("out", "in")[side]
            if is_cut or self.random.random() < self.loss:
                continue
            arrival = now + max(0.0, self.delay + self.random.uniform(-self.jitter, self.jitter))
            self.count += 1
            heapq.heappush(self.flying, (arrival, self.count, 1 - side, frame))

    def deliver(self, now: float) -> None:
        while self.flying and self.flying[0][0] <= now:
            _, _, side, frame = heapq.heappop(self.flying)
            # The cable of the host is pulled, or the queue is full: a wire loses it.
            with contextlib.suppress(OSError):
                self.sides[side].send(frame)

    def pause(self, now: float) -> float:
        return max(0.0, self.flying[0][0] - now) if self.flying else 1.0


def main() -> None:
    wire = Wire(sys.argv[1], sys.argv[2])
    print("up", flush=True)
    while True:
        now = time.monotonic()
        wire.deliver(now)
        ready, _, _ = select.select([*wire.sides, sys.stdin], [], [], wire.pause(now))
        for side in (0, 1):
            if wire.sides[side] in ready:
                wire.take(side, time.monotonic())
        if sys.stdin in ready:
            line = sys.stdin.readline()
            if not line:
                return
            wire.change(line)


if __name__ == "__main__":
    main()
