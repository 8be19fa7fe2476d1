# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each rule by itself: what it reports, what it nearly would, and that it says so when it could not look."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Diagnosis, Finding
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.precedence import RULES as ORDERED
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.view import View
from tests.unit.plugins.module_utils._diagnosis import build
from tests.unit.plugins.module_utils._diagnosis.build import (
    ADDRESSES,
    NAME,
    OLD,
    answer,
    attempt,
    azure,
    dns,
    event,
    events,
    failed,
    host,
    renewed,
    target,
    targets,
    unlicensed,
)

RULES = {rule.id: rule for rule in ORDERED}
ODD = "10.9.9.9"
BROKEN = unlicensed()
NO_ANSWER = events(attempt(outcome="send_failed", value="0x800706BA"))
SKEWED = events(attempt(outcome="refused", value="0xC004F06C"))
EVALUATION = {"os": {"edition_id": "ServerStandardEval", "sku": 79, "evaluation": True}}
MULTI = {
    "os": {"edition_id": "ServerRdsh", "sku": 175, "multi_session": True},
    "client_key": {"partial": None, "matches": None, "refusal": "multi_session"},
}
TURBINE = {"os": {"edition_id": "ServerTurbine", "sku": 407, "azure_edition": True}, "attestation": {"status": "ok"}}
NO_KEY = {"license": {"product": None}}
DIRECTORY = {"license": {"product": {"activation_type": 1, "directory_object": "Activation Object"}}}
NO_HOST: dict[str, t.Any] = {"kms_host": {"effective": None, "settings": []}}
RULE = {"id": "{1}", "name": "Block licensing", "source": "local", "action": "block", "certain": True, "conditions": []}
UNSURE = {**RULE, "certain": False, "conditions": ["LUAuth=x"]}

LICENSING = {**RULE, "action": "allow", "applies_to": "sppsvc"}
REFUSED = targets("guest_blocked", code="0x8007271D")
PARTLY = {
    "connectivity": {
        "targets": [target(ADDRESSES[0]), target(ADDRESSES[1], "guest_blocked", code="0x8007271D")],
    }
}
LET_OUT = {"firewall": {"default_outbound": "block", "licensing_outbound": "allow", "allowing": [LICENSING]}}


def channel(name: str, **more: t.Any) -> dict[str, t.Any]:
    """A key of another channel."""
    return {"license": {"product": {"channel": name, "channel_raw": name, "description": name, **more}}}


def store(**values: t.Any) -> dict[str, t.Any]:
    """What was seen of tokens.dat."""
    return {"token_store": values}


def firewall(**values: t.Any) -> dict[str, t.Any]:
    """What was seen of the guest's firewall."""
    return {"firewall": values}


def found(rule_id: str, *changes: t.Any, path: t.Any = None) -> Finding | None:
    """Run one rule alone on the healthy guest with changes."""
    rule = RULES[rule_id]
    view = View(build.evidence(*changes, path=path))
    return rule.check(view) if rule.applies(view) else None


