# SPDX-License-Identifier: Apache-2.0
"""Hosts that the tests of a file share; a test that breaks one makes its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from testbed import Network, Ssh, hosts, sshd


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="also the tests that repeat, elsewhere, what another one shows")
    parser.addoption("--table", type=Path, help="writes what the faults cost into this file, such as docs/faults.md")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: left out without --all")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--all"):
        left_out = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with hosts(2) as made:
        yield made


@pytest.fixture(scope="module")
def ssh(network: Network) -> Iterator[Ssh]:
    with sshd(network) as made:
        yield made
