# SPDX-License-Identifier: Apache-2.0
"""The comparison's work by Ray: four local actors, the value put once into its object store. Usage and output: see side.py."""

import os

import ray
from side import RANKS, measure


@ray.remote(num_cpus=0)
class Rank:
    """One of the four."""

    def __init__(self, rank):  # type: ignore[no-untyped-def]
        self.rank = rank

    def nothing(self) -> None:
        """A task that does nothing."""

    def work(self, value):  # type: ignore[no-untyped-def]
        """Reads every byte; rank 0 returns as many."""
        total = float(value.sum())
        if self.rank != 0:
            return total
        own = value.copy()
        own[0] = -value[0]
        return own


def main() -> None:
    ray.init(num_cpus=RANKS, include_dashboard=False, log_to_driver=False, _temp_dir=os.path.join(os.getcwd(), "ray"))
    ranks = [Rank.remote(rank) for rank in range(RANKS)]

    def send(value):  # type: ignore[no-untyped-def]
        reference = ray.put(value)
        return ray.get([rank.work.remote(reference) for rank in ranks])[0]

    measure(f"Ray {ray.__version__}", lambda: ray.get([rank.nothing.remote() for rank in ranks]), send)
    ray.shutdown()


if __name__ == "__main__":
    main()
