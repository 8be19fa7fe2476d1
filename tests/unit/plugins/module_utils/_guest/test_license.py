# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Channel, the row that counts, renewal age, and the expected key."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import license as licences
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import (
    License,
    OperatingSystem,
    Product,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.fields import Fields

WINDOWS = "55C92734-D682-4D71-983E-D6EC3F16059F"


def row(**values: t.Any) -> dict[str, t.Any]:
    return {
        "ID": "EF6CFC9F-8C5D-44AC-9AAD-DE6A2EA0AE03",
        "Name": "Windows(R), ServerDatacenter edition",
        "Description": "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
        "ApplicationID": WINDOWS,
        "PartialProductKey": "6VM33",
        "LicenseIsAddon": False,
        "LicenseStatus": 1,
        "GracePeriodRemaining": 259000,
        **values,
    }


def parse(*rows: t.Any, edition_id: str | None = "ServerDatacenter") -> License:
    return licences.parse(licences.select(Fields({"products": list(rows)}, "license", {}), edition_id))


def product(**values: t.Any) -> Product:
    parsed = parse(row(**values)).product
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("description", "key_channel", "channel"),
    [
        ("Windows(R) Operating System, VOLUME_KMSCLIENT channel", None, "kms_client"),
        ("Windows(R) Operating System, VOLUME_KMSCLIENT channel", "Retail", "kms_client"),
        ("Windows(R) Operating System, VOLUME_KMS_WS22 channel", "Volume:CSVLK", "kms_host"),
        ("Windows(R) Operating System, VOLUME_MAK channel", "Volume:MAK", "mak"),
        ("Windows(R) Operating System, TIMEBASED_EVAL channel", "Retail:TB:Eval", "evaluation"),
        ("Windows(R) Operating System, VIRTUAL_MACHINE_ACTIVATION channel", None, "avma"),
        ("Windows(R) Operating System, RETAIL channel", "Retail", "retail"),
        ("Windows(R) Operating System, OEM_DM channel", None, "oem"),
        ("Windows(R) オペレーティング システム, volume_kmsclient channel", None, "kms_client"),
        (None, "Volume:GVLK", "kms_client"),
        ("", "Volume:MAK", "mak"),
        ("something", "Retail:TB:Eval", "evaluation"),
        ("something", "OEM:NONSLP", "oem"),
        ("something", "else", "unknown"),
        (None, None, "unknown"),
    ],
)
def test_the_channel_follows_the_description_first(
    description: str | None, key_channel: str | None, channel: str
) -> None:
    assert licences.channel(description, key_channel) == channel


ESU = row(LicenseIsAddon=True, PartialProductKey="ESU11", Name="Windows(R), ServerDatacenter edition")


@pytest.mark.parametrize(
    ("rows", "partial"),
    [
        ([ESU, row()], "6VM33"),
        ([row(PartialProductKey=None), row(PartialProductKey="ABCDE")], "ABCDE"),
        ([row(ApplicationID="0ff1ce15-a989-479d-af46-f275c6370663", PartialProductKey="OFFIC"), row()], "6VM33"),
        ([row(PartialProductKey="GOOD1"), row(PartialProductKey="BAD11", LicenseStatus=5)], "BAD11"),
        ([row(PartialProductKey="GOOD1"), row(PartialProductKey="NONE1", LicenseStatus=0)], "NONE1"),
        ([row(PartialProductKey="NONE1", LicenseStatus=0), row(PartialProductKey="BAD11", LicenseStatus=5)], "BAD11"),
        ([row(PartialProductKey="OTHER", Name="Windows(R), ServerStandard edition", LicenseStatus=5), row()], "6VM33"),
        ([row(PartialProductKey="MAYBE", LicenseIsAddon=None, LicenseStatus=5), row()], "6VM33"),
        ([row(PartialProductKey="MAYBE", LicenseIsAddon=None)], "MAYBE"),
        ([ESU], None),
        ([], None),
    ],
)
def test_the_base_product_in_most_trouble_counts(rows: list[dict[str, t.Any]], partial: str | None) -> None:
    parsed = parse(*rows)
    assert parsed.readable
    assert (parsed.product.partial_product_key if parsed.product else None) == partial


