# SPDX-License-Identifier: Apache-2.0
"""The folder in which the processes of one session and host share values (docs/protocol.md, section 12.4).

All locks are fcntl record locks. They belong to the process, end with it however it ends, and are gone as soon as the process closes
*any* descriptor of the file: so nothing here opens a file twice.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import secrets
import stat
import time
from pathlib import Path

log = logging.getLogger("rankmq.data")

_USERS, _TOKEN = "users", "token"
_OPEN_DEADLINE = 5.0
"""Somebody who sweeps holds the folder for a moment; for longer it is not waited for, in seconds."""
_MOMENT = 0.002


class Unfit(Exception):
    """The folder cannot be used; one sentence for a person."""


class Folder:
    """The folder of a session, used by this process until `close`."""

    def __init__(self, segments: str, session: str, incarnation: int) -> None:
        """Makes the folder, or joins those who use it. Raises Unfit."""
        self.path = Path(segments) / f"rankmq-{os.geteuid()}-{session}-{incarnation}"
        self._users = -1
        try:
            self._users = _enter(self.path)
            self.token = _token(self.path)
            """Who reads the same token shares memory with this process."""
        except OSError as error:
            self.close()
            raise Unfit(f"{self.path} cannot be used: {error.strerror}") from None

    def close(self) -> None:
        """Leaves the folder; the last one who leaves removes it. Values that are mapped stay where they are mapped."""
        if self._users < 0:
            return
        # Left first: of two who still are in while each asks whether he is the last, neither would be.
        fcntl.lockf(self._users, fcntl.LOCK_UN)
        if try_lock(self._users, fcntl.LOCK_EX) and is_linked(self._users, self.path / _USERS):
            try:
                _remove(self.path)
            except OSError as error:
                log.warning("%s could not be removed: %s", self.path, error.strerror)
        os.close(self._users)
        self._users = -1


def sweep(segments: str, mine: Path) -> int:
    """Removes the folders whose users are all gone, killed perhaps; how many there were. `mine` is left alone."""
    swept = 0
    for path in Path(segments).glob(f"rankmq-{os.geteuid()}-*"):
        try:
            if path != mine and _remove_if_left(path):
                swept += 1
        except OSError:
            # Somebody else removed it at the same time, or it is none of ours.
            continue
    if swept:
        log.warning("removed what %d sessions that did not end in order had left in %s", swept, segments)
    return swept


def is_linked(descriptor: int, path: str | Path) -> bool:
    """Whether the path still is the file that was opened."""
    try:
        there, opened = os.stat(path, follow_symlinks=False), os.fstat(descriptor)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)


def try_lock(descriptor: int, kind: int) -> bool:
    """Takes a shared or exclusive lock on the whole file if nobody is in the way."""
    try:
        fcntl.lockf(descriptor, kind | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _enter(path: Path) -> int:
    """The descriptor of `users`, with a shared lock on it."""
    deadline = time.monotonic() + _OPEN_DEADLINE
    while time.monotonic() < deadline:
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            _check(path)
        try:
            users = os.open(path / _USERS, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            continue
        # After the lock it is certain: nobody removes a folder whose users are locked.
        if try_lock(users, fcntl.LOCK_SH) and is_linked(users, path / _USERS):
            return users
        os.close(users)
        time.sleep(_MOMENT)
    raise Unfit(f"{path} cannot be used: somebody has kept {_USERS} locked for {_OPEN_DEADLINE:g} s")


def _check(path: Path) -> None:
    try:
        status = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) != 0o700:
        raise Unfit(f"{path} is not a folder that user {os.geteuid()} alone can use (mode 0700)")


def _token(path: Path) -> str:
    """Reads the token; whoever is first makes it. Linked, not renamed, so that there is never a second one."""
    token, draft = path / _TOKEN, path / f"{_TOKEN}.{os.getpid()}.part"
    if not token.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, secrets.token_hex(16).encode())
        finally:
            os.close(descriptor)
        try:
            os.link(draft, token)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    text = token.read_text("ascii")
    if len(text) != 32:
        raise Unfit(f"{token} holds no token")
    return text


def _remove_if_left(path: Path) -> bool:
    status = os.stat(path, follow_symlinks=False)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        return False
    users = os.open(path / _USERS, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if not try_lock(users, fcntl.LOCK_EX) or not is_linked(users, path / _USERS):
            return False
        _remove(path)
        return True
    finally:
        os.close(users)


def _remove(path: Path) -> None:
    """Removes a folder whose `users` this process has locked; that file last, for it keeps out who comes meanwhile."""
    for name in os.listdir(path):
        if name != _USERS:
            os.unlink(path / name)
    os.unlink(path / _USERS)
    try:
        os.rmdir(path)
    except OSError as error:
        # Somebody came in this moment and has made it his.
        if error.errno != errno.ENOTEMPTY:
            raise
