# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS name resolves to an address that is not Azure's KMS and does not serve KMS."""

from __future__ import annotations

import ipaddress
import typing as t

from ..._guest.evidence import DnsAnswer
from ..._text import texts
from .. import azure_dns, facts, reach, sources, wording
from ..model import Finding, Remedy
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, NETWORK_TEAM, Rule, finding, needs_azure, remedy, steps
from ..view import View

ID = "dns-unexpected-answer"
TEXTS = texts(
    ID,
    {
        "found": "{name} resolves to {addresses}, which is not Azure's KMS and does not serve it. Correct the DNS and activate.",
        "local": (
            "{name} resolves to {addresses} on this guest only, which is not Azure's KMS. Remove the entry from its hosts "
            "file, clear its DNS cache and activate."
        ),
        "untested": "{name} resolves to {addresses}, which is not a known address of Azure's KMS. Check the DNS.",
        "some": "{name} resolves to {addresses} at {servers}, which is not Azure's KMS. Correct that DNS server.",
    },
)
STEPS = steps(
    ID,
    {
        "hosts": (
            "Remove the name from the hosts file",
            "notepad $env:windir\\System32\\drivers\\etc\\hosts",
        ),
        "policy": ("Look for the name in the name resolution policy (NRPT)", "Get-DnsClientNrptPolicy"),
        "clear": ("Clear the DNS cache", "Clear-DnsClientCache"),
        "zone": "Find the zone, forwarder or filter that answers for {name} and remove it",
        "expected": "Compare with the expected addresses {addresses} (one of them per answer is normal)",
    },
)
_ODD = frozenset({"unexpected", "legacy"})


def check(view: View) -> Finding | None:
    """Judge what Windows itself resolves; an answer that serves KMS is a new address of Azure's or a working substitute."""
    name = view.name_in_use
    answer = reach.answer_for(view.guest.dns, name)
    servers = reach.server_answers(view.guest.dns, name)
    if answer is None or not answer.addresses:
        return None
    if answer.verdict not in _ODD:
        return _single(view, name, servers)
    foreign = view.codes_of("wrong_kms_host")
    serves = view.serves_kms(answer.addresses)
    if serves and not foreign:
        return None
    confidence, severity = _weight(view, answer, serves)
    if severity is None:
        return None
    local = bool(servers) and answer.server is None and all(item.verdict == "expected" for item in servers)
    key = "local" if local else "untested" if serves is None else "found"
    tested = view.guest.connectivity.targets if view.guest.connectivity is not None else ()
    return finding(
        ID,
        TEXTS[key].format(name=name, addresses=wording.listed(answer.addresses)),
        severity=severity,
        confidence=confidence,
        evidence=[
            *(facts.dns(item, view.cloud.addresses) for item in (answer, *servers)),
            *(facts.tcp(target) for target in tested if target.address in answer.addresses),
            *facts.codes(foreign),
            *azure_dns.evidence(view),
        ],
        remedy=[_clear() if local else _correct(view)],
    )


def _weight(view: View, answer: DnsAnswer, serves: bool | None) -> tuple[str, str | None]:
    """Return confidence and severity: a private address is surely wrong, a public one may be new or as blocked as the others."""
    pinned = view.host is not None and view.host.kind == "azure_address"
    severity = "warning" if pinned else "error"
    private = any(not _public(address) for address in answer.addresses)
    if serves is not None and (private or view.reach.served):
        return "certain", severity
    if private:
        return "likely", severity
    if answer.verdict == "legacy" and not view.reach.served:
        return "", None
    return "possible", "warning" if serves is False or pinned else "error"


def _single(view: View, name: str, servers: t.Sequence[DnsAnswer]) -> Finding | None:
    odd = [item for item in servers if item.verdict == "unexpected" and not view.serves_kms(item.addresses)]
    if not odd:
        return None
    title = TEXTS["some"].format(
        name=name,
        addresses=wording.listed(address for item in odd for address in item.addresses),
        servers=wording.listed(str(item.server) for item in odd),
    )
    evidence = [facts.dns(item, view.cloud.addresses) for item in servers]
    return finding(ID, title, severity="warning", evidence=evidence, remedy=[_correct(view)])


def _clear() -> Remedy:
    return remedy(GUEST_ADMIN, STEPS["hosts"], STEPS["policy"], STEPS["clear"], ACTIVATE, action=RULE.action)


def _correct(view: View) -> Remedy:
    return remedy(
        NETWORK_TEAM,
        *azure_dns.repair(view),
        STEPS["zone"].format(name=view.name_in_use),
        STEPS["expected"].format(addresses=wording.listed(view.cloud.addresses)),
    )


def _public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


RULE = Rule(
    id=ID,
    name="Unexpected DNS answer",
    place=100,
    why="A wrong address is reached, or not, whatever the network does for the right one.",
    subject="what the KMS name resolves to",
    needs=("dns",),
    check=check,
    texts=TEXTS,
    steps=STEPS | azure_dns.STEPS | ACTIVATING,
    severities=("error", "warning"),
    alike=("kms-unreachable-unexplained", "wrong-kms-host"),
    sources=(sources.CUSTOM_ROUTES, sources.NEW_ADDRESSES),
    action="hosts_file",
    applies=needs_azure,
)
