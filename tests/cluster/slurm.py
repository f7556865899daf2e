"""A Slurm cluster of two nodes on this machine, all of it in one directory.

It has no accounting and no control groups, and nothing outside of its directory names it: Slurm's
commands are found as scripts that know the configuration.
"""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = ("slurm-wlm", "munge")
DAEMONS = ("munged", "slurmctld", "slurmd")
COMMANDS = ("sbatch", "srun", "squeue", "scancel", "scontrol", "sinfo", "sacct")
WHERE = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
NODES = ("one", "two")
SETTINGS = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={base}/munge.socket
SlurmctldPort={ports[0]}
SlurmctldPidFile={base}/slurmctld.pid
SlurmctldLogFile={base}/slurmctld.log
SlurmctldParameters=enable_configless
StateSaveLocation={base}/state
SlurmdPidFile={base}/slurmd.%n.pid
SlurmdLogFile={base}/slurmd.%n.log
SlurmdSpoolDir={base}/spool.%n
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SwitchType=switch/none
MpiDefault=none
MinJobAge=300
ReturnToService=2
"""


class NoCluster(Exception):
    """Why there is no cluster, in a line."""


def installed() -> None:
    """Make sure that Slurm's programs are there, from Debian's packages if that is allowed.

    Raises:
        NoCluster: if they are not, with what is needed.
    """
    if not _missing():
        return
    lacking = f"{', '.join(_missing())} not found; needed: the packages {' and '.join(PACKAGES)}"
    if os.geteuid() or not shutil.which("apt-get"):
        raise NoCluster(f"{lacking}, e.g. `apt-get install {' '.join(PACKAGES)}` as root.")
    print(f"{lacking}, which are installed now.", flush=True)
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES]
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL)
    if done.returncode or _missing():
        raise NoCluster(f"`{' '.join(install)}` failed; `apt-get update` may be needed before.")


@contextmanager
def cluster(base: Path) -> Iterator[Path]:
    """A running cluster, which is stopped at the end with all its jobs.

    Args:
        base: a directory for it, in one that all may pass through, which this one becomes too.

    Yields:
        Directory of its commands.

    Raises:
        NoCluster: if it does not start.
    """
    base.chmod(0o755)
    conf, tools = _configured(base), _commands(base)
    key = base / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o600)
    munged = ["munged", "--foreground", f"--key-file={key}", f"--socket={base}/munge.socket"]
    munged += [f"--{part}-file={base}/munge.{part}" for part in ("pid", "log", "seed")]
    controller = ["slurmctld", "-D", "-f", str(conf)]
    nodes = [["slurmd", "-D", "-N", node, "-f", str(conf)] for node in NODES]
    started: list[subprocess.Popen[bytes]] = []
    with (base / "daemons.log").open("wb") as log:
        try:
            for command in (munged, controller, *nodes):
                program = shutil.which(command[0], path=WHERE)
                assert program
                arguments = [program, *command[1:]]
                started.append(
                    subprocess.Popen(
                        arguments, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
                    )
                )
                if command is munged:
                    _wait((base / "munge.socket").exists, "munged", base)
            _wait(lambda: asked(tools, "sinfo", "-h", "-o", "%D %T") == "2 idle", "slurmd", base)
            try:
                yield tools
            finally:
                left = asked(tools, "squeue", "-h", "-o", "%i").split()
                asked(tools, "scancel", *left)
                _wait(lambda: not asked(tools, "squeue", "-h"), "scancel", base)
        finally:
            for daemon in reversed(started):
                daemon.terminate()
            for daemon in started:
                daemon.wait(30)


def asked(tools: Path, command: str, *arguments: str) -> str:
    """What a command of the cluster prints; nothing if it fails."""
    done = subprocess.run(
        [tools / command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def _missing() -> list[str]:
    return [name for name in (*DAEMONS, *COMMANDS) if not shutil.which(name, path=WHERE)]


def _configured(base: Path) -> Path:
    host, user = socket.gethostname(), pwd.getpwuid(os.geteuid()).pw_name
    ports = _free_ports(1 + len(NODES))
    text = SETTINGS.format(base=base, host=host, user=user, ports=ports)
    for node, port in zip(NODES, ports[1:], strict=True):
        (base / f"spool.{node}").mkdir()
        text += f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port}"
        text += " CPUs=2 RealMemory=6000 State=UNKNOWN\n"
    text += f"PartitionName=all Nodes={','.join(NODES)} Default=YES MaxTime=INFINITE State=UP\n"
    (base / "state").mkdir()
    conf = base / "slurm.conf"
    conf.write_text(text, encoding="utf-8")
    return conf


def _commands(base: Path) -> Path:
    """Scripts that know the configuration: steps of jobs drop Slurm's variables, and keep PATH."""
    tools = base / "bin"
    tools.mkdir()
    for name in COMMANDS:
        program = shutil.which(name, path=WHERE)
        script = f'#!/bin/sh\nSLURM_CONF={base}/slurm.conf exec {program} "$@"\n'
        (tools / name).write_text(script, encoding="utf-8")
        (tools / name).chmod(0o755)
    return tools


def _free_ports(number: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def _wait(condition: Callable[[], object], what: str, base: Path) -> None:
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            logs = "\n".join(f"{path}:\n{path.read_text()[-1500:]}" for path in base.glob("*.log"))
            raise NoCluster(f"{what} did nothing for a minute.\n{logs}")
        time.sleep(0.2)
