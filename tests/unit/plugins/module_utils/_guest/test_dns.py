# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the guest's resolvers against the expected addresses."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import dns
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import Dns
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.fields import Fields
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints

PUBLIC = endpoints.CLOUDS["AzurePublicCloud"]


def query(**values: t.Any) -> dict[str, t.Any]:
    base: dict[str, t.Any] = {
        "name": "azkms.core.windows.net",
        "type": "A",
        "server": None,
        "answers": [],
        "chain": [],
        "srv": [],
        "error": None,
    }
    return {**base, **values}


def parse(*queries: t.Any) -> Dns:
    return dns.parse(Fields({"servers": ["168.63.129.16"], "queries": list(queries)}, "dns", {}), PUBLIC)


@pytest.mark.parametrize(
    ("addresses", "verdict"),
    [
        (["20.118.99.224"], "expected"),
        (["40.83.235.53", "20.118.99.224"], "expected"),
        (["23.102.135.246"], "legacy"),
        (["23.102.135.246", "20.118.99.224"], "legacy"),
        (["10.9.9.9"], "unexpected"),
        (["10.9.9.9", "20.118.99.224"], "unexpected"),
        (["20.118.99.244"], "unexpected"),
        ([], "empty"),
        (["no address"], "empty"),
    ],
)
def test_a_subset_of_the_expected_addresses_is_enough(addresses: list[str], verdict: str) -> None:
    assert parse(query(answers=addresses)).answers[0].verdict == verdict


@pytest.mark.parametrize(
    ("error", "code", "symbol"),
    [
        ({"id": "DNS_ERROR_RCODE_NAME_ERROR", "code": None}, "0x8007232B", "DNS_ERROR_RCODE_NAME_ERROR"),
        ({"id": "RCODE_SERVER_FAILURE", "code": None}, "0x8007232A", "DNS_ERROR_RCODE_SERVER_FAILURE"),
        ({"id": "ERROR_TIMEOUT", "code": None}, "0x800705B4", "ERROR_TIMEOUT"),
        ({"id": None, "code": "0x8007232B"}, "0x8007232B", "DNS_ERROR_RCODE_NAME_ERROR"),
        ({"id": None, "code": "0x0000232B"}, "0x8007232B", "DNS_ERROR_RCODE_NAME_ERROR"),
        ({"id": "ERROR_TIMEOUT", "code": "0x80004005"}, "0x800705B4", "ERROR_TIMEOUT"),
    ],
)
def test_a_failure_is_named_by_its_id_first(error: dict[str, t.Any], code: str, symbol: str) -> None:
    answer = parse(
        query(error={**error, "source": "Resolve-DnsName", "message": "DNS-Name ist nicht vorhanden"})
    ).answers[0]
    assert answer.verdict == "error"
    assert answer.error is not None
    assert (answer.error.code, answer.error.symbol, answer.error.cause_class) == (code, symbol, "dns")


def test_a_failure_without_any_code_is_still_an_error() -> None:
    answer = parse(query(error={"source": "Resolve-DnsName", "message": "?"}, answers=["20.118.99.224"])).answers[0]
    assert (answer.verdict, answer.error) == ("error", None)


def test_srv_records_come_by_priority_then_weight() -> None:
    records = [
        {"target": "c.example.", "port": 1688, "priority": 20, "weight": 0},
        {"target": "b.example", "port": 1689, "priority": 10, "weight": 5},
        {"target": "a.example", "port": None, "priority": 10, "weight": 50},
        {"target": None, "port": 1688},
    ]
    parsed = parse(query(name="_vlmcs._tcp.corp.example", type="SRV", srv=records))
    assert parsed.answers == ()
    assert parsed.srv is not None
    assert [(item.host, item.port, item.source) for item in parsed.srv.records] == [
        ("a.example", 1688, "srv"),
        ("b.example", 1689, "srv"),
        ("c.example", 1688, "srv"),
    ]


def test_a_missing_srv_record_has_its_code() -> None:
    parsed = parse(query(name="_vlmcs._tcp.corp.example", type="SRV", error={"id": "DNS_ERROR_RCODE_NAME_ERROR"}))
    assert parsed.srv is not None
    assert parsed.srv.error is not None
    assert (parsed.srv.records, parsed.srv.error.code) == ((), "0x8007232B")