Case: t.TypeAlias = tuple[str, list[t.Any], str | None]
HITS: list[Case] = [
    # id, changes, severity and confidence (None: nothing is found)
    ("licensing-service-disabled", [{"services": {"sppsvc": {"start": 4, "start_name": "disabled"}}}], "error certain"),
    ("licensing-service-disabled", [{"services": {"sppsvc": {"start": 3, "status": "Stopped"}}}], None),
    ("licensing-service-disabled", [{"services": {"sppsvc": {"exists": False}}}], "error certain"),
    ("licensing-service-disabled", [failed("license", value="0x80070422")], "error likely"),
    ("licensing-service-disabled", [failed("license", value="0x80041010")], None),
    ("licensing-service-disabled", [BROKEN, events(others=(event(8198, "0x80070422"),))], "error likely"),
    ("evaluation-edition", [EVALUATION, BROKEN], "error certain"),
    ("evaluation-edition", [EVALUATION, channel("evaluation")], "warning certain"),
    ("evaluation-edition", [channel("evaluation", status=5)], "error certain"),
    ("evaluation-edition", [EVALUATION], None),
    ("multi-session-edition", [MULTI, BROKEN, host("kms.corp.example", "other")], "error likely"),
    ("multi-session-edition", [MULTI, BROKEN, channel("mak")], "error certain"),
    ("multi-session-edition", [MULTI, NO_KEY], "error certain"),
    ("multi-session-edition", [MULTI, BROKEN, targets("filtered")], None),
    ("multi-session-edition", [MULTI, host("kms.corp.example", "other")], None),
    (
        "multi-session-edition",
        [
            {**failed("os"), "license": {"product": {"name": "Windows(R), ServerRdsh edition"}}},
            BROKEN,
            host("k", "other"),
        ],
        "error likely",
    ),
    ("product-key-missing", [NO_KEY], "error certain"),
    ("product-key-missing", [BROKEN], None),
    ("product-key-missing", [{"license": {"readable": False, "product": None}}], None),
    *[
        ("not-kms-client", [BROKEN, channel(name)], "error certain")
        for name in ("mak", "retail", "oem", "avma", "kms_host")
    ],
    ("not-kms-client", [channel("mak", grace_minutes=0, permanent=True)], None),
    ("not-kms-client", [BROKEN], None),
    ("not-kms-client", [unlicensed(reason="0xC004F069"), {"client_key": {"matches": False}}], "error likely"),
    ("not-kms-client", [unlicensed(reason="0xC004F069"), {"client_key": {"matches": None}}], "error likely"),
    # The key that would be advised is there, or KMS is not allowed: another key changes nothing.
    *[("not-kms-client", [unlicensed(reason=value)], None) for value in ("0xC004F069", "0xC004F050", "0xC004F056")],
    (
        "not-kms-client",
        [
            unlicensed(reason="0xC004F056"),
            {"client_key": {"matches": False}, "license": {"activation_type_enabled": 3}},
        ],
        None,
    ),
    (
        "not-kms-client",
        [unlicensed(reason="0xC004FD01"), channel("unknown"), {"client_key": {"matches": False}}],
        "error likely",
    ),
    ("kms-host-not-set", [BROKEN, NO_HOST], "error certain"),
    (
        "kms-host-not-set",
        [BROKEN, NO_HOST, {"sections": {"kms_settings": {"status": "partial", "errors": []}}}],
        "error likely",
    ),
    (
        "kms-host-not-set",
        [BROKEN, {"sections": failed("kms_settings", "license")["sections"]}, NO_HOST, {"license": None}],
        None,
    ),
    ("kms-host-not-set", [BROKEN], None),
    ("wrong-kms-host", [BROKEN, host("kms.corp.example", "other")], "error likely"),
    (
        "wrong-kms-host",
        [
            BROKEN,
            host("kms.corp.example", "other"),
            events(attempt(name="KMS.corp.example", value="0xC004F042", outcome="refused")),
        ],
        "error certain",
    ),
    (
        "wrong-kms-host",
        [BROKEN, host("kms.corp.example", "other"), dns(answer("kms.corp.example", error="0x8007232B"))],
        "error certain",
    ),
    (
        "wrong-kms-host",
        [
            BROKEN,
            host("10.1.2.3", "other"),
            {"connectivity": {"targets": [target("10.1.2.3", "refused", ("configured",))]}},
        ],
        "error certain",
    ),
    (
        "wrong-kms-host",
        [
            BROKEN,
            host("10.1.2.3", "other"),
            {"connectivity": {"targets": [target("10.1.2.3", "kms", ("configured",))]}},
        ],
        "error likely",
    ),
    (
        "wrong-kms-host",
        [host("10.1.2.3", "other"), {"connectivity": {"targets": [target("10.1.2.3", "kms", ("configured",))]}}],
        None,
    ),
    (
        "wrong-kms-host",
        [host("10.1.2.3", "other"), {"connectivity": {"targets": [target("10.1.2.3", "filtered", ("configured",))]}}],
        "error certain",
    ),
    (
        "wrong-kms-host",
        [BROKEN, host("kms.corp.example", "other"), dns(answer("kms.corp.example", ADDRESSES[0]))],
        None,
    ),
    ("wrong-kms-host", [BROKEN, host("kms.core.usgovcloudapi.net", "azure_other_cloud")], "error certain"),
    ("wrong-kms-host", [BROKEN, host(OLD, "azure_old_address")], "error certain"),
    ("wrong-kms-host", [BROKEN, host("20.118.99.244", "known_other")], "error certain"),
    ("wrong-kms-host", [BROKEN, host("kms.core.windows.net", "azure_legacy_name")], None),
    ("wrong-kms-host", [BROKEN, host(port=1689)], "error likely"),
    ("wrong-kms-host", [BROKEN, host(ADDRESSES[0], "azure_address")], "warning certain"),
    (
        "wrong-kms-host",
        [
            BROKEN,
            host(ADDRESSES[0], "azure_address"),
            {"connectivity": {"targets": [target(ADDRESSES[0], "filtered"), target(ADDRESSES[1])]}},
        ],
        "error likely",
    ),
    (
        "wrong-kms-host",
        [BROKEN, events(attempt(name="kms.old.example", value="0xC004F074", outcome="send_failed"))],
        "error likely",
    ),
    (
        "wrong-kms-host",
        [BROKEN, targets("filtered"), events(attempt(name="kms.old.example", value="0xC004F074"))],
        None,
    ),
    ("dns-resolution-failed", [BROKEN, dns(answer(NAME, error="0x8007232B"))], "error certain"),
    ("dns-resolution-failed", [BROKEN, dns(answer(NAME, verdict="empty"))], "error certain"),
    (
        "dns-resolution-failed",
        [BROKEN, dns(answer(NAME, error="0x800705B4"), answer(NAME, error="0x800705B4", server="1.1.1.1"))],
        "error likely",
    ),
    (
        "dns-resolution-failed",
        [BROKEN, dns(answer(NAME, error="0x800705B4"), answer(NAME, error="0x8007232A", server="1.1.1.1"))],
        "error certain",
    ),
    (
        "dns-resolution-failed",
        [
            BROKEN,
            dns(
                answer(NAME, ADDRESSES[0]),
                answer(NAME, error="0x8007232A", server="1.1.1.1"),
                answer(NAME, ADDRESSES[0], server="2.2.2.2"),
            ),
        ],
        "warning certain",
    ),
    (
        "dns-resolution-failed",
        [BROKEN, dns(answer(NAME, ADDRESSES[0]), answer(NAME, error="0x8007232A", server="1.1.1.1"))],
        None,
    ),
    (
        "dns-resolution-failed",
        [BROKEN, host(ADDRESSES[0], "azure_address"), dns(answer(NAME, error="0x8007232B"))],
        "warning certain",
    ),
    (
        "dns-resolution-failed",
        [BROKEN, failed("dns"), events(attempt(outcome="send_failed", value="0x8007232B"))],
        "error likely",
    ),
    (
        "dns-resolution-failed",
        [BROKEN, failed("dns"), NO_HOST, events(attempt(outcome="send_failed", value="0x8007232B"))],
        None,
    ),
    (
        "dns-unexpected-answer",
        [
            BROKEN,
            dns(answer(NAME, ODD, verdict="unexpected")),
            {"connectivity": {"targets": [target(ADDRESSES[0]), target(ODD, "filtered", ("dns",))]}},
        ],
        "error certain",
    ),
    (
        "dns-unexpected-answer",
        [
            BROKEN,
            dns(answer(NAME, ODD, verdict="unexpected")),
            {"connectivity": {"targets": [target(ODD, "kms", ("dns",))]}},
        ],
        None,
    ),
    (
        "dns-unexpected-answer",
        [
            unlicensed(reason="0xC004F038"),
            dns(answer(NAME, ODD, verdict="unexpected")),
            {"connectivity": {"targets": [target(ODD, "kms", ("dns",))]}},
        ],
        "error certain",
    ),
    (
        "dns-unexpected-answer",
        [BROKEN, dns(answer(NAME, ODD, verdict="unexpected")), failed("connectivity")],
        "error likely",
    ),
    (
        "dns-unexpected-answer",
        [BROKEN, dns(answer(NAME, "20.1.1.1", verdict="unexpected")), failed("connectivity")],
        "error possible",
    ),
    (
        "dns-unexpected-answer",
        [
            BROKEN,
            dns(answer(NAME, "20.1.1.1", verdict="unexpected")),
            {"connectivity": {"targets": [target(item, "filtered") for item in (*ADDRESSES, "20.1.1.1")]}},
        ],
        "warning possible",
    ),
    (
        "dns-unexpected-answer",
        [
            BROKEN,
            dns(answer(NAME, OLD, verdict="legacy")),
            {"connectivity": {"targets": [target(ADDRESSES[0]), target(OLD, "filtered", ("dns",))]}},
        ],
        "error certain",
    ),
    (
        "dns-unexpected-answer",
        [
            BROKEN,
            dns(answer(NAME, OLD, verdict="legacy")),
            {"connectivity": {"targets": [target(item, "filtered") for item in (*ADDRESSES, OLD)]}},
        ],
        None,
    ),
    ("dns-unexpected-answer", [dns(answer(NAME, ADDRESSES[1]))], None),
    (
        "dns-unexpected-answer",
        [dns(answer(NAME, ADDRESSES[0]), answer(NAME, ODD, server="10.0.0.4", verdict="unexpected"))],
        "warning certain",
    ),
    ("guest-firewall-blocks-kms", [BROKEN, REFUSED], "error likely"),
    ("guest-firewall-blocks-kms", [BROKEN, REFUSED, firewall(licensing_outbound="block")], "error certain"),
    *[
        ("guest-firewall-blocks-kms", [state, REFUSED, LET_OUT], "info likely")
        for state in (BROKEN, SKEWED, renewed(600))
    ],
    (
        "guest-firewall-blocks-kms",
        [BROKEN, REFUSED, firewall(default_outbound="block", allowing=[{**LICENSING, "certain": False}])],
        "info possible",
    ),
    # A rule for every program that did not let PowerShell out lets nobody out.
    (
        "guest-firewall-blocks-kms",
        [BROKEN, REFUSED, firewall(default_outbound="block", allowing=[{**UNSURE, "action": "allow"}])],
        "error likely",
    ),
    ("guest-firewall-blocks-kms", [BROKEN, SKEWED, REFUSED, firewall(default_outbound="block")], "info likely"),
    (
        "guest-firewall-blocks-kms",
        [
            BROKEN,
            REFUSED,
            firewall(default_outbound="block", licensing_outbound="block"),
            events(attempt("2026-11-22T06:00:00Z", "refused", "0xC004F06C")),
        ],
        "error certain",
    ),
    ("guest-firewall-blocks-kms", [BROKEN, firewall(blocking=[RULE])], "error likely"),
    ("guest-firewall-blocks-kms", [BROKEN, firewall(blocking=[UNSURE])], None),
    ("guest-firewall-blocks-kms", [BROKEN, firewall(enabled=False, blocking=[RULE])], None),
    ("guest-firewall-blocks-kms", [BROKEN, firewall(blocking=[RULE], allowing=[{**RULE, "action": "bypass"}])], None),
    ("guest-firewall-blocks-kms", [BROKEN, firewall(default_outbound="block")], "error likely"),
    (
        "guest-firewall-blocks-kms",
        [BROKEN, firewall(default_outbound="block", allowing=[{**RULE, "action": "allow"}])],
        None,
    ),
    ("guest-firewall-blocks-kms", [BROKEN, targets("filtered")], None),
    # The address in use answers: that the other one is blocked is no reason for anything yet.
    ("guest-firewall-blocks-kms", [BROKEN, PARTLY], "warning likely"),
    (
        "guest-firewall-blocks-kms",
        [BROKEN, targets("guest_blocked", code="0x8007271D"), firewall(blocking_probe=[RULE])],
        "warning likely",
    ),
    (
        "guest-firewall-blocks-kms",
        [BROKEN, REFUSED, firewall(blocking=[UNSURE], blocking_probe=[RULE])],
        "error likely",
    ),
    ("kms-unreachable-unexplained", [BROKEN, targets("filtered")], "error likely"),
    ("kms-unreachable-unexplained", [BROKEN, targets("open")], "error likely"),
    ("kms-unreachable-unexplained", [BROKEN, targets("guest_blocked", code="0x8007271D")], None),
    ("kms-unreachable-unexplained", [BROKEN], None),
    (
        "kms-unreachable-unexplained",
        [{"connectivity": {"targets": [target(ADDRESSES[0]), target(ADDRESSES[1], "filtered")]}}],
        "warning likely",
    ),
    (
        "kms-unreachable-unexplained",
        [{"connectivity": {"targets": [target(ADDRESSES[0], "filtered"), target(ADDRESSES[1])]}}],
        "error likely",
    ),
    ("kms-unreachable-unexplained", [BROKEN, failed("connectivity"), NO_ANSWER], "error possible"),
    (
        "kms-unreachable-unexplained",
        [
            BROKEN,
            failed("connectivity"),
            events(attempt(outcome="send_failed", value="0x800706BA", name="kms.corp.example")),
        ],
        None,
    ),
    ("kms-unreachable-unexplained", [BROKEN, failed("connectivity"), SKEWED], None),
    ("clock-skew", [{"clock": {"offset_seconds": 14700.0}}], "error certain"),
    ("clock-skew", [{"clock": {"offset_seconds": -14700.0}}], "error certain"),
    ("clock-skew", [{"clock": {"offset_seconds": 14300.0}}], None),
    ("clock-skew", [{"clock": {"offset_seconds": 14500.0, "uncertainty_seconds": 300.0}}], "error likely"),
    ("clock-skew", [BROKEN, SKEWED, {"clock": {"offset_seconds": None}}], "error certain"),
    ("clock-skew", [BROKEN, SKEWED], "error likely"),
    ("clock-skew", [SKEWED], None),
    # Right by more than the doubt: an old refusal. Not surely right: it may still be the cause.
    (
        "clock-skew",
        [BROKEN, SKEWED, {"clock": {"offset_seconds": 14300.0, "uncertainty_seconds": 50.0}}],
        "error likely",
    ),
    (
        "clock-skew",
        [BROKEN, SKEWED, {"clock": {"offset_seconds": 14300.0, "uncertainty_seconds": 300.0}}],
        "error certain",
    ),
    (
        "clock-skew",
        [BROKEN, SKEWED, {"clock": {"offset_seconds": -14300.0, "uncertainty_seconds": 300.0}}],
        "error certain",
    ),
    *[
        ("token-store-damaged", [unlicensed(reason=value)], "error certain")
        for value in ("0xC004E015", "0xC004D301", "0xC004E002")
    ],
    ("token-store-damaged", [BROKEN, events(others=(event(1003, "0xC004E002"),))], "error certain"),
    (
        "token-store-damaged",
        [BROKEN, events(others=({"id": 1003, "time": build.NOW, "code": None}, event(1003, "0xC004E002")))],
        None,
    ),
    ("token-store-damaged", [unlicensed(reason="0x8004E103")], "error likely"),
    # One code that other causes have too names no damage; with another sign it does.
    ("token-store-damaged", [unlicensed(reason="0xC004F034")], None),
    ("token-store-damaged", [unlicensed(reason="0xC004F034"), store(size=0)], "error likely"),
    (
        "token-store-damaged",
        [unlicensed(reason="0xC004F034"), events(others=(event(8198, "0xC004E002"),))],
        "error certain",
    ),
    ("token-store-damaged", [failed("license", value="0xC004E015")], "error certain"),
    ("token-store-damaged", [BROKEN, store(path=None)], "error certain"),
    ("token-store-damaged", [BROKEN, store(size=0)], "error likely"),
    ("token-store-damaged", [BROKEN, store(readable=False, open_error=build.code("0x80070005"))], "error likely"),
    (
        "token-store-damaged",
        [BROKEN, store(readable=False, open_error=build.code("0x80070005")), {"os": {"elevated": False}}],
        None,
    ),
    ("token-store-damaged", [BROKEN, store(readable=None, open_error=build.code("0x80070020"))], None),
    (
        "azure-edition-attestation",
        [TURBINE, {"attestation": {"status": "chain-incomplete", "missing_issuer": "CN=Issuing CA 04"}}],
        "error certain",
    ),
    (
        "azure-edition-attestation",
        [TURBINE, {"attestation": {"status": "unreachable"}, "imds": {"status": "timeout"}}],
        "error certain",
    ),
    (
        "azure-edition-attestation",
        [TURBINE, failed("attestation"), {"imds": {"status": "unreachable"}}],
        "error likely",
    ),
    ("azure-edition-attestation", [TURBINE, {"attestation": {"status": "error"}}], "warning possible"),
    ("azure-edition-attestation", [TURBINE], None),
    ("azure-edition-attestation", [TURBINE, {"proxy": {"winhttp": "p:8080"}}], "warning possible"),
    (
        "azure-edition-attestation",
        [TURBINE, {"proxy": {"winhttp": "p:8080", "bypass": ["<local>"]}}],
        "warning possible",
    ),
    *[
        ("azure-edition-attestation", [TURBINE, {"proxy": {"winhttp": "p:8080", "bypass": ["<local>", item]}}], None)
        for item in ("169.254.169.254", "169.254.*", "*")
    ],
    ("azure-edition-attestation", [{"proxy": {"winhttp": "p:8080"}}], None),
    ("licensing-rights-missing", [unlicensed(reason="0x80070005")], "error possible"),
    ("licensing-rights-missing", [BROKEN, events(others=(event(8198, "0xC0000022"),))], "error likely"),
    ("licensing-rights-missing", [BROKEN, events(others=(event(8229, "0x80070005"),))], "error likely"),
    ("licensing-rights-missing", [failed("license", value="0xC0000022")], "error likely"),
    ("licensing-rights-missing", [failed("license", value="0x80070005"), {"os": {"elevated": False}}], None),
    ("licensing-rights-missing", [events(others=(event(8229, "0x80070005"),))], None),
    ("licensing-rights-missing", [BROKEN], None),
    ("azure-edition-attestation", [{"imds": {"status": "timeout"}}], None),
    ("adba", [DIRECTORY, targets("filtered")], "info certain"),
    ("adba", [{"license": {"product": {"directory_object": "Activation Object"}}}], "info likely"),
    ("adba", [{"license": {"product": {"activation_type": 2, "directory_object": "Activation Object"}}}], None),
    ("adba", [DIRECTORY, BROKEN], None),
    ("adba", [], None),
    ("renewal-overdue", [DIRECTORY, renewed(30 * 1440)], "warning certain"),
    ("kms-unreachable-unexplained", [DIRECTORY, targets("filtered")], None),
    ("wrong-kms-host", [DIRECTORY, host("kms.corp.example", "other")], None),
    ("transient-failure", [DIRECTORY, events(attempt("2026-11-23T06:00:00Z"))], None),
    ("renewal-overdue", [renewed(30 * 1440)], "warning certain"),
    ("renewal-overdue", [renewed(8 * 1440)], None),
    ("renewal-overdue", [renewed(8 * 1440 + 1)], "warning certain"),
    ("transient-failure", [events(attempt("2026-11-23T06:00:00Z"))], "info certain"),
    ("transient-failure", [events(attempt("2026-11-10T06:00:00Z"))], None),
    ("transient-failure", [events(attempt(build.NOW, "success"), attempt(), success=build.NOW)], "info certain"),
    ("transient-failure", [events(others=(event(8198, "0x8007139F"),))], "info likely"),
    (
        "transient-failure",
        [events(attempt(build.NOW, "success"), others=(event(8198, "0x8007139F"),), success=build.NOW)],
        None,
    ),
    ("transient-failure", [events(others=(event(8198, "0x80072EE7"),))], None),
    ("transient-failure", [BROKEN, events(attempt())], None),
    ("activated", [], "info certain"),
    ("activated", [channel("mak", grace_minutes=0, permanent=True, renewal_age_minutes=None)], "info certain"),
    ("activated", [channel("unknown", grace_minutes=0, renewal_age_minutes=None)], "info likely"),
    ("activated", [renewed(9 * 1440)], None),
    ("activated", [BROKEN], None),
    ("activated", [EVALUATION, channel("evaluation")], None),
    ("license-state-unreadable", [failed("license")], "warning certain"),
    ("license-state-unreadable", [failed("license", status="skipped")], "warning certain"),
    ("license-state-unreadable", [unlicensed(status=9)], "warning certain"),
    (
        "license-state-unreadable",
        [{"license": {"product": {"grace_minutes": None, "renewal_age_minutes": None}}}, events()],
        "warning certain",
    ),
    ("license-state-unreadable", [], None),
    ("license-state-unreadable", [BROKEN], None),
    ("activation-unexplained", [BROKEN], "error possible"),
    ("activation-unexplained", [BROKEN, NO_ANSWER], "error likely"),
    ("activation-unexplained", [BROKEN, {"kms_host": {"manual_activation": True}}], "error likely"),
    ("activation-unexplained", [unlicensed(status=9)], None),
    ("activation-unexplained", [], None),
]


