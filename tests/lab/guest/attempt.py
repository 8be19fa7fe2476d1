# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How one activation attempt of a guest ends, and what Windows writes down about it."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from tests.lab.azure.facts import KMS_PORT
from tests.lab.guest import clock, event_records, license_rows, messages, registry, services, store, windows
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.event_records import ANSWER, FAILED, REQUEST
from tests.lab.guest.license_rows import FULL_PERIOD, LICENSED, LICENSED_REASON, is_kms_client
from tests.lab.guest.name_service import TIMEOUT, dns_answer
from tests.lab.guest.reachability import literal
from tests.lab.world.model import Tree

UNAVAILABLE, CLOCK_SKEW = 0xC004F074, 0xC004F06C
SERVICE_DISABLED, NO_KEY = 0x80070422, license_rows.NO_KEY
_WRONG_KEY = 0xC004F056
# What the activation servers say to a key that is not KMS's, by a word of the Description.
_OTHER_CHANNELS = (
    ("VIRTUAL_MACHINE_ACTIVATION", 0xC004FD01), ("VOLUME_KMS", _WRONG_KEY), ("MAK", 0xC004C020),
    ("TIMEBASED", 0xC004F009),
)  # fmt: skip
_TOLERANCE = datetime.timedelta(hours=4)
_SERVICE = "SoftwareLicensingService"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """`code` 0 is success. `host` is host:port that a request went to; None when Windows did not get that far."""

    row: Tree | None
    code: int
    host: str | None = None
    address: str | None = None


def activate(computer: Computer, activation_id: str | None) -> int:
    """Try to activate a product (default: the base product) and write down what Windows would: 0, or an HRESULT."""
    computer.machine["attempts"] = computer.machine.get("attempts", 0) + 1
    outcome = run(computer, activation_id)
    write(computer.machine, outcome)
    return outcome.code


def run(computer: Computer, activation_id: str | None) -> Outcome:
    """Find out how an attempt ends; at most the licensing service is started by it."""
    stopped = _service_error(computer)
    if stopped:
        return Outcome(None, stopped)
    row = _product(computer.machine, activation_id)
    refused = store.damage(computer.machine) or _key_error(row)
    if row is None or refused:
        return Outcome(row, refused or NO_KEY)
    host, port = _host(computer.machine)
    return Outcome(row, messages.hresult(port)) if host is None else _ask(computer, row, host, port)


def service_error(code: int) -> int:
    """Return what a caller of the licensing service sees when it cannot be started."""
    return SERVICE_DISABLED if code in (services.DISABLED, services.UNKNOWN) else messages.hresult(code)


def kms_hosts(machine: Tree) -> list[tuple[str, int]]:
    """Return every KMS host that is set somewhere, the one that counts first."""
    base = next((row for row in store.rows(machine) if license_rows.is_base(row)), {})
    service = (machine["cim"].get(_SERVICE, {}).get("rows") or [{}])[0]
    own, found = ("KeyManagementServiceMachine", "KeyManagementServicePort"), license_rows.DISCOVERED
    stages: list[tuple[t.Any, ...]] = [
        *(tuple(row.get(name) for name in own) for row in (base, service)),
        tuple(registry.value(machine, license_rows.POLICY, name) for name in (license_rows.NAME, license_rows.PORT)),
        *(tuple(row.get(name) for name in found) for row in (base, service)),
    ]
    return [(str(host), int(port or KMS_PORT)) for host, port in stages if host]


def _service_error(computer: Computer) -> int:
    try:
        services.require_startable(computer, services.LICENSING)
        # The start would make a new store where none is; that the old one is gone must show first.
        if store.current(computer.machine) is not None:
            services.start(computer, services.LICENSING)
    except WindowsError as error:
        return service_error(error.code)
    return 0


def _key_error(row: Tree | None) -> int:
    if row is None or not row["PartialProductKey"]:
        return NO_KEY
    description = str(row["Description"]).upper()
    return (
        0 if is_kms_client(row) else next((code for word, code in _OTHER_CHANNELS if word in description), _WRONG_KEY)
    )


def _ask(computer: Computer, row: Tree, host: str, port: int) -> Outcome:
    named = f"{host}:{port}"
    address = literal(host)
    if address is None:
        answer = dns_answer(computer.machine, host, "A")
        if answer.get("error") or not answer["A"]:
            return Outcome(row, messages.hresult(answer.get("error") or 9501), named)
        address = answer["A"][0]
    if computer.ways.connection(address, port) != "kms" or computer.ways.busy(address):
        return Outcome(row, UNAVAILABLE, named, address)
    if abs(clock.offset(computer.machine)) > _TOLERANCE:
        return Outcome(row, CLOCK_SKEW, named, address)
    return Outcome(row, computer.ways.told(address), named, address)


def write(machine: Tree, outcome: Outcome) -> None:
    """Write the events of an attempt and, when it worked, the new licence state."""
    row = outcome.row
    if row is None:
        return
    if outcome.host is not None:
        service = (machine["cim"].get(_SERVICE, {}).get("rows") or [{}])[0]
        stamp = windows.parse_time(machine["utc_now"])
        request = event_records.request(outcome.code, outcome.host, row, service.get("ClientMachineID") or "", stamp)
        _log(machine, REQUEST, [request])
    if outcome.code:
        _log(machine, FAILED, event_records.failure(outcome.code, row["ID"]))
        return
    _log(machine, ANSWER, [event_records.answer(windows.parse_time(machine["utc_now"]))])
    row |= {
        "LicenseStatus": LICENSED, "LicenseStatusReason": LICENSED_REASON, "GracePeriodRemaining": FULL_PERIOD,
        "DiscoveredKeyManagementServiceMachineIpAddress": outcome.address,
    }  # fmt: skip


def _log(machine: Tree, number: int, data: list[str]) -> None:
    written = machine["events"]
    following = written[-1]["record_id"] + 1 if written else 1
    written.append(event_records.written(number, data, machine["utc_now"], following))


def _product(machine: Tree, activation_id: str | None) -> Tree | None:
    rows = store.rows(machine)
    if activation_id is None:
        return next((row for row in rows if license_rows.is_base(row)), None)
    return next((row for row in rows if str(row["ID"]).casefold() == activation_id.casefold()), None)


def _host(machine: Tree) -> tuple[str | None, int]:
    """Return host and port, or None and the DNS error of the search for one."""
    hosts = kms_hosts(machine)
    if hosts:
        return hosts[0]
    domain = (machine.get("domain") or {}).get("name")
    records = dns_answer(machine, f"_vlmcs._tcp.{domain}" if domain else "_vlmcs._tcp", "SRV")
    if isinstance(records, list) and records:
        first = min(records, key=lambda record: (record["priority"], -record["weight"]))
        return first["target"].rstrip("."), first["port"] or KMS_PORT
    return None, records["error"] if isinstance(records, dict) else TIMEOUT
