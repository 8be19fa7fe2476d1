# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure plays over lab guests against what any play costs: python -m tests.bench.plays [SIZE...], as make bench does.

The lab is another process, and the CPU time of a play is that of ansible-playbook and its workers alone.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
import typing as t

import yaml

from tests.end_to_end import lab
from tests.tools import tree

FORKS = 50
SIZES = (50, 100, 300)
# Ten tasks for each guest: more guests tell nothing new and take long.
MOST_STOCK = 300
REPAIRED = 20
HERE = pathlib.Path(__file__).with_name("playbooks")
DIAGNOSE, REMEDIATE = (tree.ROOT / "playbooks" / f"{name}.yml" for name in ("diagnose", "remediate"))
FAST = ("-e", '{"remediate_interval": 0}')
_OS = "caption: Microsoft Windows Server 2022 Datacenter, edition_id: ServerDatacenter, sku: 8, version: 10.0.20348"
_HEAD = f"schema: 1\nname: bench\nnow: 2026-11-20T08:00:00Z\ncloud: AzureCloud\nguest_defaults:\n  os: {{{_OS}}}\n"
_EXPIRED = (
    "SoftwareLicensingProduct: [{{ID: ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03, Name: 'Windows(R), ServerDatacenter edition', "
    "Description: 'Windows(R) Operating System, VOLUME_KMSCLIENT channel', ProductKeyChannel: 'Volume:GVLK', "
    "PartialProductKey: 6VM33, LicenseFamily: ServerDatacenter, LicenseStatus: 5, LicenseStatusReason: {code}, "
    "GracePeriodRemaining: 0}}]"
)
_HOST = "SoftwareLicensingService: [{KeyManagementServiceMachine: kms.corp.example, KeyManagementServicePort: 1688}]"
# The old host has an address that no longer answers.
_LOST = "dns: {servers: [10.30.0.4], answers: {kms.corp.example: {A: [10.1.2.3]}}}, tcp: {'10.1.2.3:1688': filtered}"
_SAFE = ["service", "host", "key", "dns_cache", "activation"]
# What is wrong with a guest, and what may then be done.
BROKEN = {
    "healthy": ("{}", _SAFE),
    "wrong host": (f"{{{_LOST}, cim: {{{_HOST}, {_EXPIRED.format(code='0xC004F074')}}}}}", _SAFE),
    "damaged store": (f"{{cim: {{{_EXPIRED.format(code='0xC004E015')}}}}}", [*_SAFE, "token_store"]),
}


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one play took: CPU seconds of the controller, seconds, the largest process in MB, and what the guests were asked."""

    cpu: float
    wall: float
    memory: float
    status: int
    requests: int
    runs: int

    def row(self, name: str, guests: int, floor: float | None = None) -> str:
        """Return the row of a table."""
        ratio = f"{self.cpu / floor:.2f}" if floor else ""
        each = f"{1000 * self.cpu / guests:.0f}"
        asked = f"{self.requests / guests:.1f} | {self.runs / guests:.1f}"
        return (
            f"| {guests} | {name} | {self.cpu:.1f} | {each} | {ratio} | {self.wall:.0f} | {self.memory:.0f} | {asked} |"
        )


HEAD = """| guests | play | CPU s | CPU ms each | of the floor | s | MB | WinRM requests each | PowerShell runs each |
|---|---|---|---|---|---|---|---|---|"""


def play(served: lab.Lab, playbook: pathlib.Path, *arguments: str) -> Cost:
    """Run a playbook in a folder of its own and return what it cost; what it says goes to `play.log` there."""
    before = len(served.requests())
    folder = pathlib.Path(tempfile.mkdtemp(dir=served.state))
    command = [str(pathlib.Path(sys.executable).with_name("ansible-playbook")), str(playbook)]
    command += ["-i", str(served.state / "inventory.yml"), "-f", str(FORKS), *arguments]
    env = {**os.environ, **served.environment, "HOME": str(folder), "ANSIBLE_COLLECTIONS_PATH": str(tree.TREE)}
    started = time.monotonic()
    with (folder / "play.log").open("w", encoding="utf-8") as log:
        child = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        _pid, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    events = collections.Counter(item["event"] for item in served.requests()[before:])
    return Cost(
        cpu=used.ru_utime + used.ru_stime,
        wall=time.monotonic() - started,
        memory=used.ru_maxrss / 1024,
        status=child.returncode,
        requests=events["message"],
        runs=events["script"] + events["module"],
    )


def world(folder: pathlib.Path, count: int, guest: str = "{}") -> str:
    """Write the world of so many guests of one kind and return its path."""
    path = folder / "bench.yml"
    path.write_text(_HEAD + "guests:\n" + "".join(f"  vm-{number:04}: {guest}\n" for number in range(count)), "utf-8")
    return str(path)


def say(text: str) -> None:
    """Print a line at once: the next one may take minutes."""
    print(text, flush=True)


def sizes(counts: t.Sequence[int]) -> None:
    """Print what the floor, the diagnosis and the stock tasks cost for fleets of several sizes."""
    say(f"\n{HEAD}")
    for count in counts:
        with _served(count) as served:
            floor = play(served, HERE / "floor.yml")
            say(floor.row("win_ping (floor)", count, floor.cpu))
            say(play(served, DIAGNOSE).row("diagnose", count, floor.cpu))
            if count <= MOST_STOCK:
                say(play(served, HERE / "stock.yml").row("ten stock tasks", count, floor.cpu))


def repairs(count: int) -> None:
    """Print what repairs cost beside the diagnosis of the same guests: first, and once more when all is well."""
    say(f"\n{HEAD.replace('of the floor', 'of diagnose')}")
    for name, (guest, actions) in BROKEN.items():
        with _served(count, guest) as served:
            _repair(served, name, count, "-e", json.dumps({"remediate_actions": actions}))
    with tempfile.TemporaryDirectory() as folder, lab.serving(lab.CONTOSO, pathlib.Path(folder)) as served:
        guests = yaml.safe_load((tree.ROOT / lab.CONTOSO).read_text("utf-8"))["guests"]
        _repair(served, "contoso", len(guests))


def _repair(served: lab.Lab, name: str, count: int, *arguments: str) -> None:
    found = play(served, DIAGNOSE)
    say(found.row(f"{name}: diagnose", count, found.cpu))
    for what in ("remediate", "remediate again"):
        say(play(served, REMEDIATE, *FAST, *arguments).row(f"{name}: {what}", count, found.cpu))


@contextlib.contextmanager
def _served(count: int, guest: str = "{}") -> t.Iterator[lab.Lab]:
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        with lab.serving(world(place, count, guest), place / "lab") as served:
            yield served


def main() -> None:
    """Print the tables."""
    os.environ["LAB_LOG_MESSAGES"] = "1"
    counts = [int(word) for word in sys.argv[1:]] or list(SIZES)
    machine = f"{os.cpu_count()} CPUs ({platform.machine()}), Python {platform.python_version()}"
    say(f"{machine}, forks {FORKS}, load {os.getloadavg()[0]:.0f}")
    sizes(counts)
    repairs(REPAIRED)


if __name__ == "__main__":
    main()
