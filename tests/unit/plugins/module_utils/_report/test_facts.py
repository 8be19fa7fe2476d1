# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts are data; the catalogue says them in words."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Fact
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue

CODE = "0xC004F038"
KNOWN = f"{CODE} (Host count below the threshold (5 servers / 25 clients))"


@pytest.mark.parametrize(
    ("kind", "value", "lines"),
    [
        ("minutes_left", None, ["nothing"]),
        ("minutes_left", 0, ["0"]),
        ("minutes_left", ["a", None, 3], ["a, nothing, 3"]),
        ("kms_host", "azkms.core.windows.net:1688", ["azkms.core.windows.net:1688"]),
        ("code", CODE, [KNOWN]),
        ("code", "0xC0FFEE00", ["0xC0FFEE00 (meaning not known)"]),
        ("code", "0x8007zzzz", ["0x8007zzzz"]),
        ("tcp", {"state": "filtered", "detail": "nothing answered", "code": None}, ["no answer: nothing answered"]),
        ("tcp", {"state": "of tomorrow"}, ["of tomorrow"]),
        ("tcp", "no mapping", ["no mapping"]),
        ("attempt", {"outcome": "refused", "code": CODE}, [f"refused: {KNOWN}"]),
        ("licence", {"status": 5, "name": "notification"}, ["notification mode, LicenseStatus 5"]),
        ("service", {"exists": True, "start": "disabled"}, ["exists: yes", "start type: disabled"]),
        ("token_store", {"exists": True, "size": 0, "code": CODE}, ["exists: yes", "bytes: 0", f"code: {KNOWN}"]),
        ("route", {"prefix": "0.0.0.0/0", "public_ips": []}, ["prefix: 0.0.0.0/0"]),
        ("nsg", {"rule": {"name": "no", "priority": 100}}, ["rule: name: no, priority: 100"]),
        ("of_tomorrow", {"a b": {"c": 1}}, ["a b: c: 1"]),
    ],
)
def test_what_was_seen(kind: str, value: t.Any, lines: list[str]) -> None:
    assert Catalogue().observed(Fact(kind, value, "registry")) == lines


@pytest.mark.parametrize(
    ("fact", "name", "source", "expected"),
    [
        (Fact("kms_host", "x", "host_settings", "policy", "y"), "KMS host (policy)", "licensing service, registry and policy", "y"),
        (Fact("kms_host", None, "host_settings"), "KMS host", "licensing service, registry and policy", ""),
        (Fact("dns", {"server": "10.0.0.4"}, "resolver", "kms", []), "DNS kms", "DNS server 10.0.0.4", ""),
        (Fact("dns", {"server": None}, "resolver", "kms"), "DNS kms", "name resolution of Windows", ""),
        (Fact("code", CODE, "event_8198", at="noon"), "code", "event 8198 at noon", ""),
        (Fact("renewal_age", 9, "derived", expected=7), "minutes since the last renewal", "worked out from the minutes left or event 12289", "at most 7"),
        (Fact("tcp", {}, "connection_test", "10.0.0.4:1688", "kms"), "TCP 10.0.0.4:1688", "connection test in the guest", "answers as a KMS"),
        (Fact("legacy", "v", "said so", "label", "w"), "label", "said so", "w"),
    ],
)  # fmt: skip
def test_what_it_is_called(fact: Fact, name: str, source: str, expected: str) -> None:
    catalogue = Catalogue()
    assert (catalogue.fact(fact), catalogue.source(fact), catalogue.expected(fact)) == (name, source, expected)


def test_a_name_is_not_read_as_a_template() -> None:
    fact = Fact("tcp", {"state": "{x}"}, "{x}", "{x}")
    assert (Catalogue().fact(fact), Catalogue().source(fact), Catalogue().observed(fact)) == ("TCP {x}", "{x}", ["{x}"])
