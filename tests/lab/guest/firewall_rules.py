# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's Windows Firewall: the rule strings its registry holds, and what it does to a connection.

Grammar of the strings and order of the decisions: [MS-GPFAS] 2.2.2 and [MS-FASP] 2.2.34.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t
import uuid

from tests.lab.guest import registry as keys
from tests.lab.guest.os_defaults import NAMESPACE
from tests.lab.guest.surroundings import addresses as own_addresses
from tests.lab.world.model import Tree

PROFILES = ("Domain", "Private", "Public")
CATEGORIES = {"Domain": "DomainAuthenticated", "Private": "Private", "Public": "Public"}
LOCAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
# Private is called Standard where the local settings live.
_LOCAL_NAMES = {"Domain": "DomainProfile", "Private": "StandardProfile", "Public": "PublicProfile"}
_PROTOCOLS = {"TCP": "6", "UDP": "17", "ICMPV4": "1", "ICMPV6": "58"}
_ALLOW, _BLOCK = 0, 1
# Windows takes local ports from 49152 to 65535.
_DYNAMIC_PORT = 50688
_KEYWORDS = {"internet": "IntErnet", "intranet": "IntrAnet"}
_ANY = ("", "any", "*")
# Some of the rules every Windows brings along; none of them concerns KMS.
_BUILT_IN = {
    "CoreNet-DNS-Out-UDP": "Action=Allow|Active=TRUE|Dir=Out|Protocol=17|RPort=53|App=%SystemRoot%\\system32\\svchost.exe"
    "|Svc=dnscache|Name=@FirewallAPI.dll,-25405|Desc=@FirewallAPI.dll,-25408|EmbedCtxt=@FirewallAPI.dll,-25000|",
    "CoreNet-IPHTTPS-Out": "Action=Allow|Active=TRUE|Dir=Out|Protocol=6|RPort2_10=IPTLSOut|RPort2_10=IPHTTPSOut"
    "|App=%SystemRoot%\\system32\\svchost.exe|Svc=iphlpsvc|Name=@FirewallAPI.dll,-25427|"
    "EmbedCtxt=@FirewallAPI.dll,-25000|",
    "RemoteDesktop-UserMode-In-TCP": "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389"
    "|App=%SystemRoot%\\system32\\svchost.exe|Svc=termservice|Name=@FirewallAPI.dll,-28775|",
}


@dataclasses.dataclass(frozen=True)
class Program:
    """Who opens a connection: the path of the program, and the service when it is one."""

    path: str
    service: str | None = None


