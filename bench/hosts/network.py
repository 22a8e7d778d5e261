# SPDX-License-Identifier: Apache-2.0
"""What starts and large values cost when ranks are on other hosts. Started by bench/network; prints tables in Markdown."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import testbed
from testbed import Host, Network

BENCH = Path(__file__).resolve().parent.parent
TOP = BENCH.parent
MB = 1 << 20
READY = "all ranks are ready"
DEADLINE_S = 300.0
WARM_TURNS = 5
LEAST_ACCURACY = 0.98


class Driven:
    """A process on a host that answers lines by lines. Whoever waits for it waits no longer than the deadline."""

    def __init__(self, host: Host, words: Sequence[str]) -> None:
        self._process = host.start(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None, cwd=TOP)

    def ask(self, line: str = "") -> str:
        """Sends a line, if there is one, and returns the next answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if line:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
        watch = threading.Timer(DEADLINE_S, self._process.kill)
        watch.start()
        try:
            answer = self._process.stdout.readline().decode().strip()
        finally:
            watch.cancel()
        if not answer:
            raise RuntimeError(f"the process said nothing to '{line}' within {DEADLINE_S:.0f} s, or has ended")
        return answer

    def close(self) -> None:
        """Ends it with its input."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()


def java(main: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
    """A JVM like that of bench/run."""
    worker = TOP / "cli/target/rankmq/lib/worker/*"
    words = [
        "java",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-Xmx5g",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        *options,
    ]
    words += [f"-Drankmq.home={TOP}", f"-Drankmq.worker.classpath={worker}"]
    return [*words, "-cp", f"{BENCH}/target/classes:{BENCH}/target/lib/*", f"io.rankmq.bench.{main}", *arguments]


@contextlib.contextmanager
def ours(network: Network, ssh: testbed.Ssh, places: Sequence[str]) -> Iterator[Driven]:
    """RankMQ's parent, with ranks on these hosts."""
    driven = Driven(network.parent, java("network.NetworkBulk", network.parent.address, str(ssh.config), *places))
    try:
        assert driven.ask() == "ready"
        yield driven
    finally:
        driven.close()


@contextlib.contextmanager
def bare(network: Network, places: Sequence[str], security: str, options: Sequence[str] = ()) -> Iterator[Driven]:
    """JeroMQ alone, with ranks on these hosts."""
    ranks = [network[host] for host, _, slots in (place.partition(":") for place in places) for _ in range(int(slots))]
    words = java("bare.BulkParent", network.parent.address, str(len(ranks)), security, options=options)
    driven = Driven(network.parent, words)
    started = []
    try:
        endpoints = driven.ask().split()
        started = [host.start(java("bare.BulkRank", *endpoints, options=options), cwd=TOP) for host in ranks]
        assert driven.ask() == "ready"
        yield driven
    finally:
        driven.close()
        for host in ranks:
            for pid in host.pids(containing="bare.BulkRank"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, 9)
        for process in started:
            process.wait(20)


def received(host: Host) -> int:
    """Bytes that the bridge gave this host so far."""
    return int(Path(f"/sys/class/net/{host.port}/statistics/tx_bytes").read_text())


