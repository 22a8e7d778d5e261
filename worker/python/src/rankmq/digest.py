# SPDX-License-Identifier: Apache-2.0
"""Digests of values: the hash of the hashes of their blocks (docs/protocol.md, section 12.2)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import xxhash

if TYPE_CHECKING:
    from .values import Buffer

BLOCK = 1 << 20
"""Bytes of a block. Small enough to be in the processor's cache still when it is written after it was hashed."""

ALGORITHMS = {"xxh3-128": 16, "sha-256": 32}
"""Names of the hash functions, and how many bytes a digest of theirs has."""


class Digester:
    """Takes the blocks of one value in order, and gives its digest."""

    def __init__(self, algorithm: str) -> None:
        self._hash: Any = xxhash.xxh3_128 if algorithm == "xxh3-128" else hashlib.sha256
        self._whole = self._hash()

    def block(self, block: Buffer) -> None:
        """The next block: `BLOCK` bytes, or the last ones."""
        self._whole.update(self._hash(block).digest())

    def digest(self) -> bytes:
        """The digest of the blocks so far."""
        return bytes(self._whole.digest())


def digest_of(algorithm: str, data: Buffer) -> bytes:
    """The digest of a value."""
    digester = Digester(algorithm)
    view = memoryview(data)
    # An empty value has one block, which is empty.
    for start in range(0, max(1, len(view)), BLOCK):
        digester.block(view[start : start + BLOCK])
    return digester.digest()


def checksum(payload: Buffer) -> int:
    """The sum of a chunk: XXH3-64 as a signed number."""
    unsigned = xxhash.xxh3_64_intdigest(payload)
    return unsigned - (1 << 64) if unsigned >> 63 else unsigned
