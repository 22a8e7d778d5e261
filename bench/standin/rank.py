# SPDX-License-Identifier: Apache-2.0
"""A rank of the stand-in: takes what comes, and answers if it is rank 0. Ends when its connection does."""

import sys
from multiprocessing.connection import Listener


def main() -> None:
    rank = int(sys.argv[1])
    key = bytes.fromhex(sys.stdin.readline())
    with Listener(("127.0.0.1", 0), authkey=key) as listener:
        print(listener.address[1], flush=True)
        with listener.accept() as connection:
            try:
                while True:
                    data = connection.recv()
                    if rank == 0:
                        connection.send({"shareable": data["shareable"], "fl_ctx": data["fl_ctx"]})
            except EOFError:
                pass


if __name__ == "__main__":
    main()
