# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rest of a guest's Windows: services, files, domain, system rows, instance metadata."""

from __future__ import annotations

import datetime
import typing as t
import uuid

from tests.lab.guest import hosts_file, messages
from tests.lab.guest.clock import Clock
from tests.lab.guest.os_defaults import NAMESPACE, System
from tests.lab.guest.store import PATHS
from tests.lab.world.model import Tree, World

AZURE_ENVIRONMENTS = {
    "AzureCloud": "AzurePublicCloud", "AzureUSGovernment": "AzureUSGovernmentCloud",
    "AzureChinaCloud": "AzureChinaCloud",
}  # fmt: skip
ACCESS_DENIED = 0x80070005
_USUAL_AGE = datetime.timedelta(days=-3)
_SERVICES: dict[str, Tree] = {
    "sppsvc": {"state": "Stopped", "start_mode": "Auto", "delayed": True},
    "w32time": {"state": "Running", "start_mode": "Auto"},
    "mpssvc": {"state": "Running", "start_mode": "Auto"},
    "Dnscache": {"state": "Running", "start_mode": "Auto"},
    "WinRM": {"state": "Running", "start_mode": "Auto"},
    "Winmgmt": {"state": "Running", "start_mode": "Auto"},
}
START = {"Boot": 0, "System": 1, "Auto": 2, "Manual": 3, "Disabled": 4}
# Some of the licence files that Windows installs its licences from.
_LICENSE_FILES = tuple(
    rf"C:\Windows\System32\spp\tokens\{name}.xrm-ms"
    for name in (r"pkeyconfig\pkeyconfig", r"ppdlic\Security-SPP-ppdlic", r"skus\Security-SPP-Volume-GVLK-ul")
)
_LICENSE_FILE = {"size": 4096, "modified": datetime.timedelta(days=-200)}
_OFFERS = {
    "Windows Server 2012 R2": ("WindowsServer", "2012-R2-Datacenter"),
    "Windows Server 2016": ("WindowsServer", "2016-datacenter-gensecond"),
    "Windows Server 2019": ("WindowsServer", "2019-datacenter-gensecond"),
    "Windows Server 2022": ("WindowsServer", "2022-datacenter-g2"),
    "Windows Server 2025": ("WindowsServer", "2025-datacenter-g2"),
    "Windows 10": ("Windows-10", "win10-22h2-ent-g2"),
    "Windows 11": ("Windows-11", "win11-23h2-ent"),
}
# ProductType -> DomainRole alone and in a domain
_DOMAIN_ROLES = {1: (0, 1), 2: (5, 5), 3: (2, 3)}
# IMDS fields that are lists or mappings are kept as given; everything else is text.
_NESTED = (list, dict)


def services(guest: Tree) -> Tree:
    """Return name -> {state, start_mode, delayed, start_error, dependents}; a service that is null is not there."""
    found: Tree = {name: dict(item) for name, item in _SERVICES.items()}
    for name, given in (guest.get("services") or {}).items():
        known = next((item for item in found if item.casefold() == name.casefold()), name)
        below = found.pop(known, {"state": "Stopped", "start_mode": "Manual"})
        if given is not None:
            stopped = {"state": "Stopped"} if given.get("start_mode") == "Disabled" else {}
            found[known] = {**below, **stopped, **given}
    blank: Tree = {"delayed": False, "start_error": None, "dependents": []}
    # The licensing service's own security descriptor keeps administrators from its start type.
    return {name: {**blank, "protected": name.casefold() == "sppsvc", **item} for name, item in found.items()}


def service_states(services: Tree) -> Tree:
    """Return the services as the machine holds them; `start` is the type that counts until the next boot."""
    named = {item for service in services.values() for item in service["dependents"]}
    states = {
        name: {
            "status": item["state"], "dependents": item["dependents"], "start_error": item["start_error"],
            "start": START[item["start_mode"]], "delayed": bool(item["delayed"]), "protected": item["protected"],
        }
        for name, item in services.items()
    }  # fmt: skip
    known = {name.casefold() for name in services}
    others = sorted(name for name in named if name.casefold() not in known)
    return states | {name: {"status": "Running", "dependents": [], "start": START["Manual"]} for name in others}


def files(guest: Tree, clock: Clock) -> Tree:
    """Return path -> {size, modified, readable, error}; a file that is null is not there."""
    found: Tree = {PATHS[0]: {}, **{path: dict(_LICENSE_FILE) for path in _LICENSE_FILES}}
    for path, given in (guest.get("files") or {}).items():
        known = next((item for item in found if item.casefold() == path.casefold()), path)
        found.pop(known, None)
        if given is not None:
            found[known] = given
    pinned = (guest.get("dns") or {}).get("hosts_file") or {}
    found[hosts_file.PATH] = {**_LICENSE_FILE, "text": hosts_file.text_of(pinned), **found.get(hosts_file.PATH, {})}
    return {path: _file(item, clock) for path, item in found.items()}


