# SPDX-License-Identifier: Apache-2.0
"""Ranks on two hosts, started by real ssh."""

from __future__ import annotations

import sys
from pathlib import Path

from jobs import DIGITS, DIGITS_PYTHON, over_ssh, sets, write_job
from testbed import Network, Ssh, run
from testbed.job import TOP


def test_digits_run_on_two_hosts_in_java(network: Network, ssh: Ssh) -> None:
    with run(network, DIGITS, *over_ssh(ssh)) as job:
        assert job.finish() == 0, job.story()
        assert [rank["host"] for rank in job.summary()["ranks"]] == ["h1", "h1", "h2", "h2"]
        assert network.pids(job.session) == {}


def test_digits_run_on_two_hosts_in_python(network: Network, ssh: Ssh) -> None:
    with run(network, DIGITS_PYTHON, *over_ssh(ssh)) as job:
        assert job.finish() == 0, job.story()
        assert [rank["host"] for rank in job.summary()["ranks"]] == ["h1", "h1", "h2", "h2"]


def test_each_rank_knows_its_place_and_finds_rank_0(network: Network, ssh: Ssh, tmp_path: Path) -> None:
    hosts = [{"host": "h2", "slots": 3, "devices": ["0", "1", "2,3"]}, "h1"]
    with run(network, write_job(tmp_path, "Meeting"), *over_ssh(ssh, hosts)) as job:
        assert job.finish() == 0, job.story()
        places = sorted(event["text"] for event in job.of("output") if event["text"].startswith("place"))
        assert places == [
            "place 0 0 4 3 0 0 h2",
            "place 1 1 4 3 0 1 h2",
            "place 2 2 4 3 0 2,3 h2",
            "place 3 0 4 1 1 - h1",
        ]
        met = job.wait_line("met 3")
        assert (met["rank"], met["host"]) == (0, "h2")


def test_output_of_all_hosts_is_logged(network: Network, ssh: Ssh, tmp_path: Path) -> None:
    with run(network, write_job(tmp_path, "Meeting"), *over_ssh(ssh)) as job:
        assert job.finish() == 0, job.story()
        folder = Path(job.summary()["run_directory"])
        for rank in range(4):
            assert f"place {rank} " in (folder / "attempt_0" / str(rank) / "stdout.log").read_text()


def test_a_dry_run_shows_the_places_and_starts_nothing(network: Network, ssh: Ssh) -> None:
    words = [str(TOP / "rankmq"), "run", str(DIGITS), "--dry-run", *over_ssh(ssh, ["h1:3", "nowhere"])]
    done = network.parent.run(words)
    assert done.returncode == 0, done.stderr
    rows = [line.split(maxsplit=4) for line in done.stdout.splitlines()]
    assert [row[:4] for row in rows[1:]] == [
        ["h1", "0", "0", "-"],
        ["h1", "1", "1", "-"],
        ["h1", "2", "2", "-"],
        ["nowhere", "3", "0", "-"],
    ]
    assert all("io.rankmq.worker.Main" in row[4] for row in rows[1:])


def test_more_ranks_than_slots_are_refused_unless_allowed(network: Network, ssh: Ssh) -> None:
    words = [str(TOP / "rankmq"), "run", str(DIGITS), "--dry-run", *over_ssh(ssh, ["h1", "h2"])]
    refused = network.parent.run(words)
    assert refused.returncode == 2
    assert "they have 2 slots for 4 ranks" in refused.stderr
    allowed = network.parent.run([*words, *sets(launcher__oversubscribe=True)])
    assert [line.split()[0] for line in allowed.stdout.splitlines()] == ["HOST", "h1", "h1", "h2", "h2"]


def test_hosts_that_cannot_run_ranks_are_told_each_in_a_sentence(network: Network, ssh: Ssh) -> None:
    hosts = ["h1", "h2", "10.88.0.1", "nowhere"]
    with run(network, DIGITS, *over_ssh(ssh, hosts, java="/no/java")) as job:
        assert job.finish() == 3
        sentences = job.failure()["message"].splitlines()
        assert len(sentences) == 4
        assert sentences[0] == (
            "host h1: the command '/no/java' does not exist there; install a Java 17 or newer, or name one in launcher.java"
        )
        assert sentences[2].startswith("host 10.88.0.1: ssh cannot reach it (")
        assert sentences[3].startswith("host nowhere: ssh cannot reach it (ssh: Could not resolve hostname nowhere")


def test_a_broker_on_loopback_is_refused(network: Network, ssh: Ssh) -> None:
    done = network.parent.run([str(TOP / "rankmq"), "run", str(DIGITS), "--quiet", *over_ssh(ssh)], timeout=60)
    assert done.returncode == 3
    assert "ranks on host h1 cannot reach a broker that listens on this host's loopback address only" in done.stderr
    assert "--listen ADDRESS" in done.stderr


def test_a_command_starts_all_ranks_of_its_host(network: Network, ssh: Ssh, tmp_path: Path) -> None:
    starter = 'for i in 0 1; do RANK=$((2 * GROUP_RANK + i)) LOCAL_RANK=$i "$@" & done; wait'
    options = over_ssh(ssh, starts="host", command=["sh", "-c", starter, "starter", sys.executable])
    with run(network, write_job(tmp_path, "Meeting"), *options) as job:
        assert job.finish() == 0, job.story()
        assert job.wait_line("met 3")["host"] == "h1"
        assert {rank["host"] for rank in job.summary()["ranks"]} == {"h1", "h2"}
