# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both sides of every limit at which a value of the guest counts, and what is noted where it does not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import (
    codes,
    connectivity,
    events,
    firewall,
    proxy,
    system,
    text,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._guest import license as licences
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import NotRead
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.fields import Fields
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import interpret
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints
from tests.unit.plugins.module_utils._guest.test_interpret import load

TOP = 2**32 - 1


def fields(value: t.Any, issues: dict[str, None] | None = None) -> Fields:
    return Fields({"x": value}, "part", {} if issues is None else issues)


@pytest.mark.parametrize(
    ("reader", "value", "read"),
    [
        ("integer", 0, 0),
        ("integer", -1, None),
        ("integer", TOP, TOP),
        ("integer", TOP + 1, None),
        ("integer", True, None),
        ("integer", 1.0, None),
        ("integer", "1", None),
        ("number", 0, 0.0),
        ("number", 2.5, 2.5),
        ("number", -0.1, None),
        ("number", TOP, float(TOP)),
        ("number", TOP + 1, None),
        ("number", True, None),
        ("number", "1", None),
        ("number", float("nan"), None),
        ("boolean", True, True),
        ("boolean", 0, False),
        ("boolean", 1, True),
        ("boolean", 2, None),
        ("boolean", 1.0, None),
        ("boolean", "true", None),
        ("text", " a ", "a"),
        ("text", "  ", None),
        ("text", 7, None),
        ("time", "2026-11-24T09:00:00+01:00", "2026-11-24T08:00:00Z"),
        ("time", "yesterday", None),
        ("time", 7, None),
        ("code", "hr=0x8007139F", "0x8007139F"),
        ("code", -1073418123, "0xC004F075"),
        ("code", True, None),
        ("code", "none", None),
    ],
)
def test_a_value_counts_within_its_limits_and_is_noted_beyond(reader: str, value: t.Any, read: t.Any) -> None:
    issues: dict[str, None] = {}
    found = getattr(fields(value, issues), reader)("x")
    assert (found.code if reader == "code" and found else found) == read
    assert not isinstance(found, int) or isinstance(found, bool) or not isinstance(read, float)
    blank = isinstance(value, str) and not value.strip()
    assert bool(issues) is (read is None and not blank)
    assert all(issue.startswith("part.x: expected ") for issue in issues)


@pytest.mark.parametrize("reader", ["integer", "number", "boolean", "text", "time", "code", "registry"])
def test_what_is_not_there_is_no_mistake(reader: str) -> None:
    issues: dict[str, None] = {}
    assert getattr(fields(None, issues), reader)("x") is None
    assert getattr(fields(None, issues), reader)("y") is None
    assert issues == {}


def test_a_limit_of_its_own() -> None:
    assert [fields(value).integer("x", 1, 9) for value in (0, 1, 9, 10)] == [None, 1, 9, None]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (-(2**31), "0x80000000"),
        (-(2**31) - 1, None),
        (0, "0x00000000"),
        (TOP, "0xFFFFFFFF"),
        (TOP + 1, None),
    ],
)
def test_a_code_has_32_bits(number: int, code: str | None) -> None:
    found = codes.from_number(number)
    assert (found and found.code) == code


@pytest.mark.parametrize(("number", "known"), [(-1, False), (0, True), (65535, True), (65536, False)])
def test_a_win32_number_has_16_bits(number: int, known: bool) -> None:
    assert (codes.from_win32(number) is not None) is known


@pytest.mark.parametrize(
    ("values", "tested"),
    [
        ({"timed_out": True, "waited": 2.9}, False),
        # Silence as long as Windows takes to tell a refusal.
        ({"timed_out": True, "waited": 3.0}, True),
        ({"timed_out": True, "waited": None}, True),
        ({"timed_out": False, "waited": 1.0}, True),
        ({"cut": True, "waited": 9.0}, False),
        ({"cut": False, "timed_out": True, "waited": 9.0}, True),
    ],
)
def test_silence_that_was_too_short_is_no_test(values: dict[str, t.Any], tested: bool) -> None:
    raw = {"address": "20.118.99.224", "port": 1688, "reasons": [], "connected": False, **values}
    found = connectivity.parse(Fields({"targets": [raw]}, "connectivity", {}))
    assert found is not None
    assert len(found.targets) == int(tested)
    assert found.untested == (() if tested else (NotRead("20.118.99.224:1688", values["waited"]),))


