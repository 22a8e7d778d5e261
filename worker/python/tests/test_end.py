# SPDX-License-Identifier: Apache-2.0
"""How a rank's process finds what it has to end, and its environment."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys

from rankmq import process
from rankmq.__main__ import _OneLine


def test_descendants_are_found_whatever_their_session_and_name() -> None:
    script = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
        " start_new_session=True); print(p.pid, flush=True); p.wait()"
    )
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())
        assert process.descendants(os.getpid()).index(child.pid) < process.descendants(os.getpid()).index(grandchild)
        assert process.descendants(child.pid) == [grandchild]
        if shutil.which("ps"):
            assert {(child.pid, os.getpid()), (grandchild, child.pid)} <= set(process._processes_of_ps())
    finally:
        subprocess.run(["kill", "-9", str(grandchild), str(child.pid)], check=True)
        child.communicate(timeout=15)


def test_what_was_printed_is_not_lost_when_a_process_ends_at_once() -> None:
    script = "from rankmq.process import end_now; print('flushed', end=''); end_now(4)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=15, check=False)
    assert (ended.returncode, ended.stdout) == (4, "flushed")


def test_a_log_record_is_one_line_whatever_it_holds() -> None:
    try:
        raise ValueError("a\nb")
    except ValueError:
        record = logging.LogRecord("user.code", logging.ERROR, "f", 1, "failed:\n%s", ("x",), sys.exc_info())
    line = _OneLine().format(record)
    assert line.startswith("ERROR user.code: failed:\\nx\\nTraceback")
    assert "\n" not in line
