# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import argparse

import pytest

from rankmq.claim import Times
from rankmq.host import seconds, slots


def test_a_claim_is_sent_at_once_and_again_each_half_second() -> None:
    times = Times(10.0)
    assert [times.take(at) for at in (10.0, 10.2, 10.5, 10.9, 11.0)] == ["claim", "", "claim", "", "claim"]
    assert times.next() == 11.5


def test_without_an_answer_the_socket_is_built_anew_and_in_the_end_given_up() -> None:
    times = Times(0.0)
    assert times.take(3.0) == "rebuild"
    assert times.take(3.1) == ""
    assert times.take(6.0) == "rebuild"
    assert times.take(60.0) == "give up"


def test_as_long_as_the_parent_answers_there_is_no_other_end() -> None:
    times = Times(0.0)
    for second in range(1, 600):
        times.heard(float(second))
        assert times.take(second + 0.9) == "claim"


def test_times_and_slots_are_read_or_refused() -> None:
    assert [seconds(text) for text in ("500ms", "60s", "5m", "1h", "7")] == [0.5, 60.0, 300.0, 3600.0, 7.0]
    assert slots("12") == 12
    for read, text in ((seconds, "soon"), (seconds, "-1s"), (slots, "0"), (slots, "many")):
        with pytest.raises(argparse.ArgumentTypeError):
            read(text)
