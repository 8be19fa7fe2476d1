# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exact commands of a remedy: for Ansible, for the Azure CLI, and the way through the portal.

What is to be done was decided by the diagnosis. This words it with the names that the evidence holds; a name that it does not
hold stays a placeholder in angle brackets.
"""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import typing as t

from .._diagnosis.model import Fact, Remedy
from .._reference import azure_names
from . import network_path

PLAYBOOK = "azure_windows.activation.remediate"
# More names than these make a command nobody reads; the role finds its hosts by itself.
MOST_NAMES = 20

# Names that a host pattern of Ansible takes literally.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
_ID = re.compile(r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/.*/([^/]+)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Portal:
    """The way through the Azure portal: which text of the catalogue, with which names."""

    key: str
    names: t.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Commands:
    """How one remedy is carried out; a part that does not apply is empty."""

    ansible: str = ""
    az: tuple[str, ...] = ()
    portal: Portal | None = None


def of(remedy: Remedy, evidence: t.Sequence[Fact], names: t.Sequence[str]) -> Commands:
    """Return the commands of a remedy for the hosts `names`."""
    if not remedy.action:
        return Commands()
    build = _AZURE.get(remedy.action)
    az, portal = build(_Evidence(evidence)) if build else ((), None)
    return Commands(_ansible(remedy.action, names), tuple(az), portal)


class _Evidence:
    """The addresses and resources that the evidence names."""

    def __init__(self, evidence: t.Sequence[Fact]) -> None:
        ways = network_path.ways(evidence, "")
        self.addresses = [address for way in ways for address in way.addresses]
        self.parts = [fact.value for fact in evidence if isinstance(fact.value, t.Mapping)]

    def resource(self, key: str, kind: str) -> list[str]:
        """Return the options that name a resource: subscription, resource group and name."""
        for part in [*self.parts, *(part.get("rule") for part in self.parts)]:
            found = _ID.fullmatch(str(part.get(key) or "")) if isinstance(part, t.Mapping) else None
            if found:
                return [found[1], found[2], found[3]]
        return ["<subscription>", "<resource group>", f"<{kind}>"]


def _ansible(action: str, names: t.Sequence[str]) -> str:
    words = ["ansible-playbook", PLAYBOOK, "-i", "<inventory>"]
    if len(names) <= MOST_NAMES and all(map(_PLAIN_NAME.fullmatch, names)):
        words += ["--limit", ",".join(names)]
    return _line(*words, "-e", json.dumps({"remediate_actions": [action]}))


def _route(seen: _Evidence) -> tuple[list[str], Portal]:
    subscription, group, table = seen.resource("route_table_id", "route table")
    place = ["--subscription", subscription, "--resource-group", group, "--route-table-name", table]
    lines = [
        _line("az", "network", "route-table", "route", "create", *place)
        + " "
        + _line("--name", azure_names.route(address), "--address-prefix", f"{address}/32")
        + " --next-hop-type Internet"
        for address in seen.addresses
    ]
    return lines, Portal("portal.route", {"table": table, "addresses": ", ".join(seen.addresses)})


def _nsg_rule(seen: _Evidence) -> tuple[list[str], Portal]:
    subscription, group, nsg = seen.resource("nsg_id", "network security group")
    rules = [part["rule"] for part in seen.parts if isinstance(part.get("rule"), t.Mapping)]
    priority = next((rule["priority"] for rule in rules if isinstance(rule.get("priority"), int)), None)
    number = "<priority>" if priority is None else f"<below {priority}>"
    words = ["az", "network", "nsg", "rule", "create", "--subscription", subscription, "--resource-group", group]
    words += ["--nsg-name", nsg, "--name", azure_names.RULE, "--priority", number, "--direction", "Outbound"]
    words += ["--access", "Allow", "--protocol", "Tcp", "--destination-port-ranges", "1688"]
    line = _line(*words, "--destination-address-prefixes", *seen.addresses)
    names = {"nsg": nsg, "priority": number, "addresses": ", ".join(seen.addresses)}
    return [line], Portal("portal.nsg_rule", names)


def _firewall_rule(seen: _Evidence) -> tuple[list[str], Portal]:
    subscription, group, policy = seen.resource("policy_id", "firewall policy")
    group_words = ["az", "network", "firewall", "policy", "rule-collection-group"]
    place = ["--subscription", subscription, "--resource-group", group, "--policy-name", policy]
    own = [*group_words, "create", *place, "--name", azure_names.RULE, "--priority", "<priority>"]
    words = [*group_words, "collection", "add-filter-collection", *place]
    words += ["--rule-collection-group-name", azure_names.RULE, "--name", azure_names.RULE]
    words += ["--collection-priority", "100", "--action", "Allow", "--rule-type", "NetworkRule"]
    words += ["--rule-name", azure_names.FIREWALL_RULE, "--ip-protocols", "TCP", "--destination-ports", "1688"]
    words += ["--source-addresses", "<subnets of the VMs>", "--destination-addresses", *seen.addresses]
    names = {"policy": policy, "addresses": ", ".join(seen.addresses)}
    return [_line(*own), _line(*words)], Portal("portal.firewall_rule", names)


def _nat_gateway(_seen: _Evidence) -> tuple[list[str], Portal]:
    place = ["--subscription", "<subscription>", "--resource-group", "<resource group>"]
    name, tags = azure_names.NAT_GATEWAY, [f"{key}={value}" for key, value in azure_names.MARK.items()]
    ip_name = azure_names.public_ip(name)
    ip = ["az", "network", "public-ip", "create", *place, "--name", ip_name, "--sku", "Standard", "--tags", *tags]
    gateway = ["az", "network", "nat", "gateway", "create", *place, "--name", name, "--tags", *tags]
    subnet = ["az", "network", "vnet", "subnet", "update", *place, "--vnet-name", "<virtual network>"]
    return [
        _line(*ip),
        _line(*gateway, "--public-ip-addresses", ip_name),
        _line(*subnet, "--name", "<subnet>", "--nat-gateway", name),
    ], Portal("portal.nat_gateway", {})


def _line(*words: str) -> str:
    return " ".join(map(shlex.quote, words))


_AZURE: dict[str, t.Callable[[_Evidence], tuple[list[str], Portal]]] = {
    "route": _route,
    "nsg_rule": _nsg_rule,
    "firewall_rule": _firewall_rule,
    "nat_gateway": _nat_gateway,
}
