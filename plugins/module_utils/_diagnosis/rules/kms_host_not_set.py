# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No KMS host is set, and DNS holds no record to find one."""

from __future__ import annotations

from ..._text import texts
from .. import wording
from ..model import Fact, Finding
from ..rule import GUEST_ADMIN, Rule, code_facts, finding, remedy, set_host_steps
from ..view import View

ID = "kms-host-not-set"
TEXTS = texts(
    ID,
    {
        "found": "No KMS host is set and DNS names none, set the KMS host to {target} and activate.",
        "unset": "not set",
        "no_record": "no record",
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
    facts = [
        Fact("KMS host", TEXTS["unset"], "licensing service, registry and policy", view.target_name),
        *code_facts(codes),
    ]
    srv = guest.dns.srv if guest.dns is not None else None
    if srv is not None:
        facts.append(Fact(f"SRV {srv.name}", wording.code(srv.error) if srv.error else TEXTS["no_record"], "DNS"))
    partial = guest.sections["kms_settings"].status != "ok" if "kms_settings" in guest.sections else True
    return finding(
        ID,
        TEXTS["found"].format(target=view.target_name),
        confidence="likely" if partial and not codes else "certain",
        evidence=facts,
        remedy=[remedy(GUEST_ADMIN, *set_host_steps(view), action="host")],
    )


RULE = Rule(ID, "the KMS host", ("kms_settings",), check)
