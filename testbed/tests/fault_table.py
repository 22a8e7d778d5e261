# SPDX-License-Identifier: Apache-2.0
"""The table of docs/faults.md."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from faults import FAULTS, Fault, Seen

BEGIN = "<!-- measured: scripts/test-hosts --all --table=docs/faults.md -->"
END = "<!-- end -->"
HEAD = "| fault | launcher | exit code | the job ends after | nothing is left after | the sentence |\n|---|---|---|---|---|---|\n"


def write_table(file: Path, cells: Iterable[tuple[Fault, str, Seen]]) -> None:
    """Puts the rows between the marks of the file; rows of cells that were not run now stay."""
    before, _, rest = file.read_text().partition(BEGIN)
    old, _, after = rest.partition(END)
    rows = {tuple(line.split(" | ")[:2]): line for line in old.splitlines()[3:]}
    for fault, launcher, seen in cells:
        rows["| " + fault.name, launcher] = row(fault, launcher, seen)
    order = [("| " + fault.name, launcher) for fault in FAULTS for launcher in fault.launchers]
    kept = [key for key in order if key in rows]
    file.write_text(f"{before}{BEGIN}\n{HEAD}" + "".join(rows[key] + "\n" for key in kept) + f"{END}{after}")


def row(fault: Fault, launcher: str, seen: Seen) -> str:
    ended = "goes on" if seen.exit == 0 else f"{seen.ended:.1f} s"
    gone = "" if seen.exit == 0 else f"{seen.gone:.1f} s" + (" from its resuming" if fault.resumes else "")
    return f"| {fault.name} | {launcher} | {seen.exit} | {ended} | {gone} | {plain(seen.sentence)} |"


def plain(sentence: str) -> str:
    """Without what differs from run to run."""
    return re.sub(r"pid \d+", "pid N", sentence.replace("|", "/").replace("\n", " "))
