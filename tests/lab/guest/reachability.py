# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far the guest's TCP connections get."""

from __future__ import annotations

import ipaddress
import typing as t

from tests.lab.azure.facts import KMS_NAMES, KMS_PORT
from tests.lab.guest import firewall_rules
from tests.lab.guest.firewall_rules import Program
from tests.lab.world.model import Tree, World

DENIED = "denied"
Reach = t.Callable[[str, str, int], "str | None"]
# Google's KMS, a retired cloud's, and a misprint of Azure's that was copied widely.
_OTHER_ADDRESSES = ("35.190.247.13", "51.4.143.248", "20.118.99.244")


class Endpoints(t.Protocol):
    """The lab's sockets that stand for what a connection meets."""

    def endpoint(self, state: str) -> str:
        """Return 127.0.0.1:port for a state."""


class Network:
    """Answers how a connection of one guest ends; asks the guest's firewall, its own `tcp`, Azure, the KMS servers."""

    def __init__(
        self, world: World, name: str, clouds: t.Iterable[str], reach: Reach | None, guest: Tree | None = None
    ) -> None:
        self._guest = world.guests[name] if guest is None else guest
        self._name = name
        self._tcp: dict[str, str] = self._guest.get("tcp") or {}
        self._reach = reach
        servers = world.kms.get("servers")
        documented = {item for cloud in clouds for addresses in KMS_NAMES[cloud].values() for item in addresses}
        self.servers: dict[str, Tree] = (
            {address: {"state": "healthy"} for address in documented} if servers is None else servers
        )

    def state(self, address: str, port: int, program: Program = firewall_rules.POWERSHELL) -> str:
        """Return kms, open, closed, filtered, reset or denied."""
        if firewall_rules.denies(self._guest, address, port, program):
            return DENIED
        given = self._tcp.get(target(address, port))
        if given is not None:
            return given
        derived = self._reach(self._name, address, port) if self._reach is not None else None
        if derived is not None:
            return derived
        server = self.servers.get(address)
        up = server is not None and port == KMS_PORT and server.get("state") != "down"
        return "kms" if up else "filtered"

    def targets(self, addresses: t.Iterable[str], ports: t.Iterable[int], endpoints: Endpoints | None) -> Tree:
        """Return "address:port" -> {state, endpoint} for everything that a probe may try."""
        known = {*addresses, *self.servers, *_OTHER_ADDRESSES}
        known |= {item for names in KMS_NAMES.values() for found in names.values() for item in found}
        wanted = {target(address, port): (address, port) for address in known for port in {KMS_PORT, *ports}}
        wanted |= {key: split(key) for key in self._tcp}
        found = {}
        for key, (address, port) in sorted(wanted.items()):
            state = self.state(address, port)
            endpoint = endpoints.endpoint(state) if endpoints is not None and state != DENIED else None
            found[key] = {"state": state, "endpoint": endpoint}
        return found


def target(address: str, port: int) -> str:
    """Return an address and a port as one text; an IPv6 address stands in brackets."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def split(key: str) -> tuple[str, int]:
    """Undo `target`."""
    address, _colon, port = key.rpartition(":")
    return address.strip("[]"), int(port)


def literal(host: str) -> str | None:
    """Return a host that is an address in its usual form, None for a name."""
    try:
        return str(ipaddress.ip_address(host.strip("[] ")))
    except ValueError:
        return None
