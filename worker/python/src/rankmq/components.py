# SPDX-License-Identifier: Apache-2.0
"""Building components from their configs, through the allow-list: nothing that is not on it is imported or called."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from typing import Any

from .bodies import Component
from .errors import ErrorCode, RankMQError, WireError, describe

LANGUAGE = "python"


class ComponentError(Exception):
    """A component that was not built, as the parent is told."""

    def __init__(self, error: WireError) -> None:
        super().__init__(error.message)
        self.error = error


class AllowList:
    """Where components may come from: packages (a prefix that ends in a dot) and full paths."""

    def __init__(self, entries: Iterable[str]) -> None:
        entries = tuple(entries)
        self.prefixes = tuple(entry for entry in entries if entry.endswith("."))
        self.paths = frozenset(entry for entry in entries if not entry.endswith("."))

    def allows(self, path: str) -> bool:
        """Whether that path is on the list."""
        return path in self.paths or path.startswith(self.prefixes)

    def allows_class(self, path: str, cls: type) -> bool:
        """Whether what was found at an allowed path may be built: a class that a module of an allowed package has only imported
        from elsewhere, such as subprocess.Popen, may not; one that is listed by its full path may."""
        return path in self.paths or f"{cls.__module__}.{cls.__qualname__}".startswith(self.prefixes)


def build_all(components: Sequence[Component], allow: AllowList) -> dict[str, Any]:
    """Builds all components, in their order; raises ComponentError with the first fault."""
    built: dict[str, Any] = {}
    for component in components:
        where = f"component '{component.id}'"
        try:
            if component.id in built:
                raise RankMQError(ErrorCode.COMPONENT_FAILED, f"{where} is there twice")
            built[component.id] = _build(where, component.path, component.args, allow)
        except RankMQError as fault:
            raise ComponentError(WireError(fault.code, fault.message)) from None
    return built


def _build(where: str, path: Any, args: dict[str, Any], allow: AllowList) -> Any:
    path = _own_path(where, path)
    if not allow.allows(path):
        listed = ", ".join(sorted((*allow.prefixes, *allow.paths))) or "nothing"
        raise RankMQError(
            ErrorCode.COMPONENT_NOT_ALLOWED, f"{where}: {path} is not on the allow-list, which has {listed}"
        )
    cls = _find(where, path)
    if not allow.allows_class(path, cls):
        raise RankMQError(
            ErrorCode.COMPONENT_NOT_ALLOWED,
            f"{where}: {path} is {cls.__module__}.{cls.__qualname__}, which is not on the allow-list; list its full path",
        )
    built = {name: _argument(f"{where}, argument '{name}'", value, allow) for name, value in args.items()}
    _check_arguments(where, path, cls, built)
    try:
        return cls(**built)
    except BaseException as error:
        raise ComponentError(
            describe(ErrorCode.COMPONENT_FAILED, f"{where}: the constructor of {path} failed", error)
        ) from None


def _own_path(where: str, path: Any) -> str:
    """The path for Python of a path that may be a map from language."""
    if isinstance(path, dict):
        path = path.get(LANGUAGE, path.get("*"))
        if path is None:
            raise RankMQError(ErrorCode.COMPONENT_FAILED, f"{where} has no path for {LANGUAGE}")
    if not isinstance(path, str):
        raise RankMQError(ErrorCode.COMPONENT_FAILED, f"{where} has a path of type {type(path).__name__}, expected str")
    return path


def _find(where: str, path: str) -> type:
    module_name, _, name = path.rpartition(".")
    if not module_name or not all(part.isidentifier() for part in path.split(".")):
        raise RankMQError(ErrorCode.COMPONENT_FAILED, f"{where}: {path} is no path of the form package.module.Class")
    try:
        module = importlib.import_module(module_name)
    except BaseException as error:
        raise ComponentError(
            describe(ErrorCode.COMPONENT_FAILED, f"{where}: {module_name} cannot be imported", error)
        ) from None
    cls = getattr(module, name, None)
    if not isinstance(cls, type):
        what = "has no class" if cls is None else "has something else than a class named"
        raise RankMQError(ErrorCode.COMPONENT_FAILED, f"{where}: the module {module_name} {what} {name}")
    return cls


def _argument(where: str, value: Any, allow: AllowList) -> Any:
    """A value, with the components inside it built: maps that have the key `path`."""
    if isinstance(value, list):
        return [_argument(where, item, allow) for item in value]
    if not isinstance(value, dict):
        return value
    if "path" not in value:
        return {name: _argument(where, item, allow) for name, item in value.items()}
    args = value.get("args", {})
    if not value.keys() <= {"path", "args"} or not isinstance(args, dict):
        raise RankMQError(
            ErrorCode.COMPONENT_FAILED,
            f"{where}: a map with the key 'path' is a component and has a map 'args' at most, but this one has "
            f"{', '.join(map(repr, value))}",
        )
    return _build(where, value["path"], args, allow)


def _check_arguments(where: str, path: str, cls: type, args: dict[str, Any]) -> None:
    import inspect

    try:
        signature = inspect.signature(cls)
    except (TypeError, ValueError):
        # Some classes written in C tell nothing about their arguments; their constructor will.
        return
    try:
        signature.bind(**args)
    except TypeError as mismatch:
        takes = ", ".join(signature.parameters) or "no arguments"
        raise RankMQError(ErrorCode.COMPONENT_FAILED, f"{where}: {path} takes {takes}: {mismatch}") from None
