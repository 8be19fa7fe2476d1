# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One Windows Firewall rule string and whether it concerns the licensing service on the KMS port.

Grammar: [MS-GPFAS] 2.2.2, `v2.30|Key=Value|...|`; repeated keys add up, an absent key does not restrict. Read 2026-11-24.
"""

from __future__ import annotations

import ipaddress
import typing as t

from . import text
from .evidence import FirewallRule

PROFILES = frozenset({"Domain", "Private", "Public"})
_TCP = "6"
_ACTIONS = {"block": "block", "allow": "allow", "bypass": "bypass"}
_SERVICE, _PROGRAM = "sppsvc", "\\system32\\sppsvc.exe"
# What runs the probe, by the connections that Ansible has.
_PROBES = ("\\powershell.exe", "\\wsmprovhost.exe", "\\pwsh.exe")
_REMOTE4, _REMOTE6 = ("RA4", "RA42"), ("RA6", "RA62")

# Keys that are judged here or do not restrict anything; every other one is a condition that was not evaluated.
_MATCHED = {"Active", "Dir", "Protocol", "Profile", "RPort", "RPort2_10", "RA4", "RA42", "RA6", "RA62"}
_JUDGED = _MATCHED | {"Action", "Name", "Desc", "EmbedCtxt", "App", "Svc", "AppPkgId"}

Values = t.Mapping[str, t.Sequence[str]]


def split(rule: str) -> dict[str, list[str]]:
    """Return the keys of a rule string with all their values."""
    values: dict[str, list[str]] = {}
    for item in rule.split("|")[1:]:
        key, equals, value = item.partition("=")
        if equals:
            values.setdefault(key.strip(), []).append(value.strip())
    return values


def profiles(values: Values) -> frozenset[str]:
    """Return the profiles a rule is for; none named means all."""
    return frozenset(name.title() for name in values.get("Profile", ())) & PROFILES if "Profile" in values else PROFILES


def parse(
    rule_id: str, rule: str, source: str, port: int, addresses: t.Sequence[str]
) -> tuple[FirewallRule, frozenset[str]] | None:
    """Return an active outbound TCP rule with its profiles when it can decide on sppsvc, this port and these addresses."""
    values = split(rule)
    return _parse(rule_id, values, source, port, addresses) if _covers_program(values) else None


def parse_for_probe(
    rule_id: str, rule: str, source: str, port: int, addresses: t.Sequence[str]
) -> tuple[FirewallRule, frozenset[str]] | None:
    """Return such a rule when it is for the program that runs the probe and for no other."""
    values = split(rule)
    program = _first(values, "App").lower().replace("/", "\\")
    return _parse(rule_id, values, source, port, addresses) if program.endswith(_PROBES) else None


def _parse(
    rule_id: str, values: Values, source: str, port: int, addresses: t.Sequence[str]
) -> tuple[FirewallRule, frozenset[str]] | None:
    action = _ACTIONS.get(_first(values, "Action").lower())
    outbound = _first(values, "Dir").lower() == "out" and _first(values, "Active").upper() == "TRUE"
    if action is None or not outbound or not _covers_port(values, port):
        return None
    covered = [address for address in addresses if _covers_address(values, address)]
    if not covered:
        return None
    conditions = [f"{key}={value}" for key in values if key not in _JUDGED for value in values[key]]
    conditions += [f"RA42={value}" for value in values.get("RA42", ())]
    if len(covered) < len(addresses):
        conditions.append("only for " + ", ".join(covered))
    name = text.message(_first(values, "Name")) or None
    shown = tuple(text.message(condition, 120) for condition in conditions)
    rule = FirewallRule(text.message(rule_id), name, source, action, not shown, shown, _applies_to(values))
    return rule, profiles(values)


def _applies_to(values: Values) -> str:
    program = _first(values, "App").lower().replace("/", "\\")
    if program.endswith(_PROBES):
        return "probe"
    # A rule for all services is no rule for PowerShell, which is none.
    return "sppsvc" if program or _first(values, "Svc") else "any"


def _first(values: Values, key: str) -> str:
    return values[key][0] if key in values else ""


def _covers_port(values: Values, port: int) -> bool:
    if "Protocol" not in values:
        return True
    if _TCP not in values["Protocol"]:
        return False
    single, ranges = values.get("RPort", ()), values.get("RPort2_10", ())
    if not single and not ranges:
        return True
    return str(port) in single or any(_in_port_range(item, port) for item in ranges)


def _in_port_range(item: str, port: int) -> bool:
    low, dash, high = item.partition("-")
    ends = (low, high) if dash else (low, low)
    if not all(end.isascii() and end.isdigit() and len(end) <= len("65535") for end in ends):
        return False
    return int(ends[0]) <= port <= int(ends[1])


def _covers_program(values: Values) -> bool:
    """Rules of other programs, services and packaged apps do not concern the licensing service."""
    service, program = _first(values, "Svc").lower(), _first(values, "App").lower()
    return (
        "AppPkgId" not in values
        and service in {"", "*", _SERVICE}
        and (not program or program.replace("/", "\\").endswith(_PROGRAM))
    )


def _covers_address(values: Values, address: str) -> bool:
    if not any(key in values for key in (*_REMOTE4, *_REMOTE6)):
        return True
    if any(item.lower() == "internet" for item in values.get("RA42", ())):
        return True
    return any(_in_address_range(item, address) for item in values.get("RA4", ()))


def _in_address_range(item: str, address: str) -> bool:
    """Say whether `a`, `a-b`, `a/bits` or `a/mask` holds the address; keywords such as LocalSubnet never hold a KMS."""
    try:
        wanted = ipaddress.ip_address(address)
        if "-" in item:
            low, high = (int(ipaddress.ip_address(end.strip())) for end in item.split("-", 1))
            return low <= int(wanted) <= high
        return wanted in ipaddress.ip_network(item, strict=False)
    except ValueError:
        return False
