# SPDX-License-Identifier: Apache-2.0
"""Replays the golden vectors: good messages are read and written to the byte, bad ones are refused."""

from __future__ import annotations

from typing import Any

import pytest
import vectors

from rankmq import bodies
from rankmq.bodies import Changes, Component, Property, ShareableParts
from rankmq.codec import decode, encode
from rankmq.digest import digest_of
from rankmq.errors import NAMES, RankMQError
from rankmq.kinds import Sender
from rankmq.messages import Body, Packet, Reference

VECTORS = vectors.load()
GOOD = [pytest.param(vector, id=name) for name, vector in VECTORS if "message" in vector]
REFUSED = [pytest.param(vector, id=name) for name, vector in VECTORS if "error" in vector]
BAD_BODIES = [pytest.param(vector, id=name) for name, vector in VECTORS if "body_error" in vector]

READERS: dict[str, Any] = {
    "INITIALIZE": bodies.read_initialize,
    "EXECUTE": bodies.read_task,
    "HANDLE_EVENT": bodies.read_context,
    "EVENT": bodies.read_context,
    "EVENT_REPLY": bodies.read_changes,
    "INITIALIZED": bodies.read_changes,
    "EVENT_HANDLED": bodies.read_changes,
    "RESULT": bodies.read_result,
}


# A tensor of shape (3, 0): numpy does not tell rows first from columns first where there are no elements.
EMPTY_F, EMPTY_C = b"\x92\x03\x00\xa1F", b"\x92\x03\x00\xa1C"


def test_all_vectors_are_found() -> None:
    assert len(GOOD) > 50
    assert len(REFUSED) > 100
    assert len(BAD_BODIES) > 80


def read_vector(vector: dict[str, Any]) -> Packet:
    packet = decode([vectors.to_bytes(frame) for frame in vector["frames"]], Sender[vector["sender"]])
    if "data" not in vector:
        return packet
    values = [vectors.to_bytes(entry["value"]) for entry in vector["data"]]
    assert packet.body is not None
    assert packet.body.references == [
        Reference(bytes.fromhex(entry["digest"]), len(value)) for entry, value in zip(vector["data"], values)
    ]
    return packet._replace(body=Body(packet.body.data, [[value] for value in values]))


def referring(vector: dict[str, Any], body: Body | None) -> Body | None:
    """The body as it is written if its values travel by reference."""
    if "data" not in vector or body is None:
        return body
    algorithm = "xxh3-128" if len(vector["data"][0]["digest"]) == 32 else "sha-256"
    values = [attachment for (attachment,) in body.attachments]
    return Body(body.data, references=[Reference(digest_of(algorithm, value), len(value)) for value in values])


@pytest.mark.parametrize("vector", GOOD)
def test_a_good_message_says_what_it_should(vector: dict[str, Any]) -> None:
    message = vector["message"]
    packet = read_vector(vector)
    kind = type(packet.message).__name__.replace("ParentHeartbeat", "Heartbeat").replace("RankHeartbeat", "Heartbeat")
    assert kind.upper() == message["kind"].replace("_", "")
    assert packet.envelope == (
        message["session"],
        message["incarnation"],
        message.get("rank"),
        message.get("seq"),
    )
    assert fields(packet) == message["fields"]
    assert (packet.body is None) == ("body" not in message)
    if packet.body is not None:
        expected = to_body(message["kind"], message["body"])
        assert vectors.same(plain(READERS[message["kind"]](packet.body)), plain(expected))


@pytest.mark.parametrize("vector", [param for param in GOOD if param.values[0]["canonical"]])
def test_a_good_message_is_written_as_exactly_these_bytes(vector: dict[str, Any]) -> None:
    message = vector["message"]
    packet = read_vector(vector)
    body = write(message["kind"], to_body(message["kind"], message["body"])) if "body" in message else None
    frames = encode(packet.envelope, packet.message, referring(vector, body))
    expected = [vectors.to_bytes(frame).replace(EMPTY_F, EMPTY_C) for frame in vector["frames"]]
    assert [bytes(frame) for frame in frames] == expected


@pytest.mark.parametrize("vector", REFUSED)
def test_a_bad_message_is_refused_with_its_code(vector: dict[str, Any]) -> None:
    with pytest.raises(RankMQError) as refused:
        read_vector(vector)
    assert NAMES[refused.value.code] == vector["error"]


@pytest.mark.parametrize("vector", BAD_BODIES)
def test_a_bad_body_is_refused_with_its_code(vector: dict[str, Any]) -> None:
    packet = read_vector(vector)
    assert packet.body is not None
    with pytest.raises(RankMQError) as refused:
        READERS[KINDS[type(packet.message).__name__]](packet.body)
    assert NAMES[refused.value.code] == vector["body_error"]


KINDS = {kind.title().replace("_", ""): kind for kind in READERS}


def fields(packet: Packet) -> dict[str, Any]:
    found = {key.rstrip("_"): value for key, value in packet.message._asdict().items() if value is not None}
    if "error" in found:
        found["error"] = {key: value for key, value in found["error"]._asdict().items() if value is not None}
    if "reply" in found:
        found["reply"] = list(found["reply"])
    return found


def to_body(kind: str, body: dict[str, Any]) -> Any:
    if kind == "INITIALIZE":
        components = [
            Component(item["id"], item["path"], {name: vectors.to_value(arg) for name, arg in item["args"].items()})
            for item in body["components"]
        ]
        return body["executor"], components, to_context(body["context"])
    if kind == "EXECUTE":
        return to_shareable(body["shareable"]), to_context(body["context"])
    if "context" in body:
        return to_context(body["context"])
    changes = Changes({}, ())
    if "changes" in body:
        changes = Changes(to_context(body["changes"]["set"]), body["changes"]["removed"])
    return (to_shareable(body["shareable"]) if "shareable" in body else None, changes) if kind == "RESULT" else changes


def to_shareable(shareable: dict[str, Any]) -> ShareableParts:
    return ShareableParts(
        {name: vectors.to_value(value) for name, value in shareable["headers"].items()},
        {name: vectors.to_value(value) for name, value in shareable["values"].items()},
    )


def to_context(context: dict[str, Any]) -> dict[str, Property]:
    return {
        name: Property(vectors.to_value(entry["value"]), entry["private"], entry["sticky"])
        for name, entry in context.items()
    }


def write(kind: str, body: Any) -> Body | None:
    def skip(name: str, error: RankMQError) -> None:
        raise AssertionError(f"{name}: {error}")

    if kind == "INITIALIZE":
        return bodies.write_initialize(*body, skip)
    if kind == "EXECUTE":
        return bodies.write_task(*body, skip)
    if kind in ("HANDLE_EVENT", "EVENT"):
        return bodies.write_context(body, skip)
    return bodies.write_result(*body, skip) if kind == "RESULT" else bodies.write_changes(body, skip)


def plain(value: Any) -> Any:
    """Named tuples and sequences without their types."""
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
