# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole answer of a probe: healthy, failing, and hostile."""

from __future__ import annotations

import copy
import json
import pathlib
import random
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import SECTIONS, GuestEvidence
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import interpret
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain, to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints

FIXTURES = pathlib.Path(__file__).parents[3] / "fixtures" / "guest"
BEFORE, AFTER = "2026-11-24T07:59:58Z", "2026-11-24T08:00:02Z"
KEY = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"


def load(name: str) -> dict[str, t.Any]:
    return t.cast(dict[str, t.Any], json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8")))


def judge(raw: t.Any, **options: t.Any) -> GuestEvidence:
    """Interpret, and hold every answer to what all of them promise."""
    evidence = interpret(raw, controller_before=BEFORE, controller_after=AFTER, **options)
    plain = to_plain(evidence)
    text = json.dumps(plain, allow_nan=False)
    assert from_plain(GuestEvidence, json.loads(text)) == evidence
    text.encode("utf-8")
    assert "AAAAA-BBBBB" not in text
    assert tuple(evidence.sections) == SECTIONS
    for name, section in evidence.sections.items():
        assert section.status in {"ok", "partial", "error", "skipped"}
        assert bool(section.errors) is (section.status in {"partial", "error"}), name
    return evidence


def statuses(evidence: GuestEvidence) -> dict[str, str]:
    return {name: section.status for name, section in evidence.sections.items()}


def test_a_healthy_guest() -> None:
    evidence = judge(load("healthy"))
    assert set(statuses(evidence).values()) == {"ok"}
    assert (evidence.cloud.name, evidence.cloud.source) == ("AzurePublicCloud", "imds")
    assert evidence.license is not None
    assert evidence.license.product is not None
    assert evidence.license.product.renewal_age_minutes == 2200
    assert evidence.client_key is not None
    assert evidence.client_key.matches is True
    assert evidence.kms_host is not None
    assert evidence.kms_host.effective is not None
    assert (evidence.kms_host.effective.source, evidence.kms_host.effective.kind) == ("product", "azure")
    assert evidence.dns is not None
    assert {answer.verdict for answer in evidence.dns.answers} == {"expected"}
    assert evidence.connectivity is not None
    assert [target.state for target in evidence.connectivity.targets] == ["kms", "kms"]
    assert evidence.events is not None
    assert (evidence.events.last_success, evidence.events.failures_since_success) == ("2026-11-23T06:00:02Z", 0)
    assert [event.code for event in evidence.events.others] == [None]
    assert evidence.clock is not None
    assert (evidence.clock.offset_seconds, evidence.clock.uncertainty_seconds) == (1.0, 2.0)
    assert evidence.firewall is not None
    assert (evidence.firewall.default_outbound, evidence.firewall.blocking) == ("allow", ())
    assert evidence.attestation is not None
    assert evidence.attestation.status == "not-applicable"
    assert evidence.collected_at == AFTER


def test_a_guest_where_every_section_fails() -> None:
    evidence = judge(load("failing"))
    assert set(statuses(evidence).values()) == {"error"}
    parts = {
        key: value
        for key, value in vars(evidence).items()
        if key not in {"schema_version", "collected_at", "sections", "cloud"}
    }
    assert set(parts.values()) == {None}
    (error,) = evidence.sections["license"].errors
    assert error.code is not None
    assert (error.code.code, error.message) == ("0x80041010", "Ungültige Klasse 無効なクラス")
    assert (evidence.cloud.name, evidence.cloud.source) == ("AzurePublicCloud", "default")


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "text",
        1,
        {},
        {"schema": 2, "sections": {}},
        {"schema": 1},
        {"schema": 1, "sections": []},
        {"sections": {}},
    ],
)
def test_an_answer_of_another_schema_is_an_error_of_every_section(raw: t.Any) -> None:
    evidence = judge(raw)
    assert set(statuses(evidence).values()) == {"error"}
    assert {error.message for section in evidence.sections.values() for error in section.errors} == {
        "the probe's answer has not the expected schema"
    }


def test_sections_that_were_not_asked_for_are_skipped_and_missing_ones_are_errors() -> None:
    raw = load("healthy")
    del raw["sections"]["events"], raw["sections"]["dns"]
    found = statuses(judge(raw, subset=[name for name in SECTIONS if name != "events"]))
    assert (found["events"], found["dns"], found["os"]) == ("skipped", "error", "ok")


