# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small fleet for whole runs: `web` behind a tunnel, `vault` without a way out, `old` with another KMS host, `fine` with nothing wrong."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t

import yaml

from tests.end_to_end import lab as labs
from tests.lab.server import control
from tests.tools import tree
from tests.unit.lab.azure import builders as b

REMEDIATE = tree.ROOT / "playbooks" / "remediate.yml"
ROLLBACK = tree.ROOT / "playbooks" / "rollback.yml"
BEFORE = {"web": "forced-tunneling", "vault": "no-outbound-path", "old": "wrong-kms-host", "fine": "activated"}
VARIABLES = {
    "remediate_actions": ["route", "nat_gateway", "service", "host", "key", "dns_cache", "activation"],
    "remediate_interval": 0,
    "remediate_attempts": 1,
}
Fault = dict[str, t.Any]
# Seconds that an interrupted run may take to end.
LONGEST = 60


def world(*faults: Fault, **guests: t.Any) -> b.Body:
    """Return the world; `guests` are merged into those of the same name, or stand beside them."""
    table = b.table(b.route("0.0.0.0/0", "VirtualNetworkGateway", name="default"))
    subnets: dict[str, b.Body] = {
        "work": {"addressPrefix": "10.1.1.0/24", "routeTable": b.ref("routeTables/rt")},
        "vault": {"addressPrefix": "10.1.2.0/24", "defaultOutboundAccess": False},
        "open": {"addressPrefix": "10.1.3.0/24"},
    }
    resources = [
        b.network("spoke", "10.1.0.0/16", subnets), table, *b.machine("web", "spoke/work", "10.1.1.4"),
        *b.machine("vault", "spoke/vault", "10.1.2.4"), *b.machine("old", "spoke/open", "10.1.3.4"),
        *b.machine("fine", "spoke/open", "10.1.3.5"),
    ]  # fmt: skip
    system = {"caption": "Microsoft Windows Server 2022 Datacenter", "edition_id": "ServerDatacenter", "sku": 8}
    more = {"product_type": 3, "version": "10.0.20348", "ubr": 2402}
    row = {
        "ID": "ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03", "ApplicationID": "55c92734-d682-4d71-983e-d6ec3f16059f",
        "Name": "Windows(R), ServerDatacenter edition", "Description": "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
        "PartialProductKey": "4M63B", "ProductKeyChannel": "Volume:GVLK", "LicenseIsAddon": False, "LicenseStatus": 5,
        "LicenseStatusReason": 0xC004F074, "GracePeriodRemaining": 0, "VLActivationInterval": 120, "VLRenewalInterval": 10080,
    }  # fmt: skip
    expired = {"cim": {"SoftwareLicensingProduct": [row]}}
    host = {
        "registry": {
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform": {
                "KeyManagementServiceName": "kms.corp.example"
            }
        }
    }
    service = {
        "cim": {
            **expired["cim"],
            "SoftwareLicensingService": [
                {"KeyManagementServiceMachine": "kms.corp.example", "KeyManagementServicePort": 1688}
            ],
        }
    }
    wrong = {
        **service,
        **host,
        "dns": {"answers": {"kms.corp.example": {"A": ["10.9.9.9"]}}},
        "tcp": {"10.9.9.9:1688": "closed"},
    }
    known: dict[str, t.Any] = {"web": expired, "vault": expired, "old": wrong, "fine": {}}
    for name, guest in guests.items():
        known[name] = {**known.get(name, {}), **guest}
    found = b.world(resources, faults=list(faults), options={"retry_after": 0, "write_seconds": 0.05})
    return {"schema": 1, "name": "faults", **found, "guest_defaults": {"os": {**system, **more}}, "guests": known}


@contextlib.contextmanager
def serving(folder: pathlib.Path, *faults: Fault, **guests: t.Any) -> t.Iterator[labs.Lab]:
    """Serve the fleet until the block ends."""
    path = folder / "world.yml"
    path.write_text(yaml.safe_dump(world(*faults, **guests), sort_keys=False), "utf-8")
    with labs.serving(str(path), folder / "lab") as lab:
        yield lab


