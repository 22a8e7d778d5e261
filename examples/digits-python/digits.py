# SPDX-License-Identifier: Apache-2.0
"""The digits example's executor in Python: the same split, the same model and the same steps as the Java one, in numpy.

A rank improves the model that it is given with the images of its own shard. It computes in float64 and sends float32, as the
Java ranks do, so both can work in one session.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rankmq import AbortSignal, Context, ContextKey, Executor, ReturnCode, Shareable

DATA_FILE = Path(__file__).resolve().parent.parent / "data" / "digits.csv.gz"
IMAGES = 1797
TRAINING_IMAGES = IMAGES - IMAGES // 5
STRIDE = 1009
BRIGHTEST = 16.0

Floats = NDArray[np.float64]
Model = dict[str, Floats]


@dataclass(frozen=True)
class Images:
    """Some of the images: their lines in the file, their pixels (0 to 1), and the digits that they show."""

    lines: NDArray[np.int64]
    pixels: Floats
    labels: NDArray[np.int64]


def shard(rank: int, world_size: int) -> Images:
    """The training images of one rank. Never any of the held-out fifth: those are places 4, 9, 14, ... of the shuffled order."""
    if not 0 <= rank < world_size:
        raise ValueError(f"rank {rank} is not one of 0 to {world_size - 1}")
    if world_size > TRAINING_IMAGES:
        raise ValueError(f"world_size {world_size} leaves ranks without images; use at most {TRAINING_IMAGES} ranks")
    places = np.arange(IMAGES)
    training = places[places % 5 != 4]
    return _select(training[rank::world_size])


def _select(places: NDArray[np.int64]) -> Images:
    with gzip.open(DATA_FILE, "rt", encoding="ascii") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.int64)
    lines = places * STRIDE % IMAGES
    return Images(lines, table[lines, :-1] / BRIGHTEST, table[lines, -1])


def train_batch(model: Model, pixels: Floats, labels: NDArray[np.int64], learning_rate: float) -> float:
    """One step of gradient descent on the cross-entropy, in place; returns the sum of the images' losses before it."""
    count = np.arange(len(labels))
    hidden = np.maximum(pixels @ model["w1"] + model["b1"], 0)
    scores = hidden @ model["w2"] + model["b2"]
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    loss = -np.log(probabilities[count, labels]).sum()

    error = probabilities
    error[count, labels] -= 1
    hidden_error = (error @ model["w2"].T) * (hidden > 0)
    gradient = {
        "w1": pixels.T @ hidden_error,
        "b1": hidden_error.sum(axis=0),
        "w2": hidden.T @ error,
        "b2": error.sum(axis=0),
    }
    for name, slope in gradient.items():
        model[name] -= learning_rate / len(labels) * slope
    return float(loss)


class DigitsTrainer(Executor):
    """Runs the task `train`: takes a model as tensors w1, b1, w2, b2, returns it improved, with its `samples` and `loss`."""

    def __init__(self, learning_rate: float = 0.2, batch: int = 16, epochs: int = 4) -> None:
        if not (learning_rate > 0 and batch >= 1 and epochs >= 1):
            raise ValueError(
                "learning_rate must be above 0, batch and epochs at least 1; "
                f"given were {learning_rate}, {batch} and {epochs}"
            )
        self._learning_rate = learning_rate
        self._batch = batch
        self._epochs = epochs
        self._shard: Images | None = None

    def execute(self, task_name: str, shareable: Shareable, ctx: Context, abort_signal: AbortSignal) -> Shareable:
        if task_name != "train":
            return Shareable.reply(ReturnCode.TASK_UNKNOWN)
        if self._shard is None:
            # Only a task's context says which rank this is, so the images are read with the first task.
            self._shard = shard(ctx.get(ContextKey.RANK_NUMBER), ctx.get(ContextKey.NUM_OF_PROCESSES))
        images = self._shard
        # What arrives is a read-only view; the steps need a copy of their own, in float64.
        model = {name: shareable[name].astype(np.float64) for name in ("w1", "b1", "w2", "b2")}
        loss = 0.0
        for _ in range(self._epochs):
            loss = 0.0
            for start in range(0, len(images.labels), self._batch):
                if abort_signal.triggered:
                    return Shareable.reply(ReturnCode.TASK_ABORTED)
                batch = slice(start, start + self._batch)
                loss += train_batch(model, images.pixels[batch], images.labels[batch], self._learning_rate)
        samples = len(images.labels)
        loss /= samples
        print(f"round {ctx.get('round')}: loss {loss:.4f} on {samples} images")
        improved = {name: parameter.astype(np.float32) for name, parameter in model.items()}
        return Shareable({**improved, "samples": samples, "loss": loss})
