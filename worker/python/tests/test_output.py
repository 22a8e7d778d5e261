# SPDX-License-Identifier: Apache-2.0
"""What is kept of a rank's output, in which order, and what is left out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from rankmq.bodies import read_context
from rankmq.messages import Body
from rankmq.output import CAPACITY, MAX_PIECE, OutputRelay


class Parent:
    def __init__(self, relay: OutputRelay) -> None:
        self.sent: list[list[Any]] = []
        self.has_room = True
        # Without the thread: when something is sent is for the test to say.
        relay._send = self.offer

    def offer(self, write: Callable[[], Body]) -> bool:
        if self.has_room:
            self.sent.append(read_context(write())["pieces"].value)
        return self.has_room


@pytest.fixture
def relay() -> OutputRelay:
    return OutputRelay()


@pytest.fixture
def parent(relay: OutputRelay) -> Parent:
    return Parent(relay)


def test_both_outputs_are_in_the_order_in_which_they_were_written(relay: OutputRelay, parent: Parent) -> None:
    relay.add(1, b"one ")
    relay.add(1, b"two\n")
    relay.add(2, b"three\n")
    relay.add(1, b"four\n")
    relay.flush()
    relay.flush()
    assert parent.sent == [[[1, b"one two\n"], [2, b"three\n"], [1, b"four\n"]]]


def test_what_finds_no_room_is_sent_later(relay: OutputRelay, parent: Parent) -> None:
    parent.has_room = False
    relay.add(1, b"kept ")
    relay.flush()
    relay.add(1, b"until then")
    parent.has_room = True
    relay.flush()
    assert parent.sent == [[[1, b"kept until then"]]]


def test_pieces_are_not_larger_than_the_protocol_allows(relay: OutputRelay, parent: Parent) -> None:
    relay.add(1, b"x" * (2 * MAX_PIECE + 1))
    relay.flush()
    assert [len(piece) for _, piece in parent.sent[0]] == [MAX_PIECE, MAX_PIECE, 1]


def test_what_is_too_much_is_left_out_and_counted_where_it_is_missing(relay: OutputRelay, parent: Parent) -> None:
    relay.add(2, b"first\n")
    relay.add(1, b"x" * CAPACITY)
    relay.add(2, b"gone")
    relay.add(1, b"gone too")
    relay.flush()
    relay.add(1, b"again\n")
    relay.flush()
    kept = sum(len(piece) for _, piece in parent.sent[0] if isinstance(piece, bytes))
    left_out = [piece for _, piece in parent.sent[0] if isinstance(piece, int)]
    assert kept <= CAPACITY
    assert len(left_out) == 2
    assert kept + sum(left_out) == len(b"first\ngonegone too") + CAPACITY
    assert parent.sent[1] == [[1, b"again\n"]]


def test_many_small_parts_are_bounded_too(relay: OutputRelay, parent: Parent) -> None:
    for i in range(2 * CAPACITY):
        relay.add(1 + i % 2, b"x")
    relay.flush()
    assert len(parent.sent[0]) < CAPACITY / 60


def test_what_is_collected_while_something_is_taken_may_print(relay: OutputRelay, parent: Parent) -> None:
    class Collects(bytes):
        def __getitem__(self, key: Any) -> Any:
            relay.add(2, b"from a finalizer\n")
            return bytes(self)[key]

    relay.add(1, Collects(b"line\n"))
    relay.flush()
    assert sorted(parent.sent[0]) == [[1, b"line\n"], [2, b"from a finalizer\n"]]


LINES = """
import os, sys
from rankmq.output import OutputRelay
relay = OutputRelay()
relay.stand_before_outputs()
print("a", 1, ["b"])
"""


@pytest.mark.parametrize("closed", ["1>&-", "2>&-"])
def test_an_output_that_is_closed_stays_so(closed: str) -> None:
    subprocess.run(["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, LINES], timeout=20, check=True)


def test_a_line_is_written_at_once_so_that_lines_of_processes_that_share_an_output_stay_whole() -> None:
    # A socket that keeps messages apart shows what each write was.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        subprocess.run([sys.executable, "-c", LINES], stdout=theirs, timeout=20, check=True)
        assert ours.recv(1024) == b"a 1 ['b']\n"


CHILD = """
import os, sys
from rankmq.bodies import read_context
from rankmq.output import OutputRelay
relay = OutputRelay()
relay.stand_before_outputs()
kept = []
relay._send = lambda write: kept.append(read_context(write())["pieces"].value) or True
relay._lock.acquire()
child = os.fork()
if child == 0:
    print("from the child")
    os._exit(0)
relay._lock.release()
os.waitpid(child, 0)
print("grüße")
relay.flush()
os.write(3, repr(kept).encode())
"""


def test_a_forked_child_writes_as_before_and_waits_for_no_lock() -> None:
    reader, writer = os.pipe()
    try:
        child = subprocess.run(
            [sys.executable, "-c", f"import os; os.dup2({writer}, 3)\n{CHILD}"],
            pass_fds=[writer],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONUTF8": "1"},
            timeout=20,
            check=True,
        )
    finally:
        os.close(writer)
    with os.fdopen(reader, "rb") as told:
        assert told.read() == repr([[[1, "grüße\n".encode()]]]).encode()
    assert child.stdout.decode() == "from the child\ngrüße\n"
