# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said about a code."""

from __future__ import annotations

import re

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._reference import (
    _codes_license,
    _codes_path,
    _codes_system,
    error_codes,
)


@pytest.mark.parametrize(
    ("code", "symbol", "cause_class", "certainty"),
    [
        ("0xC004F074", "SL_E_VL_BINDING_SERVICE_UNAVAILABLE", "network", "doc"),
        ("0xC004F06C", "SL_E_VL_INVALID_TIMESTAMP", "clock", "doc"),
        ("0xC004F042", "SL_E_VL_KEY_MANAGEMENT_SERVICE_ID_MISMATCH", "wrong_kms_host", "doc"),
        ("0xC004E002", "SL_E_TOKEN_STORE_INVALID_STATE", "token_store", "doc"),
        ("0xC004D301", "SL_REMAPPING_SP_PUB_TS_TAMPERED", "token_store", "header"),
        ("0x8004E10E", None, "token_store", "header"),
        ("0xC004F059", None, "wrong_key", "header"),
        ("0x8007232B", "DNS_ERROR_RCODE_NAME_ERROR", "dns", "doc"),
        ("0x8007274D", "WSAECONNREFUSED", "network", "doc"),
        ("0x8007271D", "WSAEACCES", "guest_firewall", "doc"),
        ("0x80070422", "ERROR_SERVICE_DISABLED", "service", "doc"),
        ("0x80071234", None, None, "derived"),
        ("0xDEADBEEF", None, None, None),
    ],
)
def test_a_code_is_described(code: str, symbol: str | None, cause_class: str | None, certainty: str | None) -> None:
    fact = error_codes.describe(code)
    assert (fact.symbol, fact.cause_class, fact.certainty) == (symbol, cause_class, certainty)


def test_an_unknown_win32_code_says_its_number() -> None:
    assert error_codes.describe("0x80071234").meaning == "Win32 error 4660."


def test_every_documented_code_is_there() -> None:
    rows = _codes_path.ROWS + _codes_license.ROWS + _codes_system.ROWS
    assert len(rows) == len({row[0] for row in rows}) == 102


@pytest.mark.parametrize(
    ("code", "fact"), error_codes.CODES.items(), ids=lambda item: item if isinstance(item, str) else ""
)
def test_every_row_is_well_formed(code: str, fact: error_codes.CodeFact) -> None:
    assert re.fullmatch(r"0x[0-9A-F]{8}", code)
    assert fact.meaning
    assert fact.certainty in {"doc", "header", "unverified"}
    assert fact.sources
    assert set(fact.sources) <= set(error_codes.SOURCES)


@pytest.mark.parametrize(
    ("code", "like"), [("0xD0000022", "0xC0000022"), ("0xD0000034", "0xC0000034"), ("0xD0FFFFFF", None)]
)
def test_an_hresult_of_an_ntstatus_means_the_same(code: str, like: str | None) -> None:
    assert error_codes.describe(code).meaning == (error_codes.describe(like).meaning if like else None)


def test_documented_steps_are_of_known_codes() -> None:
    assert set(error_codes.REMEDIES) <= set(error_codes.CODES)
    assert set(error_codes.REMEDIES["0xC004D402"]) == {"system_files", "component_store", "restart"}


@pytest.mark.parametrize("number", error_codes.DNS_ERROR_IDS.values())
def test_every_dns_error_id_leads_to_a_described_code(number: int) -> None:
    assert error_codes.describe(error_codes.hresult_from_win32(number)).symbol
