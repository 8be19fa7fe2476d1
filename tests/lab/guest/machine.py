# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One guest's Windows in its own raw words, built from the world: read by the simulated scripts and by PowerShell's fakes."""

from __future__ import annotations

import contextlib
import copy
import datetime
import random
import threading
import typing as t

from tests.lab.azure.facts import KMS_PORT
from tests.lab.guest import (
    attempt,
    event_records,
    firewall_rules,
    hosts_file,
    license_rows,
    messages,
    name_service,
    os_defaults,
    registry_keys,
    services,
    store,
    surroundings,
)
from tests.lab.guest.clock import Clock
from tests.lab.guest.clock import offset as offset_of
from tests.lab.guest.computer import Computer, told
from tests.lab.guest.firewall_rules import CATEGORIES, SPPSVC
from tests.lab.guest.name_service import dns_answer
from tests.lab.guest.reachability import Endpoints, Network, Reach, literal
from tests.lab.world.model import Tree, World
from tests.lab.world.times import zulu

__all__ = ["GuestMachine", "build", "dns_answer"]

_UPTIME = datetime.timedelta(days=3)
_CLOUD_HOSTS = {
    "AzureCloud": "azkms.core.windows.net",
    "AzureUSGovernment": "kms.core.usgovcloudapi.net",
    "AzureChinaCloud": "azkms.core.chinacloudapi.cn",
}


def build(
    world: World,
    guest_name: str,
    now: datetime.datetime,
    reach: Reach | None = None,
    endpoints: Endpoints | None = None,
) -> Tree:
    """Return the machine of a guest at the real time `now`; see GuestMachine."""
    return GuestMachine(world, guest_name, now, reach, endpoints).machine


