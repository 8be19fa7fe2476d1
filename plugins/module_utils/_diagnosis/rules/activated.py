# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows is activated: by KMS and renewed in time, or for good."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._text import texts
from .. import facts, reach, sources, wording
from ..keys import CHANNEL_NAMES
from ..model import Finding
from ..rule import Rule, always, finding
from ..view import View

ID = "activated"
TEXTS = texts(
    ID,
    {
        "kms": "Windows is activated by KMS and was renewed {age} ago. No action is needed.",
        "other_kms": (
            "Windows is activated by {host}, which is not Azure's KMS, and was renewed {age} ago. No action is needed "
            "while that host is meant to serve it."
        ),
        "directory": "Windows is activated through Active Directory and was renewed {age} ago. No action is needed.",
        "permanent": "Windows is permanently activated with {channel}. No action is needed, as KMS does not matter.",
        "unknown_channel": (
            "Windows reports a permanent licence through a channel that is not known ({channel}). Check on the VM where "
            "the licence comes from."
        ),
        "at_risk": "Windows is activated, but its next renewal will fail. Fix this first: {title}",
        "perhaps": "Windows is activated, but its next renewal may fail. Check this first: {title}",
    },
)


def check(view: View) -> Finding | None:
    """Report a licence that holds; what endangers the next renewal is added by `at_risk`."""
    product = view.product if view.healthy else None
    if product is None:
        return None
    evidence = [facts.licence(product), facts.key_channel(product), facts.minutes_left(product)]
    if view.permanent:
        known = product.channel in CHANNEL_NAMES
        name = CHANNEL_NAMES.get(product.channel, product.channel_raw or product.description)
        title = TEXTS["permanent" if known else "unknown_channel"].format(channel=name)
        return finding(
            ID, title, severity="info", status="ok", confidence="certain" if known else "likely", evidence=evidence
        )
    host = view.host if view.needs_kms else None
    foreign = host is not None and not view.host_is_azure
    if host is not None:
        evidence.append(facts.kms_host(host))
    if host is not None and foreign:
        # Whether Azure's KMS answers is worth knowing, and no danger.
        evidence += map(facts.tcp, (*reach.targets_of(host, view.guest.dns, view.guest.connectivity), *view.reach.dead))
    title = TEXTS["directory" if view.directory else "other_kms" if foreign else "kms"].format(
        host=reach.bare(host.host) if host is not None else "", age=wording.duration(view.renewal_age or 0)
    )
    row_tells = product.renewal_age_minutes is not None
    return finding(
        ID, title, severity="info", status="ok", confidence="certain" if row_tells else "likely", evidence=evidence
    )


def at_risk(found: Finding, faults: t.Sequence[Finding]) -> Finding:
    """Return the finding as a warning that names the first of `faults`, which will stop the next renewal, with what shows that fault."""
    return dataclasses.replace(
        found,
        evidence=(*found.evidence, *(fact for fact in faults[0].evidence if fact not in found.evidence)),
        severity="warning",
        title=TEXTS["perhaps" if faults[0].confidence == "possible" else "at_risk"].format(title=faults[0].title),
        remedy=faults[0].remedy,
    )


RULE = Rule(
    id=ID,
    name="Activated",
    place=290,
    why="In order.",
    subject="the licence",
    check=check,
    texts=TEXTS,
    severities=("info", "warning"),
    alike=("adba", "license-state-unreadable"),
    sources=(sources.PRODUCT_CLASS, sources.JAPAN_SUPPORT),
    verdict=True,
    applies=always,
)
