# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from scripted_parent import ScriptedParent

# No deadline for one example: the machine may be busy, and what is tested is not how long it takes.
settings.register_profile("rankmq", deadline=None)
settings.load_profile("rankmq")


@pytest.fixture
def new_parent(tmp_path: Path) -> Iterator[Callable[..., ScriptedParent]]:
    """Makes parents that end with the test."""
    with ExitStack() as stack:

        def make(**options: Any) -> ScriptedParent:
            return stack.enter_context(ScriptedParent(tmp_path, **options))

        yield make


@pytest.fixture
def parent(new_parent: Callable[..., ScriptedParent]) -> ScriptedParent:
    """A parent of one rank."""
    return new_parent()
