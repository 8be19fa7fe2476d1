# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a simulated guest answers when the collection's probe script runs on it.

Every section is a function of the machine; its errors say what Windows would say. The engine test holds this answer
against the one of the script itself.
"""

from __future__ import annotations

import re
import time
import typing as t

from tests.lab.guest import network, properties, proxy_users, windows
from tests.lab.guest.windows import HKLM, SERVICES, Machine, Section

SECTIONS = (
    "kms_settings",
    "services",
    "token_store",
    "proxy",
    "os",
    "domain",
    "license",
    "imds",
    "dns",
    "connectivity",
    "attestation",
    "firewall",
    "routes",
    "events",
    "clock",
)
_WINDOWS = rf"{HKLM}\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_LICENSING = rf"{_WINDOWS}\SoftwareProtectionPlatform"
_APP = "55c92734-d682-4d71-983e-d6ec3f16059f"
# Somebody has the file open, has locked a part of it, or an antivirus keeps it: no word about rights.
_HELD = {"0x80070020", "0x80070021", "0x800700E1", "0x800700E2"}
# Kept of each store's blocking rules, and of its others, in characters.
_RULE_ROOM = 30000
_LEAST_LIMIT = 15
_AZURE_EDITION_SKU = 407


def answer(machine: Machine, parameters: t.Mapping[str, t.Any], pace: float = 1.0) -> dict[str, t.Any]:
    """Return the probe's RAW answer. `pace` scales every waiting: 1 is what a real guest takes."""
    started = time.monotonic()
    sections = {name: Section() for name in SECTIONS}
    for name, read in _LOCAL.items():
        sections[name].data = read(machine, sections[name])
    network.gather(machine, parameters, sections, pace)
    for name, read in _LATE.items():
        sections[name].data = read(machine, sections[name])
    sections["events"].data = windows.events(machine, sections["events"], parameters)
    sections["firewall"].data = _firewall(machine, sections["firewall"], int(parameters.get("Port", 1688)))
    asked = parameters.get("Sections") or SECTIONS
    return {
        "schema": 1,
        "language_mode": machine["language_mode"],
        "limit_seconds": max(
            int(parameters.get("LeastSeconds", _LEAST_LIMIT)), 3 * int(parameters.get("TimeoutSeconds", 5))
        ),
        "elapsed_ms": round((time.monotonic() - started) * 1000),
        "sections": {name: sections[name].raw() for name in asked if name in sections},
    }


def _os(machine: Machine, section: Section) -> dict[str, t.Any]:
    version = section.part(_WINDOWS, lambda: windows.read_key(machine, _WINDOWS)) or {}
    system = windows.first(section.cim(machine, "Win32_OperatingSystem"))
    build = version.get("currentbuildnumber", {}).get("data")
    return {
        "edition_id": version.get("editionid", {}).get("data"),
        "product_name": version.get("productname", {}).get("data"),
        "installation_type": version.get("installationtype", {}).get("data"),
        "build": None if not build else int(build),
        "ubr": version.get("ubr", {}).get("data"),
        "caption": system.get("Caption"),
        "sku": system.get("OperatingSystemSKU"),
        "product_type": system.get("ProductType"),
        "version": system.get("Version"),
        "os_language": system.get("OSLanguage"),
        "ui_culture": section.cmdlet(machine, "Get-UICulture", lambda: machine["ui_culture"]),
        "time_zone": section.cmdlet(machine, "Get-TimeZone", lambda: machine["time_zone"]),
        "powershell": machine["powershell"],
        "elevated": section.cmdlet(machine, "whoami.exe", lambda: machine["elevated"]),
    }


def _domain(machine: Machine, section: Section) -> dict[str, t.Any] | None:
    rows = section.cim(machine, "Win32_ComputerSystem")
    if not rows:
        return None
    joined = rows[0].get("PartOfDomain")
    return {"joined": joined, "name": rows[0].get("Domain") if joined else None}


def _license(machine: Machine, section: Section) -> dict[str, t.Any]:
    rows = section.cim(machine, "SoftwareLicensingProduct")
    products = None
    if rows is not None:
        products = [
            {name: row.get(name) for name in properties.PRODUCT}
            for row in rows
            if str(row.get("ApplicationID", "")).lower() == _APP and row.get("PartialProductKey") is not None
        ]
    service = section.cim(machine, "SoftwareLicensingService")
    return {
        "products": products,
        "service": {name: service[0].get(name) for name in properties.SERVICE} if service else None,
    }


