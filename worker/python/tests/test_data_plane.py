# SPDX-License-Identifier: Apache-2.0
"""Large values to and from a rank that is a real process: through shared memory, and in chunks over a way with faults."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
from data_port import DataPort
from scripted_parent import WAIT, ScriptedParent, no_skip

from rankmq import bodies, port
from rankmq.bodies import ShareableParts
from rankmq.digest import BLOCK, checksum
from rankmq.errors import ErrorCode
from rankmq.folder import Folder
from rankmq.messages import Abort, Body, Execute, Initialized, Leaving, Packet, Reference, Result
from rankmq.store import Store

ARRAY = np.arange(400_000, dtype=np.float32).reshape(400, 1000)


@pytest.fixture
def new_port(new_parent: Callable[..., ScriptedParent]) -> Iterator[Callable[..., DataPort]]:
    """Makes data ports, each with a parent; they end with the test."""
    ports = []

    def make(segments: str = "", world_size: int = 1, **settings: Any) -> DataPort:
        ports.append(DataPort(new_parent(world_size=world_size), segments, **settings))
        return ports[-1]

    yield make
    for made in ports:
        made.close()


class Shared:
    """A parent that shares memory with its ranks."""

    def __init__(self, data: DataPort, segments: Path) -> None:
        self.data, self.parent = data, data.parent
        self.store = Store(Folder(str(segments), self.parent.session, self.parent.incarnation), "xxh3-128")

    def refer(self, body: Body) -> Body:
        return Body(body.data, references=self.data.refer(body).references) if self._publish(body) else body

    def _publish(self, body: Body) -> bool:
        for (attachment,) in body.attachments:
            self.store.publish(attachment)
        return bool(body.attachments)


@pytest.fixture
def shared(new_port: Callable[..., DataPort], tmp_path: Path) -> Iterator[Shared]:
    made = Shared(new_port(str(tmp_path)), tmp_path)
    yield made
    made.store.close()


def start(parent: ScriptedParent) -> Any:
    """Starts all ranks and initialises them; the joins."""
    joins = []
    for rank in range(parent.world_size):
        parent.start(rank)
        joins.append(parent.join(rank))
    assert parent.initialize().message.error is None
    for _ in range(parent.world_size - 1):
        parent.packet(Initialized)
    return joins


def execute(refer: Callable[[Body], Body], parent: ScriptedParent, name: str, values: dict[str, Any]) -> None:
    body = refer(bodies.write_task(ShareableParts({}, values), {}, no_skip))
    parent.command(Execute(f"t-{parent.newest}", name), body)


def run(refer: Callable[[Body], Body], parent: ScriptedParent, name: str, values: dict[str, Any]) -> Packet:
    execute(refer, parent, name, values)
    return parent.packet(Result)


def read(packet: Packet, find: Callable[..., Any]) -> dict[str, Any]:
    """The values of a result whose references are found so."""
    assert isinstance(packet.message, Result)
    assert packet.message.error is None
    assert packet.body is not None
    attachments = packet.body.attachments or [[find(reference)] for reference in packet.body.references]
    shareable, _ = bodies.read_result(Body(packet.body.data, attachments))
    assert shareable is not None
    return shareable.values


def error(packet: Packet) -> Any:
    assert isinstance(packet.message, Result)
    assert packet.message.error is not None
    return packet.message.error


# Through shared memory


def test_values_go_and_come_through_shared_memory_without_a_copy(shared: Shared) -> None:
    (join,) = start(shared.parent)
    assert (join.data, join.store) == (1, shared.store.folder.token)
    values = {"array": ARRAY, "bytes": bytes(range(256)) * 300, "small": 5, "columns": np.asfortranarray(ARRAY[:99])}
    packet = run(shared.refer, shared.parent, "echo", values)
    assert packet.body is not None
    assert len(packet.body.references) == 3
    found = read(packet, lambda reference: shared.store.find(*reference))
    kinds = found.pop("kinds")
    assert kinds == {
        "array": ["ndarray", True],
        "bytes": ["bytes", False],
        "small": ["int", False],
        "columns": ["ndarray", True],
    }
    found.pop("mapped")
    assert found.keys() == values.keys()
    for name in ("array", "columns"):
        assert np.array_equal(found[name], values[name])
    assert found["bytes"] == values["bytes"]
    assert shared.data.served == 0


def test_an_array_that_was_received_is_not_written_again_and_one_that_was_changed_is(shared: Shared) -> None:
    start(shared.parent)
    echoed = run(shared.refer, shared.parent, "echo", {"array": ARRAY})
    doubled = run(shared.refer, shared.parent, "double", {"array": ARRAY})
    assert echoed.body is not None
    assert doubled.body is not None
    names = values_in(shared)
    assert names == {echoed.body.references[0].digest.hex(), doubled.body.references[0].digest.hex()}
    found = read(doubled, lambda reference: shared.store.find(*reference))
    assert np.array_equal(found["array"], ARRAY * 2)
    output = end(shared.parent)
    assert f"data: {ARRAY.nbytes} bytes written to shared memory" in output


def test_a_received_array_cannot_be_written_to(shared: Shared) -> None:
    start(shared.parent)
    fault = error(run(shared.refer, shared.parent, "write", {"array": ARRAY}))
    assert "read-only" in fault.message


def test_a_received_array_is_mapped_exactly_as_long_as_it_is_kept(shared: Shared) -> None:
    start(shared.parent)
    run(shared.refer, shared.parent, "echo", {"one": ARRAY, "two": ARRAY + 1})
    values = read(run(shared.refer, shared.parent, "echo", {"small": 1}), lambda reference: None)
    # What the executor kept of the task before was let go when it kept what came now.
    assert values["mapped"] == 0
    run(shared.refer, shared.parent, "echo", {"one": ARRAY})
    assert shared.parent.processes[0].poll() is None
    assert segments_of(shared) == 1
    read(run(shared.refer, shared.parent, "forget", {}), lambda reference: None)
    assert segments_of(shared) == 0


def values_in(shared: Shared) -> set[str]:
    """Names of the values in shared memory; pages that wait for another value are none."""
    return {name for name in os.listdir(shared.store.folder.path) if len(name) == 32}


def segments_of(shared: Shared) -> int:
    """How many values the rank has mapped, once it has nothing to do."""
    maps = Path(f"/proc/{shared.parent.processes[0].pid}/maps").read_text()
    return sum(str(shared.store.folder.path) in line for line in maps.splitlines())


def test_a_model_of_many_tensors_needs_no_more_files_than_a_process_may_have(shared: Shared) -> None:
    start(shared.parent)
    model = {f"layer {n}": np.full(20_000 + n, n, np.float32) for n in range(700)}
    values = read(run(shared.refer, shared.parent, "echo", model), lambda reference: shared.store.find(*reference))
    assert values["mapped"] == 700
    assert all(np.array_equal(values[name], layer) for name, layer in model.items())


def test_two_ranks_share_one_copy(new_port: Callable[..., DataPort], tmp_path: Path) -> None:
    data = new_port(str(tmp_path), world_size=2)
    shared = Shared(data, tmp_path)
    start(data.parent)
    execute(shared.refer, data.parent, "echo", {"array": ARRAY})
    packets = [data.parent.packet(Result) for _ in range(2)]
    assert packets[0].body is not None
    assert packets[1].body is not None
    assert packets[0].body.references == packets[1].body.references
    names = values_in(shared)
    assert names == {packets[0].body.references[0].digest.hex()}
    shared.store.close()


def test_the_folder_goes_with_the_last_of_its_users(shared: Shared, tmp_path: Path) -> None:
    start(shared.parent)
    run(shared.refer, shared.parent, "echo", {"array": ARRAY})
    shared.store.close()
    assert list(tmp_path.glob("rankmq-*")) != []
    end(shared.parent)
    assert list(tmp_path.glob("rankmq-*")) == []


def end(parent: ScriptedParent) -> str:
    parent.close()
    parent.expect(Leaving)
    output, _ = parent.processes[0].communicate(timeout=WAIT)
    assert parent.processes[0].returncode == 0
    print(output)
    return output


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
@pytest.mark.parametrize("is_small", [True, False])
def test_where_memory_is_full_values_go_in_chunks_with_one_line_in_the_log(
    new_port: Callable[..., DataPort], tmp_path: Path, is_small: bool
) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    size = "size=1m" if is_small else "size=16m"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(mount)], check=False).returncode:
        pytest.skip("may not mount here")
    try:
        data = new_port(str(mount))
        start(data.parent)
        if not is_small:
            # It looked large enough, and then somebody else filled it.
            (mount / "other").write_bytes(bytes(15 << 20))
        for factor in (1, 2):
            packet = run(data.refer, data.parent, "double", {"array": ARRAY * factor})
            values = read(packet, lambda reference: data.fetch(0, reference))
            assert np.array_equal(values["array"], ARRAY * factor * 2)
        output = end(data.parent)
        assert output.count("values that do not fit go through the network") == 1
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


# In chunks


@pytest.mark.parametrize("digest", ["xxh3-128", "sha-256"])
@pytest.mark.parametrize("has_store", [True, False])
def test_values_come_and_go_in_chunks_where_memory_is_not_shared(
    new_port: Callable[..., DataPort], tmp_path: Path, digest: str, has_store: bool
) -> None:
    data = new_port(str(tmp_path) if has_store else "", digest=digest)
    (join,) = start(data.parent)
    assert (join.data, join.store is not None) == (1, has_store)
    packet = run(data.refer, data.parent, "double", {"array": ARRAY, "more": ARRAY[:100]})
    values = read(packet, lambda reference: data.fetch(0, reference))
    assert np.array_equal(values["array"], ARRAY * 2)
    assert np.array_equal(values["more"], ARRAY[:100] * 2)
    assert data.served == ARRAY.nbytes + 100 * 4000
    # The same again, unchanged: nothing comes.
    packet = run(data.refer, data.parent, "echo", {"array": ARRAY, "more": ARRAY[:100]})
    if has_store:
        assert data.served == ARRAY.nbytes + 100 * 4000
    values = read(packet, lambda reference: data.fetch(0, reference))
    assert np.array_equal(values["array"], ARRAY)


def test_what_a_rank_gave_is_not_there_any_more_when_the_next_task_begins(new_port: Callable[..., DataPort]) -> None:
    data = new_port()
    start(data.parent)
    packet = run(data.refer, data.parent, "double", {"array": ARRAY})
    assert packet.body is not None
    run(data.refer, data.parent, "look", {})
    assert "not needed any more" in str(data.fetch(0, packet.body.references[0]))


def test_a_value_comes_once_a_host(new_port: Callable[..., DataPort], tmp_path: Path) -> None:
    data = new_port(str(tmp_path), world_size=3)
    start(data.parent)
    model = {f"layer {n}": np.full(100_000 + n, n, np.float32) for n in range(10)}
    execute(data.refer, data.parent, "echo", model)
    for _ in range(3):
        values = read(data.parent.packet(Result), lambda reference: data.values[reference.digest])
        assert all(kind[1] for kind in values["kinds"].values())
    assert data.served == sum(layer.nbytes for layer in model.values())


def test_when_the_one_who_fetches_is_killed_another_takes_over(
    new_port: Callable[..., DataPort], tmp_path: Path
) -> None:
    data = new_port(str(tmp_path), world_size=2)
    start(data.parent)
    first: list[int] = []
    gate: list[bool] = []

    def hold(fetch: port.Fetch, payload: bytes) -> Any:
        # Only the first chunk of the first rank comes.
        first.append(fetch.offset)
        return None if len(first) == 1 or gate else []

    data.fault = hold
    execute(data.refer, data.parent, "echo", {"array": ARRAY})
    deadline = time.monotonic() + WAIT
    while len(first) < 2 and time.monotonic() < deadline:
        time.sleep(0.002)
    (fetcher,) = set(data.askers)
    data.parent.processes[fetcher].kill()
    gate.append(True)
    packet = data.parent.packet(Result)
    assert packet.envelope.rank == 1 - fetcher
    read(packet, lambda reference: data.values[reference.digest])


def test_lost_repeated_and_damaged_chunks_are_healed_and_the_damaged_ones_named(
    new_port: Callable[..., DataPort],
) -> None:
    data = new_port(chunk=4096)
    start(data.parent)
    seen: dict[int, int] = {}

    def fault(fetch: port.Fetch, payload: bytes) -> Any:
        times = seen[fetch.offset] = seen.get(fetch.offset, 0) + 1
        chunk = port.Chunk(fetch.digest, fetch.offset, fetch.length, checksum(payload))
        number = fetch.offset // 4096
        if times == 1 and number % 50 == 7:
            return []
        if number % 50 == 8:
            return [(chunk, payload)] * 2
        return [(chunk, bytes(len(payload)))] if times < 3 and number == 99 else None

    data.fault = fault
    values = read(run(data.refer, data.parent, "echo", {"array": ARRAY}), lambda r: data.values[r.digest])
    assert np.array_equal(values["array"], ARRAY)
    output = end(data.parent)
    assert output.count(f"the bytes at offset {99 * 4096} came damaged; asking again") == 2


def test_a_value_that_stays_damaged_fails_the_task_and_names_the_place(new_port: Callable[..., DataPort]) -> None:
    data = new_port()
    start(data.parent)
    data.fault = lambda fetch, payload: (
        [(port.Chunk(fetch.digest, fetch.offset, fetch.length, 1), payload)] if fetch.offset == 262_144 else None
    )
    fault = error(run(data.refer, data.parent, "echo", {"array": ARRAY}))
    assert fault.code == ErrorCode.DATA_UNAVAILABLE
    assert "the bytes at offset 262144 came damaged 3 times" in fault.message
    # The rank lives on.
    data.fault = lambda fetch, payload: None
    read(run(data.refer, data.parent, "echo", {"array": ARRAY}), lambda reference: data.values[reference.digest])


def test_a_value_whose_digest_is_another_is_seen_by_nobody(new_port: Callable[..., DataPort], tmp_path: Path) -> None:
    data = new_port(str(tmp_path))
    start(data.parent)

    def wrong(fetch: port.Fetch, payload: bytes) -> Any:
        payload = bytes(len(payload))
        return [(port.Chunk(fetch.digest, fetch.offset, fetch.length, checksum(payload)), payload)]

    data.fault = wrong
    fault = error(run(data.refer, data.parent, "echo", {"array": ARRAY}))
    assert fault.code == ErrorCode.DATA_UNAVAILABLE
    assert "its digest is another" in fault.message
    (folder,) = tmp_path.glob("rankmq-*")
    assert set(os.listdir(folder)) == {"users", "token"}


def test_a_value_that_the_parent_does_not_have_fails_the_task_at_once(new_port: Callable[..., DataPort]) -> None:
    data = new_port()
    start(data.parent)
    body = data.refer(bodies.write_task(ShareableParts({}, {"array": ARRAY}), {}, no_skip))
    data.values.clear()
    fault = error(run(lambda _: body, data.parent, "echo", {}))
    assert fault.code == ErrorCode.DATA_UNAVAILABLE
    assert "nobody gave it" in fault.message
    assert body.references[0].digest.hex() in fault.message


def test_an_abort_ends_the_wait_for_a_value(new_port: Callable[..., DataPort]) -> None:
    data = new_port()
    start(data.parent)
    data.fault = lambda fetch, payload: []
    execute(data.refer, data.parent, "echo", {"array": ARRAY})
    deadline = time.monotonic() + WAIT
    while not data.asked and time.monotonic() < deadline:
        time.sleep(0.002)
    began = time.monotonic()
    data.parent.command(Abort(None, "enough"))
    message = data.parent.expect(Result)
    assert (message.return_code, message.error) == ("TASK_ABORTED", None)
    assert time.monotonic() - began < 1


def test_after_silence_the_rank_connects_again_and_goes_on(new_port: Callable[..., DataPort]) -> None:
    data = new_port()
    start(data.parent)
    data.fault = lambda fetch, payload: [] if data.hellos < 2 and fetch.offset > 0 else None
    values = read(run(data.refer, data.parent, "echo", {"array": ARRAY}), lambda r: data.values[r.digest])
    assert np.array_equal(values["array"], ARRAY)
    assert data.hellos == 2
    # What was here already was not asked for again.
    assert sum(fetch.offset == 0 for fetch in data.asked) == 1


# Not by reference


def test_a_parent_that_does_not_resolve_references_gets_none(new_port: Callable[..., DataPort], tmp_path: Path) -> None:
    data = new_port(str(tmp_path))
    data.parent.welcome = {}
    start(data.parent)
    packet = run(lambda body: body, data.parent, "double", {"array": ARRAY})
    assert packet.body is not None
    assert packet.body.references == []
    assert np.array_equal(read(packet, lambda reference: None)["array"], ARRAY * 2)


def test_below_the_limit_values_travel_in_the_message(new_port: Callable[..., DataPort]) -> None:
    data = new_port(inline_limit=2 * ARRAY.nbytes)
    start(data.parent)
    small = run(lambda body: body, data.parent, "double", {"array": ARRAY})
    large = run(lambda body: body, data.parent, "double", {"array": np.zeros(3 * ARRAY.nbytes // 4, np.float32)})
    assert small.body is not None
    assert large.body is not None
    assert len(small.body.attachments) == len(large.body.references) == 1


def test_a_folder_that_cannot_be_used_means_chunks_and_one_line_in_the_log(
    new_port: Callable[..., DataPort], tmp_path: Path
) -> None:
    data = new_port(str(tmp_path / "nowhere"))
    (join,) = start(data.parent)
    assert join.store is None
    values = read(run(data.refer, data.parent, "echo", {"array": ARRAY}), lambda r: data.values[r.digest])
    assert np.array_equal(values["array"], ARRAY)
    assert end(data.parent).count("values go through the network") == 1


def test_a_killed_rank_leaves_nothing_that_the_next_start_does_not_remove(
    new_port: Callable[..., DataPort], tmp_path: Path
) -> None:
    data = new_port(str(tmp_path))
    start(data.parent)
    run(data.refer, data.parent, "double", {"array": np.zeros(BLOCK, np.float32)})
    data.parent.processes[0].kill()
    data.parent.processes[0].wait(WAIT)
    assert len(list(tmp_path.glob("rankmq-*"))) == 1
    other = new_port(str(tmp_path))
    other.parent.session = "s-next"
    start(other.parent)
    assert [path.name for path in tmp_path.glob("rankmq-*")] == [f"rankmq-{os.geteuid()}-s-next-3"]
    assert "removed what 1 sessions" in end(other.parent)


# What it costs


def test_a_large_reply_is_not_copied_before_it_is_shared_and_once_where_it_travels_in_the_message() -> None:
    array = np.zeros(16 << 20, np.uint8)
    parts = ShareableParts({}, {"array": array, "columns": array.reshape(4096, -1).T, "bytes": bytearray(16 << 20)})

    def peak(share: Any) -> int:
        tracemalloc.start()
        try:
            body = bodies.write_result(parts, bodies.Changes({}, ()), no_skip, share)
            assert len(body.attachments or body.references) == 3
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(lambda values: [Reference(b"", len(value)) for value in values]) < 1 << 20
    assert peak(lambda values: None) < (3 * 16 << 20) + (1 << 20)
    assert peak(None) < (3 * 16 << 20) + (1 << 20)


def test_a_large_value_is_not_copied_when_it_is_read() -> None:
    value = memoryview(bytes(16 << 20))
    body = bodies.write_task(ShareableParts({}, {"array": np.frombuffer(value, np.float32)}), {}, no_skip)
    tracemalloc.start()
    try:
        parts, _ = bodies.read_task(Body(body.data, [[value]]))
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert np.shares_memory(parts.values["array"], np.frombuffer(value, np.uint8))


@pytest.mark.skipif(
    os.statvfs("/dev/shm").f_bavail * os.statvfs("/dev/shm").f_frsize < 10 << 30, reason="has not enough memory"
)
def test_a_value_of_more_than_2_gib_goes_and_comes(new_port: Callable[..., DataPort]) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as segments:
        shared = Shared(new_port(segments), Path(segments))
        # This parent sends no heartbeats while it writes the value.
        shared.parent.lease = 120_000
        start(shared.parent)
        size = (1 << 31) + 12
        array = np.zeros(size, np.uint8)
        array[-1] = 7
        reference = Reference(shared.store.publish(memoryview(array)), size)
        del array
        tensor = msgpack.ExtType(1, msgpack.packb(["uint8", [size], "C", 0]))
        data = msgpack.packb({"shareable": {"headers": {}, "values": {"array": tensor}}, "context": {}})
        execute(lambda _: Body(data, references=[reference]), shared.parent, "echo", {})
        packet = shared.parent.packet(Result, 100)
        assert packet.body is not None
        found = read(packet, lambda reference: shared.store.find(*reference))
        assert found["array"].shape == (size,)
        assert found["array"][-1] == 7
        assert not found["array"][-(1 << 20) : -1].any()
        end(shared.parent)
        shared.store.close()
