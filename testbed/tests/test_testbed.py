# SPDX-License-Identifier: Apache-2.0
"""The testbed itself: what the other tests rely on."""

from __future__ import annotations

import os
import subprocess
import time

import pytest
from testbed import Host, Network, hosts, slurm, sshd, wire


def connect(host: Host, to: Host) -> float | None:
    """Seconds that a TCP connection takes; None: there is none."""
    begun = time.monotonic()
    done = host.run(["bash", "-c", f"exec 3<>/dev/tcp/{to.address}/22"], timeout=30)
    return time.monotonic() - begun if done.returncode == 0 else None


def test_a_host_sees_only_its_own_processes() -> None:
    with hosts(2) as network:
        env = {"RANKMQ_SESSION": "some-session"}
        process = network["h1"].start(["sleep", "1000"], env=env)
        assert wait_for(network, "some-session") == {"h1": network["h1"].pids("some-session")}
        assert network["h2"].run(["pgrep", "-c", "sleep"]).stdout.strip() == "0"
        assert network["h1"].run(["hostname"]).stdout.strip() == "h1"
        network["h1"].kill()
        assert process.wait(10) != 0
        assert network.pids("some-session") == {}


def test_hosts_leave_nothing() -> None:
    with hosts(1) as network:
        bridge, pid = network.bridge, network["h1"]._pid
        network["h1"].start(["setsid", "sleep", "1000"])
    assert subprocess.run(["ip", "link", "show", bridge], capture_output=True).returncode != 0
    assert not os.path.exists(f"/proc/{pid}")
    assert not network.folder.exists()


def test_ssh_reaches_hosts_by_name() -> None:
    with hosts(2) as network, sshd(network) as ssh:
        for name in ("h1", "h2"):
            assert network.parent.run([*ssh.options(), name, "hostname"]).stdout.strip() == name


def test_a_wire_delays_and_cuts_and_a_cable_is_pulled() -> None:
    with hosts(2) as network, sshd(network):
        near, far = network["h1"], network["h2"]
        with wire(network, far, delay=100) as bad:
            took = connect(near, far)
            assert took is not None
            assert took >= 0.2
            bad.set(cut="in")
            with pytest.raises(subprocess.TimeoutExpired):
                near.run(["bash", "-c", f"exec 3<>/dev/tcp/{far.address}/22"], timeout=1)
            bad.set()
            assert connect(near, far) is not None
        far.cut()
        with pytest.raises(subprocess.TimeoutExpired):
            near.run(["bash", "-c", f"exec 3<>/dev/tcp/{far.address}/22"], timeout=1)
        far.heal()
        assert connect(near, far) is not None


def test_a_paused_host_answers_nothing_until_it_goes_on() -> None:
    with hosts(1) as network, sshd(network) as ssh:
        words = [*ssh.options(), "h1", "echo", "there"]
        with network["h1"].paused(), pytest.raises(subprocess.TimeoutExpired):
            network.parent.run(words, timeout=1)
        assert network.parent.run(words).stdout.strip() == "there"


def test_slurm_runs_a_step_on_every_host() -> None:
    with hosts(2) as network, slurm(network) as cluster:
        out = cluster.run("srun", "-N2", "-n4", "--ntasks-per-node=2", "--label", "hostname")
        assert sorted(out.split("\n")) == ["", "0: h1", "1: h1", "2: h2", "3: h2"]


def wait_for(network: Network, session: str) -> dict[str, list[int]]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = network.pids(session)
        if found:
            return found
    return {}
