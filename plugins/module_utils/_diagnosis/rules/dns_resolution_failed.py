# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest cannot resolve the KMS name."""

from __future__ import annotations

import typing as t

from ..._text import texts
from .. import azure_dns, facts, reach, sources, wording
from ..facts import AZURE_PATH
from ..model import Fact, Finding, Remedy
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, NETWORK_TEAM, Rule, finding, needs_azure, remedy, steps
from ..view import View

ID = "dns-resolution-failed"
TEXTS = texts(
    ID,
    {
        "failed": "The guest cannot resolve {name}: {reason}. Repair its DNS and activate.",
        "local": "The guest cannot resolve {name} although its DNS servers can. Clear its DNS cache and check its hosts file and name resolution policy.",
        "firewall": (
            "The guest cannot resolve {name} because it asks Azure Firewall {firewall}, whose DNS proxy is off. Turn the DNS proxy on "
            "and activate."
        ),
        "some": "{name} resolves, but not at every DNS server of the guest. Repair {servers}.",
        "code": "The last attempt could not resolve the KMS name: {reason}. Repair the guest's DNS and activate.",
        "no_answer": "no address in the answer",
    },
)
_TIMEOUT = "0x800705B4"
STEPS = steps(
    ID,
    {
        "clear": ("Clear the DNS cache", "Clear-DnsClientCache"),
        "hosts": (
            "Look for the name in the hosts file",
            "Select-String {name} $env:windir\\System32\\drivers\\etc\\hosts",
        ),
        "policy": ("Look for the name in the name resolution policy (NRPT)", "Get-DnsClientNrptPolicy"),
        "ask": ("Ask each DNS server", "Resolve-DnsName {name} -Type A -Server <resolver>"),
        "proxy": "Turn on the DNS proxy in the DNS settings of Azure Firewall {firewall} or of its policy, or give the network other DNS servers",
        "forward": "Let the DNS servers forward the zones they do not host to Azure DNS (168.63.129.16), and look for a private DNS zone that hides the name",
        "servers": "Change the DNS servers in Azure, on the virtual network or the NIC, and not inside the guest",
    },
)


def check(view: View) -> Finding | None:
    """Judge what Windows itself resolves; a single failing resolver is a warning."""
    name = view.name_in_use
    answer = reach.answer_for(view.guest.dns, name)
    servers = reach.server_answers(view.guest.dns, name)
    if answer is None:
        return _from_codes(view)
    failing = [item for item in servers if not item.addresses]
    evidence = [facts.dns(item, view.cloud.addresses) for item in (answer, *servers)]
    evidence += azure_dns.evidence(view)
    if answer.addresses:
        if not failing or len(failing) == len(servers):
            return None
        return _found(
            view, "some", evidence, "warning", name=name, servers=wording.listed(str(item.server) for item in failing)
        )
    # An address that is pinned does not have to resolve.
    pinned = view.host is not None and view.host.kind == "azure_address"
    deaf = _deaf_firewall(view)
    key = "local" if servers and not failing else "firewall" if deaf is not None else "failed"
    if deaf is not None:
        evidence.append(Fact("firewall_resolver", deaf["firewall"], AZURE_PATH, str(deaf["address"])))
    reason = wording.code(answer.error) if answer.error else TEXTS["no_answer"]
    # Windows waits longer for a resolver than the probe does: only an answer proves that there is no address.
    silent = all(item.error is not None and item.error.code == _TIMEOUT for item in (answer, *failing))
    severity, confidence = "warning" if pinned else "error", "likely" if silent else "certain"
    named = {"firewall": str(deaf["firewall"])} if deaf is not None else {}
    certain = confidence if deaf is None else "certain"
    return _found(view, key, evidence, severity, certain, name=name, reason=reason, **named)


def _deaf_firewall(view: View) -> t.Mapping[str, t.Any] | None:
    """Return the Azure Firewall that the guest asks for names although its DNS proxy is off."""
    asked = view.guest.dns.servers if view.guest.dns is not None else ()
    rows = view.path.resolvers if view.path is not None else ()
    return next((row for row in rows if row.get("dns_proxy") is False and row.get("address") in asked), None)


def _from_codes(view: View) -> Finding | None:
    codes = view.codes_of("dns")
    if not codes or not view.host_is_azure or view.guest.dns is not None:
        return None
    title = TEXTS["code"].format(reason=wording.code(codes[0].code))
    return finding(ID, title, confidence="likely", evidence=facts.codes(codes), remedy=[_repair(view)])


def _found(
    view: View, key: str, evidence: list[Fact], severity: str, confidence: str = "certain", **parts: str
) -> Finding:
    hosts = STEPS["hosts"].format(name=view.name_in_use)
    local = remedy(GUEST_ADMIN, STEPS["clear"], hosts, STEPS["policy"], ACTIVATE, action=RULE.action)
    return finding(
        ID,
        TEXTS[key].format(**parts),
        severity=severity,
        confidence=confidence,
        evidence=evidence,
        remedy=[local if key == "local" else _repair(view)],
    )


def _repair(view: View) -> Remedy:
    deaf = _deaf_firewall(view)
    proxy = [STEPS["proxy"].format(firewall=deaf["firewall"])] if deaf is not None else []
    ask = STEPS["ask"].format(name=view.name_in_use)
    return remedy(NETWORK_TEAM, *proxy, *azure_dns.repair(view), ask, STEPS["forward"], STEPS["servers"])


RULE = Rule(
    id=ID,
    name="DNS resolution fails",
    place=90,
    why="The name is resolved before anything is sent.",
    subject="name resolution",
    needs=("dns",),
    check=check,
    texts=TEXTS,
    steps=STEPS | azure_dns.STEPS | ACTIVATING,
    severities=("error", "warning"),
    alike=("guest-firewall-blocks-kms", "kms-unreachable-unexplained"),
    sources=(sources.TROUBLESHOOT,),
    action="dns_cache",
    applies=needs_azure,
)
