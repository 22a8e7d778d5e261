# SPDX-License-Identifier: Apache-2.0
"""The Python worker of RankMQ: what executors and event handlers are written against.

`python -m rankmq` is one rank; a parent starts it (`rankmq run`)."""

from .api import AbortSignal, ContextKey, EventHandler, EventType, Executor, ReturnCode, Shareable
from .context import Context
from .engine import Engine

__version__ = "0.1.0"

__all__ = [
    "AbortSignal",
    "Context",
    "ContextKey",
    "Engine",
    "EventHandler",
    "EventType",
    "Executor",
    "ReturnCode",
    "Shareable",
    "__version__",
]
