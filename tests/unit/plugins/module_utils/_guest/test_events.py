# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events by position, in pairs, whatever language and dates the guest uses."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import events
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import Attempt, Events
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.fields import Fields

SKU = "34e1ae55-27f8-4950-8877-7a03be5fb181"
OFFICE = "0ff1ce15-a989-479d-af46-f275c6370663"
CMID = "36f27b39-0000-4000-8000-000000000001"
SENT = "0x00000000"
GOOD = "0x00000000, 0x00000000, 1, 0, 10, 120, 10080, 2012/12/04 07:06"
REFUSED = "0x00000000, 0x04000008, 0, 0, 3, 120, 10080, 2012/12/04 07:06"


def asked(code: str = SENT, host: str = "azkms.core.windows.net:1688", sku: str = SKU, tail: str = ", 5") -> str:
    return f"{code}, 0x00000000, {host}, {CMID}, 2012/12/04 07:06, 1, 5, 0, {sku}{tail}"


def record(number: int, order: int | None, *data: t.Any, time: str | None = None) -> dict[str, t.Any]:
    moment = time or f"2026-11-24T08:{(order or 0) % 60:02}:00Z"
    return {"id": number, "record_id": order, "time": moment, "level": 4, "data": list(data)}


def parse(*records: t.Any, activation_id: str | None = SKU) -> Events:
    parsed = events.parse(Fields({"records": list(records)}, "events", {}), activation_id)
    assert parsed is not None
    return parsed


def only(*records: t.Any) -> Attempt:
    (attempt,) = parse(*records).attempts
    return attempt


@pytest.mark.parametrize(
    ("data", "outcome", "code", "host", "port"),
    [
        # Public samples: a blog of 2012, Microsoft's article on 0xC004F06C, TechNet ff793440.
        (
            "0x00000000, 0x00000000, kms.example:1688, 36f27b39-0000-4000-8000-000000000001, 2012/12/04 07:06, 0, 2, 972, "
            "6f345b60-8a5c-427c-9000-000000000001, 5",
            "unanswered",
            None,
            "kms.example",
            1688,
        ),
        (
            "0xC004F06C, 0x00000000, azkms.core.windows.net:1688, <CMID>, <DateTime>, 1, 5, 0, "
            "34e1ae55-27f8-4950-8877-7a03be5fb181,",
            "refused",
            "0xC004F06C",
            "azkms.core.windows.net",
            1688,
        ),
        (
            "0xC004F06C,0x00000000,kms:1688,36f27b39,2010/09/29 17:52,0,2,41760,68531fb9,5",
            "refused",
            "0xC004F06C",
            "kms",
            1688,
        ),
        (asked("0x800706BA"), "send_failed", "0x800706BA", "azkms.core.windows.net", 1688),
        (asked("0xC004F074", tail=""), "send_failed", "0xC004F074", "azkms.core.windows.net", 1688),
        (asked("0xC004F042"), "refused", "0xC004F042", "azkms.core.windows.net", 1688),
        (asked(host="[2001:db8::1]:1689"), "unanswered", None, "2001:db8::1", 1689),
        (asked(host="[2001:db8::1]"), "unanswered", None, "2001:db8::1", None),
        (asked(host=" kms.example "), "unanswered", None, "kms.example", None),
        (asked(host=""), "unanswered", None, None, None),
        (asked(host=":1688"), "unanswered", None, None, 1688),
        (asked(host="kms.example:99999"), "unanswered", None, "kms.example:99999", None),
        ("0x8007232b", "send_failed", "0x8007232B", None, None),
    ],
)
def test_a_request_is_read_by_position(
    data: str, outcome: str, code: str | None, host: str | None, port: int | None
) -> None:
    (attempt,) = parse(record(12288, 1, data), activation_id=None).attempts
    found = attempt.code.code if attempt.code else None
    assert (attempt.outcome, found, attempt.host, attempt.port) == (outcome, code, host, port)


