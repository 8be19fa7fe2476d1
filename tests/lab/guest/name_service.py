# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guest's resolvers answer.

Azure's true answers: Microsoft support article "custom routes to enable KMS activation" (2024-07-17); the chain of
azkms.core.windows.net was reported by a user (SupportArticles-docs issue 640).
"""

from __future__ import annotations

import typing as t

from tests.lab.azure.facts import KMS_NAMES
from tests.lab.world.forms import dns_name
from tests.lab.world.model import Tree

AZURE_DNS = "168.63.129.16"
NAME_ERROR, TIMEOUT, NO_RECORDS, NO_SERVERS = 9003, 1460, 9501, 9852
_CHAINS = {"azkms.core.windows.net": ["cps-accqwtr64onoo-tm.trafficmanager.net", "cps-kms.westus.cloudapp.azure.com"]}
_LEGACY = {"kms.core.windows.net": "20.118.99.224", "kms.windows.googlecloud.com": "35.190.247.13"}
RETIRED = "kms.core.cloudapi.de"
_TRUTH: dict[str, Tree] = {
    **{
        name: {"A": [addresses[0]], "CNAME": _CHAINS.get(name, [])}
        for names in KMS_NAMES.values()
        for name, addresses in names.items()
    },
    **{name: {"A": [address], "CNAME": []} for name, address in _LEGACY.items()},
}


def build(guest: Tree, hosts: t.Iterable[str], pinned: t.Mapping[str, list[str]]) -> Tree:
    """Return {servers, system, by_server, srv} for every name that is mentioned, the KMS names and `hosts`.

    `pinned` is what the guest's hosts file says now.
    """
    dns = guest.get("dns") or {}
    servers = dns.get("servers", [AZURE_DNS])
    by_server, srv = dns.get("by_server") or {}, dns.get("srv") or {}
    targets = [record["target"] for records in srv.values() if isinstance(records, list) for record in records]
    names = {
        *_TRUTH, RETIRED, *(dns.get("answers") or {}), *pinned,
        *(dns_name(name) for name in (*hosts, *targets) if name),
        *(name for table in by_server.values() for name in table),
    }  # fmt: skip
    return {
        "servers": list(servers),
        "system": {name: _system(dns, servers, name, pinned) for name in sorted(names)},
        "by_server": {
            server: {name: _at_server(dns, server, name) for name in sorted(names)}
            for server in dict.fromkeys([*servers, *by_server])
        },
        "srv": dict(srv),
    }


def dns_answer(machine: Tree, name: str, kind: str, server: str | None = None) -> t.Any:
    """Answer one query of a guest as its machine describes it.

    `kind` A: {"A": [...], "CNAME": [...]} or {"error": number}; SRV: a list of records or {"error": number}. `server`
    None is the system's own path with its hosts file; a server the guest knows nothing of does not answer.
    """
    dns = machine["dns"]
    known = dns_name(name)
    if kind == "SRV":
        return dns["srv"].get(known, {"error": NAME_ERROR})
    if server is not None and server not in dns["by_server"]:
        return {"error": TIMEOUT}
    table = dns["system"] if server is None else dns["by_server"][server]
    return table.get(known, {"error": NAME_ERROR})


def _system(dns: Tree, servers: list[str], name: str, pinned: t.Mapping[str, list[str]]) -> Tree:
    if name in pinned:
        return {"A": list(pinned[name]), "CNAME": []}
    answer: Tree = {"error": NO_SERVERS}
    for server in servers:
        answer = _at_server(dns, server, name)
        # Only a server that does not answer makes Windows ask the next one.
        if answer.get("error") != TIMEOUT:
            break
    return answer


def _at_server(dns: Tree, server: str, name: str, depth: int = 8) -> Tree:
    table = {**_TRUTH, **(dns.get("answers") or {}), **(dns.get("by_server") or {}).get(server, {})}
    found = table.get(name)
    if found is None:
        return {"error": NAME_ERROR}
    if found.get("error"):
        return {"error": found["error"]}
    chain = list(found.get("CNAME") or [])
    if chain and not found.get("A") and depth:
        onwards = _at_server(dns, server, dns_name(chain[-1]), depth - 1)
        if "error" in onwards:
            return onwards
        return {"A": onwards["A"], "CNAME": [*chain, *onwards["CNAME"]]}
    return {"A": list(found.get("A") or []), "CNAME": chain}
