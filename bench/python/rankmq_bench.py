# SPDX-License-Identifier: Apache-2.0
"""What Python ranks run in the benchmarks."""

from rankmq import AbortSignal, Context, Executor, Shareable


class Nothing(Executor):
    """Does nothing, so that only RankMQ itself is measured."""

    def execute(self, task_name: str, shareable: Shareable, context: Context, abort: AbortSignal) -> Shareable:
        return Shareable()