@pytest.mark.parametrize(
    ("value", "host", "port"),
    [
        ("kms:65535", "kms", 65535),
        ("kms:65536", "kms:65536", None),
        ("kms:", "kms", None),
        ("kms", "kms", None),
        (":1688", None, 1688),
        ("[fd00::1]:1688", "fd00::1", 1688),
        ("kms:x", "kms:x", None),
        (" kms:1 ", "kms", 1),
    ],
)
def test_host_and_port_are_told_apart_by_the_last_colon(value: str, host: str | None, port: int | None) -> None:
    assert events.split_host(value) == (host, port)


@pytest.mark.parametrize(
    ("number", "count", "kept", "noted"),
    [
        (events.REQUEST, 9, True, False),
        (events.REQUEST, 8, True, True),
        (events.ANSWER, 3, True, False),
        (events.ANSWER, 2, False, True),
    ],
)
def test_a_record_with_too_few_fields(number: int, count: int, kept: bool, noted: bool) -> None:
    issues: dict[str, None] = {}
    data = ", ".join(["0x00000000", *["1"] * (count - 1)])
    record = {"id": number, "record_id": 1, "time": "2026-11-24T08:00:00Z", "data": [data]}
    found = events.parse(Fields({"records": [record]}, "events", issues), None)
    assert found is not None
    assert bool(found.attempts) is kept
    assert any("more fields" in issue for issue in issues) is noted


def test_what_is_no_text_in_a_record_is_noted_and_the_rest_counts() -> None:
    issues: dict[str, None] = {}
    record = {"id": 8198, "record_id": 1, "time": "2026-11-24T08:00:00Z", "data": ["hr=0x8007139F", 7]}
    found = events.parse(Fields({"records": [record]}, "events", issues), None)
    assert found is not None
    (other,) = found.others
    assert (other.code and other.code.code, other.detail) == ("0x8007139F", "hr=0x8007139F")
    assert list(issues) == ["events.records[0].data: expected a list of texts"]


def rules(*certain: bool) -> Fields:
    texts = {
        str(number): "v2.30|Action=Block|Active=TRUE|Dir=Out|" + ("" if sure else "LUOwn=S-1-5-18|")
        for number, sure in enumerate(certain)
    }
    profiles = {"Public": {"EnableFirewall": 1, "DefaultOutboundAction": 0}}
    return Fields({"local": {"profiles": profiles, "rules": texts}, "active_categories": ["Public"]}, "firewall", {})


@pytest.mark.parametrize(
    ("certain", "decision"), [((True,), "block"), ((False,), "unknown"), ((False, True), "block"), ((), "allow")]
)
def test_one_certain_rule_decides(certain: tuple[bool, ...], decision: str) -> None:
    found = firewall.parse(rules(*certain), endpoints.CLOUDS["AzurePublicCloud"])
    assert found is not None
    assert found.licensing_outbound == decision


def test_local_rules_count_only_where_every_profile_takes_them() -> None:
    profiles = {name: {"EnableFirewall": 1} for name in ("Private", "Public")}
    for merges, merged in ((1, True), (0, False), (None, True)):
        policy = {"profiles": {"Private": {"AllowLocalPolicyMerge": merges, "EnableFirewall": 1}}}
        raw = {"local": {"profiles": profiles}, "policy": policy, "active_categories": ["Private", "Public"]}
        found = firewall.parse(Fields(raw, "firewall", {}), endpoints.CLOUDS["AzurePublicCloud"])
        assert found is not None
        assert found.local_rules_merged is merged


def test_an_unknown_network_category_is_noted() -> None:
    issues: dict[str, None] = {}
    raw = {"local": {"profiles": {"Public": {"EnableFirewall": 1}}}, "active_categories": ["Public", "Mars"]}
    found = firewall.parse(Fields(raw, "firewall", issues), endpoints.CLOUDS["AzurePublicCloud"])
    assert found is not None
    assert found.active_profiles == ("Public",)
    assert any("known network categories" in issue for issue in issues)


@pytest.mark.parametrize(
    ("time", "end"),
    [("1601-01-01T00:00:00Z", None), ("1602-01-01T00:00:00Z", "1602-01-01T00:00:00Z"), (None, None)],
)
def test_the_first_moment_of_a_calendar_is_no_date(time: str | None, end: str | None) -> None:
    row = {"ID": "x", "ApplicationID": None, "PartialProductKey": "6VM33", "EvaluationEndDate": time}
    found = licences.parse(licences.select(Fields({"products": [row]}, "license", {}), None)).product
    assert found is not None
    assert found.evaluation_end == end