@pytest.mark.parametrize(("rule_id", "changes", "expected"), HITS)
def test_a_rule_reports_its_cause_and_nothing_else(rule_id: str, changes: list[t.Any], expected: str | None) -> None:
    result = found(rule_id, *changes)
    assert (None if result is None else f"{result.severity} {result.confidence}") == expected


AZURE_CAUSES = (
    "forced-tunneling",
    "route-blackhole",
    "azure-firewall-denies-kms",
    "azure-firewall-application-rule",
    "nsg-denies-kms",
    "no-outbound-path",
    "stale-kms-routes",
)


@pytest.mark.parametrize("cause", AZURE_CAUSES)
def test_a_cause_in_azure_is_certain_when_the_guest_confirms_it(cause: str) -> None:
    result = found(cause, BROKEN, targets("filtered"), path=azure("blocked", cause))
    assert result is not None
    assert (result.severity, result.confidence, result.remedy[0].who) == ("error", "certain", "network_team")
    assert found(cause, BROKEN, targets("filtered"), path=azure("open")) is None


@pytest.mark.parametrize(
    ("changes", "path", "expected"),
    [
        # the path says blocked, but the guest could not test: only likely
        ([BROKEN, failed("connectivity")], azure("blocked", "nsg-denies-kms"), "error likely"),
        # computed routes miss what BGP brings
        ([BROKEN, targets("filtered")], azure("blocked", "nsg-denies-kms", addresses=()), "error certain"),
        ([BROKEN, targets("guest_blocked")], azure("blocked", "nsg-denies-kms"), "error likely"),
        # the guest reaches KMS: it is believed
        ([BROKEN], azure("blocked", "nsg-denies-kms"), None),
        # one address stopped, the one in use is not
        (
            [{"connectivity": {"targets": [target(ADDRESSES[0]), target(ADDRESSES[1], "filtered")]}}],
            azure("blocked", "nsg-denies-kms", addresses=ADDRESSES[1:]),
            "warning certain",
        ),
    ],
)
def test_the_guest_weighs_what_azure_says(changes: list[t.Any], path: t.Any, expected: str | None) -> None:
    result = found("nsg-denies-kms", *changes, path=path)
    assert (None if result is None else f"{result.severity} {result.confidence}") == expected