def test_other_rows_are_kept_beside_it() -> None:
    parsed = parse(ESU, row())
    assert [(other.partial_product_key, other.addon) for other in parsed.others] == [("ESU11", True)]


@pytest.mark.parametrize("products", [None, "text", [1, 2], {"a": 1}])
def test_rows_that_make_no_sense_are_unreadable_not_absent(products: t.Any) -> None:
    parsed = licences.parse(licences.select(Fields({"products": products}, "license", {}), None))
    assert not parsed.readable
    assert parsed.product is None


@pytest.mark.parametrize(
    ("values", "age", "permanent"),
    [
        ({}, 200, False),
        ({"GracePeriodRemaining": 0}, 259200, False),
        ({"GracePeriodRemaining": 259201}, None, False),
        ({"GracePeriodRemaining": None}, None, False),
        ({"LicenseStatus": 5}, None, False),
        ({"Description": "RETAIL", "GracePeriodRemaining": 0}, None, True),
        ({"Description": "VOLUME_MAK", "GracePeriodRemaining": 0}, None, True),
        ({"Description": "VOLUME_MAK", "GracePeriodRemaining": 10}, None, False),
        ({"Description": "VOLUME_MAK", "GracePeriodRemaining": 0, "LicenseStatus": 0}, None, False),
        ({"Description": "TIMEBASED_EVAL", "GracePeriodRemaining": 0}, None, False),
        ({"Description": "?", "GracePeriodRemaining": 0}, None, False),
    ],
)
def test_renewal_age_and_permanence(values: dict[str, t.Any], age: int | None, permanent: bool) -> None:
    parsed = product(**values)
    assert (parsed.renewal_age_minutes, parsed.permanent) == (age, permanent)


@pytest.mark.parametrize(
    ("status", "name"),
    [(0, "unlicensed"), (1, "licensed"), (5, "notification"), (9, "unknown"), (None, "unknown"), ("1", "unknown")],
)
def test_the_status_has_a_name_beside_its_number(status: t.Any, name: str) -> None:
    assert product(LicenseStatus=status).status_name == name


@pytest.mark.parametrize(
    ("reason", "code"),
    [(0xC004F009, "0xC004F009"), (-1073418231, "0xC004F009"), (0, None), (None, None), (2**40, None)],
)
def test_the_reason_is_a_code(reason: int | None, code: str | None) -> None:
    parsed = product(LicenseStatusReason=reason).status_reason
    assert (parsed.code if parsed else None) == code


def test_a_full_key_in_place_of_the_partial_one_is_cut() -> None:
    assert product(PartialProductKey="12345-6VM33").partial_product_key == "6VM33"


@pytest.mark.parametrize(
    ("end", "kept"), [("1601-01-01T00:00:00Z", None), ("2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z")]
)
def test_no_date_is_no_end_of_evaluation(end: str, kept: str | None) -> None:
    assert product(EvaluationEndDate=end).evaluation_end == kept


@pytest.mark.parametrize(
    ("system", "rows", "partial", "matches", "refusal"),
    [
        (OperatingSystem(edition_id="ServerDatacenter", build=20348), [row()], "6VM33", True, None),
        (
            OperatingSystem(edition_id="ServerDatacenter", build=20348),
            [row(PartialProductKey="AAAAA")],
            "6VM33",
            False,
            None,
        ),
        (OperatingSystem(edition_id="ServerDatacenter", build=20348), [], "6VM33", None, None),
        (OperatingSystem(edition_id="ServerRdsh", build=22631), [row()], None, None, "multi_session"),
        (OperatingSystem(), [row()], None, None, "unknown_edition"),
    ],
)
def test_the_expected_key(
    system: OperatingSystem, rows: list[t.Any], partial: str | None, matches: bool | None, refusal: str | None
) -> None:
    key = licences.client_key(system, parse(*rows))
    assert (key.partial, key.matches, key.refusal) == (partial, matches, refusal)
