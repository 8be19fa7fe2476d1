# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's Application log: what the world gives, or what a healthy guest would have written."""

from __future__ import annotations

import datetime
import typing as t

from tests.lab.guest import messages
from tests.lab.guest.clock import Clock
from tests.lab.guest.license_rows import FULL_PERIOD, LICENSED, Licensing, is_kms_client
from tests.lab.guest.os_defaults import WINDOWS_APP
from tests.lab.world.model import Tree

SPP_PROVIDER = "Microsoft-Windows-Security-SPP"
REQUEST, ANSWER, FAILED = 12288, 12289, 8198
_FIRST_RECORD = 40211
_INFORMATION, _ERROR = 4, 2
_LEVELS = {FAILED: _ERROR}
_LOG_REACHES_BACK = datetime.timedelta(days=-90)
_THREAD = datetime.timedelta(seconds=2)


def records(guest: Tree, clock: Clock, licensing: Licensing, host: str | None, port: int) -> list[Tree]:
    """Return the log's records, oldest first; a healthy guest's when the world gives none."""
    given = guest.get("events")
    events = _healthy(licensing, host, port, clock) if given is None else given
    cleared = (guest.get("event_log") or {}).get("cleared_at")
    kept = [event for event in events if cleared is None or clock.true(event["at"]) >= clock.true(cleared)]
    kept.sort(key=lambda event: clock.true(event["at"]))
    return [record(event, clock, _FIRST_RECORD + index) for index, event in enumerate(kept)]


def record(event: Tree, clock: Clock, number: int) -> Tree:
    """Return one event of a world as a record."""
    return {
        "id": event["id"],
        "record_id": number,
        "time": clock.guest(event["at"]),
        "level": event.get("level", _LEVELS.get(event["id"], _INFORMATION)),
        "provider": event.get("provider", SPP_PROVIDER),
        "data": list(event.get("data") or []),
    }


def written(number: int, data: list[str], time: str, record_id: int) -> Tree:
    """Return an event that the guest itself writes at a time of its own clock."""
    level = _LEVELS.get(number, _INFORMATION)
    return {
        "id": number, "record_id": record_id, "time": time, "level": level, "provider": SPP_PROVIDER, "data": data,
    }  # fmt: skip


def oldest(guest: Tree, clock: Clock, written: list[Tree]) -> str | None:
    """Return when the whole log begins: well before what is in it, or when it was cleared."""
    cleared = (guest.get("event_log") or {}).get("cleared_at")
    begin = clock.guest(_LOG_REACHES_BACK if cleared is None else cleared)
    return min([begin, *(item["time"] for item in written)])


def log_error(guest: Tree, culture: str) -> Tree | None:
    """Return why the log cannot be read: {code, message}."""
    code = (guest.get("event_log") or {}).get("error")
    if not code:
        return None
    number = messages.hresult(code)
    return {"code": messages.hexadecimal(number), "message": messages.message(number, culture)}


def request(code: int, host: str, row: t.Mapping[str, t.Any], machine_id: str, moment: datetime.datetime) -> str:
    """Return the insertion string of event 12288."""
    status, minutes = row["LicenseStatus"] or 0, row["GracePeriodRemaining"] or 0
    stamp = moment.strftime("%Y/%m/%d %H:%M")
    count = 25 if "Enterprise" in str(row["Name"]) else 5
    fields = [messages.hexadecimal(code), "0x00000000", host, machine_id, stamp, 1, status, minutes, row["ID"], count]
    return ",".join(str(field) for field in fields)


def answer(moment: datetime.datetime) -> str:
    """Return the insertion string of event 12289 for an activation that worked."""
    return f"0x00000000,0x00000000,1,0,50,120,10080,{moment.strftime('%Y/%m/%d %H:%M')}"


def failure(code: int, activation_id: str) -> list[str]:
    """Return the insertion strings of event 8198."""
    rule = (
        f"RuleId=502ff3ba-669a-4674-bbb1-601f34a3b968;Action=AutoActivateSilent;AppId={WINDOWS_APP};"
        f"SkuId={activation_id};NotificationInterval=1440;Trigger=TimerEvent"
    )
    return [f"hr={messages.hexadecimal(code)}", rule]


def _healthy(licensing: Licensing, host: str | None, port: int, clock: Clock) -> list[Tree]:
    row = licensing.base
    # Windows Search has an event 1003 of its own.
    events = [{"id": 1003, "at": datetime.timedelta(days=-9), "provider": "Microsoft-Windows-Search", "data": [""]}]
    if row is None or row["LicenseStatus"] != LICENSED:
        return events
    age = datetime.timedelta(minutes=FULL_PERIOD - (row["GracePeriodRemaining"] or 0))
    if host and is_kms_client(row) and -_LOG_REACHES_BACK > age >= datetime.timedelta(0):
        at = -max(age, _THREAD)
        stamp = clock.true(at) + clock.offset
        before = {**row, "GracePeriodRemaining": FULL_PERIOD - (row["VLRenewalInterval"] or 10080)}
        machine_id = licensing.service["ClientMachineID"] or "00000000-0000-0000-0000-000000000000"
        events += [
            {"id": REQUEST, "at": at, "data": [request(0, f"{host}:{port}", before, machine_id, stamp)]},
            {"id": ANSWER, "at": at + _THREAD, "data": [answer(stamp)]},
        ]
    check = f"1: {row['ID']}, 1, 1 [(0 [0x00000000, 1, 0], [(?)( 1 0x00000000)(?)])(1 )(2 )]\r\n"
    events.append({"id": 1003, "at": datetime.timedelta(hours=-11), "data": [WINDOWS_APP, check]})
    return events
