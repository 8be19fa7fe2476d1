# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TCP 1688 dies and nothing that was read shows why."""

from __future__ import annotations

from ..._text import texts
from .. import reach, wording
from ..model import Fact, Finding, Remedy
from ..rule import NETWORK_TEAM, Rule, code_facts, finding, remedy, target_facts
from ..view import View

ID = "kms-unreachable-unexplained"
TEXTS = texts(
    ID,
    {
        "silent": "The guest cannot reach Azure's KMS on TCP {port} and nothing that was read shows why, find what drops the traffic on its way out of Azure.",
        "answered": (
            "Something on the way answers on TCP {port} in place of Azure's KMS, find the firewall or proxy that does "
            "and let the port through as plain TCP."
        ),
        "partly": "The guest reaches only some of Azure's KMS addresses, let TCP {port} through to {dead} too.",
        "via": "{next_hop} on {interface}",
        "events": "The guest's last attempt got no answer from KMS and the connection could not be tested, test TCP {port} from the guest.",
    },
)
STEPS = texts(
    f"{ID}.step",
    {
        "azure": "Diagnose again with Azure credentials: routes, rules and egress were not read",
        "test": "Test from the guest: Test-NetConnection {name} -Port {port} (an open port alone proves no KMS)",
        "hops": (
            "Check every hop: security rules, route tables, Azure Firewall (a network rule is needed, an "
            "application rule answers for KMS), appliances, the outbound method"
        ),
        "egress": "Let TCP {port} out to {addresses}, leaving Azure from an Azure public address",
    },
)


def check(view: View) -> Finding | None:
    """Judge the connection test; without it, the last attempt."""
    measured = view.reach
    # What the guest's own firewall stops is explained by that.
    silent = [target for target in measured.dead if target.state != "guest_blocked"]
    if measured.state == "blocked" and silent:
        answered = all(target.state == "open" for target in measured.used)
        return _found(view, "answered" if answered else "silent", "error", "likely")
    if measured.state == "reached" and silent:
        failing = not view.healthy and view.history.network
        return _found(view, "partly", "error" if failing else "warning", "likely")
    attempt = view.newest_failure
    if measured.state == "unknown" and not view.healthy and view.history.network and attempt is not None:
        known = {*view.cloud.names, *view.cloud.addresses, reach.bare(view.name_in_use)}
        if attempt.host is None or reach.bare(attempt.host) in known:
            return _found(view, "events", "error", "possible")
    return None


def _found(view: View, key: str, severity: str, confidence: str) -> Finding:
    measured, attempt, path = view.reach, view.newest_failure, view.path
    facts = target_facts([*measured.dead, *measured.served])
    if attempt is not None:
        facts.append(Fact("last attempt", wording.attempt(attempt), wording.events_at(attempt.time)))
    facts += code_facts(view.codes_of("network")[:2])
    if path is not None:
        facts.append(Fact("way out of Azure", path.reason or path.verdict, "azure_kms_path_info", "open"))
    for route in view.guest.routes or ():
        facts.append(
            Fact(
                "default route in the guest",
                TEXTS["via"].format(next_hop=route.next_hop, interface=route.interface),
                "Get-NetRoute",
            )
        )
    title = TEXTS[key].format(port=view.cloud.port, dead=wording.listed(target.address for target in measured.dead))
    return finding(ID, title, severity=severity, confidence=confidence, evidence=facts, remedy=[_remedy(view)])


def _remedy(view: View) -> Remedy:
    cloud = view.cloud
    return remedy(
        NETWORK_TEAM,
        *([STEPS["azure"]] if view.path is None else []),
        STEPS["test"].format(name=cloud.preferred_name, port=cloud.port),
        STEPS["hops"],
        STEPS["egress"].format(port=cloud.port, addresses=wording.listed(cloud.addresses)),
    )


RULE = Rule(ID, "the connection to KMS", ("connectivity",), check)
