# SPDX-License-Identifier: Apache-2.0
"""A process that uses a store and does what it is told, a line a command; and the test's end of it."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from rankmq.digest import digest_of
from rankmq.folder import Folder, sweep
from rankmq.store import Full, Store

SESSION, INCARNATION = "s-test", 0


def value(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


class StoreProcess:
    """A user of the store in another process."""

    def __init__(self, segments: Path, session: str = SESSION) -> None:
        command = [sys.executable, __file__, str(segments), session]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.read() == "ready"

    def tell(self, *command: Any) -> str:
        self.write(*command)
        return self.read()

    def write(self, *command: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, command)) + "\n")
        self.process.stdin.flush()

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def leave(self) -> None:
        self.process.communicate("leave\n", timeout=30)
        assert self.process.returncode == 0


class _User:
    def __init__(self, segments: str, session: str) -> None:
        self.folder = Folder(segments, session, INCARNATION)
        self.store = Store(self.folder, "xxh3-128")
        self.segments = segments
        self.views: dict[bytes, memoryview] = {}

    def publish(self, seed: str, size: str) -> str:
        try:
            return self.store.publish(value(int(seed), int(size))).hex()
        except Full as full:
            return f"full: {full}"

    def find(self, digest: str, size: str) -> str:
        view = self.store.find(bytes.fromhex(digest), int(size))
        if view is None:
            return "none"
        self.views[bytes.fromhex(digest)] = view
        return self.look(digest)

    def look(self, digest: str) -> str:
        is_right = digest_of("xxh3-128", self.views[bytes.fromhex(digest)]).hex() == digest
        return "right" if is_right else "changed"

    def drop(self, digest: str) -> str:
        del self.views[bytes.fromhex(digest)]
        return "dropped"

    def release(self) -> str:
        self.store.release()
        return "released"

    def token(self) -> str:
        return self.folder.token

    def sweep(self) -> str:
        return str(sweep(self.segments, self.folder.path))

    def fetch_lock(self, digest: str) -> str:
        return "no" if self.store.fetch_lock(bytes.fromhex(digest)) is None else "yes"

    def churn(self, seed: str, size: str, times: str) -> str:
        """Publishes one value after another into the same pages."""
        for n in range(int(times)):
            self.store.publish(value(int(seed) + n % 3, int(size)))
            self.store.release()
        return f"reused {self.store.reused}"

    def chase(self, seed: str, size: str, times: str) -> str:
        """Maps whatever there is of what `churn` publishes, and looks at it."""
        digests = [digest_of("xxh3-128", value(int(seed) + n, int(size))).hex() for n in range(3)]
        found = 0
        for n in range(int(times)):
            outcome = self.find(digests[n % 3], size)
            if outcome == "changed":
                return "changed"
            found += outcome == "right"
            self.views.clear()
        return f"found {found}"


def main() -> None:
    user = _User(sys.argv[1], sys.argv[2])
    print("ready", flush=True)
    for line in sys.stdin:
        name, *arguments = line.split()
        if name == "leave":
            user.store.close()
            return
        print(getattr(user, name)(*arguments), flush=True)


if __name__ == "__main__":
    main()
