# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Confidence has a meaning: certain shows what excludes the others, likely names one other cause, possible several."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import certainty, precedence
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Finding
from tests.unit.plugins.module_utils._diagnosis import build, worlds
from tests.unit.plugins.module_utils._diagnosis.test_engine import CHANGES, PATHS
from tests.unit.plugins.module_utils._diagnosis.test_rules import HITS

WORLDS = ("contoso", "fabrikam", "northwind", "tailspin")
# The facts that exclude every other cause, one of each set: what was seen of the thing itself, or a code that nothing else gives.
_ROUTED = {"path_verdict"}
PROOFS: dict[str, list[set[str]]] = {
    "activated": [{"licence"}],
    "adba": [{"active_directory"}],
    "azure-edition-attestation": [{"attestation", "imds"}],
    "clock-skew": [{"clock", "code"}],
    "dns-resolution-failed": [{"dns"}],
    "dns-unexpected-answer": [{"dns"}],
    "evaluation-edition": [{"edition", "key_channel"}],
    "guest-firewall-blocks-kms": [{"tcp", "code"}, {"outbound_default"}],
    "guest-unreachable": [{"connection"}],
    "kms-host-not-set": [{"kms_host"}],
    "license-state-unreadable": [{"section_error", "licence", "last_success"}],
    "licensing-service-disabled": [{"service"}],
    "multi-session-edition": [{"edition", "key_channel", "product", "kms_host"}],
    "not-kms-client": [{"key_channel"}, {"installed_key"}],
    "product-key-missing": [{"product"}],
    "renewal-overdue": [{"renewal_age"}],
    "sides-disagree": [{"path"}, {"tcp"}],
    "stale-kms-routes": [{"stale_route", "path_verdict"}],
    "token-store-damaged": [{"code", "token_store"}],
    "transient-failure": [{"attempt"}, {"licence"}],
    "wrong-kms-host": [{"kms_host"}],
    **{
        key: [_ROUTED, {"tcp"}]
        for key in (
            "nsg-denies-kms",
            "route-blackhole",
            "forced-tunneling",
            "azure-firewall-application-rule",
            "azure-firewall-denies-kms",
            "no-outbound-path",
        )
    },
}


def check(finding: Finding) -> None:
    """Hold one finding that says something against the meaning of its confidence."""
    known = {*precedence.IDS, certainty.NOT_IN_AZURE}
    assert set(finding.not_excluded) <= known - {finding.id}
    assert len(set(finding.not_excluded)) == len(finding.not_excluded)
    if finding.confidence == "certain":
        assert finding.not_excluded == ()
        kinds = {fact.kind for fact in finding.evidence}
        for proof in PROOFS[finding.id]:
            assert kinds & proof, (finding.id, kinds)
    elif finding.confidence == "likely":
        assert len(finding.not_excluded) == 1, finding.id
    else:
        assert len(finding.not_excluded) >= 2, finding.id


def telling(diagnosis: t.Any) -> list[Finding]:
    """The root cause and every finding that failed; what could not be looked at says nothing."""
    return [diagnosis.root_cause, *(item for item in diagnosis.findings if item.status == "fail")]


@pytest.mark.parametrize("world", WORLDS)
def test_every_confidence_in_the_worlds_means_what_it_says(world: str) -> None:
    seen = [item for _expect, diagnosis in worlds.judged(world).values() for item in telling(diagnosis)]
    assert len(seen) > 10
    for finding in seen:
        check(finding)


def test_every_confidence_of_the_rules_means_what_it_says() -> None:
    met: set[str] = set()
    for _rule, changes, _expected in HITS:
        for path in (None, *PATHS):
            for finding in telling(diagnose(build.evidence(*changes, path=path))):
                if finding.status in {"fail", "ok"}:
                    check(finding)
                    met.add(finding.confidence)
    assert met == {"certain", "likely", "possible"}
    assert len(CHANGES) > 10


def test_what_could_not_be_looked_at_is_named_first() -> None:
    closed = [build.unlicensed(), build.targets("filtered")]
    blind = build.verdict(*closed).root_cause
    assert blind.not_excluded == ("appliance-blocks-kms",)
    refused = build.verdict(build.unlicensed(), build.events(others=(build.event(8198, "0x80070005"),))).root_cause
    assert refused.confidence == "likely"
    assert refused.not_excluded == ("licensing-rights-missing",)


def test_every_guest_of_tailspin_gets_what_it_expects() -> None:
    for guest, (expect, diagnosis) in worlds.judged("tailspin").items():
        failed = {item.id for item in telling(diagnosis) if item.status == "fail"}
        assert diagnosis.root_cause.id in expect["root_cause"], (guest, diagnosis.root_cause.id)
        assert set(expect.get("findings") or ()) <= failed, guest
        assert not set(expect.get("not_findings") or ()) & failed, guest


def test_no_step_of_tailspin_asks_for_what_is_done() -> None:
    """The key is installed, a policy voids local rules, the machine is elevated: no step asks for any of it."""
    said = {
        guest: " ".join(
            f"{step.says} {step.command or ''}" for fix in diagnosis.root_cause.remedy for step in fix.steps
        )
        for guest, (_expect, diagnosis) in worlds.judged("tailspin").items()
    }
    assert "/ipk" not in said["toy-same-key"]
    assert "/rilc" in said["toy-same-key"]
    assert "/act-type 0" in said["toy-token-only"]
    assert "New-NetFirewallRule" not in said["toy-policy"]
    assert "gpupdate" in said["toy-policy"]
    assert "administrator" not in said["toy-rights"]
    assert "dcomcnfg" in said["toy-com"]
    assert "sfc" in said["toy-system-files"]
    assert "*.toys.example;<local>;169.254.169.254" in said["toy-proxy"]
    assert "10.31.4.200" in said["toy-second-address"]
    assert "_vlmcs._tcp" in said["toy-record"]


@pytest.mark.parametrize("guest", ["toy-local-port", "toy-local-address"])
def test_a_rule_for_another_port_or_address_of_the_guest_lets_nothing_out(guest: str) -> None:
    _expect, diagnosis = worlds.judged("tailspin")[guest]
    tested = [fact.value["state"] for fact in diagnosis.root_cause.evidence if fact.kind == "tcp"]
    assert set(tested) == {"guest_blocked"}
