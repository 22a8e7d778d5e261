# SPDX-License-Identifier: Apache-2.0
"""Digests: what they are made of, and that they agree with other languages."""

from __future__ import annotations

import hashlib

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from rankmq.digest import BLOCK, checksum, digest_of


@pytest.mark.parametrize("size", [0, 1, 65_537, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_a_digest_is_the_hash_of_the_hashes_of_its_blocks(size: int) -> None:
    data = bytes(range(251)) * (size // 251) + bytes(size % 251)
    blocks = [data[at : at + BLOCK] for at in range(0, size, BLOCK)] or [b""]
    by_hand = xxhash.xxh3_128(b"".join(xxhash.xxh3_128(block).digest() for block in blocks)).digest()
    assert digest_of("xxh3-128", data) == by_hand
    by_hand = hashlib.sha256(b"".join(hashlib.sha256(block).digest() for block in blocks)).digest()
    assert digest_of("sha-256", memoryview(data)) == by_hand


@given(st.binary())
def test_a_checksum_is_a_signed_number_of_64_bits(payload: bytes) -> None:
    assert checksum(payload) % (1 << 64) == xxhash.xxh3_64_intdigest(payload)
    assert -(1 << 63) <= checksum(payload) < 1 << 63
