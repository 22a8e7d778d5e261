# SPDX-License-Identifier: Apache-2.0
"""A rank of nvflare_side.py: a cell below the parent's. Usage: nvflare_rank.py ROOT_URL PARENT_URL RANK; ends with its input."""

import sys

from nvflare.apis.fl_context import FLContext
from nvflare.apis.shareable import Shareable
from nvflare.apis.utils.fl_context_utils import get_serializable_data
from nvflare.fuel.common.multi_process_executor_constants import CommunicationMetaData
from nvflare.fuel.f3.cellnet.cell import Cell
from nvflare.private.defs import CellChannel, CellChannelTopic, new_cell_message
from nvflare.private.fed.utils.fed_utils import fobs_initialize


def main() -> None:
    fobs_initialize()
    root, parent, number = sys.argv[1:4]
    rank = int(number)
    cell = Cell(
        fqcn=f"server.{rank}",
        root_url=root,
        secure=False,
        credentials={},
        create_internal_listener=False,
        parent_url=parent,
    )
    cell.start()

    def execute(request):  # type: ignore[no-untyped-def]
        data = request.payload
        reply = Shareable()
        if data[CommunicationMetaData.TASK_NAME] == "work":
            value = data[CommunicationMetaData.SHAREABLE]["w"]
            reply["sum"] = float(value.sum())
            if rank == 0:
                own = value.copy()
                own[0] = -value[0]
                reply["w"] = own
        if rank == 0:
            answer = {
                CommunicationMetaData.SHAREABLE: reply,
                CommunicationMetaData.FL_CTX: get_serializable_data(FLContext()),
            }
            cell.send_request(
                target="server",
                channel=CellChannel.MULTI_PROCESS_EXECUTOR,
                topic=CellChannelTopic.EXECUTE_RESULT,
                request=new_cell_message({}, answer),
            )

    cell.register_request_cb(channel=CellChannel.CLIENT_SUB_WORKER_COMMAND, topic="*", cb=execute)
    sys.stdin.read()


if __name__ == "__main__":
    main()