def test_computed_routes_are_only_likely() -> None:
    path = azure("blocked", "route-blackhole")
    for row in path["addresses"]:
        row["route"]["origin"] = "computed"
    result = found("route-blackhole", BROKEN, targets("filtered"), path=path)
    assert result is not None
    assert result.confidence == "likely"


def test_forced_tunneling_stands_although_the_port_answers() -> None:
    """KMS accepts the connection of a request that leaves from elsewhere, and refuses the request."""
    result = found("forced-tunneling", BROKEN, NO_ANSWER, path=azure("blocked", "forced-tunneling"))
    assert result is not None
    assert result.severity == "error"
    assert "serves only requests from Azure" in result.title
    assert found("forced-tunneling", path=azure("blocked", "forced-tunneling")) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([BROKEN, targets("filtered")], "error likely"),
        ([BROKEN, failed("connectivity")], "error possible"),
        ([BROKEN, NO_ANSWER], "error possible"),
        ([BROKEN], None),
        ([], None),
    ],
)
def test_an_appliance_is_a_suspect(changes: list[t.Any], expected: str | None) -> None:
    result = found("appliance-blocks-kms", *changes, path=azure("suspect", "appliance-blocks-kms"))
    assert (None if result is None else f"{result.severity} {result.confidence}") == expected


