# SPDX-License-Identifier: Apache-2.0
"""The comparison's work by ipyparallel: four local engines, a direct view. Usage and output: see side.py."""

import ipyparallel
from side import RANKS, measure


def nothing() -> None:
    """A task that does nothing."""


def work(value):  # type: ignore[no-untyped-def]
    """Reads every byte; the engine with rank 0 returns as many."""
    total = float(value.sum())
    if rank != 0:  # type: ignore[name-defined] # noqa: F821 # pushed to each engine
        return total
    own = value.copy()
    own[0] = -value[0]
    return own


def main() -> None:
    cluster = ipyparallel.Cluster(n=RANKS, log_level=40)
    with cluster as client:
        client.wait_for_engines(RANKS, timeout=60)
        view = client[:]
        for rank in range(RANKS):
            client[rank].push({"rank": rank}, block=True)
        measure(
            f"ipyparallel {ipyparallel.__version__}",
            lambda: view.apply_sync(nothing),
            lambda value: view.apply_sync(work, value)[0],
        )


if __name__ == "__main__":
    main()
