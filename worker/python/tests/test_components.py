# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import rank_components

from rankmq.bodies import Component
from rankmq.components import AllowList, ComponentError, build_all
from rankmq.errors import ErrorCode, WireError

ALLOWED = AllowList(["rank_components.", "collections.OrderedDict"])


def build(path: Any, args: dict[str, Any] | None = None, allow: AllowList = ALLOWED) -> Any:
    return build_all([Component("c", path, args or {})], allow)["c"]


def fault(path: Any, args: dict[str, Any] | None = None, allow: AllowList = ALLOWED) -> WireError:
    with pytest.raises(ComponentError) as error:
        build(path, args, allow)
    assert error.value.error.message.startswith("component 'c'")
    return error.value.error


def test_a_component_gets_its_arguments() -> None:
    worker = build("rank_components.Worker", {"rate": 0.5, "layers": [1, {"n": 2}]})
    assert isinstance(worker, rank_components.Worker)
    assert worker.args == {"rate": 0.5, "layers": [1, {"n": 2}]}


def test_components_inside_arguments_are_built_at_any_depth() -> None:
    inner = {"path": "rank_components.Wrapper", "args": {"inner": {"path": "rank_components.Silent"}}}
    outer = build("rank_components.Wrapper", {"inner": inner, "others": [1, {"deep": [inner]}]})
    assert isinstance(outer.inner.inner, rank_components.Silent)
    assert isinstance(outer.others[1]["deep"][0].inner, rank_components.Silent)


def test_the_path_may_depend_on_the_language() -> None:
    assert build({"java": "org.example.Silent", "python": "rank_components.Silent"})
    assert build({"java": "org.example.Silent", "*": "rank_components.Silent"})
    assert "no path for python" in fault({"java": "org.example.Silent"}).message


@pytest.mark.parametrize(
    "path", ["subprocess.Popen", "rank_componentsx.Worker", "rank_component.Worker", "os.system", "", "rank_components"]
)
def test_what_is_not_on_the_list_is_not_even_imported(path: str) -> None:
    assert fault(path).code == ErrorCode.COMPONENT_NOT_ALLOWED
    assert fault("rank_components.Wrapper", {"inner": [{"path": path}]}).code == ErrorCode.COMPONENT_NOT_ALLOWED
    unloaded = "this"
    fault(f"{unloaded}.Zen")
    assert unloaded not in sys.modules


def test_what_an_allowed_module_has_imported_from_elsewhere_is_not_allowed() -> None:
    assert rank_components.subprocess is subprocess
    for path in ("rank_components.Any", "rank_components.AbortSignal", "rank_components.subprocess.Popen"):
        assert fault(path).code in (ErrorCode.COMPONENT_NOT_ALLOWED, ErrorCode.COMPONENT_FAILED)
    error = fault("rank_components.AbortSignal")
    assert error.code == ErrorCode.COMPONENT_NOT_ALLOWED
    assert "rankmq.api.AbortSignal" in error.message


def test_a_full_path_allows_this_class_alone() -> None:
    allow = AllowList(["rank_components.AbortSignal"])
    assert build("rank_components.AbortSignal", allow=allow)
    assert fault("rank_components.Worker", allow=allow).code == ErrorCode.COMPONENT_NOT_ALLOWED
    assert fault("rank_components.AbortSignal.x", allow=allow).code == ErrorCode.COMPONENT_NOT_ALLOWED


@pytest.mark.parametrize(
    ("path", "args", "said"),
    [
        ("rank_components.Missing", {}, "has no class Missing"),
        ("rank_components.os", {}, "something else than a class"),
        ("rank_components.missing.Worker", {}, "cannot be imported: ModuleNotFoundError"),
        ("rank_components.Worker()", {}, "no path of the form package.module.Class"),
        ("rank_components..Worker", {}, "no path of the form package.module.Class"),
        ("rank_components.Silent", {"rate": 1}, "takes no arguments: got an unexpected keyword argument 'rate'"),
        ("rank_components.Wrapper", {"other": 1}, "takes inner, others: missing a required argument: 'inner'"),
        ("rank_components.Failing", {}, "the constructor of rank_components.Failing failed: OSError: the disk is full"),
        ("rank_components.Wrapper", {"inner": {"path": "rank_components.Silent", "x": 1}}, "has 'path', 'x'"),
        ("rank_components.Wrapper", {"inner": {"path": "rank_components.Silent", "args": 1}}, "a map 'args' at most"),
        (5, {}, "a path of type int"),
        ("rank_components.Wrapper", {"inner": {"path": None}}, "has a path of type NoneType"),
    ],
)
def test_a_component_that_cannot_be_built_is_named_with_the_reason(path: Any, args: dict[str, Any], said: str) -> None:
    error = fault(path, args)
    assert error.code == ErrorCode.COMPONENT_FAILED
    assert said in error.message


def test_a_nested_fault_says_where() -> None:
    error = fault("rank_components.Wrapper", {"inner": {"path": "rank_components.Failing"}})
    assert error.message.startswith("component 'c', argument 'inner': the constructor")
    assert error.trace is not None


def test_ids_are_unique() -> None:
    with pytest.raises(ComponentError, match="component 'a' is there twice"):
        build_all([Component("a", "rank_components.Silent", {})] * 2, ALLOWED)
