# SPDX-License-Identifier: Apache-2.0
"""The bootstrap document (docs/protocol.md, section 10): where the session is, and this rank's keys. No error quotes its content."""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Mapping, MutableMapping
from typing import Any, NamedTuple

from .kinds import WORLD_SIZE
from .values import FRAME_BYTES, INLINE_BYTES

MAX_BYTES = 16 << 20
"""Keys of 65,536 ranks take about 8 MB."""

READ_DEADLINE = 30.0
"""A pipe that its writer never closes is not waited for longer, in seconds."""

_KEY = re.compile(r"[0-9A-Za-z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}\Z")
_SESSION = re.compile(r"[a-z0-9-]{1,64}\Z")
_ENDPOINT = re.compile(r"tcp://[^\s/]+:[0-9]{1,5}\Z")


class BootstrapError(Exception):
    """Environment or document are unfit; one sentence for a person."""


class DataSettings(NamedTuple):
    """How large values travel (docs/protocol.md, section 12.1); sizes in bytes. `segments`: a folder in memory, or empty.
    `server_key`: the data port's, None for the broker's."""

    endpoint: str
    digest: str
    inline_limit: int
    chunk: int
    segments: str
    server_key: str | None = None


class NotJoined(Exception):
    """No rank was given to this process; one sentence for a person."""


class Bootstrap(NamedTuple):
    """What one rank needs of the document. `data`: None if all values travel in messages. `relay_output`: the parent wants what this
    rank writes."""

    session: str
    incarnation: int
    rank: int
    world_size: int
    commands: str
    control: str
    events: str
    server_key: str
    public_key: str
    secret_key: str
    allow: tuple[str, ...]
    data: DataSettings | None = None
    relay_output: bool = False

    def __repr__(self) -> str:
        return f"Bootstrap({self.session}, incarnation {self.incarnation}, rank {self.rank} of {self.world_size})"


def from_environment(environment: Mapping[str, str]) -> Bootstrap:
    """Reads RANK and the document that RANKMQ_BOOTSTRAP names; raises BootstrapError, and NotJoined if no rank is given to a process
    without RANK."""
    source = environment.get("RANKMQ_BOOTSTRAP")
    if not source:
        raise BootstrapError(
            "RANKMQ_BOOTSTRAP is not set; this is the worker that 'rankmq run' starts, not a command by itself"
        )
    rank = _number(environment, "RANK", 0, WORLD_SIZE - 1)
    what = f"the bootstrap document {'on standard input' if source == '-' else source}"
    document = _parse(what, _read(what, source))
    if rank is None:
        return _claimed(what, document, environment)
    world_size = _number(environment, "WORLD_SIZE", 1, WORLD_SIZE)
    return _bootstrap(what, document, rank, world_size)


def _claimed(what: str, document: dict[str, Any], environment: Mapping[str, str]) -> Bootstrap:
    """Somebody has started this process without a rank: the parent gives it one (section 13), and its variables are set."""
    join = document.get("join")
    if not isinstance(join, dict):
        raise BootstrapError("RANK is not set; whoever starts ranks must set it to the rank's number")
    from .claim import claim

    # For the checks of all but the rank; the join key stands where the rank's keys will.
    access = _bootstrap(what, {**document, "ranks": {"0": join}}, 0, None)
    given = claim(access, _number(environment, "RANKMQ_SLOT", 0, WORLD_SIZE - 1))
    if isinstance(environment, MutableMapping):
        place = {
            "RANK": given.assigned,
            "WORLD_SIZE": given.world_size,
            "LOCAL_RANK": given.local_rank,
            "LOCAL_WORLD_SIZE": given.local_world_size,
            "GROUP_RANK": given.group_rank,
            "MASTER_ADDR": given.master_addr,
            "MASTER_PORT": given.master_port,
            "RANKMQ_SESSION": access.session,
        }
        environment.update({name: str(value) for name, value in place.items()})
    keys = {"public": given.public, "secret": given.secret}
    return _bootstrap(what, {**document, "ranks": {str(given.assigned): keys}}, given.assigned, given.world_size)