@pytest.mark.parametrize(("verdict", "expected"), [("blocked", "certain"), ("unknown", "likely")])
def test_a_cause_in_doubt_is_never_certain(verdict: str, expected: str) -> None:
    result = found("nsg-denies-kms", BROKEN, targets("filtered"), path=azure(verdict, "nsg-denies-kms"))
    assert result is not None
    assert result.confidence == expected


@pytest.mark.parametrize(("key", "expected"), [("mistyped", "warning"), ("stale", "info")])
def test_stale_routes_that_stop_nothing_are_no_error(key: str, expected: str) -> None:
    routes = {
        "missing": [],
        "stale": [],
        "mistyped": [],
        key: [{"name": "kms", "prefix": "20.118.99.244/32", "why": "old"}],
    }
    result = found("stale-kms-routes", path=azure("open", kms_routes=routes))
    assert result is not None
    assert result.severity == expected
    assert "20.118.99.244/32" in result.title


def test_the_sides_disagree_only_where_the_guest_reaches_what_azure_calls_stopped() -> None:
    path = azure("blocked", "nsg-denies-kms", "forced-tunneling")
    result = found("sides-disagree", BROKEN, path=path)
    assert result is not None
    assert "nsg-denies-kms" in result.title
    assert "forced-tunneling" not in result.title
    assert found("sides-disagree", BROKEN, targets("filtered"), path=path) is None
    assert found("sides-disagree", path=azure("suspect", "appliance-blocks-kms")) is None
    # What could not be judged is not what Azure calls stopped.
    assert found("sides-disagree", path=azure("unknown", "azure-firewall-denies-kms")) is None


