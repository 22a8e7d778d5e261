# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from rankmq import AbortSignal, Context, Engine, ReturnCode, Shareable
from rankmq.bodies import Changes, Property, read_changes, write_changes
from rankmq.errors import RankMQError
from rankmq.messages import Body


class NoRelay:
    """A parent that does not hear."""

    def ask(self, event_type: str, body: Body, timeout: float) -> Body | None:
        raise RankMQError(7, "there is no parent")

    def post(self, event_type: str, body: Body, timeout: float) -> None:
        raise RankMQError(7, "there is no parent")


@pytest.fixture
def engine() -> Engine:
    return Engine(2, 4, NoRelay())


def test_rank_and_world_size_are_in_every_context_private_and_sticky(engine: Engine) -> None:
    others = {"rank_number": Property(0), "num_of_processes": Property(9, sticky=True)}
    for ctx in (engine.new_context(), engine.context_of(others), engine.context_of(others, from_parent=True)):
        assert ctx.properties()["rank_number"] == (2, True, True)
        assert ctx.properties()["num_of_processes"] == (4, True, True)
        assert ctx.engine is engine


def test_only_what_was_put_or_removed_counts_as_a_change(engine: Engine) -> None:
    ctx = engine.context_of({"a": Property(1), "b": Property(2), "c": Property(3)})
    assert ctx.changes() == Changes({}, [])
    ctx.put("a", 1)
    ctx.put("d", 4, private=True)
    ctx.put("e", 5)
    ctx.remove("b")
    ctx.remove("e")
    ctx.remove("never there")
    assert ctx.changes() == Changes({"a": Property(1), "d": Property(4, private=True)}, ["e", "b"])


def test_what_is_put_again_after_it_was_removed_is_set(engine: Engine) -> None:
    ctx = engine.context_of({"a": Property(1)})
    ctx.remove("a")
    assert "a" not in ctx
    ctx.put("a", 2)
    assert ctx.changes() == Changes({"a": Property(2)}, [])
    assert (ctx.get("a"), ctx.get("z", "default")) == (2, "default")


def test_sticky_properties_are_seen_by_later_contexts_only(engine: Engine) -> None:
    before = engine.new_context()
    ctx = engine.new_context()
    ctx.put("kept", 1, sticky=True)
    ctx.put("not kept", 1)
    assert "kept" not in before
    later = engine.new_context()
    assert later.get("kept") == 1
    assert "not kept" not in later
    assert later.changes() == Changes({}, [])


def test_a_sticky_property_is_forgotten_when_removed_or_put_without_the_mark(engine: Engine) -> None:
    engine.new_context().put("a", 1, sticky=True)
    engine.new_context().put("b", 1, sticky=True)
    ctx = engine.new_context()
    ctx.remove("a")
    ctx.put("b", 2)
    assert set(engine.new_context().properties()) == {"rank_number", "num_of_processes"}


def test_sticky_properties_of_the_parent_stay_and_its_word_comes_before_ours(engine: Engine) -> None:
    engine.new_context().put("a", "ours", sticky=True)
    assert engine.context_of({"a": Property("theirs", sticky=True)}).get("a") == "theirs"
    assert engine.new_context().get("a") == "theirs"


def test_changes_of_the_other_side_are_applied_with_their_marks_and_count_as_changes(engine: Engine) -> None:
    ctx = engine.context_of({"gone": Property(1)})
    body = write_changes(Changes({"a": Property(1, True, True)}, ["gone"]), engine.skip)
    ctx.apply(read_changes(body))
    assert ctx.properties()["a"] == (1, True, True)
    assert "gone" not in ctx
    assert ctx.changes() == Changes({"a": Property(1, True, True)}, ["gone"])
    assert engine.new_context().get("a") == 1


def test_the_origin_of_an_event_is_private_and_not_sticky(engine: Engine) -> None:
    ctx = engine.context_of({}, from_parent=True)
    assert ctx.properties()["event_origin_site"] == ("multi_process_executor", True, False)
    assert "event_origin_site" not in engine.new_context()