@pytest.mark.parametrize(
    "date",
    [
        "",
        "24.11.2026 08:00",
        "令和8/11/24 08:00",
        "\u0661\u0664\u0664\u0668/\u0660\u0666/\u0661\u0664",
        "2026/13/99 99:99",
    ],
)
def test_dates_inside_the_strings_do_not_matter(date: str) -> None:
    request = asked().replace("2012/12/04 07:06", date)
    answer = GOOD.replace("2012/12/04 07:06", date)
    attempt = only(record(12288, 1, request), record(12289, 2, answer))
    assert (attempt.outcome, attempt.time, attempt.license_status) == ("success", "2026-11-24T08:02:00Z", 5)


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "flags", "count"),
    [
        (GOOD, "success", None, (), 10),
        (REFUSED, "refused", None, ("other_pc", "not_enough_count"), 3),
        ("0xC004F042, 0x00000000, 0, 0, 10, 120, 10080, x", "refused", "0xC004F042", (), 10),
        ("0xC004F042,0,1", "refused", "0xC004F042", (), None),
        ("0x00000000,,1", "success", None, (), None),
    ],
)
def test_an_answer_completes_its_request(
    answer: str, outcome: str, code: str | None, flags: tuple[str, ...], count: int | None
) -> None:
    attempt = only(record(12288, 1, asked()), record(12289, 2, answer))
    found = attempt.code.code if attempt.code else None
    assert (attempt.outcome, found, attempt.status_flags, attempt.current_count) == (outcome, code, flags, count)
    assert attempt.host == "azkms.core.windows.net"


@pytest.mark.parametrize(
    ("log", "outcomes"),
    [
        ([(12288, asked()), (12289, GOOD)], ["success"]),
        ([(12288, asked()), (12288, asked()), (12289, GOOD)], ["success", "unanswered"]),
        ([(12288, asked()), (12289, GOOD), (12288, asked())], ["unanswered", "success"]),
        ([(12289, GOOD), (12288, asked())], ["unanswered", "success"]),
        ([(12288, asked("0x800706BA")), (12289, GOOD)], ["success", "send_failed"]),
        ([(12288, asked("0xC004F06C")), (12289, "0xC004F06C,0,0")], ["refused"]),
        ([(12288, asked()), (12289, GOOD), (12289, REFUSED)], ["refused", "success"]),
    ],
)
@pytest.mark.parametrize("newest_first", [True, False])
def test_an_answer_belongs_to_the_request_right_before_it(
    log: list[tuple[int, str]], outcomes: list[str], newest_first: bool
) -> None:
    records = [record(number, order, data) for order, (number, data) in enumerate(log, 1)]
    parsed = parse(*(reversed(records) if newest_first else records))
    assert [attempt.outcome for attempt in parsed.attempts] == outcomes


def test_record_numbers_decide_within_one_second() -> None:
    same = "2026-11-24T08:00:00Z"
    parsed = parse(record(12289, 11, GOOD, time=same), record(12288, 10, asked(), time=same))
    assert [attempt.outcome for attempt in parsed.attempts] == ["success"]


def test_without_record_numbers_the_time_decides() -> None:
    parsed = parse(
        record(12289, None, GOOD, time="2026-11-24T08:00:02Z"), record(12288, 10, asked(), time="2026-11-24T08:00:00Z")
    )
    assert [attempt.outcome for attempt in parsed.attempts] == ["success"]


def test_failures_count_since_the_last_success() -> None:
    log = [asked("0x800706BA"), asked(), GOOD, asked("0x800706BA"), asked()]
    numbers = [12288, 12288, 12289, 12288, 12288]
    parsed = parse(
        *(record(number, order, data) for order, (number, data) in enumerate(zip(numbers, log, strict=True), 1))
    )
    assert (parsed.last_success, parsed.failures_since_success) == ("2026-11-24T08:03:00Z", 2)
    assert parse(record(12288, 1, asked("0x800706BA"))).failures_since_success == 1


def test_attempts_of_office_do_not_count_beside_those_of_windows() -> None:
    office, windows = record(12288, 1, asked("0x800706BA", sku=OFFICE)), record(12288, 2, asked())
    assert [attempt.outcome for attempt in parse(office, windows).attempts] == ["unanswered"]
    assert [attempt.outcome for attempt in parse(office).attempts] == ["send_failed"]


