# SPDX-License-Identifier: Apache-2.0
"""What Python ranks run in the benchmarks."""

from rankmq import AbortSignal, Context, ContextKey, Executor, Shareable


class Nothing(Executor):
    """Does nothing, so that only RankMQ itself is measured."""

    def execute(self, task_name: str, shareable: Shareable, context: Context, abort: AbortSignal) -> Shareable:
        return Shareable()


class Bulk(Executor):
    """Reads every byte of a value; rank 0 returns as many."""

    def execute(self, task_name: str, shareable: Shareable, context: Context, abort: AbortSignal) -> Shareable:
        reply = Shareable()
        if task_name == "work":
            value = shareable["w"]
            reply["sum"] = float(value.sum())
            if context.get(ContextKey.RANK_NUMBER) == 0:
                own = value.copy()
                own[0] = -value[0]
                reply["w"] = own
        return reply