ADDRESSES_OF = {
    "addresses": [
        {"interface": "Ethernet", "address": "10.4.1.7", "origin": "Dhcp", "skip_as_source": False},
        {"interface": "Ethernet", "address": "10.4.1.90", "origin": "Manual", "skip_as_source": False},
        {"interface": "Ethernet", "address": "10.4.1.91", "origin": "Manual", "skip_as_source": True},
        {"interface": "Loopback", "address": "127.0.0.1", "origin": "WellKnown", "skip_as_source": False},
    ]
}


def test_an_address_that_metadata_is_not_told_to_is_named() -> None:
    silent = {"attestation": {"status": "unreachable"}, "imds": {"status": "timeout"}}
    result = found("azure-edition-attestation", TURBINE, silent, ADDRESSES_OF)
    assert result is not None
    commands = [step.command for remedy in result.remedy for step in remedy.steps]
    assert [item for item in commands if item and "SkipAsSource" in item] == [
        "Set-NetIPAddress -IPAddress 10.4.1.90 -SkipAsSource $true"
    ]


def test_the_bypass_keeps_what_is_in_it() -> None:
    result = found("azure-edition-attestation", TURBINE, {"proxy": {"winhttp": "p:8080", "bypass": ["*.corp.example"]}})
    assert result is not None
    assert 'bypass-list="*.corp.example;169.254.169.254"' in str(result.remedy[1].steps[0].command)