@pytest.mark.parametrize(
    ("number", "data", "code"),
    [
        (
            8198,
            ["hr=0x80072EE7", f"RuleId=502ff3ba;Action=AutoActivate;AppId=55c92734;SkuId={SKU};Trigger=UserLogon"],
            "0x80072EE7",
        ),
        (8198, ["RuleId=0x11111111", "hr=0x8007139F, 0xC0020017"], "0x8007139F"),
        (8200, ["hr=0xC004C003"], "0xC004C003"),
        (8196, ["0x800705B4"], "0x800705B4"),
        (8229, ["0x80070005", "C:\\Windows\\System32\\SLUI.exe"], "0x80070005"),
        (8229, [], None),
    ],
)
def test_other_events_give_their_code(number: int, data: list[str], code: str | None) -> None:
    (event,) = parse(record(number, 1, *data)).others
    assert (event.id, event.code.code if event.code else None) == (number, code)


OWN_ROW = f"2: {SKU.upper()}, 1, 0 [(0 [{{}}, 0, 0], [(?)( 1 0x00000000)(?)])(1 )(2 )]"
OTHER_ROW = "1: 022a1afb-b893-4190-92c3-8f69a49839fb, 1, 0 [(0 [0xC004E002, 0, 0], [(?)(?)])(1 )(2 )]"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([OTHER_ROW, OWN_ROW.format("0xC004E002")], "0xC004E002"),
        ([OWN_ROW.format("0xc004e002"), OTHER_ROW], "0xC004E002"),
        ([OTHER_ROW, OWN_ROW.format("0x00000000")], None),
        ([OWN_ROW.format("0x00000000"), OTHER_ROW], None),
        ([OTHER_ROW], None),
        ([OWN_ROW.format("0xC004F014")], "0xC004F014"),
        ([OWN_ROW.format("0xC004F014, 0x8004E101")], "0x8004E101"),
    ],
)
@pytest.mark.parametrize("glue", ["\r\n", "\n", " "])
def test_a_status_check_tells_only_of_the_product_in_use(lines: list[str], code: str | None, glue: str) -> None:
    data = ("55c92734-d682-4d71-983e-d6ec3f16059f", glue.join(lines))
    (event,) = parse(record(1003, 1, *data)).others
    assert (event.code.code if event.code else None) == code


def test_without_a_licence_row_the_last_attempt_names_the_product() -> None:
    check = record(1003, 1, OWN_ROW.format("0xC004E002"))
    (event,) = parse(check, record(12288, 2, asked("0xC004E002")), activation_id=None).others
    assert event.code is not None
    assert event.code.cause_class == "token_store"
    assert parse(check, activation_id=None).others[0].code is None


@pytest.mark.parametrize(
    "damaged",
    [
        {"id": 12288, "record_id": 1, "time": "gestern", "data": [asked()]},
        {"id": "12288", "record_id": 1, "time": "2026-11-24T08:00:00Z", "data": [asked()]},
        {"id": 12288, "record_id": 1, "time": "2026-11-24T08:00:00Z", "data": ["Zugriff verweigert"]},
        {"id": 12289, "record_id": 1, "time": "2026-11-24T08:00:00Z", "data": ["0x00000000"]},
        {"id": 12288, "record_id": 1, "time": "2026-11-24T08:00:00Z", "data": None},
        17,
    ],
)
def test_a_damaged_record_is_noted_and_left_out(damaged: t.Any) -> None:
    issues: dict[str, None] = {}
    parsed = events.parse(Fields({"records": [damaged, record(12288, 5, asked())]}, "events", issues), SKU)
    assert parsed is not None
    assert [attempt.time for attempt in parsed.attempts] == ["2026-11-24T08:05:00Z"]
    assert issues


def test_an_unread_log_is_no_evidence() -> None:
    assert events.parse(Fields({"records": None, "oldest_record_time": None}, "events", {}), SKU) is None
