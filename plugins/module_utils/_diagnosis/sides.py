# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of the guest and of Azure was seen, and the few values of a diagnosis that are read off the evidence."""

from __future__ import annotations

import datetime

from .._guest.evidence import Section
from .._guest.fields import iso, parse_time
from .._reference import license_enums
from .._text import texts
from . import wording
from .model import Side
from .view import View

TEXTS = texts(
    "side",
    {
        "part": "{name}: {why}",
        "not_asked": "not asked",
        "failed": "{status}, {reason}",
        "nothing": "no section of the guest could be read",
        "untold": "the path out of Azure could not be judged",
    },
)
_UNSEEN = {"unreachable": "unreachable", "failed": "unreadable"}


def guest_side(view: View) -> Side:
    """Return the guest's side; `unread` holds one line per section that is not whole."""
    if not view.asked_guest:
        problem = view.evidence.guest_problem
        if problem is None:
            return Side("not_asked")
        return Side(_UNSEEN.get(problem.kind, "not_asked"), problem.message or None)
    sections = view.guest.sections
    unread = tuple(
        TEXTS["part"].format(name=name, why=_why(section))
        for name, section in sections.items()
        if section.status != "ok"
    )
    if not any(section.status in {"ok", "partial"} for section in sections.values()):
        return Side("unreadable", TEXTS["nothing"], unread)
    return Side("partial" if unread else "ok", unread=unread)


def azure_side(view: View) -> Side:
    """Return Azure's side; `unread` names what could not be read and the permission to grant."""
    path, problem = view.path, view.evidence.azure_problem
    if path is None:
        return Side("unreadable", problem) if problem else Side("not_asked")
    unread = path.unread
    if not unread and path.verdict == "unknown":
        unread = (path.reason or TEXTS["untold"],)
    if not path.readable:
        return Side("unreadable", problem or path.reason, unread, path.read_at)
    return Side("partial" if unread or problem else "ok", problem, unread, path.read_at)


def expires_at(view: View) -> str | None:
    """Return when the licence, or the grace period in its place, ends (UTC): then the user sees it. None without an end."""
    product = view.product if view.asked_guest else None
    lasts = product is not None and (view.licensed or product.status in license_enums.GRACE)
    if product is None or not lasts or view.permanent:
        return None
    if view.evaluation and product.evaluation_end:
        return product.evaluation_end
    start = parse_time(view.guest.collected_at) if view.guest.collected_at else view.now
    if start is None or not product.grace_minutes:
        return None
    try:
        return iso(start + datetime.timedelta(minutes=product.grace_minutes))
    except OverflowError:
        return None


def os_name(view: View) -> str | None:
    """Return the caption as Windows gives it, else the edition, with the build."""
    os = view.guest.os if view.asked_guest else None
    if os is None:
        return None
    build = f"{os.build}.{os.ubr}" if os.build is not None and os.ubr is not None else os.version
    return " ".join(part for part in (os.caption or os.edition_id, f"({build})" if build else None) if part) or None


def resource_id(view: View) -> str | None:
    """Return the VM's Azure resource id from inside the guest, else from Azure's side."""
    imds = view.guest.imds if view.asked_guest else None
    told = view.evidence.path.get("vm_id") if view.evidence.path is not None else None
    return (imds.resource_id if imds is not None else None) or (told if isinstance(told, str) else None)


def _why(section: Section) -> str:
    if section.status == "skipped":
        return TEXTS["not_asked"]
    told = [error.message or wording.code(error.code) for error in section.errors]
    return TEXTS["failed"].format(status=section.status, reason=told[0]) if told else section.status
