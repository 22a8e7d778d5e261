# SPDX-License-Identifier: Apache-2.0
"""Reads the golden vectors of the protocol; their README says what the keys mean."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parents[3] / "protocol/src/test/resources/vectors"


def load() -> list[tuple[str, dict[str, Any]]]:
    vectors = []
    for file in sorted(FOLDER.glob("**/*.json")):
        for vector in json.loads(file.read_text("utf-8")):
            vectors.append((f"{file.relative_to(FOLDER).with_suffix('')}: {vector['name']}", vector))
    return vectors


def to_bytes(spec: Any) -> bytes:
    if isinstance(spec, str):
        return bytes.fromhex(spec)
    if isinstance(spec, dict):
        return bytes.fromhex(spec["repeat"]) * spec["count"]
    return b"".join(map(to_bytes, spec))


def to_value(tagged: Any) -> Any:
    if isinstance(tagged, list):
        return [to_value(item) for item in tagged]
    if not isinstance(tagged, dict):
        return tagged
    ((tag, content),) = tagged.items()
    if tag == "str":
        return to_bytes(content).decode("utf-8")
    if tag == "int":
        return int(content)
    if tag == "float":
        return struct.unpack(">d", bytes.fromhex(content))[0]
    if tag == "bin":
        return to_bytes(content)
    if tag == "map":
        return {key: to_value(value) for key, value in content.items()}
    assert tag == "tensor"
    flat = np.frombuffer(to_bytes(content["data"]), np.dtype(content["dtype"]).newbyteorder("<"))
    return flat.reshape(content["shape"], order=content["order"])


def same(left: Any, right: Any) -> bool:
    """Equality of values as the wire sees it: types count, and so do the bits of floats."""
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return (
            isinstance(left, np.ndarray)
            and isinstance(right, np.ndarray)
            and left.dtype.newbyteorder("<") == right.dtype.newbyteorder("<")
            and left.shape == right.shape
            and left.tobytes() == right.tobytes()
        )
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return struct.pack(">d", left) == struct.pack(">d", right)
    return bool(left == right)
