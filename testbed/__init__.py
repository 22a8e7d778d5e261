# SPDX-License-Identifier: Apache-2.0
"""Several hosts on one machine, for tests: namespaces, sshd, Slurm, and a bad wire. README.md shows how they are used; needs root."""

from testbed.broker import Broker, Keys, broker
from testbed.hosts import Host, Network, hosts
from testbed.job import Job, run
from testbed.needs import missing
from testbed.secure_shell import Ssh, sshd
from testbed.slurm import Slurm, slurm
from testbed.wire import Wire, wire

__all__ = [
    "Broker",
    "Host",
    "Job",
    "Keys",
    "Network",
    "Slurm",
    "Ssh",
    "Wire",
    "broker",
    "hosts",
    "missing",
    "run",
    "slurm",
    "sshd",
    "wire",
]