def _file(given: Tree, clock: Clock) -> Tree:
    error = given.get("error")
    readable = given.get("readable", not error)
    if not readable and not error:
        error = ACCESS_DENIED
    text = {"text": given["text"]} if "text" in given else {}
    return {
        "size": given.get("size", 3612672),
        "modified": clock.guest(given.get("modified", _USUAL_AGE)),
        "readable": readable,
        "error": messages.hexadecimal(messages.hresult(error)) if error else None,
        **text,
    }


def domain(guest: Tree) -> Tree:
    """Return {joined, name}."""
    given = guest.get("domain") or {}
    joined = given.get("joined", bool(given.get("name")))
    return {"joined": joined, "name": given.get("name") or ("corp.example" if joined else None)}


def system_rows(name: str, system: System, joined: Tree) -> Tree:
    """Return the CIM rows of the operating system and the computer."""
    role = _DOMAIN_ROLES.get(system.product_type, _DOMAIN_ROLES[3])[joined["joined"]]
    return {
        "Win32_OperatingSystem": {
            "Caption": system.caption, "OperatingSystemSKU": system.sku, "ProductType": system.product_type,
            "Version": system.version, "BuildNumber": str(system.build), "OSLanguage": system.language,
            "MUILanguages": [system.locale], "OSArchitecture": "64-bit", "CSName": name.upper()[:15],
        },
        "Win32_ComputerSystem": {
            "Name": name.upper()[:15], "DNSHostName": name, "Domain": joined["name"] if joined["joined"] else "WORKGROUP",
            "PartOfDomain": joined["joined"], "Workgroup": None if joined["joined"] else "WORKGROUP",
            "DomainRole": role, "Manufacturer": "Microsoft Corporation", "Model": "Virtual Machine",
        },
    }  # fmt: skip


def addresses(guest: Tree) -> list[Tree]:
    """Return the guest's IPv4 addresses; Azure gives the first by DHCP, others are set in Windows by hand."""
    found = guest.get("addresses", ["10.0.0.4"])
    return [
        {
            "interface": "Ethernet", "prefix_length": 24, "skip_as_source": False, "origin": "Manual" if number else "Dhcp",
            **({"address": item} if isinstance(item, str) else item),
        }
        for number, item in enumerate(found)
    ]  # fmt: skip


def imds(guest: Tree, name: str, system: System, world: World) -> Tree:
    """Return {"compute": ...} or {"error": ...} as the metadata service answers."""
    given = guest.get("imds") or {}
    if "error" in given:
        return {"error": given["error"]}
    resource_id = given.get("resourceId") or guest.get("azure_id") or _resource_id(world, name)
    parts = str(resource_id).split("/")
    offer, sku = _OFFERS[system.release.name]
    compute = {
        "azEnvironment": AZURE_ENVIRONMENTS[world.cloud],
        "vmId": str(uuid.uuid5(NAMESPACE, f"vm {world.name} {name}")),
        "resourceId": resource_id,
        "name": parts[-1] or name,
        "location": "westeurope",
        "licenseType": "Windows_Client" if system.client else "",
        "offer": offer,
        "publisher": "MicrosoftWindowsDesktop" if system.client else "MicrosoftWindowsServer",
        "sku": sku,
        "subscriptionId": _after(parts, "subscriptions"),
        "resourceGroupName": _after(parts, "resourceGroups"),
        "osType": "Windows",
    }
    texts = {key: value if isinstance(value, _NESTED) else _text(value) for key, value in given.items()}
    return {"compute": compute | texts}


def attestation(guest: Tree, metadata: Tree) -> Tree:
    """Return {chain, issuer} of the attested document."""
    given = guest.get("attestation") or {}
    if "missing-issuer" in given:
        return {"chain": "missing-issuer", "issuer": given["missing-issuer"]}
    return {"chain": given.get("chain") or ("unreachable" if "error" in metadata else "ok"), "issuer": None}


def _resource_id(world: World, name: str) -> str:
    for resource in (world.azure or {}).get("resources") or []:
        found = str(resource.get("id") or "") if isinstance(resource, dict) else ""
        if found.casefold().endswith(f"/microsoft.compute/virtualmachines/{name.casefold()}"):
            return found
    subscription = str(uuid.uuid5(NAMESPACE, f"subscription {world.name}"))
    group = f"/subscriptions/{subscription}/resourceGroups/rg-{world.name}"
    return f"{group}/providers/Microsoft.Compute/virtualMachines/{name}"


def _after(parts: list[str], name: str) -> str:
    folded = [part.casefold() for part in parts]
    index = folded.index(name.casefold()) + 1 if name.casefold() in folded else len(parts)
    return parts[index] if index < len(parts) else ""


def _text(value: t.Any) -> str:
    return "" if value is None else str(value)
