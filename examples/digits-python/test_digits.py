# SPDX-License-Identifier: Apache-2.0
"""The Python trainer takes the same steps as the Java one: golden-round.npz was written by the Java test GoldenRoundTest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import digits
import numpy as np
import pytest

from rankmq import AbortSignal, ReturnCode, Shareable

GOLDEN = Path(__file__).with_name("golden-round.npz")
NAMES = ("w1", "b1", "w2", "b2")


@pytest.fixture(name="golden")
def _golden() -> dict[str, Any]:
    with np.load(GOLDEN) as file:
        return dict(file)


# A task's context, as far as the trainer looks at it.
CONTEXT: Any = {"rank_number": 1, "num_of_processes": 4, "round": 1}


def _task(golden: dict[str, Any]) -> Shareable:
    return Shareable({name: golden[f"before_{name}"] for name in NAMES})


def test_one_round_gives_the_weights_that_java_computes(golden: dict[str, Any]) -> None:
    trainer = digits.DigitsTrainer(learning_rate=0.2, batch=16, epochs=2)

    reply = trainer.execute("train", _task(golden), CONTEXT, AbortSignal())

    for name in NAMES:
        assert reply[name].dtype == np.float32
        np.testing.assert_allclose(reply[name], golden[f"after_{name}"], rtol=0, atol=1e-4)
        assert not np.allclose(reply[name], golden[f"before_{name}"], rtol=0, atol=1e-3)
    assert reply["samples"] == golden["samples"][0]
    assert reply["loss"] == pytest.approx(golden["loss"][0], abs=1e-4)


@pytest.mark.parametrize("world_size", [1, 3, 4, 7])
def test_shards_are_disjoint_and_leave_the_held_out_fifth_alone(world_size: int) -> None:
    lines = np.concatenate([digits.shard(rank, world_size).lines for rank in range(world_size)])
    held_out = np.arange(4, digits.IMAGES, 5) * digits.STRIDE % digits.IMAGES

    assert len(np.unique(lines)) == len(lines) == digits.TRAINING_IMAGES
    assert not np.isin(lines, held_out).any()


def test_an_image_is_read_with_its_label_and_its_pixels_from_zero_to_one() -> None:
    images = digits.shard(0, 4)

    assert images.lines[0] == 0
    assert images.labels[0] == 0
    np.testing.assert_array_equal(images.pixels[0, :5], [0, 0, 5 / 16, 13 / 16, 9 / 16])


def test_a_trainer_that_is_told_to_abort_says_so(golden: dict[str, Any]) -> None:
    abort = AbortSignal()
    abort.trigger("enough")

    reply = digits.DigitsTrainer().execute("train", _task(golden), CONTEXT, abort)

    assert reply.return_code == ReturnCode.TASK_ABORTED


def test_a_trainer_knows_no_other_task(golden: dict[str, Any]) -> None:
    assert (
        digits.DigitsTrainer().execute("dance", _task(golden), CONTEXT, AbortSignal()).return_code
        == ReturnCode.TASK_UNKNOWN
    )


def test_a_rank_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="rank 4 is not one of 0 to 3"):
        digits.shard(4, 4)


def test_settings_that_cannot_train_are_refused() -> None:
    with pytest.raises(ValueError, match="learning_rate must be above 0"):
        digits.DigitsTrainer(learning_rate=0)
