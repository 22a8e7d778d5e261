# SPDX-License-Identifier: Apache-2.0
"""Replays the golden vectors of the data port, and of digests."""

from __future__ import annotations

from typing import Any

import pytest
import vectors

from rankmq import port
from rankmq.digest import checksum, digest_of
from rankmq.errors import NAMES, RankMQError
from rankmq.messages import Envelope
from rankmq.values import FRAME_BYTES

VECTORS = vectors.load()
GOOD = [pytest.param(vector, id=name) for name, vector in VECTORS if "port" in vector]
REFUSED = [pytest.param(vector, id=name) for name, vector in VECTORS if "port_error" in vector]
DIGESTS = [pytest.param(vector, id=name) for name, vector in VECTORS if "xxh3-128" in vector]


def test_all_vectors_are_found() -> None:
    assert len(GOOD) >= 5
    assert len(REFUSED) >= 5
    assert len(DIGESTS) >= 6


def read(vector: dict[str, Any]) -> tuple[Envelope, port.PortMessage, Any]:
    return port.decode([vectors.to_bytes(frame) for frame in vector["frames"]], vector["sender"] == "PARENT")


@pytest.mark.parametrize("vector", GOOD)
def test_a_good_message_says_what_it_should_and_is_written_as_exactly_these_bytes(vector: dict[str, Any]) -> None:
    envelope, message, payload = read(vector)
    expected = dict(vector["port"])
    assert type(message).__name__.upper() == expected.pop("kind")
    found = {key: value.hex() if type(value) is bytes else value for key, value in message._asdict().items()}
    assert found == expected
    if isinstance(message, port.Chunk):
        assert checksum(payload) == message.sum
    frames = port.encode(envelope, message, payload if isinstance(message, port.Chunk) else None)
    assert frames == [vectors.to_bytes(frame) for frame in vector["frames"]]


@pytest.mark.parametrize("vector", REFUSED)
def test_a_bad_message_is_refused_with_its_code(vector: dict[str, Any]) -> None:
    with pytest.raises(RankMQError) as refused:
        read(vector)
    assert NAMES[refused.value.code] == vector["port_error"]


@pytest.mark.parametrize("vector", DIGESTS)
def test_digests_are_those_of_other_languages(vector: dict[str, Any]) -> None:
    data = bytes((31 * i + i // 1000) % 256 for i in range(vector["size"]))
    for algorithm in ("xxh3-128", "sha-256"):
        assert digest_of(algorithm, data).hex() == vector[algorithm]
    assert checksum(data[:FRAME_BYTES]) == vector["sum"]
