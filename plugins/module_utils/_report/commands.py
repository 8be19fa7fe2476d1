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

ACTIVATION = "activation"
# What else a repair may need before Windows can activate.
_ALONG: t.Mapping[str, tuple[str, ...]] = {"service": ("reboot",), "token_store": ("reboot",)}
PLAYBOOK = "azure_windows.activation.remediate"
# More names than these make a command nobody reads; the role finds its hosts by itself.
MOST_NAMES = 20

# Names that a host pattern of Ansible takes literally.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
_AZ = ("az", "network")
DENIED_BY_TAG = "denied_by_tag"
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
    if build and not az:
        # The module would refuse it as well.
        return Commands()
    return Commands(_ansible(remedy.action, evidence, names), tuple(az), portal)


def _ansible(action: str, evidence: t.Sequence[Fact], names: t.Sequence[str]) -> str:
    """Return the run that repairs and then activates, with the word that a blocking rule of the guest's firewall needs."""
    words = ["ansible-playbook", PLAYBOOK, "-i", "<inventory>"]
    if len(names) <= MOST_NAMES and all(map(_PLAIN_NAME.fullmatch, names)):
        words += ["--limit", ",".join(names)]
    variables: dict[str, t.Any] = {
        "remediate_actions": list(dict.fromkeys([action, *_ALONG.get(action, ()), ACTIVATION]))
    }
    rules = [fact.value for fact in evidence if fact.kind == "firewall_rule" and isinstance(fact.value, t.Mapping)]
    if action == "firewall" and any(rule.get("action") == "block" for rule in rules):
        variables["remediate_disable_blocking_firewall_rules"] = True
    return _line(*words, "-e", json.dumps(variables))


class _Evidence:
    """The addresses, places and resources that the evidence names."""

    def __init__(self, evidence: t.Sequence[Fact]) -> None:
        ways = network_path.ways(evidence, "")
        self.addresses = [address for way in ways for address in way.addresses]
        parts = [(fact.kind, fact.value) for fact in evidence if isinstance(fact.value, t.Mapping)]
        self.places = _unique(part for kind, part in parts if kind == "azure_place" and part.get("subnet_id"))
        self.rules = _unique(part for kind, part in parts if kind == "nsg" and part.get("rule"))
        firewalls = (part for kind, part in parts if kind == "hop" and part.get("kind") == "azure_firewall")
        self.firewalls = _unique(part for part in firewalls if part.get("id") and part.get("verdict") != "open")
        routes = [part for kind, part in parts if kind == "route" and part.get("route_table_id")]
        self.tables = [str(part["route_table_id"]) for part in routes]
        # A table takes a prefix once: what has it already keeps its name.
        self.route_names = {
            (str(part["route_table_id"]).lower(), part.get("prefix")): str(part["name"])
            for part in routes
            if part.get("name")
        }

    @property
    def prefixes(self) -> list[str]:
        """The IPv4 networks of the machines."""
        found = [
            str(item) for place in self.places for item in place.get("subnet_prefixes") or () if ":" not in str(item)
        ]
        return list(dict.fromkeys(found)) or ["<subnets of the VMs>"]


def _route(seen: _Evidence) -> tuple[list[str], Portal]:
    """Return the routes in each table of the machines; a subnet without one gets a table first."""
    placed = [str(place["route_table_id"]) for place in seen.places if place.get("route_table_id")]
    tables = {table.lower(): _resource(table) for table in placed or seen.tables}
    lines: list[str] = []
    bare = [place for place in seen.places if not place.get("route_table_id")]
    made: list[_Resource] = []
    for place in bare:
        subnet = _subnet(place)
        table = dataclasses.replace(subnet.network, name=azure_names.route_table(subnet.network.name, subnet.name))
        made.append(table)
        lines.append(_line(*_AZ, "route-table", "create", *table.place, "--name", table.name, *_made_in(place)))
    known = [*tables.items(), *(("", table) for table in made)]
    for table_id, table in known or [("", _Resource("<subscription>", "<resource group>", "<route table>"))]:
        words = [*_AZ, "route-table", "route", "create", *table.place, "--route-table-name", table.name]
        for address in seen.addresses:
            prefix = f"{address}/32"
            name = seen.route_names.get((table_id, prefix), azure_names.route(address))
            route = ["--name", name, "--address-prefix", prefix]
            lines.append(_line(*words, *route, "--next-hop-type", "Internet"))
    # A table is associated when its routes are there.
    lines += [_update(_subnet(place), "--route-table", table.name) for place, table in zip(bare, made, strict=True)]
    names = {
        "table": ", ".join(table.name for _id, table in known) or "<route table>",
        "addresses": ", ".join(seen.addresses),
    }
    return lines, Portal("portal.route", names)