@pytest.mark.parametrize("sections", [("license",), ("kms_settings",)])
def test_either_section_tells_the_kms_host(sections: tuple[str, ...]) -> None:
    raw = load("healthy")
    raw["sections"] = {name: part for name, part in raw["sections"].items() if name in sections}
    assert interpret(raw, controller_before=None, controller_after=None).kms_host is not None
    raw["sections"] = {}
    assert interpret(raw, controller_before=None, controller_after=None).kms_host is None


def test_addresses_of_the_guest() -> None:
    issues: dict[str, None] = {}
    part = {
        "interface": "Ethernet",
        "address": "10.0.0.4",
        "prefix_length": 24,
        "skip_as_source": True,
        "origin": "Dhcp",
    }
    raw = {"addresses": [{"address": "x"}, part, {"address": "10.0.0.5", "prefix_length": 33}]}
    found = system.parse_addresses(Fields(raw, "routes", issues))
    assert found is not None
    first, second = found
    assert (first.interface, first.address, first.prefix_length) == ("Ethernet", "10.0.0.4", 24)
    assert (second.address, second.prefix_length) == ("10.0.0.5", None)
    assert len(issues) == 2
    assert system.parse_addresses(Fields({}, "routes", {})) is None


@pytest.mark.parametrize(("path", "absent"), [(r"D:\Spp\TOKENS.dat", True), (r"C:\other\tokens.dat", False)])
def test_only_the_folder_in_use_says_that_the_store_is_absent(path: str, absent: bool) -> None:
    raw = {"folder": r"d:\spp", "files": [{"path": path, "exists": False}]}
    found = system.parse_token_store(Fields(raw, "token_store", {}))
    assert (found is not None and found.path is None) is absent


def test_the_depth_at_which_values_are_cut() -> None:
    nested: t.Any = "x"
    for _level in range(text._DEPTH_LIMIT):
        nested = [nested]
    kept, lost = text.clean(nested), text.clean([nested])
    assert "x" in repr(kept)
    assert "x" not in repr(lost)


def test_scrubbing_reaches_every_text_at_full_length() -> None:
    key = "AAAAA-BBBBB-CCCCC-DDDDD-E1E2E"
    long = "y" * 5000 + " " + key
    found = text.scrubbed({key: [long, (key, 7, None)], "n": {"m": key}})
    assert found == {
        "*****-E1E2E": ["y" * 5000 + " *****-E1E2E", ["*****-E1E2E", 7, None]],
        "n": {"m": "*****-E1E2E"},
    }


def test_a_proxy_that_is_cut_off_is_none() -> None:
    head = bytes([0x46, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0])
    for raw, told, noted in (
        (head + b"proxy", "proxy", False),
        (head + b"proxy" + bytes([3, 0, 0, 0]) + b"a;b", "proxy", False),
        (head + b"prox", None, True),
        (head[:15], None, True),
        (head[:12] + bytes(4), None, False),
        (head[:8] + bytes([1]) + head[9:] + b"proxy", None, False),
    ):
        issues: dict[str, None] = {}
        read = proxy.parse(Fields({"winhttp_settings": {"type": "Binary", "data": raw.hex()}}, "proxy", issues))
        assert (read.winhttp if read else None, bool(issues), read is None) == (told, noted, noted), raw
    read = proxy.parse(
        Fields({"winhttp_settings": (head + b"proxy" + bytes([3, 0, 0, 0]) + b"a;b").hex()}, "proxy", {})
    )
    assert read is not None
    assert read.bypass == ("a", "b")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        (" 7 ", 7),
        ("", None),
        (str(TOP), TOP),
        (str(TOP + 1), None),
        ("0" * 10, 0),
        ("0" * 11, None),
        ("7x", None),
        ({"type": "DWord", "data": 7}, 7),
        ({"type": "DWord"}, None),
    ],
)
def test_a_number_of_the_registry_may_be_kept_as_text(value: t.Any, number: int | None) -> None:
    assert fields(value).registry_number("x") == number


def test_lists_keep_what_is_of_their_kind() -> None:
    issues: dict[str, None] = {}
    assert fields(["a", " ", 7], issues).texts("x") == ("a",)
    assert fields(["10.0.0.1", "10.0.0.1", "x"], issues).addresses("x") == ("10.0.0.1",)
    assert [part.place for part in fields([7, {}], issues).parts("x") or []] == ["part.x[1]"]
    assert fields("a", issues).items("x") is None
    assert list(issues) == [
        "part.x: expected a list of texts",
        "part.x: expected a list of IP addresses",
        "part.x[0]: expected a mapping",
        "part.x: expected a list",
    ]