def session_of(path: str) -> str | None:
    """Session and incarnation of a document in a file, or None if it is gone meanwhile; raises BootstrapError if it cannot be used."""
    try:
        document = _parse(f"the bootstrap document {path}", _read_file(f"the bootstrap document {path}", path))
    except BootstrapError:
        if os.path.exists(path):
            raise
        return None
    return f"{document.get('session')}/{document.get('incarnation')}"


def _number(environment: Mapping[str, str], name: str, minimum: int, maximum: int) -> int | None:
    text = environment.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or not minimum <= int(text) <= maximum:
        raise BootstrapError(f"{name} is {text!r:.40}, expected a number from {minimum} to {maximum}")
    return int(text)


# Reading


def _read(what: str, source: str) -> bytes:
    if source == "-":
        return _drain(what, 0)
    if source.startswith("fd:"):
        number = source[3:]
        if not re.fullmatch(r"[0-9]{1,6}", number):
            raise BootstrapError(
                f"RANKMQ_BOOTSTRAP is {source!r:.40}; write fd:N with the number of an open descriptor"
            )
        try:
            return _drain(what, int(number))
        except OSError as error:
            raise BootstrapError(
                f"descriptor {number} cannot be read ({error.strerror}); pass it on to the rank"
            ) from None
        finally:
            _close(int(number))
    return _read_file(what, source)


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        # It was not open, which the caller has been told already.
        return