def _nsg_rule(seen: _Evidence) -> tuple[list[str], Portal | None]:
    """Return the rule in each group that denies; none where the module refuses one as well.

    That is against a deny on Azure's own tag, a security admin rule, and a deny before which no priority is free.
    """
    open_to_us = [part for part in seen.rules if _helps(part)]
    if seen.rules and not open_to_us:
        return [], None
    groups: dict[str, list[t.Mapping[str, t.Any]]] = {}
    for part in open_to_us:
        groups.setdefault(str(part["rule"]["nsg_id"]), []).append(part["rule"])
    lines, names, priorities = [], [], []
    for group_id, rules in (groups or {"": []}).items():
        group = _resource(group_id, "network security group")
        priority = _first_free(rules)
        words = [*_AZ, "nsg", "rule", "create", *group.place, "--nsg-name", group.name, "--name", azure_names.RULE]
        words += ["--priority", priority, "--direction", "Outbound", "--access", "Allow", "--protocol", "Tcp"]
        lines.append(
            _line(*words, "--destination-port-ranges", "1688", "--destination-address-prefixes", *seen.addresses)
        )
        names.append(group.name)
        priorities.append(priority)
    said = {"nsg": ", ".join(names), "priority": ", ".join(priorities), "addresses": ", ".join(seen.addresses)}
    return lines, Portal("portal.nsg_rule", said)


def _helps(part: t.Mapping[str, t.Any]) -> bool:
    rule = _mapping(part.get("rule"))
    full = "free_priority" in rule and rule["free_priority"] is None
    return bool(rule.get("nsg_id")) and not full and part.get("platform_rule") != DENIED_BY_TAG


def _firewall_rule(seen: _Evidence) -> tuple[list[str], Portal | None]:
    """Return the rule in the policy of each firewall, or in the classic firewall; none where no rule of it would help."""
    useful = [hop for hop in seen.firewalls if not _hopeless(_mapping(hop.get("rule"))) and not _full(hop)]
    if seen.firewalls and not useful:
        return [], None
    lines: dict[str, None] = {}
    names: dict[str, None] = {}
    for hop in useful or [{}]:
        rule = _mapping(hop.get("rule"))
        policy = rule.get("policy_id")
        classic = bool(rule) and not policy
        target = _resource(str(hop.get("id") if classic else policy or ""), "firewall policy")
        priority = _first_free([hop])
        # The portal's way is that of policies.
        names.update({} if classic else {target.name: None})
        build = _classic_rule if classic else _policy_rule
        lines.update(dict.fromkeys(build(target, priority, seen, exists=hop.get("own_rules") is True)))
    said = {"policy": ", ".join(names), "addresses": ", ".join(seen.addresses)}
    return list(lines), Portal("portal.firewall_rule", said) if names else None


def _policy_rule(policy: _Resource, priority: str, seen: _Evidence, *, exists: bool) -> list[str]:
    words = [*_AZ, "firewall", "policy", "rule-collection-group"]
    place = [*policy.place, "--policy-name", policy.name]
    # Creating a group that is there would replace what it holds.
    own = [] if exists else [_line(*words, "create", *place, "--name", azure_names.RULE, "--priority", priority)]
    words += ["collection", "add-filter-collection", *place, "--rule-collection-group-name", azure_names.RULE]
    words += ["--name", azure_names.RULE, "--collection-priority", "100", "--action", "Allow"]
    words += ["--rule-type", "NetworkRule", "--rule-name", azure_names.FIREWALL_RULE, "--ip-protocols", "TCP"]
    return [*own, _line(*words, *_from_to(seen))]


def _classic_rule(firewall: _Resource, priority: str, seen: _Evidence, *, exists: bool) -> list[str]:
    words = [*_AZ, "firewall", "network-rule", "create", *firewall.place, "--firewall-name", firewall.name]
    words += ["--collection-name", azure_names.RULE, "--name", azure_names.FIREWALL_RULE, "--protocols", "TCP"]
    # Azure CLI takes these two for a new collection only.
    words += [] if exists else ["--priority", priority, "--action", "Allow"]
    return [_line(*words, *_from_to(seen))]


def _from_to(seen: _Evidence) -> list[str]:
    target = ["--destination-ports", "1688", "--destination-addresses", *seen.addresses]
    return ["--source-addresses", *seen.prefixes, *target]


