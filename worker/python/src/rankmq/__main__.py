# SPDX-License-Identifier: Apache-2.0
"""`python -m rankmq`: one rank. It takes everything from its environment, and nothing from its command line."""

from __future__ import annotations

import faulthandler
import io
import logging
import os
import signal
import sys

from . import __version__
from .actions import ExitCode
from .bootstrap import Bootstrap, BootstrapError, NotJoined, from_environment


class _OneLine(logging.Formatter):
    """`LEVEL logger: message`, on one line whatever the message holds, so that each line of a log says what it is."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", "\\n")


def _configure_output() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(True)
    # What user code prints is seen at once, also when the process does not end in order.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)
    faulthandler.enable()


def _receive_signals() -> int:
    """A descriptor that tells of signals even while the main thread is inside a long computation of C code."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        # Handled by the loop, or by nobody: on an interrupt the parent decides. Not SIG_IGN, which children would inherit.
        signal.signal(number, lambda *_: None)
    return reader


def _bootstrap() -> Bootstrap:
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(f"rankmq {__version__}")
        raise SystemExit(0)
    if arguments:
        raise BootstrapError(
            "python -m rankmq takes no arguments, or those of rankmq-worker; a rank finds everything in its environment"
        )
    return from_environment(os.environ)


def main() -> int:
    """Runs one rank; gives its exit code (docs/protocol.md, section 10)."""
    if "--bootstrap" in sys.argv[1:] or "--help" in sys.argv[1:]:
        from .host import main as host

        return host()
    _configure_output()
    try:
        bootstrap = _bootstrap()
        output = None
        if bootstrap.relay_output:
            from .output import OutputRelay

            output = OutputRelay()
            output.stand_before_outputs()
        signals = _receive_signals()
        # Not before it is known that there is something to run: this import takes most of the time to start.
        from .runtime import Runtime

        runtime = Runtime(bootstrap, signals, output)
    except BootstrapError as unfit:
        logging.getLogger("rankmq").error("%s", unfit)
        return ExitCode.BAD_BOOTSTRAP
    except NotJoined as refused:
        logging.getLogger("rankmq").error("%s", refused)
        return ExitCode.NOT_JOINED
    # For what user code starts: the document was for this process.
    os.environ.pop("RANKMQ_BOOTSTRAP", None)
    return runtime.run()


if __name__ == "__main__":
    sys.exit(main())