@pytest.mark.parametrize(("merged", "word"), [(True, "New-NetFirewallRule"), (False, "gpupdate")])
def test_a_rule_goes_where_it_has_an_effect(merged: bool, word: str) -> None:
    closed = firewall(default_outbound="block", licensing_outbound="block", local_rules_merged=merged)
    result = found("guest-firewall-blocks-kms", BROKEN, REFUSED, closed)
    assert result is not None
    commands = " ".join(step.command or "" for step in result.remedy[0].steps)
    assert word in commands
    assert ("New-NetFirewallRule" in commands) is merged


@pytest.mark.parametrize(
    ("source", "gone", "said"),
    [
        ("srv", True, "DNS still names"),
        ("srv", False, "DNS names"),
        ("discovered", False, "found"),
        ("global", True, "The KMS host is"),
    ],
)
def test_a_host_that_dns_named_is_not_called_set(source: str, gone: bool, said: str) -> None:
    state = "filtered" if gone else "kms"
    tested = {"connectivity": {"targets": [target("10.7.1.3", state, ("configured",))]}}
    names = dns(answer(NAME, ADDRESSES[0]), answer("kms2.corp.example", "10.7.1.3", verdict="unexpected"))
    result = found("wrong-kms-host", BROKEN, host("kms2.corp.example", "other", source), tested, names)
    assert result is not None
    assert said in result.title
    advised = any("-Type SRV" in (step.command or "") for step in result.remedy[0].steps)
    assert advised is (source != "global")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"address": "168.63.129.16", "firewall": "afw-hub", "dns_proxy": False}, True),
        ({"address": "168.63.129.16", "firewall": "afw-hub", "dns_proxy": True}, False),
        ({"address": "168.63.129.16", "firewall": "afw-hub", "dns_proxy": None}, False),
        ({"address": "10.0.7.4", "firewall": "afw-hub", "dns_proxy": False}, False),
    ],
)
def test_a_firewall_that_is_asked_for_names_and_answers_none_is_told(row: dict[str, t.Any], said: bool) -> None:
    path = azure("open", resolvers=[row])
    names = dns(answer(NAME, error="0x800705B4"), answer(NAME, error="0x800705B4", server="168.63.129.16"))
    result = found("dns-resolution-failed", BROKEN, names, path=path)
    assert result is not None
    assert ("afw-hub" in result.title) is said
    assert result.confidence == ("certain" if said else "likely")
    assert ("DNS proxy" in result.remedy[0].steps[0].says) is said