def _kms_settings(machine: Machine, section: Section) -> dict[str, t.Any]:
    names = ["KeyManagementServiceName", "KeyManagementServicePort"]
    policy = rf"{HKLM}\SOFTWARE\Policies\Microsoft\Windows NT\CurrentVersion\Software Protection Platform"
    twin = r"HKEY_USERS\S-1-5-20\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
    cached = ["DiscoveredKeyManagementServiceName", "DiscoveredKeyManagementServicePort"]

    def read_products() -> list[dict[str, t.Any]]:
        key = rf"{_LICENSING}\{_APP}"
        found = []
        for name in windows.subkeys(machine, key):
            values = windows.read_values(machine, rf"{key}\{name}", names)
            if any(values.values()):
                found.append({"activation_id": name, **values})
        return found

    def read(key: str, wanted: list[str]) -> t.Any:
        return section.part(key, lambda: windows.read_values(machine, key, wanted))

    return {
        "spp": read(_LICENSING, [*names, "SkipRearm"]),
        "activation": read(rf"{_LICENSING}\Activation", ["Manual"]),
        "products": section.part(rf"{_LICENSING}\{_APP}", read_products),
        "policy": read(policy, [*names, "NoGenTicket"]),
        "network_service": read(twin, cached),
    }


def _services(machine: Machine, section: Section) -> dict[str, t.Any]:
    return {name: _service(machine, section, name) for name in ("sppsvc", "w32time", "mpssvc", "himds")}


def _service(machine: Machine, section: Section, name: str) -> dict[str, t.Any]:
    entry: dict[str, t.Any] = dict.fromkeys(("exists", "status", "start", "delayed_autostart"))
    entry["dependents"] = []
    state = section.cmdlet(machine, "Get-Service", lambda: machine["services"].get(name, {}), f"Get-Service {name}")
    if state is not None:
        entry["exists"] = bool(state)
        entry["status"] = state.get("status")
        entry["dependents"] = list(state.get("dependents", []))
    key = rf"{SERVICES}\{name}"
    values = section.part(key, lambda: windows.read_key(machine, key))
    if values is not None:
        entry["start"] = values.get("start", {}).get("data")
        entry["delayed_autostart"] = values.get("delayedautostart", {}).get("data")
    if entry["exists"] is None and entry["start"] is not None:
        entry["exists"] = True
    return entry


def _token_store(machine: Machine, section: Section) -> dict[str, t.Any]:
    """Look where the registry says that the store is, then where documents say."""
    files = {path.lower(): file for path, file in machine["files"].items()}
    named = section.part(_LICENSING, lambda: windows.read_key(machine, _LICENSING).get("tokenstore", {}).get("data"))
    folder = re.sub("%(windir|systemroot)%", lambda _: r"C:\Windows", named or "", flags=re.IGNORECASE).rstrip("\\")
    default = r"C:\Windows\System32\spp\store"
    places = [folder, rf"{default}\2.0", default]
    chosen = {place.lower(): place for place in reversed(places) if place}
    paths = [rf"{chosen[place]}\tokens.dat" for place in dict.fromkeys(place.lower() for place in places if place)]
    return {"folder": folder or None, "files": [_file(path, files.get(path.lower()), section) for path in paths]}


def _file(path: str, file: t.Mapping[str, t.Any] | None, section: Section) -> dict[str, t.Any]:
    seen = {"path": path, "exists": file is not None, **dict.fromkeys(("size", "modified", "readable", "open_error"))}
    if file is None:
        return seen
    if file.get("denied"):
        denied = windows.ReadError(
            "0x80070005", "ItemExistsUnauthorizedAccessError", "System.UnauthorizedAccessException", "denied"
        )
        section.errors.append(denied.at(path))
        return {**seen, "exists": None}
    code = None if file["readable"] else file.get("error") or "0x80070005"
    readable = None if code in _HELD else code is None
    return {**seen, "size": file["size"], "modified": file["modified"], "readable": readable, "open_error": code}


def _proxy(machine: Machine, section: Section) -> dict[str, t.Any]:
    key = rf"{HKLM}\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections"
    values = section.part(key, lambda: windows.read_values(machine, key, ["WinHttpSettings"])) or {}
    settings = values.get("WinHttpSettings")
    if settings is not None and settings["type"] == "Binary":
        settings = {**settings, "data": proxy_users.hidden(bytes.fromhex(settings["data"])).hex()}
    return {"winhttp_settings": settings}


def _imds(machine: Machine, _section: Section) -> dict[str, t.Any]:
    if "error" in machine["imds"]:
        return {"status": machine["imds"]["error"], "compute": None}
    compute = machine["imds"]["compute"]
    if not compute.get("azEnvironment") and not compute.get("vmId"):
        return {"status": "unexpected", "compute": None}
    return {"status": "ok", "compute": {name: compute.get(name) for name in properties.COMPUTE}}


def _firewall(machine: Machine, section: Section, port: int) -> dict[str, t.Any]:
    local = rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy"
    policy = rf"{HKLM}\SOFTWARE\Policies\Microsoft\WindowsFirewall"
    names = ["EnableFirewall", "DefaultOutboundAction"]

    def profiles(base: str, names: tuple[str, ...], wanted: list[str]) -> dict[str, t.Any]:
        found = {}
        for profile in names:
            values = windows.read_key(machine, rf"{base}\{profile}Profile")
            found[profile] = {name: values.get(name.lower(), {}).get("data") for name in wanted}
        return found

    def place(base: str, found: t.Any) -> dict[str, t.Any] | None:
        key = rf"{base}\FirewallRules"
        rules = section.part(key, lambda: _rules(windows.read_key(machine, key, lower=False), port))
        return {"profiles": found, **(rules or {"rules": None, "truncated": None})} if rules or found else None

    own = section.part(local, lambda: profiles(local, ("Domain", "Standard", "Public"), names))
    wanted = [*names, "AllowLocalPolicyMerge"]
    given = section.part(policy, lambda: profiles(policy, ("Domain", "Private", "Public", "Standard"), wanted))
    decided = place(policy, given)
    return {
        "local": place(local, own),
        "policy": decided,
        "active_categories": section.cmdlet(
            machine, "Get-NetConnectionProfile", lambda: list(dict.fromkeys(machine["net_profiles"]))
        ),
    }


