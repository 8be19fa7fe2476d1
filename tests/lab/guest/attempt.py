# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How one activation attempt of a guest ends, and what Windows writes down about it."""

from __future__ import annotations

import dataclasses
import datetime
import random
import typing as t

from tests.lab.azure.facts import KMS_PORT
from tests.lab.guest import event_records, messages, surroundings
from tests.lab.guest.event_records import ANSWER, FAILED, REQUEST
from tests.lab.guest.license_rows import FULL_PERIOD, LICENSED, LICENSED_REASON, is_kms_client
from tests.lab.guest.name_service import TIMEOUT, dns_answer
from tests.lab.guest.reachability import literal
from tests.lab.world.model import Tree

if t.TYPE_CHECKING:
    from tests.lab.guest.machine import GuestMachine

UNAVAILABLE, CLOCK_SKEW = 0xC004F074, 0xC004F06C
SERVICE_DISABLED, NO_KEY, STORE_INVALID = 0x80070422, 0xC004F014, 0xC004E002
STORE_DAMAGED = frozenset({0xC004E015, STORE_INVALID, 0xC004D301})
_WRONG_KEY = 0xC004F056
# What the activation servers say to a key that is not KMS's, by a word of the Description.
_OTHER_CHANNELS = (
    ("VIRTUAL_MACHINE_ACTIVATION", 0xC004FD01), ("VOLUME_KMS", _WRONG_KEY), ("MAK", 0xC004C020),
    ("TIMEBASED", 0xC004F009),
)  # fmt: skip
_TOLERANCE = datetime.timedelta(hours=4)
_DAMAGE_IN = (FAILED, REQUEST, 1003)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """`code` 0 is success. `host` is host:port that a request went to; None when Windows did not get that far."""

    row: Tree | None
    code: int
    host: str | None = None
    address: str | None = None


def run(guest: GuestMachine, activation_id: str | None) -> Outcome:
    """Find out how an attempt ends; changes nothing."""
    stopped = _service_error(guest)
    if stopped:
        return Outcome(None, stopped)
    row = _product(guest, activation_id)
    refused = _store_damage(guest, row) or _key_error(row)
    if row is None or refused:
        return Outcome(row, refused or NO_KEY)
    host, port = _host(guest)
    return Outcome(row, messages.hresult(port)) if host is None else _ask(guest, row, host, port)


def _service_error(guest: GuestMachine) -> int:
    service = guest.services.get("sppsvc")
    if service is None or service["start_mode"] == "Disabled":
        return SERVICE_DISABLED
    return messages.hresult(service["start_error"] or 0)


def _key_error(row: Tree | None) -> int:
    if row is None or not row["PartialProductKey"]:
        return NO_KEY
    description = str(row["Description"]).upper()
    return (
        0 if is_kms_client(row) else next((code for word, code in _OTHER_CHANNELS if word in description), _WRONG_KEY)
    )


def _ask(guest: GuestMachine, row: Tree, host: str, port: int) -> Outcome:
    named = f"{host}:{port}"
    address = literal(host)
    if address is None:
        answer = dns_answer(guest.machine, host, "A")
        if answer.get("error") or not answer["A"]:
            return Outcome(row, messages.hresult(answer.get("error") or 9501), named)
        address = answer["A"][0]
    if guest.connection(address, port) != "kms" or _busy(guest, address):
        return Outcome(row, UNAVAILABLE, named, address)
    if abs(guest.clock.offset) > _TOLERANCE:
        return Outcome(row, CLOCK_SKEW, named, address)
    return Outcome(row, _told(guest), named, address)


def write(guest: GuestMachine, outcome: Outcome, now: datetime.datetime) -> None:
    """Write the events of an attempt and, when it worked, the new licence state."""
    row = outcome.row
    if row is None:
        return
    moment = now.replace(microsecond=0)
    stamp = moment + guest.clock.offset
    shift = moment - guest.clock.now
    if outcome.host is not None:
        machine_id = guest.licensing.service["ClientMachineID"] or ""
        _log(guest, REQUEST, shift, [event_records.request(outcome.code, outcome.host, row, machine_id, stamp)])
    if outcome.code:
        _log(guest, FAILED, shift, event_records.failure(outcome.code, row["ID"]))
        return
    _log(guest, ANSWER, shift, [event_records.answer(stamp)])
    row |= {
        "LicenseStatus": LICENSED, "LicenseStatusReason": LICENSED_REASON, "GracePeriodRemaining": FULL_PERIOD,
        "DiscoveredKeyManagementServiceMachineIpAddress": outcome.address,
    }  # fmt: skip


def _log(guest: GuestMachine, number: int, at: datetime.timedelta, data: list[str]) -> None:
    written = guest.machine["events"]
    following = written[-1]["record_id"] + 1 if written else 1
    written.append(event_records.record({"id": number, "at": at, "data": data}, guest.clock, following))


def _product(guest: GuestMachine, activation_id: str | None) -> Tree | None:
    if activation_id is None:
        return guest.licensing.base
    rows = guest.licensing.products
    return next((row for row in rows if str(row["ID"]).casefold() == activation_id.casefold()), None)


def _store_damage(guest: GuestMachine, row: Tree | None) -> int:
    """Return the code of a damaged token store: Windows has named it, or the file itself cannot be used."""
    reason = (row or {}).get("LicenseStatusReason")
    if reason in STORE_DAMAGED:
        return int(reason)
    store = next((item for path, item in guest.machine["files"].items() if _is_store(path)), None)
    if store is None or not store["readable"] or not store["size"]:
        return STORE_INVALID
    newest = next((item for item in reversed(guest.machine["events"]) if item["id"] in (*_DAMAGE_IN, ANSWER)), None)
    if newest is None or newest["id"] == ANSWER:
        return 0
    said = " ".join(newest["data"]).upper().replace("0X", "0x")
    return next((code for code in STORE_DAMAGED if messages.hexadecimal(code) in said), 0)


def _is_store(path: str) -> bool:
    return path.casefold() in (surroundings.TOKEN_STORE.casefold(), r"c:\windows\system32\spp\store\tokens.dat")


def _host(guest: GuestMachine) -> tuple[str | None, int]:
    """Return host and port, or None and the DNS error of the search for one."""
    hosts = guest.kms_hosts()
    if hosts:
        return hosts[0]
    domain = guest.machine["domain"]["name"]
    records = dns_answer(guest.machine, f"_vlmcs._tcp.{domain}" if domain else "_vlmcs._tcp", "SRV")
    if isinstance(records, list) and records:
        first = min(records, key=lambda record: (record["priority"], -record["weight"]))
        return first["target"].rstrip("."), first["port"] or KMS_PORT
    return None, records["error"] if isinstance(records, dict) else TIMEOUT


def _busy(guest: GuestMachine, address: str) -> bool:
    share = guest.network.servers.get(address, {}).get("busy", 0)
    return random.Random(f"{guest.world.name} {guest.name} {guest.attempts}").random() < share


def _told(guest: GuestMachine) -> int:
    """Return what the world says Activate() answers to this attempt."""
    answers = guest.guest.get("on_activate")
    if isinstance(answers, list):
        return (answers[guest.attempts - 1] or 0) if guest.attempts <= len(answers) else 0
    return answers or 0
