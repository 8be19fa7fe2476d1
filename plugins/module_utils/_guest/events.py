# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licensing events: activation attempts put together from their request and answer, and the other traces.

Insertion strings are read by position; nothing in them is localised but dates, which are not used.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._reference import endpoints, error_codes
from . import codes, text
from .evidence import Attempt, Code, Events, LogEvent
from .fields import Fields

REQUEST, ANSWER, STATUS_CHECK = 12288, 12289, 1003
_REQUEST_FIELDS, _ANSWER_FIELDS = 9, 3
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CODE = re.compile(r"0x[0-9a-f]{1,8}", re.IGNORECASE)
_HR = re.compile(r"\bhr\s*=\s*(0x[0-9a-f]{1,8})", re.IGNORECASE)
_FAILED = 0x80000000


@dataclasses.dataclass(frozen=True)
class Record:
    """One event log record: number, order in the log, time and insertion strings."""

    id: int
    order: int | None
    time: str
    data: tuple[str, ...]

    @property
    def fields(self) -> list[str]:
        """The comma separated fields of 12288 and 12289."""
        return [field.strip() for field in ",".join(self.data).split(",")]


def parse(fields: Fields, activation_id: str | None, whole: bool = True) -> Events | None:
    """Return attempts and other events newest first, None when the log was not read.

    `activation_id` is that of the Windows product, when known; `whole` false when reading was cut off.
    """
    parts = fields.parts("records")
    if parts is None:
        return None
    records = [record for record in map(_record, parts) if record is not None]
    if all(record.order is not None for record in records):
        records.sort(key=lambda record: record.order or 0)
    else:
        records.sort(key=lambda record: record.time)
    pairs = _pairs(records)
    # Office volume licences write the same events; theirs count only while nothing of Windows itself is there.
    own = {None, activation_id} if any(product == activation_id for product, _attempt in pairs) else None
    attempts = [attempt for product, attempt in pairs if own is None or product in own]
    product = activation_id or next((product for product, _attempt in reversed(pairs) if product), None)
    succeeded = [index for index, attempt in enumerate(attempts) if attempt.outcome == "success"]
    return Events(
        attempts=tuple(reversed(attempts)),
        others=tuple(_other(record, product) for record in reversed(records) if record.id not in {REQUEST, ANSWER}),
        last_success=attempts[succeeded[-1]].time if succeeded else None,
        failures_since_success=len(attempts) - (succeeded[-1] + 1 if succeeded else 0),
        oldest=fields.time("oldest_record_time"),
        complete=whole and fields.boolean("truncated") is not True,
    )


def split_host(value: str) -> tuple[str | None, int | None]:
    """Return host and port of `host:port` by the last colon; an IPv6 host stands in brackets. Blank parts are None."""
    host, colon, port = value.strip().rpartition(":")
    if not colon or (port and not (port.isascii() and port.isdigit() and int(port[:6]) <= endpoints.PORT_LIMIT)):
        host, port = value.strip(), ""
    return text.message(host.strip("[] ")) or None, int(port) if port else None


def flags(value: str) -> tuple[str, ...]:
    """Return the names of the status flags in a hexadecimal field."""
    number = int(value, 16) if _CODE.fullmatch(value) else 0
    return tuple(name for bit, name in error_codes.STATUS_FLAGS.items() if number & bit)


def _record(part: Fields) -> Record | None:
    number, time = part.integer("id", high=65535), part.time("time")
    if number is None or time is None:
        part.note("", "a record with id and time")
        return None
    strings = part.items("data") or []
    if not all(isinstance(item, str) for item in strings):
        part.note("data", "a list of texts")
    record = Record(
        number, part.integer("record_id", high=2**63), time, tuple(item for item in strings if isinstance(item, str))
    )
    if number in {REQUEST, ANSWER} and not _CODE.fullmatch(record.fields[0]):
        part.note("data", "an HRESULT in the first field")
        return None
    if (number == REQUEST and len(record.fields) < _REQUEST_FIELDS) or (
        number == ANSWER and len(record.fields) < _ANSWER_FIELDS
    ):
        part.note("data", "more fields")
        return None if number == ANSWER else record
    return record


def _pairs(records: t.Sequence[Record]) -> list[tuple[str | None, Attempt]]:
    """Return (activation id, attempt) oldest first; an answer belongs to the request right before it."""
    found: list[tuple[str | None, Attempt]] = []
    waiting: Record | None = None
    for record in records:
        if record.id == REQUEST:
            waiting = record
            found.append(_attempt(record, None))
        elif record.id == ANSWER:
            paired = _attempt(waiting, record)
            # A success cannot follow a request that was never sent: its own request is missing from the log.
            if waiting is None or (found[-1][1].outcome == "send_failed" and paired[1].outcome == "success"):
                found.append(_attempt(None, record))
            else:
                found[-1] = paired
            waiting = None
    return found


def _attempt(request: Record | None, answer: Record | None) -> tuple[str | None, Attempt]:
    asked = request.fields if request is not None else []
    told = answer.fields if answer is not None else []
    sent, received = _failure(asked), _failure(told)
    if answer is not None:
        outcome = "success" if told[2] == "1" and received is None else "refused"
    elif sent is None:
        outcome = "unanswered"
    else:
        outcome = "refused" if sent.code in error_codes.HOST_ANSWERED else "send_failed"
    host, port = split_host(_at(asked, 2))
    latest = answer or request
    product = _at(asked, 8).lower()
    return product if _GUID.fullmatch(product) else None, Attempt(
        time=latest.time if latest is not None else "",
        host=host,
        port=port,
        outcome=outcome,
        code=None if outcome == "success" else received or sent,
        status_flags=flags(_at(told, 1)) or flags(_at(asked, 1)),
        license_status=_number(_at(asked, 6)),
        current_count=_number(_at(told, 4)),
    )


def _other(record: Record, product: str | None) -> LogEvent:
    if record.id == STATUS_CHECK:
        return LogEvent(record.id, record.time, _status_check("\n".join(record.data), product))
    joined = " ".join(record.data)
    named = _HR.search(joined)
    code = codes.from_text(named.group(1) if named else joined)
    return LogEvent(record.id, record.time, code, text.message(joined) or None)


def _status_check(lines: str, product: str | None) -> Code | None:
    """Return the failure in the row of the SKU in use; rows of other SKUs are full of harmless ones."""
    ids = list(_GUID.finditer(lines))
    for index, match in enumerate(ids):
        if match.group().lower() != product:
            continue
        end = ids[index + 1].start() if index + 1 < len(ids) else len(lines)
        failures = [code for code in codes.find_all(lines[match.end() : end]) if int(code, 16) & _FAILED]
        if failures:
            telling = [code for code in failures if code != error_codes.NO_KEY_FOR_SKU]
            return codes.lookup((telling or failures)[0])
    return None


def _failure(fields: t.Sequence[str]) -> Code | None:
    code = codes.from_text(_at(fields, 0))
    return None if code is None or int(code.code, 16) == 0 else code


def _at(fields: t.Sequence[str], index: int) -> str:
    return fields[index] if index < len(fields) else ""


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None