def test_what_cannot_travel_is_left_out_and_named_once(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    ctx = engine.new_context()
    ctx.put("good", 1)
    ctx.put("the_engine", engine)
    ctx.put("\ud800", 1)
    for _ in range(3):
        found = read_changes(write_changes(ctx.changes(), engine.skip))
        assert found == Changes({"good": Property(1)}, [])
    assert len(caplog.records) == 2
    assert "'the_engine' stays in this rank" in caplog.text


def test_the_name_of_a_property_is_a_text(engine: Engine) -> None:
    with pytest.raises(TypeError, match="of type int, expected str"):
        engine.new_context().put(1, 2)  # type: ignore[arg-type]


class Handler:
    def __init__(self, heard: list[str], name: str, error: BaseException | None = None) -> None:
        self.heard, self.name, self.error = heard, name, error

    def handle_event(self, event_type: str, ctx: Context) -> None:
        self.heard.append(f"{self.name} {event_type} {ctx.get('by')}")
        ctx.put("by", self.name)
        if self.error is not None:
            raise self.error


def test_every_handler_gets_the_event_also_behind_one_that_fails(engine: Engine) -> None:
    heard: list[str] = []
    engine.install({"a": Handler(heard, "a", SystemExit(3)), "b": object(), "c": Handler(heard, "c", ValueError("x"))})
    error = engine.fire_local("e", engine.new_context())
    assert heard == ["a e None", "c e a"]
    assert error is not None
    assert (error.code, error.type) == (31, "SystemExit")
    assert "component 'a' failed to handle event e" in error.message


def test_an_event_that_does_not_reach_the_parent_is_logged_and_not_raised(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []
    engine.install({"a": Handler(heard, "a")})
    assert engine.fire_event("e", engine.new_context()) is False
    assert engine.post_event("e", engine.new_context()) is False
    assert len(heard) == 2
    assert caplog.text.count("there is no parent") == 2


def test_an_event_of_the_parent_is_not_relayed_back_and_start_run_is_not_fired_by_users(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []
    engine.install({"a": Handler(heard, "a")})
    assert engine.fire_event("e", engine.context_of({}, from_parent=True)) is False
    assert "no parent" not in caplog.text
    assert engine.fire_event("start_run", engine.new_context()) is False
    assert heard == ["a e None"]


def test_components_are_found_by_their_id(engine: Engine) -> None:
    engine.install({"a": 1})
    assert engine.component("a") == 1
    with pytest.raises(KeyError):
        engine.component("b")


def test_a_shareable_has_values_headers_and_a_return_code() -> None:
    shareable = Shareable({"a": 1})
    shareable["b"] = 2
    del shareable["a"]
    assert (shareable["b"], shareable.get("a"), "b" in shareable, list(shareable), len(shareable)) == (
        2,
        None,
        True,
        ["b"],
        1,
    )
    assert shareable.return_code == ReturnCode.OK
    shareable.return_code = ReturnCode.TASK_UNKNOWN
    assert shareable.headers == {"return_code": "TASK_UNKNOWN"}
    with pytest.raises(ValueError, match="no return code"):
        shareable.return_code = "FINE"
    with pytest.raises(KeyError, match="the shareable has 'b'"):
        shareable["missing"]
    for code in ("FINE", 5, [1]):
        shareable.headers["return_code"] = code
        assert shareable.return_code == ReturnCode.EXECUTION_RESULT_ERROR
    assert Shareable.reply(ReturnCode.OK, {"x": 1}).values == {"x": 1}


def test_an_abort_signal_goes_up_once() -> None:
    abort = AbortSignal()
    assert (abort.triggered, abort.reason, abort.wait(0)) == (False, None, False)
    abort.trigger("first")
    abort.trigger("second")
    assert (abort.triggered, abort.reason, abort.wait(10)) == (True, "first", True)
