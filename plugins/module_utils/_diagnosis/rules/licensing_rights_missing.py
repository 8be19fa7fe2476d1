# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licensing service is denied access to what it needs: files, registry, COM."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources, wording
from ..model import Finding, Step
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, Rule, always, finding, remedy, steps
from ..view import View

ID = "licensing-rights-missing"
TEXTS = texts(
    ID,
    {
        "found": "The licensing service (sppsvc) is denied access: {code}. Restore its access rights and activate.",
        "unproven": "An activation was denied access, possibly because its user was not an administrator: {code}. Activate again as an administrator.",
    },
)
STEPS = steps(
    ID,
    {
        "elevate": "Activate from a console that runs as administrator",
        "store": (
            "Compare the access rights of the licensing folder with a healthy VM of the same build (NT "
            "SERVICE\\sppsvc needs access; before Windows 8 and Server 2012, NETWORK SERVICE)",
            "icacls $env:windir\\System32\\spp\\store /t",
        ),
        "registry": (
            "Compare the access rights of the licensing registry key in the same way",
            "(Get-Acl 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform').Access",
        ),
        "com": (
            "Restore the COM access permissions of SELF (My Computer, Properties, COM Security, Edit Default), as event 8229 asks for",
            "dcomcnfg",
        ),
        "policy": "Look for the hardening policy, script or security product that removed them, or they will be lost again",
    },
)


def check(view: View) -> Finding | None:
    """Report access that was denied; who asked is certain only where an administrator did."""
    codes = view.rights_codes
    if not codes:
        return None
    elevated = view.guest.os is not None and view.guest.os.elevated
    own = any(seen.source != "license_row" for seen in codes)
    return finding(
        ID,
        TEXTS["found" if elevated or own else "unproven"].format(code=wording.code(codes[0].code)),
        confidence="likely" if elevated and own else "possible",
        evidence=facts.codes(codes),
        remedy=[remedy(GUEST_ADMIN, *steps_for(view), ACTIVATE)],
    )


def steps_for(view: View) -> tuple[Step, ...]:
    """Return the steps that apply: COM where its event was seen or the machine is in a domain, files and registry always."""
    com = any(seen.source == "event_8229" for seen in view.rights_codes)
    joined = view.guest.domain is not None and view.guest.domain.joined
    elevated = view.guest.os is not None and view.guest.os.elevated
    left_out = {*(["com"] if not (com or joined) else []), *(["elevate"] if elevated else [])}
    return tuple(step for name, step in STEPS.items() if name not in left_out)


RULE = Rule(
    id=ID,
    name="Licensing service lacks rights",
    place=225,
    why="A code says what was denied and not by whom, so every proven cause comes before it; the verdict on the licence names it.",
    subject="the rights of the licensing service",
    needs=("events",),
    check=check,
    texts=TEXTS,
    steps=STEPS | ACTIVATING,
    severities=("error",),
    root_severities=(),
    alike=("token-store-damaged", "licensing-service-disabled"),
    sources=(
        sources.ERROR_CODES,
        sources.Source(
            "Error 0x80070005 on activation (SupportArticles-docs)",
            "https://github.com/MicrosoftDocs/SupportArticles-docs/tree/main/support/windows-server/licensing-and-activation",
        ),
    ),
    applies=always,
)
