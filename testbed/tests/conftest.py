# SPDX-License-Identifier: Apache-2.0
"""Hosts that the tests of a file share; a test that breaks one makes its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from testbed import Network, Ssh, hosts, sshd


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with hosts(2) as made:
        yield made


@pytest.fixture(scope="module")
def ssh(network: Network) -> Iterator[Ssh]:
    with sshd(network) as made:
        yield made
