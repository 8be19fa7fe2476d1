# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on the Azure side share: the path names its causes, and the guest's own test outweighs them."""

from __future__ import annotations

import typing as t

from .._text import Text, texts
from . import azure_path, facts, wording
from .model import Finding, Remedy
from .rule import NETWORK_TEAM, UNREACHED, Rule, finding, remedy, steps
from .sources import Source
from .view import AZURE, View

TEXTS = texts(
    "azure",
    {
        "kms": "Azure's KMS",
        "some_rule": "a rule",
        "some_hop": "the next hop",
        "some_route": "its route",
        "rule": "the rule {name}",
        "route": "the route {name} to {hop}",
    },
)
BLOCKED, SUSPECT, OPEN, UNKNOWN = "blocked", "suspect", "open", "unknown"
# KMS answers the connection and refuses the request when it does not leave from an Azure public address.
REFUSED_BY_EGRESS = frozenset({"forced-tunneling", "appliance-blocks-kms"})


def contradicted(view: View, cause: str) -> bool:
    """Say whether the guest reaches every address that Azure's side calls stopped by this cause.

    Where egress alone can make KMS refuse, only an activated guest contradicts.
    """
    path = view.path
    if path is None or cause not in path.causes:
        return False
    served = {target.address for target in view.reach.served}
    stopped = set(azure_path.names(path.hit_by(cause)))
    reached = stopped <= served if stopped else view.reach.state == "reached"
    return bool(served) and reached and (view.healthy or cause not in REFUSED_BY_EGRESS)


def judge(
    view: View, cause: str, sentences: t.Mapping[str, Text], remedies: t.Sequence[Remedy], **parts: str
) -> Finding | None:
    """Return the finding for a cause that the path names, unless the guest's test contradicts it.

    `sentences` has `found`, and may have `refused` for a guest that connects and is not served. The parts `addresses`, `rule`, `hop`
    and `route` are filled in beside the given ones.
    """
    path = view.path
    if path is None or cause not in path.causes or contradicted(view, cause):
        return None
    rows = path.hit_by(cause)
    state = view.reach.state
    refused = state == "reached" and cause in REFUSED_BY_EGRESS
    if refused and path.verdict == SUSPECT and not view.history.network:
        return None
    named = {"addresses": wording.listed(azure_path.names(rows)) or TEXTS["kms"], **_deciding(rows), **parts}
    evidence = [facts.path(path.verdict, path.reason), facts.place(path.place)]
    for row in rows:
        evidence += facts.path_row(row)
    evidence += map(facts.tcp, view.reach.dead if view.asked_guest else ())
    return finding(
        cause,
        sentences["refused" if refused and "refused" in sentences else "found"].format(**named),
        severity=_severity(view, refused),
        confidence=_confidence(view, rows, refused),
        evidence=evidence,
        remedy=remedies,
    )


def concerns(view: View) -> bool:
    """Say whether Azure's side matters: also where the guest was not asked."""
    return not view.asked_guest or view.needs_azure


def obstacle(  # noqa: PLR0913 (keywords only)
    *,
    cause: str,
    name: str,
    place: int,
    why: str,
    subject: str,
    sentences: t.Mapping[str, str],
    advice: t.Mapping[str, str],
    action: str,
    sources: tuple[Source, ...],
    explains: tuple[str, ...] = UNREACHED,
    alike: tuple[str, ...] = ("guest-firewall-blocks-kms", "kms-unreachable-unexplained"),
) -> Rule:
    """Return the rule on one cause that the path can name; `sentences` are those of `judge`, `advice` the network team's steps."""
    said, todo = texts(cause, sentences), steps(cause, advice)
    return Rule(
        id=cause,
        name=name,
        place=place,
        why=why,
        subject=subject,
        needs=(AZURE,),
        check=lambda view: judge(view, cause, said, (remedy(NETWORK_TEAM, *todo.values(), action=action),)),
        texts=said,
        steps=todo,
        severities=("error", "warning"),
        sources=sources,
        explains=explains,
        alike=alike,
        action=action,
        applies=concerns,
    )


def _severity(view: View, refused: bool) -> str:
    """Return a warning where only addresses that are not in use are stopped."""
    if view.reach.state != "reached" or refused:
        return "error"
    return "error" if not view.healthy and view.history.network else "warning"


def _confidence(view: View, rows: t.Sequence[azure_path.Plain], refused: bool) -> str:
    doubtful = {SUSPECT, UNKNOWN}
    if any(row.get("verdict") in doubtful for row in rows) or (view.path is not None and view.path.verdict in doubtful):
        return "likely" if view.reach.state == "blocked" else "possible"
    routes = [row.get("route") for row in rows]
    computed = any(isinstance(route, t.Mapping) and route.get("origin") == "computed" for route in routes)
    left_guest = any(target.state not in {"guest_blocked", "kms"} for target in view.reach.dead)
    return "certain" if left_guest and not computed and not refused else "likely"


def _deciding(rows: t.Sequence[azure_path.Plain]) -> dict[str, str]:
    """Return the names of the rule, hop and route that decide, for the title."""
    found: dict[str, str] = {key: TEXTS[f"some_{key}"] for key in ("rule", "hop", "route")}
    for row in rows:
        route, nsg = row.get("route"), row.get("nsg")
        if isinstance(route, t.Mapping):
            name = route.get("name") or route.get("prefix")
            found["route"] = TEXTS["route"].format(name=name, hop=route.get("next_hop_type"))
        rules = [nsg.get("rule")] if isinstance(nsg, t.Mapping) and nsg.get("verdict") == "deny" else []
        hops = row.get("hops")
        for hop in hops if isinstance(hops, (list, tuple)) else ():
            if isinstance(hop, t.Mapping) and hop.get("verdict") != OPEN:
                found["hop"] = str(hop.get("name") or hop.get("ip") or hop.get("kind"))
                rules.append(hop.get("rule"))
        for item in rules:
            if isinstance(item, t.Mapping) and item.get("name"):
                found["rule"] = TEXTS["rule"].format(name=item["name"])
    return found
