# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's firewall: rule grammar, precedence, profiles."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import firewall, firewall_rule
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import Firewall
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.fields import Fields
from tests import kms

ADDRESSES = ("20.118.99.224", "40.83.235.53")
BOTH = "RA4=20.118.99.224|RA4=40.83.235.53"
HEAD = "v2.30|Action=Block|Active=TRUE|Dir=Out|"


@pytest.mark.parametrize(
    ("rule", "certain"),
    [
        (HEAD, True),
        (HEAD + "Protocol=6|RPort=1688|Name=Block licensing|", True),
        (HEAD + "Protocol=6|RPort=443|RPort=1688|", True),
        (HEAD + "Protocol=6|RPort=443|", None),
        (HEAD + "Protocol=6|RPort2_10=1000-2000|", True),
        (HEAD + "Protocol=6|RPort2_10=1688-1688|", True),
        (HEAD + "Protocol=6|RPort2_10=1-1687|RPort2_10=1689-65535|", None),
        (HEAD + "Protocol=6|RPort2_10=IPTLSOut|", None),
        (HEAD + "Protocol=6|RPort2_10=x-y|RPort=1688|", True),
        (HEAD + "Protocol=17|RPort=1688|", None),
        (HEAD + "RPort=443|", True),
        ("v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|", None),
        ("v2.30|Action=Block|Active=FALSE|Dir=Out|", None),
        ("v2.30|Action=Block|Dir=Out|", None),
        ("v2.30|Active=TRUE|Dir=Out|", None),
        ("v2.30|Action=Nonsense|Active=TRUE|Dir=Out|", None),
        ("", None),
        ("no rule at all", None),
        (HEAD + r"App=%SystemRoot%\system32\sppsvc.exe|", True),
        (HEAD + r"App=C:\Windows\System32\SPPSVC.EXE|", True),
        (HEAD + r"App=%SystemRoot%\system32\svchost.exe|Svc=wuauserv|", None),
        (HEAD + r"App=%SystemRoot%\system32\svchost.exe|", None),
        (HEAD + r"App=C:\tools\sppsvc.exe|", None),
        (HEAD + "App=System|", None),
        (HEAD + "Svc=sppsvc|", True),
        (HEAD + "Svc=*|", True),
        (HEAD + "Svc=wuauserv|", None),
        (HEAD + "AppPkgId=S-1-15-2-1|", None),
        (HEAD + BOTH + "|", True),
        (HEAD + "RA4=20.118.99.224|", False),
        (HEAD + "RA4=20.0.0.0-40.255.255.255|", True),
        (HEAD + "RA4=0.0.0.0/0|", True),
        (HEAD + "RA4=20.0.0.0/255.0.0.0|RA4=40.0.0.0/8|", True),
        (HEAD + "RA4=20.118.99.225-20.118.99.255|", None),
        (HEAD + "RA4=10.0.0.0/8|", None),
        (HEAD + "RA4=LocalSubnet|", None),
        (HEAD + "RA4=rubbish-|RA4=1.2.3|", None),
        (HEAD + "RA42=IntErnet|", False),
        (HEAD + "RA42=IntrAnet|", None),
        (HEAD + "RA6=LocalSubnet|", None),
        (HEAD + "LPort=5000|Protocol=6|", False),
        (HEAD + "LA4=10.0.0.4|", False),
        (HEAD + "IFType=Wireless|", False),
        (HEAD + "LUOwn=S-1-5-18|", False),
        (HEAD + "Desc=a=b|EmbedCtxt=group|", True),
    ],
)
def test_which_rules_concern_the_licensing_service(rule: str, certain: bool | None) -> None:
    found = firewall_rule.parse("{id}", rule, "local", 1688, ADDRESSES)
    assert (found[0].certain if found else None) is certain
    if found:
        assert bool(found[0].conditions) is not certain


def test_conditions_that_were_not_evaluated_are_shown() -> None:
    found = firewall_rule.parse("{id}", HEAD + "RA4=40.83.235.53|IFType=Wireless|", "policy", 1688, ADDRESSES)
    assert found is not None
    assert found[0].conditions == ("IFType=Wireless", "only for 40.83.235.53")


def parse(
    local_rules: t.Sequence[str] = (),
    policy_rules: t.Sequence[str] = (),
    local: t.Any = None,
    policy: t.Any = None,
    active: t.Any = ("Public",),
) -> Firewall:
    on = {"EnableFirewall": 1, "DefaultOutboundAction": 0}
    raw = {
        "local": {
            "profiles": {"Domain": on, "Standard": on, "Public": on} if local is None else local,
            "rules": {f"l{number}": rule for number, rule in enumerate(local_rules)},
        },
        "policy": {"profiles": policy or {}, "rules": {f"p{number}": rule for number, rule in enumerate(policy_rules)}},
        "active_categories": list(active) if active is not None else None,
    }
    parsed = firewall.parse(Fields(raw, "firewall", {}), kms.PUBLIC)
    assert parsed is not None
    return parsed


