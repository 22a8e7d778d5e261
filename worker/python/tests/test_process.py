# SPDX-License-Identifier: Apache-2.0
"""A rank as a real process, driven over real sockets by a parent that the test plays."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scripted_parent import WAIT, ScriptedParent, changes

from rankmq import bodies
from rankmq.errors import ErrorCode, wire_error
from rankmq.messages import (
    Abort,
    Ack,
    Body,
    Event,
    EventHandled,
    EventReply,
    Execute,
    Failed,
    Join,
    Leaving,
    Mark,
    ParentHeartbeat,
    Refuse,
    Resend,
    Result,
)


def ready(parent: ScriptedParent, **args: Any) -> ScriptedParent:
    """A parent with one rank that is initialised."""
    parent.start()
    parent.join()
    assert parent.initialize(**args).message.error is None
    return parent


def result(parent: ScriptedParent) -> tuple[Result, dict[str, Any], Any]:
    """The next result: message, values and changes."""
    packet = parent.packet(Result)
    assert isinstance(packet.message, Result)
    shareable, changed = bodies.read_result(packet.body)
    return packet.message, shareable.values if shareable else {}, changed


def run(parent: ScriptedParent, name: str, values: dict[str, Any] | None = None) -> Any:
    parent.execute(f"t-{name}", name, values)
    message, found, _ = result(parent)
    assert message.error is None
    return found.get("result")


def exit_code(parent: ScriptedParent, timeout: float = WAIT) -> int:
    return parent.processes[0].wait(timeout)


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_rank_lives_from_join_to_close(parent: ScriptedParent) -> None:
    ready(parent)
    array = np.arange(20_000.0).reshape(100, 200)
    parent.execute("t-1", "scale", {"array": array, "factor": 2})
    message, values, changed = result(parent)
    assert (message.task, message.return_code, message.error) == ("t-1", "OK", None)
    assert np.array_equal(values["result"], array * 2)
    assert {name: tuple(entry) for name, entry in changed.set.items()} == {
        "mean": (array.mean(), False, False),
        "kept": ("for the next task", True, True),
    }
    seen = run(parent, "look")
    assert seen["rank_number"] == [0, True, True]
    assert seen["num_of_processes"] == [1, True, True]
    assert seen["kept"] == ["for the next task", True, True]
    assert seen["job"] == ["test", False, True]
    assert "mean" not in seen
    parent.close()
    assert parent.expect(Leaving).reason == "the test is over"
    assert exit_code(parent) == 0


def test_start_run_fires_once_and_events_of_the_parent_are_not_relayed_back(parent: ScriptedParent) -> None:
    ready(parent)
    for name in ("start_run", "hello"):
        parent.handle_event(name, {"n": 5})
        packet = parent.packet(EventHandled)
        assert isinstance(packet.message, EventHandled)
        assert packet.message.error is None
    changed = bodies.read_changes(packet.body)
    assert {name: tuple(entry) for name, entry in changed.set.items()} == {"handled": ("hello", False, False)}
    heard = run(parent, "hear")
    assert heard == [
        ["start_run", "multi_process_executor", None],
        ["hello", "multi_process_executor", 5],
        ["before_task_execution", None, None],
    ]


def test_a_property_that_cannot_travel_is_named_once(parent: ScriptedParent) -> None:
    ready(parent)
    for _ in range(3):
        parent.handle_event("hello")
        parent.packet(EventHandled)
    parent.close()
    parent.expect(Leaving)
    exit_code(parent)
    output = parent.processes[0].communicate()[0]
    assert output.count("the context property 'unable' stays in this rank") == 1
    assert all(line.split(" ")[0] in ("INFO", "WARNING", "ERROR") for line in output.splitlines())
    assert parent.keys[0][1].decode() not in output


def test_what_user_code_does_wrong_is_reported_and_the_rank_lives_on(parent: ScriptedParent) -> None:
    ready(parent)
    parent.handle_event("fail")
    handled = parent.expect(EventHandled)
    assert handled.error.code == ErrorCode.HANDLER_FAILED
    assert "component 'worker'" in handled.error.message
    cases = {
        "fail": ("EXECUTION_EXCEPTION", ErrorCode.EXECUTION_FAILED, "KeyError: 'no such shard'"),
        "leave": ("EXECUTION_EXCEPTION", ErrorCode.EXECUTION_FAILED, "SystemExit"),
        "untransportable": ("EXECUTION_RESULT_ERROR", ErrorCode.INVALID_VALUE, "object cannot travel"),
        "nothing": ("EXECUTION_RESULT_ERROR", ErrorCode.EXECUTION_FAILED, "expected rankmq.Shareable"),
    }
    for name, (return_code, code, said) in cases.items():
        parent.execute(f"t-{name}", name)
        message, _, _ = result(parent)
        assert (message.task, message.return_code) == (f"t-{name}", return_code)
        assert message.error is not None
        assert message.error.code == code
        assert said in message.error.message
    parent.execute("t-last", "unknown task")
    assert result(parent)[0].return_code == "TASK_UNKNOWN"


def test_only_ranks_that_are_asked_for_their_reply_send_it(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "look", reply=(1, 2))
    assert parent.packet(Result).body is None
    parent.execute("t-2", "look", reply=(0,))
    assert parent.packet(Result).body is not None


def test_a_fired_event_waits_for_the_answer_of_the_parent(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "fire")
    packet = parent.packet(Event)
    assert packet.message == Event("question", True)
    assert packet.body is not None
    context = bodies.read_context(packet.body)
    assert context["question"].value == "6 times 9"
    assert set(context) == {"question", "job"}
    parent.send(EventReply(1), body=changes(answer=42))
    parent.send(Ack("events", 1))
    assert result(parent)[1]["result"] == [True, 42]


def test_an_event_that_is_refused_or_not_answered_in_time_says_so_and_does_not_raise(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "fire")
    parent.packet(Event)
    parent.send(EventReply(1, wire_error(ErrorCode.HANDLER_FAILED, "no")))
    assert result(parent)[1]["result"] == [False, None]
    parent.execute("t-2", "fire", {"timeout": 0.1})
    parent.packet(Event)
    assert result(parent)[1]["result"] == [False, None]
    # The answer that comes too late is nobody's; the next one is.
    parent.send(EventReply(2), body=changes(answer=1))
    parent.execute("t-3", "fire")
    parent.packet(Event)
    parent.send(EventReply(3), body=changes(answer=2))
    assert result(parent)[1]["result"] == [True, 2]


def test_an_event_whose_answer_was_lost_is_sent_again(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "fire")
    first = parent.packet(Event)
    parent.send(Ack("events", 1))
    again = parent.packet(Event)
    assert again.envelope.seq == first.envelope.seq
    parent.send(EventReply(1), body=changes(answer=42))
    assert result(parent)[1]["result"] == [True, 42]


def test_posted_events_do_not_wait_while_the_window_has_room(new_parent: Callable[..., ScriptedParent]) -> None:
    parent = new_parent()
    parent.event_window = 4
    ready(parent)
    parent.execute("t-1", "post", {"count": 6})
    for seq in range(1, 5):
        packet = parent.packet(Event)
        assert packet.envelope.seq == seq
        assert packet.message == Event("note", False)
    # The window is full: with the next heartbeat comes a mark, and no event.
    assert parent.expect(Mark) == Mark(4)
    parent.send(Ack("events", 4))
    assert [parent.packet(Event).envelope.seq for _ in range(2)] == [5, 6]
    assert result(parent)[1]["result"] == [True] * 6
    parent.send(Resend("events", 5))
    assert [parent.packet(Event).envelope.seq for _ in range(2)] == [5, 6]


def test_an_event_that_is_fired_while_an_event_is_handled_does_not_block_the_rank(parent: ScriptedParent) -> None:
    ready(parent)
    parent.handle_event("ask")
    parent.handle_event("next")
    packet = parent.packet(Event)
    assert packet.message == Event("from handler", True)
    parent.send(EventReply(1), body=changes(answer="yes"))
    asked = parent.packet(EventHandled)
    found = bodies.read_changes(asked.body).set
    assert (found["asked"].value, found["answer"].value) == (True, "yes")
    assert parent.expect(EventHandled).command == parent.newest


def test_events_run_while_a_task_runs_and_tasks_after_the_events_before_them(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "wait for event")
    parent.handle_event("open")
    parent.execute("t-2", "hear")
    assert parent.expect(EventHandled).error is None
    assert result(parent)[1]["result"] is True
    assert "open" in [event[0] for event in result(parent)[1]["result"]]


def test_an_abort_reaches_a_running_task_and_one_that_waits(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "wait for abort")
    parent.packet(Event)
    parent.execute("t-2", "look")
    parent.execute("t-3", "look")
    parent.command(Abort("t-2", "not needed"))
    message, values, _ = result(parent)
    assert (message.task, message.return_code, message.error, values) == ("t-2", "TASK_ABORTED", None, {})
    parent.command(Abort("t-1", "enough"))
    message, values, _ = result(parent)
    assert (message.task, message.return_code, values) == ("t-1", "TASK_ABORTED", {"reason": "enough"})
    assert result(parent)[0].task == "t-3"


def test_a_command_that_was_lost_is_asked_for_and_runs_once(parent: ScriptedParent) -> None:
    ready(parent)
    lost = parent.handle_event("lost", lose=True)
    parent.execute("t-1", "hear")
    assert parent.expect(Resend) == Resend("commands", 2)
    # Again on the other way, and once more for nothing.
    for _ in range(2):
        parent.control.send_multipart([parent.identity(0), *lost])
    assert parent.expect(EventHandled).command == 2
    parent.beat()
    assert parent.expect(Resend) == Resend("commands", 3)
    parent.newest -= 1
    parent.execute("t-1", "hear")
    heard = [event[0] for event in result(parent)[1]["result"]]
    assert heard.count("lost") == 1


def test_the_last_command_is_missed_by_the_heartbeat(parent: ScriptedParent) -> None:
    ready(parent)
    lost = parent.handle_event("lost", lose=True)
    parent.broadcast(ParentHeartbeat(parent.newest))
    assert parent.expect(Resend) == Resend("commands", parent.newest)
    parent.control.send_multipart([parent.identity(0), *lost])
    assert parent.expect(EventHandled).command == parent.newest


def test_a_report_that_was_lost_is_sent_again(parent: ScriptedParent) -> None:
    ready(parent)
    parent.acknowledges = False
    parent.execute("t-1", "look")
    first = parent.packet(Result)
    parent.send(Resend("reports", first.envelope.seq or 0))
    assert parent.packet(Result).envelope == first.envelope


def test_close_ends_a_rank_whose_task_does_not_end(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "ignore abort")
    parent.packet(Event)
    began = time.monotonic()
    parent.close(grace=1000)
    assert "did not end in time" in parent.expect(Leaving).reason
    assert exit_code(parent) == 0
    assert time.monotonic() - began < 5


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads /proc")
def test_a_silent_parent_ends_the_rank_and_all_that_it_started(new_parent: Callable[..., ScriptedParent]) -> None:
    parent = new_parent(lease=1500, heartbeat=200)
    ready(parent)
    pids = run(parent, "start children")
    assert all(map(is_alive, pids))
    began = time.monotonic()
    assert exit_code(parent) == 4
    assert time.monotonic() - began < 1.5 + 5
    assert not any(map(is_alive, pids))


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads /proc")
@pytest.mark.parametrize("how", ["close", "terminate"])
def test_children_in_sessions_of_their_own_do_not_survive_the_rank(parent: ScriptedParent, how: str) -> None:
    ready(parent)
    pids = run(parent, "start children")
    if how == "close":
        parent.close()
    else:
        parent.processes[0].terminate()
    parent.expect(Leaving if how == "close" else Failed)
    assert exit_code(parent) == (0 if how == "close" else 1)
    assert not any(map(is_alive, pids))


def test_sigterm_tells_the_task_and_the_parent_and_sigint_nobody(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "wait for abort")
    parent.packet(Event)
    parent.processes[0].send_signal(signal.SIGINT)
    parent.processes[0].send_signal(signal.SIGTERM)
    _message, values, _ = result(parent)
    assert "SIGTERM" in values["reason"]
    failed = parent.expect(Failed)
    assert failed.error.code == ErrorCode.RANK_EXITED
    assert exit_code(parent) == 1


def test_a_refused_join_ends_the_rank(parent: ScriptedParent) -> None:
    parent.start()
    join = parent.expect(Join)
    assert (join.world_size, join.language, join.applied) == (1, "python", 0)
    parent.send(Refuse(wire_error(ErrorCode.SESSION_CLOSED, "session s-test is over")))
    assert exit_code(parent) == 3


def test_a_rank_whose_key_is_not_known_yet_gets_in_later(parent: ScriptedParent) -> None:
    admitted, parent.admitted = parent.admitted, set()
    parent.start()
    assert parent.receive(1.0) is None
    parent.admitted = admitted
    parent.join()


def test_an_initialisation_that_fails_says_why(parent: ScriptedParent) -> None:
    parent.start()
    parent.join()
    error = parent.initialize("rank_components.Failing").message.error
    assert error.code == ErrorCode.COMPONENT_FAILED
    assert "the disk is full" in error.message
    assert "OSError" in error.type
    # The rank stays, for it is the parent that ends it.
    parent.close()
    parent.expect(Leaving)
    assert exit_code(parent) == 0


@pytest.mark.parametrize("source", ["-", "fd"])
def test_the_bootstrap_document_may_come_by_standard_input_or_a_descriptor(parent: ScriptedParent, source: str) -> None:
    reader, writer = os.pipe()
    os.write(writer, json.dumps(parent.document(0)).encode())
    os.close(writer)
    try:
        if source == "-":
            parent.launch({"RANKMQ_BOOTSTRAP": "-", "RANK": "0"}, stdin=reader)
        else:
            parent.launch({"RANKMQ_BOOTSTRAP": f"fd:{reader}", "RANK": "0"}, pass_fds=(reader,))
    finally:
        os.close(reader)
    parent.join()


def test_a_task_that_does_not_listen_cannot_keep_a_terminated_rank_alive(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "ignore abort")
    parent.packet(Event)
    began = time.monotonic()
    parent.processes[0].terminate()
    assert "SIGTERM" in parent.expect(Failed).error.message
    assert exit_code(parent) == 1
    assert time.monotonic() - began < 5


def test_a_storm_of_events_arrives_whole_and_in_order(parent: ScriptedParent) -> None:
    ready(parent)
    parent.execute("t-1", "post", {"count": 5000})
    for n in range(5000):
        packet = parent.packet(Event)
        assert packet.body is not None
        assert bodies.read_context(packet.body)["n"].value == n
        if n % 100 == 99:
            parent.send(Ack("events", n + 1))
            parent.beat()
    assert result(parent)[1]["result"] == [True] * 5000


def test_a_malformed_message_is_dropped_and_the_rank_lives_on(parent: ScriptedParent) -> None:
    ready(parent)
    for frames in ([b""], [b"\xc1"], [b"\x81"], [bytes(600_000)], parent.handle_event("e", lose=True)[:1]):
        parent.commands.send_multipart(frames)
        parent.control.send_multipart([parent.identity(0), *frames])
    parent.newest -= 1
    assert run(parent, "hear")
    parent.close()
    parent.expect(Leaving)
    assert exit_code(parent) == 0
    assert "a message was dropped (1 so far): MALFORMED" in parent.processes[0].communicate()[0]


def test_a_body_that_cannot_be_read_is_answered_with_its_fault(parent: ScriptedParent) -> None:
    ready(parent)
    parent.command(Execute("t-1", "look"), Body(b"\x80"))
    message, _, _ = result(parent)
    assert message.return_code == "EXECUTION_RESULT_ERROR"
    assert message.error is not None
    assert message.error.code == ErrorCode.MALFORMED
    assert run(parent, "hear")
