# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated guest's own view of the network: which names and addresses its probe tries, and what comes of it."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import time
import typing as t

from tests.lab.guest import exchange, windows
from tests.lab.guest.windows import Machine, Section
from tests.lab.world.forms import dns_name

KMS_PORT = 1688
_LAST_PORT = 65535
_IDS = {
    9003: "DNS_ERROR_RCODE_NAME_ERROR",
    9002: "RCODE_SERVER_FAILURE",
    1460: "ERROR_TIMEOUT",
    9560: "DNS_ERROR_INVALID_NAME_CHAR",
    9505: "DNS_ERROR_UNSECURE_PACKET",
}
_NO_SUCH_NAME, _NO_ANSWER = 9003, 1460
_DNS_PATIENCE, _IMDS_PATIENCE = 4.0, 3.0


@dataclasses.dataclass(frozen=True)
class Host:
    """A KMS host that is configured somewhere."""

    name: str
    port: int

    @property
    def literal(self) -> bool:
        """Say whether the name is an address."""
        return is_address(self.name)


def gather(machine: Machine, parameters: t.Mapping[str, t.Any], sections: dict[str, Section], pace: float) -> None:
    """Fill the sections `dns` and `connectivity` from the machine and the sections already read."""
    cap = float(parameters.get("TimeoutSeconds", 5))
    if machine["imds"].get("error") == "timeout":
        time.sleep(min(cap, _IMDS_PATIENCE) * pace)
    clouds = parameters.get("Clouds") or {}
    cloud = _cloud(machine, parameters, clouds)
    documented = clouds.get(cloud, {})
    hosts = _hosts(sections)
    names = _unique([*documented.get("Names", []), *(host.name for host in hosts if not host.literal)])
    domain = (sections["domain"].data or {}).get("name")
    queries = _dns(machine, sections["dns"], names, None if hosts or not domain else f"_vlmcs._tcp.{domain}")
    targets = _targets(documented, hosts, queries, int(parameters.get("Port", KMS_PORT)))
    if windows.constrained(machine) and targets:
        sections["connectivity"].errors.append(windows.refused_type("TcpClient"))
        return
    started = time.monotonic()
    request = bytes.fromhex(parameters.get("BindRequest", ""))
    orders = [exchange.Order(*_behind(machine, *target), request, cap, pace) for target in targets]
    results = exchange.run(orders)
    sections["connectivity"].data = {
        "cloud": cloud,
        "targets": [
            {"address": address, "port": port, "reasons": sorted(reasons), **result}
            for ((address, port), reasons), result in zip(targets.items(), results, strict=True)
        ],
    }
    if any(query["error"] and query["error"]["id"] == _IDS[_NO_ANSWER] for query in queries):
        time.sleep(max(0.0, started + min(cap, _DNS_PATIENCE) * pace - time.monotonic()))


def is_address(name: str) -> bool:
    """Say whether a host is given as an IP address."""
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}|.*:.*", name):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _unique(names: t.Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.lower(), name)
    return list(found.values())


def _cloud(machine: Machine, parameters: t.Mapping[str, t.Any], clouds: t.Mapping[str, t.Any]) -> str:
    if parameters.get("Cloud"):
        return str(parameters["Cloud"])
    environment = str((machine["imds"].get("compute") or {}).get("azEnvironment", ""))
    return environment if environment.lower() in {name.lower() for name in clouds} else "AzurePublicCloud"


def _hosts(sections: t.Mapping[str, Section]) -> list[Host]:
    license_data = sections["license"].data or {}
    settings = sections["kms_settings"].data or {}
    found: list[Host] = []

    def add(name: t.Any, port: t.Any) -> None:
        text = str(name or "").strip().strip("[]")
        try:
            number = int(str(port or 0).strip())
        except ValueError:
            number = 0
        host = Host(text, number if 1 <= number <= _LAST_PORT else KMS_PORT)
        if text and not any(known.name.lower() == text.lower() and known.port == host.port for known in found):
            found.append(host)

    for row in [*(license_data.get("products") or []), license_data.get("service") or {}]:
        add(row.get("KeyManagementServiceMachine"), row.get("KeyManagementServicePort"))
    for values in [settings.get("spp") or {}, *(settings.get("products") or []), settings.get("policy") or {}]:
        add(*((values.get(f"KeyManagementService{field}") or {}).get("data") for field in ("Name", "Port")))
    return found


def _dns(machine: Machine, section: Section, names: list[str], discovery: str | None) -> list[dict[str, t.Any]]:
    servers = section.cmdlet(
        machine, "Get-DnsClientServerAddress", lambda: list(dict.fromkeys(machine["dns"]["servers"]))
    )
    queries = [_query(machine, name, server) for name in names for server in [None, *(servers or [])]]
    if discovery is not None:
        found = machine["dns"].get("srv", {}).get(discovery.lower(), {"error": _NO_SUCH_NAME})
        records = [] if isinstance(found, dict) else found
        srv = [
            {
                "target": row["target"],
                "port": row["port"],
                "priority": row.get("priority", 0),
                "weight": row.get("weight", 0),
            }
            for row in records
        ]
        error = _dns_failure(discovery, found["error"]) if isinstance(found, dict) else None
        queries.append(_row(discovery, "SRV", None, error, srv=srv))
    section.data = {"servers": servers, "queries": queries}
    return queries


def _query(machine: Machine, name: str, server: str | None) -> dict[str, t.Any]:
    table = machine["dns"]["system"] if server is None else machine["dns"]["by_server"].get(server, {})
    found = table.get(dns_name(name), {"error": _NO_SUCH_NAME})
    if "error" in found:
        return _row(name, "A", server, _dns_failure(name, found["error"]))
    return _row(name, "A", server, None, answers=list(found.get("A", [])), chain=list(found.get("CNAME", [])))


def _row(name: str, kind: str, server: str | None, error: dict[str, t.Any] | None, **found: t.Any) -> dict[str, t.Any]:
    return {
        "name": name,
        "type": kind,
        "server": server,
        "answers": [],
        "chain": [],
        "srv": [],
        "error": error,
        **found,
    }


def _dns_failure(name: str, number: int) -> dict[str, t.Any]:
    code = f"0x{0x80070000 + number:08X}"
    text = f"{name} : DNS error {number}"
    error_id = _IDS.get(number, f"DNS_ERROR_{number}")
    return windows.failure("Resolve-DnsName", code, error_id, "System.ComponentModel.Win32Exception", text)


def _targets(
    documented: t.Mapping[str, t.Any], hosts: list[Host], queries: list[dict[str, t.Any]], port: int
) -> dict[tuple[str, int], set[str]]:
    targets: dict[tuple[str, int], set[str]] = {}
    for address in documented.get("Addresses", []):
        targets.setdefault((address, port), set()).add("documented")
    for host in hosts:
        if host.literal:
            targets.setdefault((host.name, host.port), set()).add("configured")
    names = {name.lower() for name in documented.get("Names", [])}
    for query in queries:
        for address in query["answers"]:
            if query["name"].lower() in names:
                targets.setdefault((address, port), set()).add("dns")
            for host in hosts:
                if host.name.lower() == query["name"].lower():
                    targets.setdefault((address, host.port), set()).add("configured")
    return targets


def _behind(machine: Machine, address: str, port: int) -> tuple[str, str | None]:
    """Return the state and the endpoint that stand behind a target."""
    place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    target = machine["tcp"].get(place) or machine["tcp"].get(f"{address}:{port}") or {"state": "filtered"}
    return target["state"], target.get("endpoint")
