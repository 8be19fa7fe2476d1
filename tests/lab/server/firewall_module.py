# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How community.windows.win_firewall_rule answers and what it changes: local rules, found by their display name or group."""

from __future__ import annotations

import typing as t

from tests.lab.guest.firewall_rules import rule_id
from tests.lab.guest.machine import GuestMachine
from tests.lab.server.payload import Payload
from tests.lab.world.model import Tree

_TEXTS = {"program": "program", "service": "service", "group": "group"}
_LISTS = {
    "localport": "local_port", "remoteport": "remote_port", "localip": "local_address", "remoteip": "remote_address",
}  # fmt: skip
_WORDS = {
    "direction": {"in": "Inbound", "out": "Outbound"}, "action": {"allow": "Allow", "block": "Block"},
}  # fmt: skip
_UNSEEN = frozenset({"description", "edge", "security", "interfacetypes", "icmp_type_code"})
_TRUE = (True, "true", "yes", "on", 1, "1")


def answer(payload: Payload, guest: GuestMachine) -> dict[str, t.Any]:
    """Create, change or remove rules as the module does."""
    options = {name: value for name, value in payload.arguments.items() if value is not None}
    name, group = options.get("name"), options.get("group")
    if not name and not group:
        return {"failed": True, "msg": "Either name or group must be specified"}
    if not guest.machine["elevated"]:
        return {"failed": True, "msg": "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))"}
    unseen = sorted(_UNSEEN & {*options} - {"description"})
    if unseen:
        return {"failed": True, "msg": f"lab: win_firewall_rule is simulated without {', '.join(unseen)}"}
    rules: list[Tree] = guest.guest.setdefault("firewall", {}).setdefault("rules", [])
    found = [rule for rule in rules if rule.get("store") != "policy" and _named(rule, name, group)]
    change = _remove if options.get("state", "present") == "absent" else _set
    changed, message, diff = change(rules, found, options, payload.check_mode)
    result: dict[str, t.Any] = {"changed": changed, "msg": message}
    return {**result, "diff": {"prepared": diff}} if payload.internal.get("diff") else result


def _remove(rules: list[Tree], found: list[Tree], options: Tree, check: bool) -> tuple[bool, str, str]:
    if not found:
        if options.get("name"):
            return False, f"Firewall rule '{options['name']}' does not exist.", ""
        return False, f"No firewall rules in group '{options['group']}' exist.", ""
    if not check:
        for rule in found:
            rules.remove(rule)
    names = [_name(rule) for rule in found]
    diff = "".join(f"-[{_name(rule)}]\n{_lines('-', rule)}" for rule in found)
    return True, f"""Firewall rule(s) '{"', '".join(names)}' removed.""", diff


def _set(rules: list[Tree], found: list[Tree], options: Tree, check: bool) -> tuple[bool, str, str]:
    wanted = _wanted(options)
    if not found and options.get("name"):
        rule = {"direction": "Inbound", "action": "Allow", "enabled": True, "display": options["name"], **wanted}
        rule["name"] = rule_id(rule)
        if not check:
            rules.append(rule)
        return True, f"Firewall rule '{options['name']}' created.", f"+[{options['name']}]\n{_lines('+', wanted)}"
    changed: list[str] = []
    unchanged: list[str] = []
    diff = ""
    for rule in found:
        other = {key: value for key, value in wanted.items() if _plain(rule, key) != _plain(wanted, key)}
        diff += f"[{_name(rule)}]\n" + _lines("-", {key: rule.get(key) for key in other}) + _lines("+", other)
        (changed if other else unchanged).append(_name(rule))
        if other and not check:
            # The id must not follow from what the rule says now.
            rule |= {"name": rule_id(rule), **other}
    text = f"""Firewall rule(s) changed '{"', '".join(changed)}' - unchanged '{"', '".join(unchanged)}'"""
    return bool(changed), text, diff


def _wanted(options: Tree) -> Tree:
    """Return the rule's properties as far as the task gives them."""
    wanted: Tree = {key: str(options[name]) for name, key in _TEXTS.items() if name in options}
    wanted |= {name: words[str(options[name])] for name, words in _WORDS.items() if name in options}
    wanted |= {key: _items(options[name]) for name, key in _LISTS.items() if name in options}
    enabled = options.get("enabled", options.get("enable"))
    if enabled is not None:
        wanted["enabled"] = enabled in _TRUE
    if "protocol" in options:
        wanted["protocol"] = str(options["protocol"]).upper()
    profiles = options.get("profiles", options.get("profile"))
    if profiles is not None:
        named = [profiles] if isinstance(profiles, str) else profiles
        wanted["profile"] = [item.strip().capitalize() for part in named for item in part.split(",")]
    return wanted


def _items(value: t.Any) -> list[str]:
    items = [part.strip() for part in str(value).split(",")]
    return [] if items in (["any"], ["*"], [""]) else items


def _plain(rule: Tree, key: str) -> t.Any:
    """Return a property in a form that can be compared: order and case do not count."""
    value = rule.get(key)
    if key == "enabled":
        return rule.get("enabled", True)
    if isinstance(value, list):
        # All profiles are the same as none named.
        items = sorted(item.casefold() for item in value)
        return [] if key == "profile" and len(items) == 3 else items
    if key in ("protocol", "program", "service"):
        return "" if str(value or "any").casefold() == "any" else str(value).casefold()
    return [] if value is None and key in (*_LISTS.values(), "profile") else value or ""


def _named(rule: Tree, name: str | None, group: str | None) -> bool:
    if name:
        return _name(rule).casefold() == name.casefold()
    return str(rule.get("group") or "").casefold() == str(group).casefold()


def _name(rule: Tree) -> str:
    return str(rule.get("display") or rule_id(rule))


def _lines(sign: str, properties: Tree) -> str:
    return "".join(f"{sign}{key}='{value}'\n" for key, value in properties.items())
