# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TCP 1688 dies and nothing that was read shows why."""

from __future__ import annotations

from ..._text import texts
from .. import facts, reach, sources, wording
from ..model import Fact, Finding, Remedy
from ..rule import NETWORK_TEAM, Rule, finding, needs_azure, remedy, steps
from ..view import View

ID = "kms-unreachable-unexplained"
TEXTS = texts(
    ID,
    {
        "silent": (
            "The guest cannot reach Azure's KMS on TCP {port}, and nothing that was read shows why. Find what drops the "
            "traffic before it leaves Azure."
        ),
        "answered": (
            "Something on the path answers on TCP {port} in place of Azure's KMS. Find that firewall or proxy and let the "
            "port through as plain TCP."
        ),
        "partly": "The guest reaches only some of Azure's KMS addresses. Allow TCP {port} to {dead} too.",
        "events": "The guest's last attempt got no answer from KMS, and the connection could not be tested. Test TCP {port} from the guest.",
    },
)
STEPS = steps(
    ID,
    {
        "azure": "Diagnose again with Azure credentials, as routes, rules and the outbound method were not read",
        "test": (
            "Test the port from the guest (an open port alone proves no KMS)",
            "Test-NetConnection {name} -Port {port}",
        ),
        "hops": (
            "Check every hop (security rules, route tables, Azure Firewall, appliances, the outbound method; "
            "Azure Firewall needs a network rule, not an application rule)"
        ),
        "egress": "Allow outbound TCP {port} to {addresses} so that it leaves from an Azure public address",
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
    evidence = [facts.tcp(target) for target in (*measured.dead, *measured.served)]
    if attempt is not None:
        evidence.append(facts.attempt(attempt))
    evidence += facts.codes(view.codes_of("network")[:2])
    if path is not None:
        evidence.append(facts.path(path.verdict, path.reason))
    for route in view.guest.routes or ():
        evidence.append(Fact("default_route", route.next_hop, "routes", route.interface or ""))
    title = TEXTS[key].format(port=view.cloud.port, dead=wording.listed(target.address for target in measured.dead))
    return finding(ID, title, severity=severity, confidence=confidence, evidence=evidence, remedy=[_remedy(view)])


def _remedy(view: View) -> Remedy:
    cloud = view.cloud
    return remedy(
        NETWORK_TEAM,
        *([STEPS["azure"]] if view.path is None else []),
        STEPS["test"].format(name=cloud.preferred_name, port=cloud.port),
        STEPS["hops"],
        STEPS["egress"].format(port=cloud.port, addresses=wording.listed(cloud.addresses)),
    )


RULE = Rule(
    id=ID,
    name="KMS unreachable, cause not seen",
    place=200,
    why="Holds only where no cause on the way was found.",
    subject="the connection to KMS",
    needs=("connectivity",),
    check=check,
    texts=TEXTS,
    steps=STEPS,
    severities=("error", "warning"),
    alike=(
        "appliance-blocks-kms",
        "nsg-denies-kms",
        "azure-firewall-denies-kms",
        "no-outbound-path",
        "forced-tunneling",
    ),
    sources=(sources.TROUBLESHOOT, sources.CUSTOM_ROUTES),
    applies=needs_azure,
)
