# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rankmq.messages import Body, Execute, HandleEvent, Initialize
from rankmq.schedule import Schedule, Work

NO_BODY = Body(b"\x80")


def work(seq: int, kind: str) -> Work:
    command = {"i": Initialize(), "t": Execute(f"t-{seq}", "n"), "e": HandleEvent("e")}[kind]
    return Work(seq, command, NO_BODY)


def started(schedule: Schedule) -> list[int]:
    return [each.seq for each in schedule.start()]


def filled(kinds: str) -> tuple[Schedule, list[Work]]:
    schedule = Schedule()
    works = [work(seq, kind) for seq, kind in enumerate(kinds, 1)]
    for each in works:
        schedule.add(each)
    return schedule, works


def test_initialize_runs_alone() -> None:
    schedule, works = filled("iet")
    assert started(schedule) == [1]
    assert started(schedule) == []
    schedule.done(works[0])
    assert started(schedule) == [2]


def test_a_second_initialize_waits_for_what_stands_before_it() -> None:
    schedule, works = filled("etie")
    assert started(schedule) == [1]
    schedule.done(works[0])
    assert started(schedule) == [2]
    schedule.done(works[1])
    assert started(schedule) == [3]
    schedule.done(works[2])
    assert started(schedule) == [4]


def test_a_task_waits_for_the_events_before_it_and_not_for_those_behind() -> None:
    schedule, works = filled("eete")
    assert started(schedule) == [1]
    schedule.done(works[0])
    assert started(schedule) == [2]
    schedule.done(works[1])
    assert started(schedule) == [4, 3]


def test_tasks_run_one_after_another_and_events_beside_them() -> None:
    schedule, works = filled("tte")
    assert started(schedule) == [3, 1]
    schedule.done(works[2])
    assert started(schedule) == []
    schedule.done(works[0])
    assert started(schedule) == [2]
    assert not schedule.is_idle()
    schedule.done(works[1])
    assert schedule.is_idle()


def test_tasks_that_wait_can_be_withdrawn_and_those_that_run_cannot() -> None:
    schedule, _ = filled("tttt")
    started(schedule)
    assert [each.seq for each in schedule.withdraw("t-3")] == [3]
    assert schedule.withdraw("t-1") == []
    assert [each.seq for each in schedule.withdraw(None)] == [2, 4]


def test_tasks_behind_an_initialize_can_be_withdrawn() -> None:
    schedule, works = filled("itet")
    started(schedule)
    assert [each.seq for each in schedule.withdraw(None)] == [2, 4]
    schedule.done(works[0])
    assert started(schedule) == [3]


@given(st.text("te", max_size=30), st.randoms(use_true_random=False))
def test_in_any_order_of_ends_the_rules_hold_and_everything_runs(kinds: str, random: object) -> None:
    schedule = Schedule()
    works = [work(seq, kind) for seq, kind in enumerate(kinds, 1)]
    waiting, running, ended = list(works), list[Work](), list[Work]()
    while waiting or running:
        if waiting and random.random() < 0.5:  # type: ignore[attr-defined]
            schedule.add(waiting.pop(0))
        elif running:
            each = running.pop(random.randrange(len(running)))  # type: ignore[attr-defined]
            schedule.done(each)
            ended.append(each)
        for each in schedule.start():
            same_kind = [other for other in works if type(other.command) is type(each.command)]
            before = [other for other in same_kind if other.seq < each.seq]
            assert all(other in ended for other in before)
            if isinstance(each.command, Execute):
                assert all(other in ended for other in works if other.seq < each.seq and other not in same_kind)
            running.append(each)
    assert sorted(each.seq for each in ended) == [each.seq for each in works]
    assert schedule.is_idle()
