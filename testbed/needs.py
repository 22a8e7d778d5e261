# SPDX-License-Identifier: Apache-2.0
"""What the testbed needs of this machine."""

from __future__ import annotations

import os
import shutil

# Tool -> Debian package that has it.
TOOLS = {
    "ip": "iproute2",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "ssh": "openssh-client",
    "sshd": "openssh-server",
    "ssh-keygen": "openssh-client",
    "slurmctld": "slurmctld",
    "slurmd": "slurmd",
    "srun": "slurm-client",
    "munged": "munge",
}


def missing() -> str | None:
    """Says in a sentence why no host can be made here; None: they can."""
    if os.geteuid() != 0:
        return "only root can make hosts of network namespaces; run it as root"
    absent = [tool for tool in TOOLS if tool_path(tool) is None]
    if absent:
        packages = sorted({TOOLS[tool] for tool in absent})
        return f"{', '.join(absent)} not found; install {' '.join(packages)}"
    return None


def tool_path(name: str) -> str | None:
    """Where a tool is; daemons are outside of many users' PATH."""
    return shutil.which(name, path=os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin")
