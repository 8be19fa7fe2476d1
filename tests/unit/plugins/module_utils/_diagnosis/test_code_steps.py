# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is documented against a code becomes steps, and no step tells to do what the evidence shows as done."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import code_steps
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Finding
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.view import View
from ansible_collections.azure_windows.activation.plugins.module_utils._guest import codes as guest_codes
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import error_codes
from ansible_collections.azure_windows.activation.plugins.module_utils._text import Text
from tests.unit.plugins.module_utils._diagnosis import build
from tests.unit.plugins.module_utils._diagnosis.build import ADDRESSES, NAME, event, events, unlicensed

# What Microsoft documents against a code (troubleshoot-activation-error-codes and the articles beside it): words of the steps.
DOCUMENTED = {
    "0xC004D302": ["Restart-Computer"],
    "0xC004D401": ["sfc", "DISM"],
    "0xC004D307": ["another image"],
    "0xC004F00F": ["Restart-Computer"],
    "0xC004E028": ["Wait"],
    "0x8007139F": ["Restart-Service sppsvc"],
    "0xC004F050": ["/rilc"],
    "0xC004F069": ["/rilc"],
    "0xC004F038": ["12288"],
    "0x80070490": ["Settings", "/rilc"],
    "0x8004FE21": ["backup"],
    "0x80070005": ["icacls", "Get-Acl"],
    "0xC0000022": ["icacls", "Get-Acl"],
}
CLOSED = build.targets("filtered")
NO_NAME = build.dns(build.answer(NAME, error="0x8007232A"))
OWN_HOST = build.host("kms.corp.example", "other")


def root(code: str, *changes: t.Any) -> Finding:
    """The root cause of a guest that is only told by a code."""
    return build.verdict(unlicensed(reason=code), events(others=(event(8198, code),)), *changes).root_cause


def said(finding: Finding) -> str:
    """All steps of a finding."""
    steps = [step for remedy in finding.remedy for step in remedy.steps]
    return "\n".join(f"{step.says} {step.command or ''}" for step in steps)


@pytest.mark.parametrize(("code", "words"), DOCUMENTED.items())
def test_what_is_documented_is_told(code: str, words: list[str]) -> None:
    found = root(code)
    assert found.id == "activation-unexplained"
    assert "look up" not in found.title
    assert code in found.title
    for word in words:
        assert word in said(found)


@pytest.mark.parametrize("code", error_codes.REMEDIES)
def test_no_documented_code_is_left_to_be_looked_up(code: str) -> None:
    for elevated in (True, False):
        found = root(code, {"os": {"elevated": elevated}})
        assert "look up" not in found.title
        assert found.remedy


@pytest.mark.parametrize("code", error_codes.REMEDIES)
def test_no_step_asks_for_what_is_done(code: str) -> None:
    """The healthy guest reaches KMS by its name, has Azure's host, the published key and the right time."""
    found = root(code)
    if found.id != "activation-unexplained":
        return
    for done in (
        "/skms",
        "/ckms",
        "/ipk",
        "Test-NetConnection",
        "Resolve-DnsName",
        "w32tm",
        "168.63.129.16",
        "Let TCP",
    ):
        assert done not in said(found), done


def test_every_step_is_told_where_it_is_not_done() -> None:
    undone = [CLOSED, NO_NAME, OWN_HOST, {"client_key": {"matches": False}, "clock": {"offset_seconds": None}}]
    told: set[str] = set()
    for code in error_codes.REMEDIES:
        view = View(build.evidence(unlicensed(reason=code), *undone))
        steps = code_steps.steps_for(view, [seen.code for seen in view.codes])
        told |= {step.says.message.id for step in steps if isinstance(step.says, Text)}
        assert ADDRESSES[0] in "".join(step.says for step in steps) or "way" not in error_codes.REMEDIES[code]
    assert {f"code.step.{name}" for name in code_steps.STEPS} <= told


def test_the_code_that_sums_up_comes_last() -> None:
    codes = [guest_codes.lookup(code) for code in ("0xC004F074", "0xC004D302")]
    assert [code.code for code in code_steps.told(codes)] == ["0xC004D302", "0xC004F074"]
