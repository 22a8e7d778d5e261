# SPDX-License-Identifier: Apache-2.0
"""A real sshd on each host, with keys and a client configuration of their own."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from testbed.hosts import PATIENCE_S, Network
from testbed.needs import tool_path

SERVER = """\
HostKey {folder}/hostkey
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
UseDNS no
PrintMotd no
MaxStartups 200
MaxSessions 200
SetEnv TMPDIR={temporary}
"""

CLIENT = """\
Host *
  User root
  IdentityFile {folder}/id
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 3
  LogLevel ERROR
"""


class Ssh:
    """How to reach the hosts: `ssh -F config h1`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config"

    def options(self) -> list[str]:
        """The words that `launcher.ssh` wants."""
        return ["ssh", "-F", str(self.config)]


@contextlib.contextmanager
def sshd(network: Network) -> Iterator[Ssh]:
    """Starts an sshd on every host but the parent's; they end with this, or with their host."""
    folder = network.folder / "ssh"
    folder.mkdir(mode=0o700)
    for name in ("id", "hostkey"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "authorized_keys").write_text((folder / "id.pub").read_text())
    (folder / "sshd_config").write_text(SERVER.format(folder=folder, temporary=network.temporary))
    (folder / "config").write_text(CLIENT.format(folder=folder))
    key = " ".join((folder / "hostkey.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text("".join(f"{host.name},{host.address} {key}\n" for host in network.hosts))
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    daemon = tool_path("sshd")
    assert daemon is not None
    with contextlib.ExitStack() as stack:
        for host in network.hosts:
            words = [daemon, "-D", "-f", str(folder / "sshd_config"), "-E", str(folder / f"{host.name}.log")]
            host.start(words)
            stack.callback(host._stop)
        _await_all(network)
        yield Ssh(folder)


def _await_all(network: Network) -> None:
    probe = [
        "bash",
        "-c",
        'for h; do exec 3<>"/dev/tcp/$h/22" || exit 1; done',
        "probe",
        *(host.name for host in network.hosts),
    ]
    deadline = time.monotonic() + PATIENCE_S
    while network.parent.run(probe).returncode != 0:
        if time.monotonic() > deadline:
            raise RuntimeError(f"an sshd did not start; see {network.folder}/ssh/*.log")
        time.sleep(0.05)
