# SPDX-License-Identifier: Apache-2.0
"""
The comparison's work by the transport of NVIDIA FLARE's MultiProcessExecutor: its cells, channels, topics and serialisation, called
as that class and its sub_worker_process do. What is around them (workspace, job, run manager) is left out, and so is its poll for the
result each 200 ms: the time is that of the transport. Usage and output: see side.py.
"""

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import nvflare
from nvflare.apis.fl_context import FLContext
from nvflare.apis.shareable import Shareable
from nvflare.apis.utils.fl_context_utils import get_serializable_data
from nvflare.fuel.common.multi_process_executor_constants import CommunicationMetaData, MultiProcessCommandNames
from nvflare.fuel.f3.cellnet.cell import Cell
from nvflare.fuel.f3.cellnet.core_cell import make_reply
from nvflare.fuel.f3.cellnet.defs import ReturnCode
from nvflare.private.defs import CellChannel, CellChannelTopic, new_cell_message
from nvflare.private.fed.utils.fed_utils import fobs_initialize
from side import RANKS, measure

PATIENCE_S = 60.0


class Parent:
    """The parent's cell, and what its executor does with it."""

    def __init__(self, cell: Cell, targets: list[str]) -> None:
        self._cell = cell
        self._targets = targets
        self._result = None
        self._came = threading.Event()
        cell.register_request_cb(CellChannel.MULTI_PROCESS_EXECUTOR, CellChannelTopic.EXECUTE_RESULT, self._receive)

    def _receive(self, request):  # type: ignore[no-untyped-def]
        self._result = request.payload[CommunicationMetaData.SHAREABLE]
        self._came.set()
        return make_reply(ReturnCode.OK, "", None)

    def execute(self, task: str, shareable: Shareable) -> Shareable:
        """Gives the task to all ranks and waits for rank 0."""
        self._came.clear()
        data = {
            CommunicationMetaData.TASK_NAME: task,
            CommunicationMetaData.SHAREABLE: shareable,
            CommunicationMetaData.FL_CTX: get_serializable_data(FLContext()),
        }
        self._cell.fire_and_forget(
            targets=self._targets,
            channel=CellChannel.CLIENT_SUB_WORKER_COMMAND,
            topic=MultiProcessCommandNames.TASK_EXECUTION,
            message=new_cell_message({}, data),
        )
        if not self._came.wait(PATIENCE_S):
            raise RuntimeError("rank 0 did not answer")
        return self._result


def main() -> None:
    fobs_initialize()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"tcp://127.0.0.1:{port}"
    cell = Cell(fqcn="server", root_url=url, secure=False, credentials={}, create_internal_listener=True)
    cell.start()
    program = Path(__file__).with_name("nvflare_rank.py")
    words = [sys.executable, str(program), url, str(cell.get_internal_listener_url())]
    ranks = [subprocess.Popen([*words, str(rank)], stdin=subprocess.PIPE) for rank in range(RANKS)]
    try:
        targets = [f"server.{rank}" for rank in range(RANKS)]
        deadline = time.monotonic() + PATIENCE_S
        while not all(cell.is_cell_reachable(target) for target in targets):
            if time.monotonic() > deadline:
                raise RuntimeError("the ranks' cells were not reached")
            time.sleep(0.1)
        parent = Parent(cell, targets)
        measure(
            f"FLARE's transport, nvflare {nvflare.__version__}",
            lambda: parent.execute("nothing", Shareable()),
            lambda value: parent.execute("work", Shareable({"w": value}))["w"],
        )
    finally:
        for rank in ranks:
            rank.kill()
            rank.wait(10)
        cell.stop()


if __name__ == "__main__":
    main()
