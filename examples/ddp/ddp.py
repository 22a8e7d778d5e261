# SPDX-License-Identifier: Apache-2.0
"""The digits example with PyTorch: one model, trained by all ranks together with DistributedDataParallel over gloo.

The ranks find each other by MASTER_ADDR and MASTER_PORT, which every launcher of RankMQ sets, and torchrun as well. Each rank reads
the images of its own shard; the gradients are averaged inside torch, so after each step all ranks hold the same model, and rank 0
replies alone.
"""

from __future__ import annotations

from datetime import timedelta

import torch
import torch.distributed as dist
from digits import shard
from torch import nn

from rankmq import AbortSignal, Context, ContextKey, EventHandler, EventType, Executor, ReturnCode, Shareable

COLLECTIVE_TIMEOUT = timedelta(seconds=60)


class Classifier(nn.Module):
    """64 pixels, one hidden layer, ten digits. Shapes follow the first task's model, so that the parent decides them."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.first = nn.Linear(64, hidden)
        self.second = nn.Linear(hidden, 10)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(pixels)))

    def load(self, task: Shareable) -> None:
        """Takes the parent's model: w1, b1, w2, b2, with inputs in rows, as numpy and the Java ranks keep them."""
        with torch.no_grad():
            # What arrives is read-only; copy_ reads it only.
            for layer, number in ((self.first, 1), (self.second, 2)):
                layer.weight.copy_(torch.tensor(task[f"w{number}"]).T)
                layer.bias.copy_(torch.tensor(task[f"b{number}"]))

    def tensors(self) -> dict[str, object]:
        """The model in the parent's form."""
        return {
            name: value.detach().numpy().copy(order="C")
            for name, value in (
                ("w1", self.first.weight.T),
                ("b1", self.first.bias),
                ("w2", self.second.weight.T),
                ("b2", self.second.bias),
            )
        }


class DdpTrainer(Executor, EventHandler):
    """Runs the task `train`: improves the model that it is given, together with all other ranks."""

    def __init__(self, learning_rate: float = 0.2, batch: int = 16, epochs: int = 4) -> None:
        torch.set_num_threads(1)
        self._learning_rate = learning_rate
        self._batch = batch
        self._epochs = epochs

    def execute(self, task_name: str, shareable: Shareable, ctx: Context, abort_signal: AbortSignal) -> Shareable:
        if task_name != "train":
            return Shareable.reply(ReturnCode.TASK_UNKNOWN)
        rank = ctx.get(ContextKey.RANK_NUMBER)
        world_size = ctx.get(ContextKey.NUM_OF_PROCESSES)
        if not dist.is_initialized():
            dist.init_process_group("gloo", rank=rank, world_size=world_size, timeout=COLLECTIVE_TIMEOUT)
        images = shard(rank, world_size)
        pixels = torch.tensor(images.pixels, dtype=torch.float32)
        labels = torch.tensor(images.labels)

        model = Classifier(shareable["w1"].shape[1])
        model.load(shareable)
        together = nn.parallel.DistributedDataParallel(model)
        optimiser = torch.optim.SGD(together.parameters(), lr=self._learning_rate)
        steps = self._common_steps(len(labels))
        loss = 0.0
        for epoch in range(self._epochs):
            # Every rank must leave at the same step, or the others wait for its gradients: they agree on it.
            if self._sum(1.0 if abort_signal.triggered else 0.0) > 0:
                return Shareable.reply(ReturnCode.TASK_ABORTED)
            losses = 0.0
            for step in range(steps):
                batch = slice(step * self._batch, (step + 1) * self._batch)
                optimiser.zero_grad()
                mistake = nn.functional.cross_entropy(together(pixels[batch]), labels[batch])
                mistake.backward()
                optimiser.step()
                losses += mistake.item()
            loss = self._sum(losses) / (steps * world_size)
            if rank == 0:
                news = ctx.engine.new_context().put("round", ctx.get("round")).put("epoch", epoch + 1).put("loss", loss)
                ctx.engine.post_event("loss", news)
        print(f"round {ctx.get('round')}: {steps} steps of {self._batch} images together with {world_size - 1} others")
        return Shareable({**model.tensors(), "samples": steps * self._batch * world_size, "loss": loss})

    def handle_event(self, event_type: str, ctx: Context) -> None:
        if event_type == EventType.END_RUN and dist.is_initialized():
            dist.destroy_process_group()

    def _common_steps(self, images: int) -> int:
        """Shards differ by one image; a rank with a batch more than the others would wait for them in vain."""
        steps = torch.tensor(images // self._batch)
        dist.all_reduce(steps, op=dist.ReduceOp.MIN)
        return int(steps)

    @staticmethod
    def _sum(value: float) -> float:
        total = torch.tensor(value, dtype=torch.float64)
        dist.all_reduce(total)
        return float(total)
