# SPDX-License-Identifier: Apache-2.0
"""The properties that travel with a call or an event, and those that stay with the rank."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .bodies import Changes, Properties, Property

if TYPE_CHECKING:
    from .engine import Engine


class StickyProperties:
    """The sticky properties of one rank. Safe for use by many threads."""

    def __init__(self, own: Mapping[str, Any]) -> None:
        self._lock = threading.Lock()
        # The rank's own, such as its number: private, and nobody else's word counts.
        self._own = {name: Property(value, True, True) for name, value in own.items()}
        self._sticky: dict[str, Property] = {}

    def initial(self, properties: Properties) -> dict[str, Property]:
        """What a new context starts with: the sticky properties, then these; sticky ones of these are kept from now on."""
        with self._lock:
            self._sticky.update({name: property_ for name, property_ in properties.items() if property_.sticky})
            return {**self._sticky, **properties, **self._own}

    def store(self, name: str, property_: Property | None) -> None:
        """Keeps a sticky property for later contexts; None: forgets it."""
        with self._lock:
            if property_ is None:
                self._sticky.pop(name, None)
            else:
                self._sticky[name] = property_


class Context:
    """The properties of one task or event. A property may be private (meant for this site) and sticky (seen by all later contexts of
    this rank); both marks travel.

    The context remembers what was put and removed, so that only changes travel back and cannot undo what somebody else changed
    meanwhile; a value that is changed in place is not noticed: put it again. Safe for use by many threads."""

    def __init__(self, engine: Engine, sticky: StickyProperties, properties: Properties | None = None) -> None:
        self._engine = engine
        self._sticky = sticky
        self._lock = threading.RLock()
        self._properties = sticky.initial(properties or {})
        # A dict in place of a set: keeps the order.
        self._changed: dict[str, None] = {}

    @property
    def engine(self) -> Engine:
        """The engine of this rank, which fires events; it never travels."""
        return self._engine

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a property, or the default if there is none."""
        with self._lock:
            property_ = self._properties.get(name)
        return default if property_ is None else property_.value

    def put(self, name: str, value: Any, private: bool = False, sticky: bool = False) -> Context:
        """Sets a property with exactly these marks; gives this context, so that several can be put in a row."""
        if not isinstance(name, str):
            raise TypeError(f"the name of a property is of type {type(name).__name__}, expected str")
        self._put(name, Property(value, private, sticky))
        return self

    def remove(self, name: str) -> None:
        """Removes a property; nothing happens if there is none."""
        with self._lock:
            before = self._properties.pop(name, None)
            if before is None:
                return
            self._changed[name] = None
            if before.sticky:
                self._sticky.store(name, None)

    def properties(self) -> dict[str, Property]:
        """A copy of all properties with their marks."""
        with self._lock:
            return dict(self._properties)

    def changes(self) -> Changes:
        """What was changed since this context was made."""
        with self._lock:
            present = {name: self._properties[name] for name in self._changed if name in self._properties}
            return Changes(present, [name for name in self._changed if name not in self._properties])

    def apply(self, changes: Changes) -> None:
        """Takes over what the other side changed, marks included; it counts as a change here too."""
        with self._lock:
            for name, property_ in changes.set.items():
                self._put(name, property_)
            for name in changes.removed:
                self.remove(name)

    def __contains__(self, name: object) -> bool:
        with self._lock:
            return name in self._properties

    def __repr__(self) -> str:
        with self._lock:
            return f"Context({list(self._properties)!r})"

    def _put(self, name: str, property_: Property) -> None:
        with self._lock:
            before = self._properties.get(name)
            self._properties[name] = property_
            self._changed[name] = None
            if property_.sticky:
                self._sticky.store(name, property_)
            elif before is not None and before.sticky:
                self._sticky.store(name, None)