def test_data_beside_errors_is_partial_and_nulls_beside_errors_are_an_error() -> None:
    raw = load("healthy")
    failed = load("failing")["sections"]["os"]["errors"]
    raw["sections"]["license"] = {"data": {"products": None, "service": {"Version": "10.0"}}, "errors": failed}
    raw["sections"]["kms_settings"] = {"data": {"spp": None, "activation": None}, "errors": failed}
    evidence = judge(raw)
    assert (evidence.sections["license"].status, evidence.sections["kms_settings"].status) == ("partial", "error")
    assert evidence.license is not None
    assert (evidence.license.readable, evidence.license.product) == (False, None)
    assert evidence.kms_host is not None
    assert evidence.kms_host.effective is None


def test_garbage_in_one_section_is_the_error_of_that_section_alone() -> None:
    raw = load("healthy")
    raw["sections"]["os"]["data"]["sku"] = "eight"
    raw["sections"]["services"]["data"] = "none"
    raw["sections"]["imds"] = 17
    found = {name: status for name, status in statuses(judge(raw)).items() if status != "ok"}
    assert found == {"os": "partial", "services": "error", "imds": "error"}


def test_an_issue_names_the_place_and_not_the_value() -> None:
    raw = load("healthy")
    raw["sections"]["license"]["data"]["products"][0]["LicenseStatus"] = "secret"
    (error,) = judge(raw).sections["license"].errors
    assert error.message == "license.products[0].LicenseStatus: expected a whole number from 0 to 255"


@pytest.mark.parametrize(
    ("option", "told", "name", "source"),
    [
        ("auto", "AzureUSGovernmentCloud", "AzureUSGovernmentCloud", "imds"),
        ("auto", "AzureGermanCloud", "AzurePublicCloud", "default"),
        ("auto", None, "AzurePublicCloud", "default"),
        ("AzureChinaCloud", "AzurePublicCloud", "AzureChinaCloud", "option"),
        ("AzureUSGovernment", None, "AzureUSGovernmentCloud", "option"),
    ],
)
def test_the_cloud(option: str, told: str | None, name: str, source: str) -> None:
    raw = load("healthy")
    raw["sections"]["imds"]["data"]["compute"]["azEnvironment"] = told
    evidence = judge(raw, cloud_option=option)
    assert (evidence.cloud.name, evidence.cloud.source) == (name, source)


def test_given_endpoints_replace_the_dated_ones_everywhere() -> None:
    evidence = judge(load("healthy"), given=endpoints.Override(("kms.own.example",), ("192.0.2.1",), 1689))
    assert (evidence.cloud.preferred_name, evidence.cloud.port) == ("kms.own.example", 1689)
    assert evidence.kms_host is not None
    assert evidence.kms_host.effective is not None
    assert evidence.kms_host.effective.kind == "azure_legacy_name"
    assert evidence.dns is not None
    assert {answer.verdict for answer in evidence.dns.answers} == {"legacy"}


def places(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def replaced(raw: t.Any, path: tuple[t.Any, ...], value: t.Any) -> t.Any:
    if not path:
        return value
    inner = copy.copy(raw)
    inner[path[0]] = replaced(raw[path[0]], path[1:], value)
    return inner


HOSTILE: tuple[t.Any, ...] = (
    None, True, -1, 0, 2**31, 2**64, 10**400, 0.5, float("nan"), float("inf"), "", " ", KEY, f"x {KEY.lower()} y", "\ud800",
    "0x", "0xC004F074", "2026-02-31T00:00:00Z", "9999-12-31T23:59:59-14:00", "a" * 100000, "|=|==|", ":", "[::]:", "٣",
    [], {}, [None], [[]], {"data": None}, {"data": KEY}, {KEY: KEY}, [KEY, 1, {}],
)  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:24])
def test_a_hostile_value_in_any_place_breaks_nothing(value: t.Any) -> None:
    raw = load("healthy")
    chance = random.Random(repr(value)[:50])
    everywhere = list(places(raw))
    for path in chance.sample(everywhere, 20):
        judge(replaced(raw, path, value))


def test_many_hostile_values_at_once_break_nothing() -> None:
    chance = random.Random(1688)
    healthy = load("healthy")
    for _round in range(100):
        raw = healthy
        for _change in range(chance.randrange(1, 40)):
            raw = replaced(raw, chance.choice(list(places(raw))[1:] or [()]), chance.choice(HOSTILE))
            if not isinstance(raw, dict) or not raw:
                break
        judge(raw)


def test_a_key_is_cut_wherever_a_guest_puts_it() -> None:
    raw = load("healthy")
    for path in places(raw):
        value: t.Any = raw
        for key in path:
            value = value[key]
        if isinstance(value, str):
            judge(replaced(raw, path, KEY))