POWERSHELL = Program(r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe")
SPPSVC = Program(r"C:\Windows\System32\sppsvc.exe", "sppsvc")


def active_profiles(guest: Tree) -> tuple[str, ...]:
    """Return the profiles of the guest's networks; a domain member is on its domain's network."""
    given = (guest.get("firewall") or {}).get("active_profile")
    return tuple(given or ["Domain" if _joined(guest) else "Public"])


def registry(guest: Tree, version: str) -> dict[str, dict[str, Tree]]:
    """Return the firewall's registry keys with their values; `version` is the release's rule format."""
    firewall = guest.get("firewall") or {}
    keys: dict[str, dict[str, Tree]] = {}
    for name in PROFILES:
        given = (firewall.get("profiles") or {}).get(name, {})
        keys[f"{LOCAL}\\{_LOCAL_NAMES[name]}"] = {
            "EnableFirewall": _dword(given.get("enabled", True)),
            "DefaultOutboundAction": _dword(given.get("outbound") == "Block"),
            "DefaultInboundAction": _dword(given.get("inbound", "Block") == "Block"),
        }
        policy = (firewall.get("policy") or {}).get(name)
        if policy is not None:
            keys[f"{POLICY}\\{name}Profile"] = _policy_values(policy)
    keys[f"{LOCAL}\\FirewallRules"] = {name: _string(f"{version}|{rule}") for name, rule in _BUILT_IN.items()}
    for rule in firewall.get("rules") or []:
        root = POLICY if rule.get("store") == "policy" else LOCAL
        keys.setdefault(f"{root}\\FirewallRules", {})[rule_id(rule)] = _string(rule_string(rule, version))
    return keys


def follow(guest: Tree, machine: Tree, version: str) -> None:
    """Let the registry show the local rules as they are now, and the rules know whether their service runs."""
    state = machine["services"].get("mpssvc")
    guest.setdefault("services", {})["mpssvc"] = None if state is None else {"state": state["status"]}
    shown = machine.setdefault("firewall_shown", None)
    local = [rule for rule in (guest.get("firewall") or {}).get("rules") or [] if rule.get("store") != "policy"]
    now = {rule_id(rule): rule_string(rule, version) for rule in local}
    if shown is not None:
        key = f"{LOCAL}\\FirewallRules"
        keys.remove(machine, key, *(name for name in shown if name not in now))
        for name in (name for name in now if shown.get(name) != now[name]):
            keys.write(machine, key, name, now[name])
    machine["firewall_shown"] = now


def rule_id(rule: Tree) -> str:
    """Return the name of a rule's registry value."""
    return str(rule.get("name") or f"{{{str(uuid.uuid5(NAMESPACE, f'rule {sorted(rule.items())}')).upper()}}}")


def rule_string(rule: Tree, version: str) -> str:
    """Return a rule as the registry holds it."""
    protocol = _protocol(rule)
    parts = [
        ("Action", rule["action"]),
        ("Active", "TRUE" if rule.get("enabled", True) else "FALSE"),
        ("Dir", "In" if rule.get("direction") == "Inbound" else "Out"),
        *([("Protocol", protocol)] if protocol else []),
        *[("Profile", name) for name in rule.get("profile") or []],
        *[(_port_key("LPort", item), item) for item in rule.get("local_port") or []],
        *[(_port_key("RPort", item), item) for item in rule.get("remote_port") or []],
        *[_address_part("LA", item) for item in rule.get("local_address") or []],
        *[_address_part("RA", item) for item in rule.get("remote_address") or []],
        *([("App", rule["program"])] if not _any(rule.get("program")) else []),
        *([("Svc", rule["service"])] if rule.get("service", "").casefold() not in ("", "any") else []),
        ("Name", rule.get("display") or rule_id(rule)),
        *([("EmbedCtxt", rule["group"])] if rule.get("group") else []),
    ]
    return f"{version}|" + "".join(f"{key}={value}|" for key, value in parts)


def denies(guest: Tree, address: str, port: int, program: Program) -> bool:
    """Say whether the guest's own firewall stops a TCP connection."""
    service = (guest.get("services") or {}).get("mpssvc", {})
    if service is None or service.get("start_mode") == "Disabled" or service.get("state") == "Stopped":
        return False
    return any(_profile_denies(guest, name, address, port, program) for name in active_profiles(guest))


def _profile_denies(guest: Tree, profile: str, address: str, port: int, program: Program) -> bool:
    firewall = guest.get("firewall") or {}
    local = (firewall.get("profiles") or {}).get(profile, {})
    policy = (firewall.get("policy") or {}).get(profile, {})
    own = str(own_addresses(guest)[0]["address"])
    if not policy.get("enabled", local.get("enabled", True)):
        return False
    stores = ("local", "policy") if policy.get("allow_local_rules", True) else ("policy",)
    actions = {
        rule["action"]
        for rule in firewall.get("rules") or []
        if rule.get("store", "local") in stores
        and _local_matches(rule, own)
        and _matches(rule, profile, address, port, program)
    }
    if "ByPass" in actions:
        return False
    if actions:
        return "Block" in actions
    outbound = policy.get("outbound", "NotConfigured")
    return (local.get("outbound") if outbound == "NotConfigured" else outbound) == "Block"


def _matches(rule: Tree, profile: str, address: str, port: int, program: Program) -> bool:
    if not rule.get("enabled", True) or rule.get("direction") == "Inbound" or _protocol(rule) not in ("", "6"):
        return False
    profiles, ports, addresses = (rule.get(key) or [] for key in ("profile", "remote_port", "remote_address"))
    return (
        (not profiles or profile in profiles)
        and (not ports or any(_port_in(item, port) for item in ports))
        and (not addresses or any(_address_in(item, address) for item in addresses))
        and (_any(rule.get("program")) or _path(rule["program"]) == _path(program.path))
        and _service_matches(rule.get("service", ""), program)
    )


def _local_matches(rule: Tree, own: str) -> bool:
    """A connection leaves from the guest's first address and from a port of the dynamic range ([RFC 6335], netsh int ipv4 show dynamicport)."""
    ports, addresses = (rule.get(key) or [] for key in ("local_port", "local_address"))
    return (not ports or any(_port_in(item, _DYNAMIC_PORT) for item in ports)) and (
        not addresses or any(_address_in(item, own) for item in addresses)
    )


def _service_matches(service: str, program: Program) -> bool:
    if service == "*":
        return program.service is not None
    return service.casefold() in ("", "any") or service.casefold() == (program.service or "").casefold()


def _port_in(item: str, port: int) -> bool:
    low, _dash, high = item.partition("-")
    return low.isdigit() and int(low) <= port <= int(high or low)


def _address_in(item: str, address: str) -> bool:
    target = ipaddress.ip_address(address)
    if item.casefold() == "internet":
        return target.is_global
    if item.casefold() in ("localsubnet", "intranet"):
        return target.is_private
    low, dash, high = item.partition("-")
    try:
        if dash:
            first, last = ipaddress.ip_address(low), ipaddress.ip_address(high)
            return first.version == target.version and int(first) <= int(target) <= int(last)
        return target in ipaddress.ip_network(item, strict=False)
    except ValueError:
        return False


def _address_part(prefix: str, item: str) -> tuple[str, str]:
    if item.casefold() in _KEYWORDS:
        return f"{prefix}42", _KEYWORDS[item.casefold()]
    return f"{prefix}6" if ":" in item else f"{prefix}4", item


def _port_key(key: str, item: str) -> str:
    return key if item.isdigit() or key == "LPort" else f"{key}2_10"


def _protocol(rule: Tree) -> str:
    name = str(rule.get("protocol") or "Any").upper()
    return "" if name.casefold() in _ANY else _PROTOCOLS.get(name, name)


def _policy_values(policy: Tree) -> dict[str, Tree]:
    values = {}
    if "enabled" in policy:
        values["EnableFirewall"] = _dword(policy["enabled"])
    if policy.get("outbound", "NotConfigured") != "NotConfigured":
        values["DefaultOutboundAction"] = _dword(policy["outbound"] == "Block")
    if policy.get("inbound", "NotConfigured") != "NotConfigured":
        values["DefaultInboundAction"] = _dword(policy["inbound"] == "Block")
    if "allow_local_rules" in policy:
        values["AllowLocalPolicyMerge"] = _dword(policy["allow_local_rules"])
    return values


def _joined(guest: Tree) -> bool:
    domain = guest.get("domain") or {}
    return bool(domain.get("joined", bool(domain.get("name"))))


def _path(path: str) -> str:
    folded = path.casefold()
    for variable in ("%systemroot%", "%windir%"):
        folded = folded.replace(variable, "c:\\windows")
    return folded


def _any(value: t.Any) -> bool:
    return str(value or "").casefold() in _ANY


def _dword(value: bool) -> Tree:
    return {"type": "DWord", "data": _BLOCK if value else _ALLOW}


def _string(text: str) -> Tree:
    return {"type": "String", "data": text}