@dataclass
class Side:
    """One way to bring a value to all ranks: the line that asks for a turn, and what the turns took."""

    name: str
    driven: Driven
    order: str
    seconds: list[float] = field(default_factory=list)
    most_bytes: int = 0

    def turn(self, hosts: Sequence[Host], counts: bool) -> None:
        """Takes the time, and the most bytes that went to one host."""
        before = [received(host) for host in hosts]
        seconds = int(self.driven.ask(self.order)) / 1e9
        if counts:
            self.seconds.append(seconds)
            self.most_bytes = max(
                self.most_bytes, *(received(host) - old for host, old in zip(hosts, before, strict=True))
            )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def bulk(turns: int) -> None:
    """Values of 256 MB to ranks on other hosts; the sides take turns."""
    rows = []
    pure = ["-Drankmq.curve=java"]
    with testbed.hosts(2) as network, testbed.sshd(network) as ssh:
        for what, places in (("to 2 hosts with 2 ranks each", ("h1:2", "h2:2")), ("to 1 rank", ("h1:1",))):
            print(f"bulk: 256 MB {what}", file=sys.stderr)
            hosts = [network[place.partition(":")[0]] for place in places]
            with contextlib.ExitStack() as stack:
                sides = [
                    Side("RankMQ", stack.enter_context(ours(network, ssh, places)), "turn 256"),
                    Side("JeroMQ without CURVE", stack.enter_context(bare(network, places, "plain")), "256"),
                    Side("JeroMQ, CURVE by libsodium", stack.enter_context(bare(network, places, "curve")), "256"),
                ]
                for turn in range(-WARM_TURNS, turns):
                    for side in sides:
                        side.turn(hosts, turn >= 0)
            with bare(network, places, "curve", pure) as driven:
                sides.append(Side("JeroMQ, CURVE by jnacl", driven, "256"))
                sides[-1].turn(hosts, True)
            own = statistics.median(sides[0].seconds)
            for side in sides:
                seconds = statistics.median(side.seconds)
                figures = [f"{seconds:.3f} s", f"{256 / seconds:.0f} MB/s", f"{seconds / own:.2f}x"]
                rows.append([f"256 MB {what}", side.name, *figures, f"{side.most_bytes / MB:.0f} MB"])
    print("### Large values to other hosts\n")
    print(f"Median of {turns} turn(s), of jnacl one; every rank reads every byte of a value that is new each time.\n")
    print(table(("work", "side", "median", "rate", "beside RankMQ", "received by a host"), rows))


def beside(megabytes: int) -> None:
    """What small things cost while a large value is on its way."""
    with testbed.hosts(2) as network, testbed.sshd(network) as ssh, ours(network, ssh, ("h1:2", "h2:2")) as driven:
        driven.ask("turn 64")
        print(f"beside: {megabytes} MB", file=sys.stderr)
        found = dict(word.split("=") for word in driven.ask(f"beside {megabytes}").split())
    rows = []
    for name, what in (
        ("event", "an event of the parent, handled by all ranks"),
        ("task", "a task of 100 bytes of another session"),
    ):
        keys = (f"idle_{name}_p50", f"idle_{name}_p99", f"{name}_p50", f"{name}_p99")
        idle, idle_p99, during, during_p99 = (float(found[key]) / 1e6 for key in keys)
        figures = [f"{millis:.1f} ms" for millis in (idle, idle_p99, during, during_p99)]
        rows.append([what, *figures, f"{during / idle:.1f}x", found[f"{name}_count"]])
    print(f"### Small things while {megabytes} MB are on their way to 2 hosts with 2 ranks each\n")
    print(table(("what", "idle p50", "p99", "meanwhile p50", "p99", "p50 beside idle", "how many"), rows))
    print(
        f"An abort of the task whose value is on its way: {float(found['abort']) / 1e6:.0f} ms ({found['aborted']}).\n"
    )


def start(turns: int) -> None:
    """From the command until 16 ranks on 4 hosts are ready."""
    rows = []
    with testbed.hosts(4) as network, testbed.sshd(network) as ssh, testbed.slurm(network) as cluster:
        hosts = [f"{host.name}:4" for host in network.hosts]
        launchers: dict[str, tuple[dict[str, object], dict[str, str]]] = {
            "ssh": ({"type": "ssh", "ssh": ssh.options(), "hosts": hosts}, {}),
            "slurm": ({"type": "slurm", "slots": 4}, cluster.environment),
        }
        for name, (launcher, environment) in launchers.items():
            for worker in ("java", "python"):
                print(f"start: {name}, {worker}", file=sys.stderr)
                seconds = [started(network, worker, launcher, environment) for _ in range(turns + 1)][1:]
                rows.append([f"16 in {worker}", name, f"{statistics.median(seconds):.2f} s"])
    print("### From the command until 16 ranks on 4 hosts are ready\n")
    print(f"{turns} runs each, median, after one that is not counted. All hosts share this machine's cores.\n")
    print(table(("ranks", "launcher", "until all are ready"), rows))