def _read_file(what: str, path: str) -> bytes:
    try:
        # Opened first and looked at then, so that it is the same file; not blocking, for it may turn out to be a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise BootstrapError(f"{what} cannot be opened: {error.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise BootstrapError(f"{what} is no regular file")
        if stat.S_IMODE(status.st_mode) & 0o177:
            mode = stat.S_IMODE(status.st_mode)
            raise BootstrapError(
                f"{what} holds keys but has the mode {mode:04o}; only its owner may read it: chmod 600 {path}"
            )
        if status.st_uid != os.geteuid():
            raise BootstrapError(
                f"{what} belongs to user {status.st_uid}, but this process runs as user {os.geteuid()}"
            )
        return _limited(what, _content(descriptor))
    except OSError as error:
        raise BootstrapError(f"{what} cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)


def _content(descriptor: int) -> bytes:
    chunks = []
    total = 0
    is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
    while total <= MAX_BYTES:
        # Ranks that a wrapper has started may share a descriptor and with it the position: a file is read without it.
        chunk = os.pread(descriptor, 1 << 16, total) if is_file else os.read(descriptor, 1 << 16)
        if not chunk:
            break
        chunks.append(chunk)
        total += len(chunk)
    return b"".join(chunks)


def _drain(what: str, descriptor: int) -> bytes:
    """Reads to the end, but does not wait for ever for a writer that never closes."""
    content: list[bytes | OSError] = []

    def read() -> None:
        try:
            content.append(_content(descriptor))
        except OSError as error:
            content.append(error)

    reader = threading.Thread(target=read, name="rankmq-bootstrap", daemon=True)
    reader.start()
    reader.join(READ_DEADLINE)
    if not content:
        raise BootstrapError(f"{what} did not end within {READ_DEADLINE:.0f} s; its writer must close it")
    if isinstance(content[0], OSError):
        raise content[0]
    return _limited(what, content[0])


def _limited(what: str, content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        raise BootstrapError(f"{what} is larger than {MAX_BYTES} bytes")
    return content


# Checking


def _parse(what: str, content: bytes) -> dict[str, Any]:
    import json

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(pairs)
        if len(whole) != len(pairs):
            raise BootstrapError(f"{what} has a repeated key")
        return whole

    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=unique)
    except UnicodeDecodeError:
        raise BootstrapError(f"{what} is not UTF-8") from None
    except json.JSONDecodeError as error:
        # Its own message may quote a secret.
        raise BootstrapError(f"{what} is no JSON: see line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise BootstrapError(f"{what} is nested too deep") from None
    if not isinstance(document, dict):
        raise BootstrapError(f"{what} is no JSON object")
    return document


def _bootstrap(what: str, document: dict[str, Any], rank: int, world_size: int | None) -> Bootstrap:
    def text(of: dict[str, Any], key: str, pattern: re.Pattern[str], expected: str) -> str:
        value = of.get(key)
        if not isinstance(value, str) or not pattern.match(value):
            raise BootstrapError(f"{what}: '{key}' must be {expected}")
        return value

    def integer(key: str, minimum: int, maximum: int) -> int:
        value = document.get(key)
        if type(value) is not int or not minimum <= value <= maximum:
            raise BootstrapError(f"{what}: '{key}' must be an integer from {minimum} to {maximum}")
        return value

    if document.get("version") != 1:
        raise BootstrapError(
            f"{what} has another version than 1, which is all that this worker knows; install a newer one"
        )
    told = integer("world_size", 1, WORLD_SIZE)
    allow = document.get("allow")
    if not isinstance(allow, list) or not all(isinstance(entry, str) and entry.strip(".") for entry in allow):
        raise BootstrapError(f"{what}: 'allow' must be an array of packages that end in '.', or full paths")
    ranks = document.get("ranks")
    if not isinstance(ranks, dict):
        raise BootstrapError(f"{what}: 'ranks' must be an object with the keys of each rank")
    keys = ranks.get(str(rank))
    if not isinstance(keys, dict):
        raise BootstrapError(f"{what} has no keys for rank {rank}; it has those of {len(ranks)} others")
    relay_output = document.get("relay_output", False)
    if not isinstance(relay_output, bool):
        raise BootstrapError(f"{what}: 'relay_output' must be true or false")
    key = (_KEY, "a CURVE key, 40 characters of Z85")
    endpoint = (_ENDPOINT, "an endpoint of the form tcp://address:port")
    return Bootstrap(
        session=text(document, "session", _SESSION, "1 to 64 characters of [a-z0-9-]"),
        incarnation=integer("incarnation", 0, (1 << 31) - 1),
        rank=rank,
        world_size=told if world_size is None else world_size,
        commands=text(document, "commands", *endpoint),
        control=text(document, "control", *endpoint),
        events=text(document, "events", *endpoint),
        server_key=text(document, "server_key", *key),
        public_key=text(keys, "public", *key),
        secret_key=text(keys, "secret", *key),
        allow=tuple(allow),
        data=_data_settings(what, document["data"]) if "data" in document else None,
        relay_output=relay_output,
    )


def _data_settings(what: str, data: Any) -> DataSettings:
    def unfit(expected: str) -> BootstrapError:
        return BootstrapError(f"{what}: 'data' must be an object with {expected}")

    if not isinstance(data, dict):
        raise unfit(", ".join(DataSettings._fields[:5]))
    endpoint, segments = data.get("endpoint"), data.get("segments")
    if not isinstance(endpoint, str) or not _ENDPOINT.match(endpoint):
        raise unfit("'endpoint', an endpoint of the form tcp://address:port")
    if data.get("digest") not in ("xxh3-128", "sha-256"):
        raise unfit("'digest', one of xxh3-128 and sha-256")
    if not isinstance(segments, str) or (segments and not os.path.isabs(segments)):
        raise unfit("'segments', the absolute path of a folder, or empty")

    def size(key: str, minimum: int, maximum: int) -> int:
        value = data.get(key)
        if type(value) is not int or not minimum <= value <= maximum:
            raise unfit(f"'{key}', an integer from {minimum} to {maximum}")
        return value

    server_key = data.get("server_key")
    if server_key is not None and not (isinstance(server_key, str) and _KEY.match(server_key)):
        raise unfit("'server_key', a CURVE key, 40 characters of Z85")
    inline_limit = size("inline_limit", INLINE_BYTES, (1 << 31) - 1)
    chunk = size("chunk", 4096, FRAME_BYTES)
    return DataSettings(endpoint, data["digest"], inline_limit, chunk, segments, server_key)