ALLOW = HEAD.replace("Block", "Allow")


def test_blocking_and_allowing_rules_are_told_apart() -> None:
    parsed = parse([HEAD + "Name=Stop|", ALLOW], [HEAD, HEAD.replace("Block", "ByPass")])
    assert [(rule.id, rule.source, rule.name) for rule in parsed.blocking] == [
        ("p0", "policy", None),
        ("l0", "local", "Stop"),
    ]
    assert [(rule.id, rule.action) for rule in parsed.allowing] == [("p1", "bypass"), ("l1", "allow")]


@pytest.mark.parametrize(
    ("active", "profile", "certain"),
    [
        (["Public"], "Public", True),
        (["Public"], "Private", None),
        (["DomainAuthenticated"], "Domain", True),
        (["Private"], "Private", True),
        (["Public", "Private"], "Public", False),
        (["Public", "Private"], "Public|Profile=Private", True),
        (None, "Public", False),
        (["Whatever"], "Public", False),
    ],
)
def test_a_rule_counts_in_its_profiles(active: list[str] | None, profile: str, certain: bool | None) -> None:
    blocking = parse([f"{HEAD}Profile={profile}|"], active=active).blocking
    assert (blocking[0].certain if blocking else None) is certain


def test_a_rule_for_powershell_alone_says_nothing_about_the_licensing_service() -> None:
    own = r"App=%SystemRoot%\System32\WindowsPowerShell\v1.0\PowerShell.exe|"
    parsed = parse([HEAD + own, HEAD + own + "Profile=Private|", HEAD + r"App=C:\x\other.exe|", ALLOW + own])
    assert (parsed.blocking, parsed.allowing) == ((), ())
    assert [rule.id for rule in parsed.blocking_probe] == ["l0"]


def test_policy_can_void_local_rules() -> None:
    parsed = parse([HEAD], [ALLOW], policy={"Public": {"AllowLocalPolicyMerge": 0}})
    assert (parsed.blocking, parsed.local_rules_merged) == ((), False)
    assert [rule.id for rule in parsed.allowing] == ["p0"]
    assert parse([HEAD], policy={"Private": {"AllowLocalPolicyMerge": 0}}).blocking


@pytest.mark.parametrize(
    ("local", "policy", "active", "enabled", "outbound"),
    [
        (None, None, ["Public"], True, "allow"),
        ({"Public": {"EnableFirewall": 1, "DefaultOutboundAction": 1}}, None, ["Public"], True, "block"),
        ({"Public": {"EnableFirewall": 0, "DefaultOutboundAction": 1}}, None, ["Public"], False, "allow"),
        (None, {"Public": {"DefaultOutboundAction": 1}}, ["Public"], True, "block"),
        (None, {"Public": {"EnableFirewall": 0}}, ["Public"], False, "allow"),
        (
            {"Public": {"EnableFirewall": 1, "DefaultOutboundAction": 1}},
            {"Public": {"DefaultOutboundAction": 0}},
            ["Public"],
            True,
            "allow",
        ),
        ({"Standard": {"EnableFirewall": 1, "DefaultOutboundAction": 1}}, None, ["Private"], True, "block"),
        (None, {"Standard": {"DefaultOutboundAction": 1}}, ["Private"], True, "block"),
        (None, {"Standard": {"DefaultOutboundAction": 1}}, ["Public"], True, "block"),
        (None, {"Standard": {"DefaultOutboundAction": 1}}, ["DomainAuthenticated"], True, "allow"),
        (None, {"Standard": {"DefaultOutboundAction": 1}, "Private": {"EnableFirewall": 1}}, ["Public"], True, "allow"),
        ({"Public": {"EnableFirewall": 1, "DefaultOutboundAction": 1}}, None, ["Public", "Private"], True, "unknown"),
        ({"Public": {"EnableFirewall": 1}}, None, ["Public"], True, "allow"),
        ({"Public": {"EnableFirewall": None, "DefaultOutboundAction": None}}, None, ["Public"], None, "unknown"),
        ({}, None, ["Public"], None, "unknown"),
    ],
)
def test_profiles(local: t.Any, policy: t.Any, active: list[str], enabled: bool | None, outbound: str) -> None:
    parsed = parse(local=local, policy=policy, active=active)
    assert (parsed.enabled, parsed.default_outbound) == (enabled, outbound)


def test_rules_do_nothing_while_the_firewall_is_off() -> None:
    assert parse([HEAD], local={"Public": {"EnableFirewall": 0}}).blocking == ()


def test_nothing_read_is_no_evidence() -> None:
    assert firewall.parse(Fields({"active_categories": ["Public"]}, "firewall", {}), kms.PUBLIC) is None
