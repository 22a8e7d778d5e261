# SPDX-License-Identifier: Apache-2.0
"""Installs the peers, runs the same work on every side in one go, and prints a table in Markdown. Started by bench/compare."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PEERS = Path(__file__).resolve().parent
BENCH = PEERS.parent
TOP = BENCH.parent
MEGABYTES = 64
INSTALL_S = 600.0
RUN_S = 300.0


@dataclass
class Side:
    """One way to give work to four processes: its name, what pip installs, and what came of it."""

    name: str
    program: str = ""
    packages: Sequence[str] = ()
    env: dict[str, str] = field(default_factory=dict)
    version: str = ""
    figures: dict[str, list[float]] = field(default_factory=dict)
    not_run: str = ""


def sides() -> list[Side]:
    """RankMQ first: the others are set beside it."""
    return [
        Side("RankMQ"),
        Side("stand-in of the original's transport"),
        # Large arrays by value: the download that 2.9 would use instead does not work on the channel of this executor.
        Side("FLARE's transport", "nvflare_side.py", ("nvflare", "numpy"), {"NVFLARE_NP_DOWNLOAD_CHUNK_SIZE": "0"}),
        Side("ipyparallel", "ipyparallel_side.py", ("ipyparallel", "numpy")),
        Side("Ray", "ray_side.py", ("ray", "numpy")),
    ]


def run(words: Sequence[str], folder: Path, seconds: float, env: dict[str, str], given: str = "") -> str:
    """Runs a command to its end, with all that it starts, and returns what it printed; OSError says in a sentence why it failed."""
    process = subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, errors = process.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise OSError(f"it did not end within {seconds:.0f} s") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.returncode != 0:
        lines = [line for line in errors.splitlines() if line.strip()]
        raise OSError(lines[-1].strip() if lines else f"it ended with {process.returncode}")
    return printed


def install(side: Side, into: Path) -> str:
    """Makes an environment with the side's packages; returns its interpreter."""
    folder = into / side.program.removesuffix("_side.py")
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"compare: installing {' '.join(side.packages)}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        words = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *side.packages]
        run(words, into, INSTALL_S, {})
    return str(python)


def java(*arguments: str) -> list[str]:
    """RankMQ's side."""
    words = ["java", "-XX:+UseSerialGC", "-Xmx2g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
    words += [f"-Drankmq.home={TOP}", f"-Drankmq.worker.classpath={TOP}/cli/target/rankmq/lib/worker/*"]
    return [
        *words,
        "-cp",
        f"{BENCH}/target/classes:{BENCH}/target/lib/*",
        "io.rankmq.bench.compare.OwnSide",
        *arguments,
    ]


def measure(side: Side, into: Path, tasks: int, values: int) -> None:
    """Runs a side; what fails is noted in it."""
    arguments = [str(tasks), str(values), str(MEGABYTES)]
    print(f"compare: {side.name}", file=sys.stderr)
    try:
        if side.name == "RankMQ":
            take(side, run(java(*arguments), into, RUN_S, {}))
        elif not side.program:
            stand_in(side, into, tasks, values)
        else:
            python = install(side, into)
            # Ray leaves a file at home.
            env = {"HOME": str(into), "PYTHONPATH": str(PEERS), **side.env}
            take(side, run([python, str(PEERS / side.program), *arguments], into, RUN_S, env))
    except OSError as failed:
        side.not_run = str(failed)


def take(side: Side, printed: str) -> None:
    """Takes in what a side has printed."""
    for line in printed.splitlines():
        if line.startswith("{"):
            found = json.loads(line)
            side.version = found.get("version", side.version)
            if "work" in found:
                side.figures[found["work"]] = found["nanos"]


def stand_in(side: Side, into: Path, tasks: int, values: int) -> None:
    """bench/standin, which says `ready` and then a line for each of ours."""
    given = f"50\n{tasks}\n3 {MEGABYTES << 20}\n{values} {MEGABYTES << 20}\n"
    words = [sys.executable, str(BENCH / "standin" / "parent.py"), "4"]
    lines = run(words, into, RUN_S, {}, given).splitlines()
    side.version = f"{side.name} (rank 0 alone answers, nobody reads the bytes)"
    side.figures = {"task": list(map(float, lines[2].split())), "value": list(map(float, lines[4].split()))}


def table(all_sides: Sequence[Side]) -> str:
    """Figures, and their ratio to RankMQ's."""
    head = ["side", "empty task p50", "p99", "beside RankMQ", f"{MEGABYTES} MB to 4, as much back", "beside RankMQ"]
    lines = [head, ["---"] * len(head)]
    own = all_sides[0].figures
    for side in all_sides:
        if side.not_run or not side.figures:
            lines.append([side.name, f"not run: {side.not_run or 'it told no figures'}", "", "", "", ""])
            continue
        task, value = (statistics.median(side.figures[work]) for work in ("task", "value"))
        late = sorted(side.figures["task"])[int(len(side.figures["task"]) * 0.99)]
        ratios = ["", ""]
        if own:
            ratios = [
                f"{figure / statistics.median(own[work]):.2f}x" for work, figure in (("task", task), ("value", value))
            ]
        lines.append(
            [
                side.version,
                f"{task / 1e6:.2f} ms",
                f"{late / 1e6:.2f} ms",
                ratios[0],
                f"{value / 1e6:.0f} ms",
                ratios[1],
            ]
        )
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


@contextlib.contextmanager
def folder_of(given: Path | None) -> Iterator[Path]:
    """The folder of the peers: the one given, which stays, or one that is removed."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="rankmq-compare-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/compare", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few turns: shows that everything runs")
    parser.add_argument(
        "--into", type=Path, metavar="DIR", help="where the peers are installed, and left for the next time"
    )
    parser.add_argument("--record", action="store_true", help="append the table to docs/bench.md")
    arguments = parser.parse_args()
    tasks, values = (50, 3) if arguments.quick else (500, 15)
    load = Path("/proc/loadavg").read_text().split()[0]
    all_sides = sides()
    with folder_of(arguments.into) as into:
        for side in all_sides:
            measure(side, into, tasks, values)
    version = ".".join(map(str, sys.version_info[:3]))
    text = (
        f"## {datetime.date.today()}, `bench/compare`, {os.cpu_count()} cores, Python {version}, load before the run {load}\n\n"
        f"{tasks} empty tasks and {values} values a side, each side warm, one after the other; four local processes each.\n\n"
        + table(all_sides)
    )
    print(text)
    if arguments.record:
        with (TOP / "docs" / "bench.md").open("a") as file:
            file.write("\n" + text)
    return 0 if all_sides[0].figures else 1


if __name__ == "__main__":
    sys.exit(main())
