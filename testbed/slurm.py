# SPDX-License-Identifier: Apache-2.0
"""A real Slurm: the controller on the parent's host, a slurmd on every other."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from testbed.hosts import Network
from testbed.needs import tool_path

START_S = 30.0

CONFIG = """\
ClusterName=testbed
SlurmctldHost={controller}({address})
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
SlurmctldTimeout=10
KillWait=2
InactiveLimit=10
"""


class Slurm:
    """A cluster. `environment` is what its commands need."""

    def __init__(self, network: Network, folder: Path) -> None:
        self.network = network
        self.folder = folder
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}

    def run(self, *words: str, timeout: float = 30) -> str:
        """Runs a Slurm command on the controller's host."""
        done = self.network.parent.run(words, env=self.environment, timeout=timeout)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
        return done.stdout


@contextlib.contextmanager
def slurm(network: Network) -> Iterator[Slurm]:
    """Starts a cluster of all hosts but the parent's, which has the controller; it ends with the hosts."""
    folder = network.folder / "slurm"
    folder.mkdir(mode=0o755)
    (folder / "state").mkdir()
    os.chmod(network.folder, 0o755)  # munged runs as its own user
    _configure(network, folder)
    cluster = Slurm(network, folder)
    with contextlib.ExitStack() as stack:
        _munge(network, folder, stack)
        log = stack.enter_context((folder / "daemons.log").open("wb"))
        for host in network.all():
            is_controller = host is network.parent
            words = (
                [str(tool_path("slurmctld")), "-D"]
                if is_controller
                else [str(tool_path("slurmd")), "-D", "-N", host.name]
            )
            host.start(words, env=cluster.environment, stdout=log, stderr=log)
            stack.callback(host._stop)
        _await_idle(cluster)
        yield cluster


def _configure(network: Network, folder: Path) -> None:
    lines = [CONFIG.format(controller=network.parent.name, address=network.parent.address, folder=folder)]
    for host in network.hosts:
        lines.append(
            f"NodeName={host.name} NodeHostname={host.name} NodeAddr={host.address} Port=17001 CPUs=8 RealMemory=2000\n"
        )
    lines.append("PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n")
    (folder / "slurm.conf").write_text("".join(lines))


def _munge(network: Network, folder: Path, stack: contextlib.ExitStack) -> None:
    """One munged for all: its socket is a file that they share."""
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    shutil.chown(key, "munge", "munge")
    place = folder / "munge"
    place.mkdir(mode=0o755)
    shutil.chown(place, "munge", "munge")
    words = ["runuser", "-u", "munge", "--", str(tool_path("munged")), "--foreground", "--force", "--num-threads=2"]
    words += [
        f"--key-file={key}",
        f"--socket={folder}/munge.socket",
        f"--pid-file={place}/pid",
        f"--log-file={place}/log",
    ]
    words += [f"--seed-file={place}/seed"]
    shutil.chown(folder, "munge", "munge")
    nothing = subprocess.DEVNULL
    daemon = subprocess.Popen(words, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)

    def end() -> None:
        daemon.terminate()
        daemon.wait(10)

    stack.callback(end)


def _await_idle(cluster: Slurm) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(RuntimeError, subprocess.TimeoutExpired):
            idle = cluster.run("sinfo", "-h", "-N", "-t", "idle", "-o", "%N", timeout=3).split()
            if len(set(idle)) == len(cluster.network.hosts):
                return
        time.sleep(0.1)
    logs = "".join(file.read_text(errors="replace")[-3000:] for file in cluster.folder.glob("*.log"))
    raise RuntimeError(f"the cluster did not come up\n{logs}")