ZONE = {"zone": "core.windows.net", "zone_id": "/x", "network": "vnet-app", "name": NAME, "addresses": []}


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("dns-resolution-failed", dns(answer(NAME, error="0x8007232B"))),
        ("dns-unexpected-answer", dns(answer(NAME, "10.9.9.9", verdict="unexpected"))),
    ],
)
@pytest.mark.parametrize(("row", "said"), [(ZONE, True), ({**ZONE, "name": "other.example"}, False)])
def test_a_private_zone_that_hides_the_name_is_told(
    rule: str, given: dict[str, t.Any], row: dict[str, t.Any], said: bool
) -> None:
    result = found(rule, BROKEN, given, path=azure("open", private_zones=[row]))
    assert result is not None
    assert ("private_zone" in [fact.kind for fact in result.evidence]) is said
    assert (
        any(
            "core.windows.net or" in step.says or "zone core.windows.net" in step.says
            for step in result.remedy[0].steps
        )
        is said
    )


SENT = {
    "rule": "all",
    "ruleset": "rs-hub",
    "ruleset_id": "/x",
    "network": "vnet-app",
    "name": NAME,
    "servers": ["10.0.0.53"],
}


@pytest.mark.parametrize(("row", "said"), [(SENT, True), ({**SENT, "name": "other.example"}, False)])
def test_a_rule_that_sends_the_name_elsewhere_is_told(row: dict[str, t.Any], said: bool) -> None:
    given = dns(answer(NAME, error="0x8007232B"))
    result = found("dns-resolution-failed", BROKEN, given, path=azure("open", dns_forwarding=[row]))
    assert result is not None
    assert [fact.object for fact in result.evidence if fact.kind == "dns_forwarding"] == (["all"] if said else [])
    told = [step.says for step in result.remedy[0].steps if "rs-hub" in step.says]
    assert len(told) == int(said)
    assert not said or f"Make 10.0.0.53 resolve {NAME}" in told[0]


def _outcome(diagnosis: Diagnosis, rule_id: str) -> list[str]:
    return [item.status for item in (diagnosis.root_cause, *diagnosis.findings) if item.id == rule_id]


NEEDING = [
    (rule, need)
    for rule in RULES.values()
    for need in rule.needs
    if need != "azure" and "|" not in need and need != "os"
]


@pytest.mark.parametrize(("rule", "need"), NEEDING, ids=lambda value: getattr(value, "id", value))
@pytest.mark.parametrize(("given", "expected"), [("skipped", "skipped"), ("error", "unknown")])
def test_a_rule_says_that_it_could_not_look(rule: t.Any, need: str, given: str, expected: str) -> None:
    changes = [TURBINE] if rule.id == "azure-edition-attestation" else []
    diagnosis = build.verdict(*changes, failed(need, status=given))
    assert _outcome(diagnosis, rule.id) == [expected]


@pytest.mark.parametrize(("problem", "expected"), [(None, "not_asked"), ("no credentials", "unreadable")])
def test_a_missing_azure_is_said_once(problem: str | None, expected: str) -> None:
    """By the side alone: a finding for each rule would say it nine times for each VM of a fleet."""
    diagnosis = diagnose(build.evidence(azure_problem=problem))
    assert (diagnosis.azure.status, diagnosis.azure.detail) == (expected, problem)
    assert [found.id for found in diagnosis.findings if found.status in {"unknown", "skipped"}] == []


def test_a_path_that_could_not_be_read_leaves_the_causes_unknown() -> None:
    unread = [
        {"what": "firewall policy", "scope": "fw", "reason": "403", "action": "Microsoft.Network/firewallPolicies/read"}
    ]
    diagnosis = build.verdict(BROKEN, targets("filtered"), path=azure("unknown", unread=unread))
    assert _outcome(diagnosis, "azure-firewall-denies-kms") == ["unknown"]
    assert diagnosis.root_cause.id == "kms-unreachable-unexplained"
    assert diagnosis.azure.status == "partial"
    assert "grant Microsoft.Network/firewallPolicies/read" in diagnosis.azure.unread[0]


def test_facts_are_kept_once() -> None:
    for rule_id, changes, expected in HITS:
        result = found(rule_id, *changes)
        if expected is not None and result is not None:
            facts = [dataclasses.astuple(fact) for fact in result.evidence]
            assert all(fact not in facts[:index] for index, fact in enumerate(facts))
            assert facts, rule_id