def _rules(values: t.Mapping[str, t.Any], port: int) -> dict[str, t.Any]:
    """Return the rules that concern the port and the two programs, as many as there is room for."""
    room = {True: _RULE_ROOM, False: _RULE_ROOM}
    kept, truncated = {}, False
    for name, rule in values.items():
        text = str(rule["data"])
        if not _concerns(text, port):
            continue
        blocks = "|action=block|" in f"|{text.lower()}"
        room[blocks] -= len(text) + 1
        if room[blocks] < 0:
            truncated = True
        else:
            kept[name] = text
    return {"rules": kept, "truncated": truncated}


def _concerns(rule: str, port: int) -> bool:
    """Say whether an active outbound rule could concern TCP to the port by PowerShell or the licensing service."""
    fields = [field.lower() for field in rule.split("|")[:-1]]
    keys = {field.partition("=")[0] for field in fields}
    named = {
        key: [field.partition("=")[2] for field in fields if field.startswith(f"{key}=")] for key in ("app", "svc")
    }
    programs = {re.split(r"[\\/]", path)[-1] for path in named["app"]}
    protocols = [field for field in fields if field.startswith("protocol=")]
    return (
        {"dir=out", "active=true"} <= set(fields)
        and not keys & {"apppkgid", "luown"}
        and programs <= {"powershell.exe", "pwsh.exe", "wsmprovhost.exe", "sppsvc.exe"}
        and set(named["svc"]) <= {"", "*", "sppsvc"}
        and all(protocol == "protocol=6" for protocol in protocols)
        and (f"rport={port}" in fields or "rport" not in keys or "rport2_10" in keys)
    )


def _routes(machine: Machine, section: Section) -> dict[str, t.Any]:
    def read() -> list[dict[str, t.Any]]:
        return [
            {name: route.get(name) for name in ("interface", "next_hop", "metric")}
            for route in machine["default_routes"]
        ]

    routes = section.cmdlet(machine, "Get-NetRoute", read)
    addresses = section.cmdlet(machine, "Get-NetIPAddress", lambda: list(machine.get("addresses", [])))
    return {"default": routes, "addresses": addresses}


def _attestation(machine: Machine, section: Section) -> dict[str, t.Any]:
    seen: dict[str, t.Any] = {"status": "not-applicable", "signer": None, "issuer": None, "chain_status": []}
    os = windows.read_key(machine, _WINDOWS) if not windows.denied(machine, _WINDOWS) else {}
    rows = machine["cim"].get("Win32_OperatingSystem", {}).get("rows") or [{}]
    edition = str(os.get("editionid", {}).get("data") or "")
    if not edition.lower().startswith("serverturbine") and rows[0].get("OperatingSystemSKU") != _AZURE_EDITION_SKU:
        return seen
    chain = machine["attestation"]
    if "error" in machine["imds"] or chain["chain"] == "unreachable":
        return {**seen, "status": "unreachable"}
    if windows.constrained(machine):
        section.errors.append(windows.refused_method("attested document"))
        return {}
    if chain["chain"] == "ok":
        return {**seen, "status": "ok", "signer": windows.SIGNER, "issuer": windows.ROOT}
    issuer = chain.get("issuer") or "Microsoft Azure RSA TLS Issuing CA 04"
    name = issuer if "=" in issuer else f"CN={issuer}"
    return {"status": "chain-incomplete", "signer": windows.SIGNER, "issuer": name, "chain_status": ["PartialChain"]}


def _clock(machine: Machine, section: Section) -> dict[str, t.Any]:
    base = rf"{SERVICES}\W32Time"

    def read() -> dict[str, t.Any]:
        enabled = {
            field: windows.read_values(machine, rf"{base}\TimeProviders\{provider}", ["Enabled"])["Enabled"]
            for field, provider in (("vmic_enabled", "VMICTimeProvider"), ("ntpclient_enabled", "NtpClient"))
        }
        return {**windows.read_values(machine, rf"{base}\Parameters", ["Type", "NtpServer"]), **enabled}

    return {"w32time": section.part(base, read), "utc_now": machine["utc_now"]}


Reader = t.Callable[[Machine, Section], t.Any]
_LOCAL: dict[str, Reader] = {
    "kms_settings": _kms_settings,
    "services": _services,
    "token_store": _token_store,
    "proxy": _proxy,
    "os": _os,
    "domain": _domain,
    "license": _license,
    "imds": _imds,
}
_LATE: dict[str, Reader] = {"attestation": _attestation, "routes": _routes, "clock": _clock}
