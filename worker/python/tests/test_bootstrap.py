# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rankmq import bootstrap
from rankmq.bootstrap import BootstrapError, DataSettings, from_environment

KEY = "abcdefghij" * 4
SECRET = "0123456789" * 4
DOCUMENT: dict[str, Any] = {
    "version": 1,
    "session": "s-1",
    "incarnation": 2,
    "world_size": 4,
    "commands": "tcp://127.0.0.1:40001",
    "control": "tcp://127.0.0.1:40002",
    "events": "tcp://127.0.0.1:40003",
    "server_key": KEY,
    "allow": ["a.b.", "c.D"],
    "ranks": {"1": {"public": KEY, "secret": SECRET}, "2": {"public": KEY, "secret": KEY}},
    "something new": {"of": "later"},
}

Write = Callable[..., dict[str, str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a document, and gives the environment of a rank that is to read it."""

    def write(content: Any = None, mode: int = 0o600, **environment: str) -> dict[str, str]:
        path = tmp_path / "bootstrap.json"
        text = content if isinstance(content, str) else json.dumps({**DOCUMENT, **(content or {})})
        path.write_text(text, "utf-8")
        path.chmod(mode)
        return {"RANKMQ_BOOTSTRAP": str(path), "RANK": "1", **environment}

    return write


def fault(environment: dict[str, str]) -> str:
    with pytest.raises(BootstrapError) as error:
        from_environment(environment)
    assert SECRET not in str(error.value)
    return str(error.value)


def test_a_rank_takes_its_own_keys(write: Write) -> None:
    found = from_environment(write())
    assert (found.rank, found.secret_key, found.world_size, found.allow) == (1, SECRET, 4, ("a.b.", "c.D"))
    assert SECRET not in repr(found)
    assert from_environment(write(RANK="2")).secret_key == KEY


DATA = {
    "endpoint": "tcp://10.0.0.1:40004",
    "digest": "xxh3-128",
    "inline_limit": 65536,
    "chunk": 262144,
    "segments": "/dev/shm",
}


def test_a_data_plane_is_described_by_the_document_or_there_is_none(write: Write) -> None:
    assert from_environment(write()).data is None
    found = from_environment(write({"data": {**DATA, "something new": 1}})).data
    assert found == DataSettings("tcp://10.0.0.1:40004", "xxh3-128", 65536, 262144, "/dev/shm")
    own = from_environment(write({"data": {**DATA, "server_key": KEY}})).data
    assert own is not None
    assert own.server_key == KEY
    without = from_environment(write({"data": {**DATA, "segments": ""}})).data
    assert without is not None
    assert without.segments == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"endpoint": "ipc:///tmp/x"}, "'endpoint', an endpoint of the form tcp://"),
        ({"digest": "md5"}, "'digest', one of xxh3-128 and sha-256"),
        ({"inline_limit": 1000}, "'inline_limit', an integer from 65536"),
        ({"chunk": 524289}, "'chunk', an integer from 4096 to 524288"),
        ({"chunk": True}, "'chunk'"),
        ({"segments": "dev/shm"}, "'segments', the absolute path"),
        ({"segments": None}, "'segments'"),
        ({"server_key": "short"}, "'server_key', a CURVE key"),
    ],
)
def test_an_unfit_data_plane_is_explained(write: Write, wrong: dict[str, Any], said: str) -> None:
    assert said in fault(write({"data": {**DATA, **wrong}}))


def test_the_world_size_of_a_wrapper_is_what_the_parent_is_told(write: Write) -> None:
    assert from_environment(write(WORLD_SIZE="3")).world_size == 3


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604, 0o602, 0o660, 0o700, 0o601])
def test_a_document_that_others_may_touch_is_refused(write: Write, mode: int) -> None:
    said = fault(write(mode=mode))
    assert f"has the mode {mode:04o}" in said
    assert "chmod 600" in said


def test_a_document_that_is_read_only_is_fine(write: Write) -> None:
    assert from_environment(write(mode=0o400))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_document_of_another_user_is_refused(write: Write) -> None:
    environment = write()
    os.chown(environment["RANKMQ_BOOTSTRAP"], 12345, -1)
    assert "belongs to user 12345" in fault(environment)


def test_a_pipe_or_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("pipe", "."):
        assert "is no regular file" in fault({"RANKMQ_BOOTSTRAP": str(tmp_path / name), "RANK": "1"})
    assert "No such file" in fault({"RANKMQ_BOOTSTRAP": str(tmp_path / "none"), "RANK": "1"})


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "RANKMQ_BOOTSTRAP is not set"),
        ({"RANKMQ_BOOTSTRAP": "x", "RANK": "one"}, "RANK is 'one'"),
        ({"RANKMQ_BOOTSTRAP": "x", "RANK": "-1"}, "RANK is '-1'"),
        ({"RANKMQ_BOOTSTRAP": "x", "RANK": "65536"}, "from 0 to 65535"),
        ({"RANKMQ_BOOTSTRAP": "fd:x", "RANK": "1"}, "write fd:N"),
        ({"RANKMQ_BOOTSTRAP": "fd:987", "RANK": "1"}, "descriptor 987 cannot be read"),
    ],
)
def test_an_unfit_environment_is_explained(environment: dict[str, str], said: str) -> None:
    assert said in fault(environment)


def test_a_process_without_a_rank_needs_a_join_key(write: Write) -> None:
    environment = write(DOCUMENT)
    del environment["RANK"]
    assert "RANK is not set" in fault(environment)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"version": 2}, "another version than 1"),
        ({"session": "S 1"}, "'session' must be"),
        ({"incarnation": True}, "'incarnation' must be"),
        ({"world_size": 0}, "'world_size' must be"),
        ({"commands": "ipc://x"}, "'commands' must be an endpoint"),
        ({"control": "tcp://host"}, "'control' must be an endpoint"),
        ({"events": 5}, "'events' must be an endpoint"),
        ({"server_key": "short"}, "'server_key' must be a CURVE key"),
        ({"allow": "a."}, "'allow' must be"),
        ({"allow": [""]}, "'allow' must be"),
        ({"allow": ["."]}, "'allow' must be"),
        ({"ranks": []}, "'ranks' must be"),
        ({"ranks": {}}, "has no keys for rank 1; it has those of 0 others"),
        ({"ranks": {"1": {"public": KEY, "secret": SECRET + "x"}}}, "'secret' must be a CURVE key"),
        ("[]", "is no JSON object"),
        (f'{{"secret": "{SECRET}",', "is no JSON: see line 1, column"),
        ('{"version": 1, "version": 1}', "has a repeated key"),
        ("[" * 100_000, "is nested too deep"),
    ],
)
def test_an_unfit_document_is_explained_without_quoting_it(write: Write, content: Any, said: str) -> None:
    assert said in fault(write(content))


def test_a_document_that_is_too_large_or_not_text_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "MAX_BYTES", 300)
    assert "larger than 300 bytes" in fault(write())
    environment = write("{}")
    Path(environment["RANKMQ_BOOTSTRAP"]).write_bytes(b"\xff")
    assert "is not UTF-8" in fault(environment)


def test_ranks_that_share_a_descriptor_all_read_the_whole_document(write: Write) -> None:
    environment = write()
    with open(environment["RANKMQ_BOOTSTRAP"], "rb") as file:
        file.read()
        for rank in ("1", "2"):
            descriptor = os.dup(file.fileno())
            assert from_environment({"RANKMQ_BOOTSTRAP": f"fd:{descriptor}", "RANK": rank}).rank == int(rank)
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(descriptor)


def test_a_pipe_that_is_not_closed_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "READ_DEADLINE", 0.05)
    reader, writer = os.pipe()
    try:
        said = fault({"RANKMQ_BOOTSTRAP": f"fd:{reader}", "RANK": "1"})
        assert "did not end within" in said
    finally:
        os.close(writer)


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rankmq", *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_command_ends_with_2_and_one_sentence(write: Write) -> None:
    for ended in (
        run(),
        run("--secret", "x"),
        run(**write(mode=0o644)),
        run(RANKMQ_BOOTSTRAP="-", RANK="1", stdin="{}"),
    ):
        assert ended.returncode == 2
        assert ended.stdout == ""
        (line,) = ended.stderr.splitlines()
        assert line.startswith("ERROR rankmq: ")


def test_the_command_tells_its_version() -> None:
    ended = run("--version")
    assert (ended.returncode, ended.stdout) == (0, "rankmq 0.1.0\n")