def _full(hop: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the rules were read and no priority before the deny is free."""
    return hop.get("own_rules") is not None and hop.get("free_priority") is None


def _hopeless(rule: t.Mapping[str, t.Any]) -> bool:
    """Tell whether rules of our own come too late: behind a parent policy's, or behind DNAT."""
    return rule.get("type") == "nat" or (bool(rule.get("inherited")) and rule.get("type") == "network")


def _nat_gateway(seen: _Evidence) -> tuple[list[str], Portal | None]:
    """Return a gateway in the resource group of each network, and its association with each subnet.

    A gateway that a subnet has and that helps nobody lacks an address, and gets one.
    None where the module refuses one: beside Basic resources, and where other machines of the subnet would leave by another address.
    """
    places = [place for place in seen.places if not _moves_others(place)]
    if seen.places and not places:
        return [], None
    lines: dict[str, None] = {}
    name = azure_names.NAT_GATEWAY
    ip_name = azure_names.public_ip(name)
    for place in places or [{}]:
        if place.get("nat_gateway_id"):
            own = _resource(str(place["nat_gateway_id"]), "NAT gateway")
            own_ip = azure_names.public_ip(own.name)
            ip = [*_AZ, "public-ip", "create", *own.place, "--name", own_ip, "--sku", "Standard", *_made_in(place)]
            update = [*_AZ, "nat", "gateway", "update", *own.place, "--name", own.name, "--public-ip-addresses", own_ip]
            lines |= dict.fromkeys([_line(*ip), _line(*update)])
            continue
        subnet = _subnet(place)
        where = [*subnet.network.place]
        ip = [*_AZ, "public-ip", "create", *where, "--name", ip_name, "--sku", "Standard", *_made_in(place)]
        gateway = [*_AZ, "nat", "gateway", "create", *where, "--name", name, "--public-ip-addresses", ip_name]
        lines |= dict.fromkeys([_line(*ip), _line(*gateway, *_made_in(place)), _update(subnet, "--nat-gateway", name)])
    return list(lines), Portal("portal.nat_gateway", {})


def _moves_others(place: t.Mapping[str, t.Any]) -> bool:
    return any(place.get(key) for key in ("moved_by_nat_gateway", "basic_resources", "machines_unread"))


@dataclasses.dataclass(frozen=True)
class _Resource:
    """A resource by the names that `az` takes."""

    subscription: str
    group: str
    name: str

    @property
    def place(self) -> tuple[str, ...]:
        """The options that say where it is."""
        return "--subscription", self.subscription, "--resource-group", self.group


@dataclasses.dataclass(frozen=True)
class _Subnet:
    network: _Resource
    name: str


def _resource(resource_id: str, kind: str = "") -> _Resource:
    found = _ID.fullmatch(resource_id)
    return _Resource(*found.groups()) if found else _Resource("<subscription>", "<resource group>", f"<{kind}>")


def _subnet(place: t.Mapping[str, t.Any]) -> _Subnet:
    network, _segment, name = str(place.get("subnet_id") or "").rpartition("/subnets/")
    return _Subnet(_resource(network, "virtual network"), name if network else "<subnet>")


def _update(subnet: _Subnet, option: str, value: str) -> str:
    words = [*_AZ, "vnet", "subnet", "update", *subnet.network.place, "--vnet-name", subnet.network.name]
    return _line(*words, "--name", subnet.name, option, value)


def _made_in(place: t.Mapping[str, t.Any]) -> list[str]:
    """Return the region and the mark of what is made; without a region `az` takes that of the resource group."""
    region = ["--location", str(place["location"])] if place.get("location") else []
    return [*region, "--tags", *(f"{key}={value}" for key, value in azure_names.MARK.items())]


def _first_free(parts: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    found = [part["free_priority"] for part in parts if isinstance(part.get("free_priority"), int)]
    return str(min(found)) if found else "<priority>"


def _mapping(value: t.Any) -> t.Mapping[str, t.Any]:
    return value if isinstance(value, t.Mapping) else {}


def _unique(parts: t.Iterable[t.Mapping[str, t.Any]]) -> list[t.Mapping[str, t.Any]]:
    return list({json.dumps(part, sort_keys=True, default=str): part for part in parts}.values())


def _line(*words: str) -> str:
    return " ".join(map(shlex.quote, words))


_AZURE: dict[str, t.Callable[[_Evidence], tuple[list[str], Portal | None]]] = {
    "route": _route,
    "nsg_rule": _nsg_rule,
    "firewall_rule": _firewall_rule,
    "nat_gateway": _nat_gateway,
}
