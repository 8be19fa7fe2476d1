# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No KMS host is set, and DNS holds no record to find one."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources
from ..model import Fact, Finding
from ..rule import GUEST_ADMIN, SETTING_HOST, Rule, finding, remedy, set_host_steps
from ..view import View

ID = "kms-host-not-set"
TEXTS = texts(
    ID,
    {
        "found": "No KMS host is set, and DNS names none. Set the KMS host to {target} and activate.",
        "dns_unread": "No KMS host is set, and whether DNS names one was not read. Set the KMS host to {target} and activate.",
    },
)
_NO_RECORD = frozenset({"0x8007232B", "0x8007251D", "0x80092328"})


def check(view: View) -> Finding | None:
    """Report a guest where no place names a host, provided that the places could be read."""
    guest = view.guest
    if guest.kms_host is None or guest.kms_host.effective is not None:
        return None
    if view.missing("kms_settings") and not (guest.license is not None and guest.license.readable):
        return None
    codes = [seen for seen in view.codes if seen.code.code in _NO_RECORD]
    evidence = [Fact("kms_host", None, "host_settings", expected=view.target_name), *facts.codes(codes)]
    srv = guest.dns.srv if guest.dns is not None else None
    if srv is not None:
        evidence.append(Fact("srv", {"code": srv.error.code if srv.error else None}, "resolver", srv.name))
    dns_unread = srv is None and _srv_unread(view)
    partial = dns_unread or guest.sections["kms_settings"].status != "ok" if "kms_settings" in guest.sections else True
    return finding(
        ID,
        TEXTS["dns_unread" if dns_unread else "found"].format(target=view.target_name),
        confidence="likely" if partial and not codes else "certain",
        evidence=evidence,
        remedy=[remedy(GUEST_ADMIN, *set_host_steps(view), action=RULE.action)],
    )


def _srv_unread(view: View) -> bool:
    """Say whether a record could name a host that was not read: a guest in no domain looks for none."""
    domain = view.guest.domain
    return bool(view.missing("dns")) and (domain is None or bool(domain.joined))


RULE = Rule(
    id=ID,
    name="No KMS host set",
    place=70,
    why="Without a host there is nobody to ask.",
    subject="the KMS host",
    needs=("kms_settings",),
    check=check,
    texts=TEXTS,
    steps=SETTING_HOST,
    severities=("error",),
    alike=("wrong-kms-host", "dns-resolution-failed"),
    sources=(sources.SLMGR, sources.TROUBLESHOOT),
    action="host",
)