def variables(**more: t.Any) -> str:
    """Return the extra variables of a run that repairs everything."""
    return json.dumps({**VARIABLES, **more})


@dataclasses.dataclass(frozen=True)
class Done:
    """A run of Ansible that ended: exit status, everything it printed, its report if there is a whole one, seconds."""

    status: int
    output: str
    report: dict[str, t.Any] | None
    seconds: float

    @property
    def causes(self) -> dict[str, str]:
        """Root cause by host; empty without a report."""
        return {host["name"]: host["root_cause"]["id"] for host in (self.report or {"hosts": []})["hosts"]}


class Play:
    """An ansible-playbook that runs in a session of its own, as in a terminal of its own. `folder` is where it was started."""

    def __init__(
        self, lab: labs.Lab, folder: pathlib.Path, *arguments: str, playbook: pathlib.Path, **env: str
    ) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._begun = time.monotonic()
        self._log = folder / "output.txt"
        program = pathlib.Path(sys.executable).with_name("ansible-playbook")
        with self._log.open("w", encoding="utf-8") as stream:
            self._process = subprocess.Popen(
                [str(program), "-i", str(lab.state / "inventory.yml"), str(playbook), *arguments],
                cwd=folder, env=labs.settings(folder, **{**lab.environment, **env}), stdin=subprocess.DEVNULL,
                stdout=stream, stderr=stream, start_new_session=True,
            )  # fmt: skip

    def running(self) -> bool:
        """Tell whether it runs still."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it and all that it started at once, as a controller that loses its power."""
        for _round in range(3):
            for pid in [self._process.pid, *_descendants(self._process.pid)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._process.wait(LONGEST)

    def interrupt(self) -> None:
        """Press Ctrl-C, wait for its end, and close the terminal on what it left."""
        left = _descendants(self._process.pid)
        os.killpg(self._process.pid, signal.SIGINT)
        try:
            self._process.wait(LONGEST)
        finally:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def end(self, limit: float = 600) -> Done:
        """Wait for its end."""
        try:
            self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
        seconds = time.monotonic() - self._begun
        path = self._folder / "kms-report" / "kms-report.json"
        report = json.loads(path.read_text("utf-8")) if path.exists() else None
        return Done(self._process.returncode, self._log.read_text("utf-8"), report, seconds)


def _descendants(pid: int) -> list[int]:
    """Return the processes that a process and its children started."""
    parents: dict[int, list[int]] = {}
    for place in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents.setdefault(int(place.read_text().rpartition(")")[2].split()[1]), []).append(int(place.parent.name))
    found: list[int] = []
    todo = [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found


def remediate(lab: labs.Lab, folder: pathlib.Path, *arguments: str, **env: str) -> Play:
    """Start a run that repairs everything."""
    return Play(lab, folder, "-e", variables(), *arguments, playbook=REMEDIATE, **env)


def journals(folder: pathlib.Path) -> list[pathlib.Path]:
    """Return the journals of the runs from a folder, the oldest first."""
    return sorted((folder / "kms-journal").glob("*.jsonl"))


def roll_back(lab: labs.Lab, folder: pathlib.Path, journal: pathlib.Path) -> Done:
    """Undo what a journal names."""
    return Play(lab, folder, "-e", f"remediate_journal={journal}", playbook=ROLLBACK).end()


def azure_log(lab: labs.Lab) -> list[dict[str, t.Any]]:
    """Return the requests that Azure has seen."""
    return [json.loads(line) for line in (lab.state / "azure_requests.jsonl").read_text("utf-8").splitlines()]


def azure_state(lab: labs.Lab) -> str:
    """Return a hash of everything in Azure."""
    return str(control.ask(lab.state)["azure"])