class GuestMachine:
    """A guest whose state can change. `machine` is JSON-plain and holds the state; the network around it stays live.

    `now` is the real time that the world's now stands for; `reach(guest, address, port)` says how far the Azure half
    lets a connection get; `endpoints` gives the lab's sockets. Whoever changes the machine holds `lock`.
    """

    def __init__(
        self,
        world: World,
        guest_name: str,
        now: datetime.datetime,
        reach: Reach | None = None,
        endpoints: Endpoints | None = None,
    ) -> None:
        self.world = world
        self.name = guest_name
        self.lock = threading.RLock()
        # The firewall changes, and its rules are asked as the world writes them.
        self.guest: Tree = copy.deepcopy(world.guests[guest_name])
        offset = (self.guest.get("clock") or {}).get("offset", datetime.timedelta(0))
        self.clock = Clock(world.now, now.replace(microsecond=0), offset)
        self.system = os_defaults.complete(self.guest["os"])
        metadata = surroundings.imds(self.guest, guest_name, self.system, world)
        clouds = self._clouds(metadata)
        self.network = Network(world, guest_name, clouds, reach, self.guest)
        self.licensing = license_rows.build(
            self.guest, guest_name, self.system, _CLOUD_HOSTS[clouds[-1]], self.clock.text
        )
        self.services = surroundings.services(self.guest)
        self._endpoints = endpoints
        self.machine = self._build(metadata)
        self.computer = Computer(self.machine, self)
        self.refresh(now)

    def activate(self, activation_id: str | None = None, now: datetime.datetime | None = None) -> int:
        """Try to activate as SoftwareLicensingProduct.Activate() does: 0, or the HRESULT that the method fails with.

        `activation_id` is the product's ID (default: the base product), `now` the real time of the attempt.
        """
        self.refresh(now or self.clock.now)
        return attempt.activate(self.computer, activation_id)

    def refresh(self, now: datetime.datetime) -> None:
        """Let the clock go on, and look again at where connections lead."""
        machine = self.machine
        machine["utc_now"] = zulu(now.replace(microsecond=0) + offset_of(machine))
        firewall_rules.follow(self.guest, machine, self.system.release.firewall)
        hosts = attempt.kms_hosts(machine)
        machine["dns"] = name_service.build(self.guest, [host for host, _port in hosts], hosts_file.entries(machine))
        ports = {port for _host, port in hosts}
        machine["tcp"] = self.network.targets(_addresses(machine["dns"], hosts), ports, self._endpoints)

    def snapshot(self, now: datetime.datetime) -> Tree:
        """Return a copy of the machine as it is now."""
        with self.lock:
            self.refresh(now)
            return copy.deepcopy(self.machine)

    @contextlib.contextmanager
    def changing(self, now: datetime.datetime) -> t.Iterator[GuestMachine]:
        """Give the guest to one change at a time."""
        with self.lock:
            self.refresh(now)
            yield self

    def boot(self, now: datetime.datetime) -> None:
        """Start Windows anew: what was only in memory is gone."""
        with self.changing(now):
            services.boot(self.computer)
            self.machine["booted"] = zulu(now)

    def kms_hosts(self) -> list[tuple[str, int]]:
        """Return every KMS host that is set somewhere, the one that counts first."""
        return attempt.kms_hosts(self.machine)

    def connection(self, address: str, port: int) -> str:
        """Return how a connection of the licensing service itself ends."""
        return self.network.state(address, port, SPPSVC)

    def busy(self, address: str) -> bool:
        """Say whether a KMS server has no time for this attempt."""
        share = self.network.servers.get(address, {}).get("busy", 0)
        return bool(random.Random(f"{self.world.name} {self.name} {self.machine['attempts']}").random() < share)

    def told(self, address: str) -> int:
        """Return what Activate() answers to this attempt: the server's own answer, or the world's."""
        refused = self.network.servers.get(address, {}).get("answers")
        return refused or told(self.guest.get("on_activate"), self.machine["attempts"])

    def _clouds(self, metadata: Tree) -> list[str]:
        environment = metadata.get("compute", {}).get("azEnvironment")
        own = [cloud for cloud, name in surroundings.AZURE_ENVIRONMENTS.items() if name == environment]
        return list(dict.fromkeys([self.world.cloud, *own]))

    def _build(self, metadata: Tree) -> Tree:
        guest, clock, system = self.guest, self.clock, self.system
        connection = guest.get("connection") or {}
        joined = surroundings.domain(guest)
        derived = {**firewall_rules.registry(guest, system.release.firewall), **self.licensing.registry}
        machine: Tree = {
            "name": self.name,
            "utc_now": zulu(clock.now + clock.offset),
            "language_mode": connection.get("language_mode", "FullLanguage"),
            "elevated": connection.get("elevated", True),
            "ui_culture": system.locale,
            "time_zone": system.time_zone,
            "powershell": system.powershell,
            "cim": self._cim(joined),
            "cmdlet_errors": self._errors("cmdlet_errors"),
            "registry": registry_keys.build(guest, system, self.services, joined, derived),
            "event_log_error": event_records.log_error(guest, system.locale),
            "services": surroundings.service_states(self.services),
            "files": surroundings.files(guest, clock),
            "net_profiles": [CATEGORIES[name] for name in firewall_rules.active_profiles(guest)],
            "default_routes": [
                {"interface": "Ethernet", "metric": 0, **route}
                for route in guest.get("default_routes", [{"next_hop": "10.0.0.1"}])
            ],
            "addresses": surroundings.addresses(guest),
            "imds": metadata,
            "attestation": surroundings.attestation(guest, metadata),
            "domain": joined,
            "attempts": 0,
            "clock_offset": clock.offset.total_seconds(),
            "booted": zulu(clock.now - _UPTIME),
            "on_rebuild": guest.get("on_rebuild") or {},
        }
        hosts = attempt.kms_hosts(machine)
        host, port = hosts[0] if hosts else (None, KMS_PORT)
        machine["events"] = event_records.records(guest, clock, self.licensing, host, port)
        machine["event_log_oldest"] = event_records.oldest(guest, clock, machine["events"])
        in_place = store.current(machine)
        if in_place is not None:
            in_place["damage"] = store.named_damage(self.licensing.products, machine["events"])
        return machine

    def _cim(self, joined: Tree) -> Tree:
        given = self.guest.get("cim") or {}
        rows: Tree = {
            "SoftwareLicensingProduct": self.licensing.products,
            "SoftwareLicensingService": [self.licensing.service],
        }
        for class_, row in surroundings.system_rows(self.name, self.system, joined).items():
            rows[class_] = [row | _plain(item, self.clock) for item in given.get(class_) or [{}]]
        for class_ in given:
            rows.setdefault(class_, [_plain(item, self.clock) for item in given[class_]])
        found: Tree = {class_: {"rows": rows[class_]} for class_ in rows}
        for class_, error in self._errors("cim_errors").items():
            found.setdefault(class_, {})["error"] = error
        return found

    def _errors(self, key: str) -> Tree:
        codes: dict[str, int] = self.guest.get(key) or {}
        culture = self.system.locale
        return {
            name: {"code": messages.hexadecimal(code), "message": messages.message(code, culture)}
            for name, code in codes.items()
        }


def _addresses(dns: Tree, hosts: list[tuple[str, int]]) -> set[str]:
    tables = [dns["system"], *dns["by_server"].values()]
    answered = {address for table in tables for answer in table.values() for address in answer.get("A", [])}
    return answered | {address for host, _port in hosts if (address := literal(host)) is not None}


def _plain(row: Tree, clock: Clock) -> Tree:
    dates = (datetime.datetime, datetime.timedelta)
    return {key: clock.text(value) if isinstance(value, dates) else value for key, value in row.items()}
