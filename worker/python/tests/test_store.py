# SPDX-License-Identifier: Apache-2.0
"""The store, with real files, locks and processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import pytest
from store_process import INCARNATION, SESSION, StoreProcess, value

from rankmq import store as store_module
from rankmq.digest import digest_of
from rankmq.folder import Folder, Unfit, sweep
from rankmq.store import Full, Store

SIZE = 3 * (1 << 20) + 5


@pytest.fixture
def new_process(tmp_path: Path) -> Iterator[Callable[..., StoreProcess]]:
    """Makes other users of the store; they end with the test."""
    processes = []

    def make(segments: Path = tmp_path, session: str = SESSION) -> StoreProcess:
        processes.append(StoreProcess(segments, session))
        return processes[-1]

    yield make
    for process in processes:
        process.kill()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = new_store(tmp_path)
    yield made
    made.close()


def new_store(segments: Path, limit: int | None = None) -> Store:
    return Store(Folder(str(segments), SESSION, INCARNATION), "xxh3-128", limit)


def files(store: Store) -> set[str]:
    return set(os.listdir(store.folder.path)) - {"users", "token"}


def open_files(store: Store) -> int:
    """How many files of the store this process has open."""
    links = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(link.startswith(f"{store.folder.path}/") for link in links)


# The folder


def test_processes_in_one_folder_read_the_same_token_and_others_another(
    tmp_path: Path, new_process: Callable[..., StoreProcess]
) -> None:
    first, second, other = new_process(), new_process(), new_process(session="s-other")
    assert first.tell("token") == second.tell("token") != other.tell("token")
    assert len(first.tell("token")) == 32


def test_everything_in_the_folder_is_for_its_owner_alone(store: Store) -> None:
    store.publish(value(1, SIZE))
    assert store.folder.path.stat().st_mode & 0o7777 == 0o700
    assert {file.stat().st_mode & 0o7777 for file in store.folder.path.iterdir()} == {0o600}


@pytest.mark.parametrize("mode", [0o755, 0o770])
def test_a_folder_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / f"rankmq-{os.geteuid()}-{SESSION}-{INCARNATION}"
    path.mkdir()
    path.chmod(mode)
    with pytest.raises(Unfit, match="not a folder that user"):
        new_store(tmp_path)


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(0o700)
    (tmp_path / f"rankmq-{os.geteuid()}-{SESSION}-{INCARNATION}").symlink_to(elsewhere)
    with pytest.raises(Unfit):
        new_store(tmp_path)


def test_the_last_one_who_leaves_removes_the_folder(tmp_path: Path, new_process: Callable[..., StoreProcess]) -> None:
    first, second = new_process(), new_process()
    first.tell("publish", 1, SIZE)
    first.leave()
    assert len(list(tmp_path.iterdir())) == 1
    second.leave()
    assert list(tmp_path.iterdir()) == []


def test_what_killed_processes_left_is_swept_by_the_next_and_nothing_that_lives(
    tmp_path: Path, new_process: Callable[..., StoreProcess]
) -> None:
    killed = [new_process(session="s-killed") for _ in range(2)]
    killed[0].tell("publish", 1, SIZE)
    living, next_ = new_process(session="s-living"), new_process()
    killed[0].kill()
    assert next_.tell("sweep") == "0"
    killed[1].kill()
    assert next_.tell("sweep") == "1"
    assert len(list(tmp_path.iterdir())) == 2
    assert len(living.tell("token")) == 32


def _enter_and_leave(root: Path, rounds: int, together: Barrier) -> None:
    for n in range(rounds):
        folder = Folder(str(root), "s-together", n)
        together.wait(20)
        folder.close()
        together.wait(20)


def test_the_folder_is_removed_too_if_all_leave_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    together = context.Barrier(2)
    processes = [context.Process(target=_enter_and_leave, args=(tmp_path, 1000, together)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_of_somebody_killed_early_is_swept(tmp_path: Path, store: Store) -> None:
    (tmp_path / f"rankmq-{os.geteuid()}-s-early-0").mkdir(0o700)
    assert sweep(str(tmp_path), store.folder.path) == 1


def test_who_comes_while_a_folder_is_swept_gets_one_of_his_own(
    tmp_path: Path, new_process: Callable[..., StoreProcess]
) -> None:
    """Both at the same time, many times: whoever comes has a folder that is there and a token that holds."""
    sweeper = new_process(session="s-sweeper")
    for n in range(200):
        left = tmp_path / f"rankmq-{os.geteuid()}-s-left-{n}"
        left.mkdir(0o700)
        for name in ("users", "token", "a.part"):
            (left / name).write_text("0" * 32)
        sweeper.write("sweep")
        folder = Folder(str(tmp_path), "s-left", n)
        sweeper.read()
        assert (folder.path / "token").read_text() == folder.token
        folder.close()
        assert len(list(tmp_path.iterdir())) == 1


# Values


def test_a_value_is_found_by_others_without_a_copy_and_equal(
    store: Store, new_process: Callable[..., StoreProcess]
) -> None:
    data = value(1, SIZE)
    digest = store.publish(data)
    assert digest == digest_of("xxh3-128", data)
    assert new_process().tell("find", digest.hex(), SIZE) == "right"
    view = store.find(digest, SIZE)
    assert view is not None
    assert view.readonly
    assert view == data
    assert store.find(bytes(16), SIZE) is None
    assert files(store) == {digest.hex()}


def test_an_array_of_a_found_value_cannot_be_written_to(store: Store) -> None:
    view = store.find(store.publish(value(1, SIZE - 5)), SIZE - 5)
    assert view is not None
    array = np.frombuffer(view, np.float32)
    with pytest.raises(ValueError, match="WRITEABLE"):
        array.flags.writeable = True


def test_the_descriptor_and_the_lock_live_exactly_as_long_as_any_view(
    store: Store, new_process: Callable[..., StoreProcess]
) -> None:
    maker = new_process()
    digest = bytes.fromhex(maker.tell("publish", 1, SIZE))
    maker.tell("release")
    before = open_files(store)
    view = store.find(digest, SIZE)
    assert view is not None
    array = np.frombuffer(view[:-5], np.float32).reshape(3, -1)
    part = array[1:, 5:].T
    again = store.find(digest, SIZE)
    del view, array, again
    while_mapped = open_files(store)
    assert while_mapped in (before + 1, before + 2)
    # Somebody looks: fresh pages.
    maker.tell("publish", 2, SIZE)
    assert len(files(store)) == 2
    del part
    assert open_files(store) == before
    # Nobody looks: the pages of the first are used.
    maker.tell("publish", 3, SIZE)
    assert digest.hex() not in files(store)
    assert len(files(store)) == 2


def test_a_view_in_a_cycle_ends_with_the_cycle(store: Store) -> None:
    digest = store.publish(value(1, SIZE))
    cycle: list[object] = [store.find(digest, SIZE)]
    cycle.append(cycle)
    assert digest in store._views
    del cycle
    gc.collect()
    assert digest not in store._views


def test_a_view_stays_right_while_its_maker_uses_all_pages_again_and_after_its_death(
    new_process: Callable[..., StoreProcess], store: Store
) -> None:
    maker = new_process()
    digest = bytes.fromhex(maker.tell("publish", 1, SIZE))
    view = store.find(digest, SIZE)
    maker.tell("release")
    assert maker.tell("churn", 2, SIZE, 20).startswith("reused ")
    maker.kill()
    assert view == value(1, SIZE)


def test_nobody_ever_sees_a_value_that_changes(tmp_path: Path, new_process: Callable[..., StoreProcess]) -> None:
    """One process uses the same pages for three values in turn while two others map whatever they find."""
    size = 200_000
    maker, readers = new_process(), [new_process(), new_process()]
    maker.write("churn", 1, size, 3000)
    for reader in readers:
        reader.write("chase", 1, size, 2000)
    outcomes = [reader.read() for reader in readers]
    assert all(outcome.startswith("found") for outcome in outcomes), outcomes
    assert maker.read() != "reused 0"


def test_used_pages_are_used_again_for_values_of_about_the_same_size(store: Store) -> None:
    for seed, size in ((1, SIZE), (2, SIZE - 100_000), (3, SIZE + 100_000)):
        digest = store.publish(value(seed, size))
        assert store.find(digest, size) == value(seed, size)
        assert len(files(store)) == 1
        store.release()
    assert store.reused == 2 * SIZE
    store.publish(value(4, 100_000))
    assert len(files(store)) == 2


def test_a_needed_value_is_not_touched(store: Store) -> None:
    digests = [store.publish(value(seed, SIZE)) for seed in range(3)]
    assert files(store) == {digest.hex() for digest in digests}
    assert [store.read(digest, SIZE - 3, 3) for digest in digests] == [value(seed, SIZE)[-3:] for seed in range(3)]
    store.release()
    assert store.read(digests[0], 0, 1) is None


def test_a_value_that_is_there_already_is_not_kept_twice(
    store: Store, new_process: Callable[..., StoreProcess]
) -> None:
    other = new_process()
    digest = other.tell("publish", 1, SIZE)
    assert store.publish(value(1, SIZE)).hex() == digest
    assert {name for name in files(store) if not name.endswith(".part")} == {digest}
    # Its pages are used for the next one.
    second = store.publish(value(2, SIZE))
    assert files(store) == {digest, second.hex()}
    # It is served although somebody else made it.
    assert store.read(bytes.fromhex(digest), 0, 9) == value(1, SIZE)[:9]


def test_a_value_that_another_replaced_by_an_equal_one_does_not_stay_for_ever(store: Store) -> None:
    for seed in range(5):
        digest = store.publish(value(seed, SIZE))
        name = store.folder.path / digest.hex()
        equal = name.with_suffix(".equal")
        equal.write_bytes(value(seed, SIZE))
        equal.rename(name)
        store.release()
    assert open_files(store) <= 3
    assert store._held == SIZE


def test_a_received_value_is_neither_hashed_nor_written_again(
    store: Store, new_process: Callable[..., StoreProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = bytes.fromhex(new_process().tell("publish", 1, SIZE - 5))
    view = store.find(digest, SIZE - 5)
    assert view is not None
    array = np.frombuffer(view, np.float32).reshape(3, -1)
    monkeypatch.setattr(store_module, "Digester", None)
    assert store.publish(memoryview(array.reshape(-1).view("u1"))) == digest
    assert store.written == 0
    assert store.read(digest, 0, 4) == view[:4]
    monkeypatch.undo()
    part = memoryview(array[1:].reshape(-1).view("u1"))
    assert store.publish(part) == digest_of("xxh3-128", part)


def test_a_file_of_another_size_is_not_taken_for_the_value(store: Store) -> None:
    digest = digest_of("xxh3-128", value(1, SIZE))
    (store.folder.path / digest.hex()).write_bytes(b"cut off")
    assert store.find(digest, SIZE) is None
    assert store.publish(value(1, SIZE)) == digest
    assert store.find(digest, SIZE) == value(1, SIZE)


def test_a_part_is_a_value_only_if_its_digest_is_right(store: Store) -> None:
    data = value(1, SIZE)
    part = store.part(SIZE)
    part.write(1000, data[1000:])
    part.write(0, data[:1000])
    digest = digest_of("xxh3-128", data)
    assert store.is_right(part, digest)
    part.write(5, b"x")
    assert not store.is_right(part, digest)
    part.remove()
    assert files(store) == set()


def test_one_process_at_a_time_may_fetch_and_the_next_takes_over_from_a_killed_one(
    store: Store, new_process: Callable[..., StoreProcess]
) -> None:
    first, second = new_process(), new_process()
    digest = bytes(16)
    assert first.tell("fetch_lock", digest.hex()) == "yes"
    assert second.tell("fetch_lock", digest.hex()) == "no"
    first.kill()
    assert second.tell("fetch_lock", digest.hex()) == "yes"
    second.kill()
    lock = store.fetch_lock(digest)
    assert lock is not None
    store.unlock_fetch(digest, lock)
    assert files(store) == set()


# Bounds


def test_over_its_limit_the_oldest_value_that_nobody_needs_goes_first(tmp_path: Path) -> None:
    store = new_store(tmp_path, limit=3 * 100_000)
    digests = []
    for seed in range(3):
        digests.append(store.publish(value(seed, 100_000)))
    store.release()
    view = store.find(digests[0], 100_000)
    # Used pages of another size do not fit.
    store.publish(value(9, 250_000))
    assert digests[0].hex() not in files(store) or digests[1].hex() not in files(store)
    assert view == value(0, 100_000)
    with pytest.raises(Full, match="over the limit"):
        store.publish(value(10, 100_000))
    store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
def test_a_full_file_system_is_an_error_and_what_is_cached_makes_room(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(mount)], check=False).returncode:
        pytest.skip("may not mount here")
    try:
        store = new_store(mount, limit=1 << 40)
        first = store.publish(value(1, 5 << 20))
        view = store.find(first, 5 << 20)
        with pytest.raises(Full, match="no room"):
            store.publish(value(2, 5 << 20))
        # What is there stays good, and nothing is left of the other.
        assert view == value(1, 5 << 20)
        assert files(store) == {first.hex()}
        store.release()
        del view
        assert store.publish(value(3, 1 << 20))
        assert store.publish(value(4, 6 << 20))
        assert first.hex() not in files(store)
        store.close()
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def test_threads_share_the_views_of_one_process(store: Store, new_process: Callable[..., StoreProcess]) -> None:
    """Many threads map and drop the same value: the lock is held whenever one of them looks."""
    maker = new_process()
    size = 100_000
    digest = bytes.fromhex(maker.tell("publish", 1, size))
    maker.tell("release")
    before, data, wrong = open_files(store), value(1, size), []

    def look() -> None:
        for _ in range(500):
            view = store.find(digest, size)
            if view is not None and view != data:
                wrong.append(view)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert maker.tell("churn", 5, size, 500).startswith("reused")
    for thread in threads:
        thread.join()
    assert wrong == []
    assert open_files(store) == before