def started(network: Network, worker: str, launcher: dict[str, object], environment: dict[str, str]) -> float:
    """Seconds until the parent knows that all ranks are initialised."""
    options = ["--world-size", "16"]
    for key, value in launcher.items():
        options += ["--set", f"launcher.{key}={json.dumps(value)}"]
    with testbed.run(network, BENCH / "startup" / f"{worker}.yaml", *options, env=environment) as job:
        job.wait_event(lambda event: READY in str(event), DEADLINE_S)
        seconds = job.seconds
        code = job.finish()
        if code != 0:
            raise RuntimeError(f"the job ended with {code}\n{job.story()}")
    return seconds


def links(turns: int) -> None:
    """The digits example over links that delay and lose."""
    rows = []
    sides: dict[tuple[int, float], list[tuple[float, float]]] = {
        (0, 0.0): [],
        (1, 0.01): [],
        (20, 0.01): [],
        (100, 0.01): [],
    }
    with testbed.hosts(2) as network, testbed.sshd(network) as ssh:
        for turn in range(-1, turns):
            for (delay, loss), measured in sides.items():
                print(f"links: {delay} ms, {loss:.0%}", file=sys.stderr)
                seconds = digits(network, ssh, delay, loss)
                if turn >= 0:
                    measured.append(seconds)
    plain_whole, plain_round = (statistics.median(column) for column in zip(*sides[0, 0.0], strict=True))
    for (delay, loss), measured in sides.items():
        whole, one_round = (statistics.median(column) for column in zip(*measured, strict=True))
        figures = [
            f"{whole:.2f} s",
            f"{whole / plain_whole:.2f}x",
            f"{one_round:.3f} s",
            f"{one_round / plain_round:.1f}x",
        ]
        rows.append([f"{delay} ms", f"{loss:.0%}", *figures])
    print("### The digits example with two of its four ranks behind a link\n")
    print(
        f"Median of {turns} run(s) after one that is not counted; 20 rounds, two ranks on each of two hosts, over"
        " ssh. A packet between host 2 and the parent is late by the delay, or lost, each way. Every run reached its accuracy.\n"
    )
    head = ("delay each way", "loss each way", "whole job", "beside no delay", "a round, median", "beside no delay")
    print(table(head, rows))


def digits(network: Network, ssh: testbed.Ssh, delay: float, loss: float) -> tuple[float, float]:
    """Seconds of the whole job, and of its median round."""
    options = ["--set", 'launcher.type="ssh"', "--set", f"launcher.ssh={json.dumps(ssh.options())}"]
    options += ["--set", 'launcher.hosts=["h1:2", "h2:2"]']
    with (
        testbed.wire(network, network["h2"], delay=delay, loss=loss),
        testbed.run(network, TOP / "examples" / "digits" / "job.yaml", *options) as job,
    ):
        code = job.finish()
        if code != 0:
            raise RuntimeError(f"the job ended with {code}\n{job.story()}")
        summary = job.summary()
    accuracy = summary["tasks"][-1]["metrics"]["accuracy"]
    if accuracy < LEAST_ACCURACY:
        raise RuntimeError(f"the accuracy is {accuracy}, expected at least {LEAST_ACCURACY}")
    return summary["millis"] / 1000, statistics.median(task["millis"] for task in summary["tasks"]) / 1000


def machine() -> str:
    """Date, cores and load."""
    load = Path("/proc/loadavg").read_text().split()[0]
    return f"{datetime.date.today()}, `bench/network`, {os.cpu_count()} cores, load before the run {load}"


def main() -> int:
    """Runs what is named, or everything."""
    parser = argparse.ArgumentParser(prog="bench/network", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one turn of each: shows that everything runs")
    parser.add_argument(
        "names", nargs="*", metavar="start|bulk|beside|links", help="what to measure; without one, everything"
    )
    arguments = parser.parse_args()
    known = {
        "start": lambda: start(1 if arguments.quick else 3),
        "bulk": lambda: bulk(1 if arguments.quick else 5),
        "beside": lambda: beside(256 if arguments.quick else 1024),
        "links": lambda: links(1 if arguments.quick else 3),
    }
    for name in arguments.names:
        if name not in known:
            parser.error(f"'{name}' is not known; there are {', '.join(known)}")
    reason = testbed.missing()
    if reason:
        print(f"bench/network: {reason}", file=sys.stderr)
        return 2
    print(f"## {machine()}\n", flush=True)
    for name in arguments.names or known:
        known[name]()
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
