# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Resource Manager works out when asked: effective routes and rules, instance views, service tags."""

from __future__ import annotations

import typing as t

from tests.lab.azure import ids
from tests.lab.azure.messages import Problem
from tests.lab.azure.paste import Body
from tests.lab.azure.routes import Routes
from tests.lab.azure.security import Security
from tests.lab.azure.topology import Topology, power_state, references


class Questions:
    """Answers from the current resources."""

    def __init__(self, topology: Topology, routes: Routes, security: Security) -> None:
        """Look at the resources of `topology`."""
        self._topology = topology
        self._store = topology.store
        self._routes = routes
        self._security = security

    def effective_routes(self, nic: Body) -> Body:
        """Return the result of effectiveRouteTable; raises Problem for an interface without a running machine."""
        self._check_running(nic, "Routes")
        subnet = self._topology.subnet_of(nic)
        return {"value": self._routes.of_subnet(subnet) if subnet else []}

    def effective_groups(self, nic: Body) -> Body:
        """Return the result of effectiveNetworkSecurityGroups; raises Problem for an interface without a running machine."""
        self._check_running(nic, "SecurityGroups")
        subnet_id = self._topology.subnet_of(nic)
        subnet = self._store.find(subnet_id) if subnet_id else None
        value = []
        for kind, owner in (("networkInterface", nic), ("subnet", subnet)):
            for reference in references(owner["properties"], "networkSecurityGroup") if owner else []:
                group = self._store.find(reference["id"])
                if owner and group:
                    value.append(
                        {
                            "networkSecurityGroup": {"id": group["id"]},
                            "association": {kind: {"id": owner["id"]}},
                            "effectiveSecurityRules": _effective_rules(group),
                        }
                    )
        return {"value": value}

    def admin_rules(self, network: ids.ResourceId, given: Body) -> Body:
        """Return one page of listNetworkManagerEffectiveSecurityAdminRules; `given` is its body, {skipToken}."""
        start = int(given.get("skipToken") or 0)
        end = start + self._topology.world.options.page_size
        rules = self._security.admin_rules(network)
        return {"value": rules[start:end], "skipToken": str(end) if end < len(rules) else ""}

    def dns(self, network: ids.ResourceId, word: str) -> Body:
        """Return the private resolvers in a network, or the forwarding rulesets linked to it.

        https://learn.microsoft.com/rest/api/dns/dnsresolver/dns-resolvers/list-by-virtual-network and
        https://learn.microsoft.com/rest/api/dns/dnsresolver/dns-forwarding-rulesets/list-by-virtual-network.
        """
        kind = "dnsresolvers" if word == "listdnsresolvers" else "dnsforwardingrulesets/virtualnetworklinks"
        value: list[Body] = []
        for body in self._store.of_kind(f"microsoft.network/{kind}"):
            where = ids.parse(body["id"])
            if where is None or ids.key((body["properties"].get("virtualNetwork") or {}).get("id")) != network.key:
                continue
            link = {"virtualNetworkLink": {"id": body["id"]}}
            value.append({"id": where.parent.text, "properties": link} if where.parent else {"id": body["id"]})
        return {"value": value}

    def service_tags(self, subscription: str, location: str) -> Body:
        """Return the service tags of a location."""
        root = f"/subscriptions/{subscription}/providers/Microsoft.Network/serviceTags"
        values = []
        for name, prefixes in sorted(self._topology.world.service_tags.items()):
            service, _dot, region = name.partition(".")
            properties = {
                "changeNumber": "1",
                "region": region,
                "systemService": service,
                "addressPrefixes": list(prefixes),
            }
            values.append({"name": name, "id": name, "properties": properties})
        return {
            "name": "Public",
            "id": f"{root}/Public",
            "type": "Microsoft.Network/serviceTags",
            "changeNumber": "1",
            "cloud": "Public",
            "location": location,
            "values": values,
        }

    def _check_running(self, nic: Body, what: str) -> None:
        machine = self._topology.machine_of_interface(nic)
        if machine is None or not self._topology.running(machine):
            raise Problem(
                400,
                f"NicMustBeAttachedToRunningVmToGetEffective{what}",
                f"Network interface {nic['id']} must be attached to a running virtual machine for this operation.",
            )


def instance_view(machine: Body) -> Body:
    """Return the instance view of a machine: what the world says, completed."""
    given = machine["properties"].get("instanceView") or machine.get("instanceView") or {}
    statuses = list(given.get("statuses") or [])
    codes = {str(status.get("code", "")).split("/", maxsplit=1)[0] for status in statuses}
    if "ProvisioningState" not in codes:
        status = {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Provisioning succeeded"}
        statuses.insert(0, status)
    if "PowerState" not in codes:
        code = power_state(machine)
        statuses.append({"code": code, "level": "Info", "displayStatus": f"VM {code.partition('/')[2]}"})
    return {**given, "statuses": statuses}


def machine_view(shown: Body, machine: Body, *, expand: bool, status_only: bool) -> Body:
    """Return a machine as GET shows it: the instance view only when asked for, and little else with `statusOnly`."""
    shown.pop("instanceView", None)
    shown["properties"].pop("instanceView", None)
    if status_only:
        kept: Body = {name: shown[name] for name in ("name", "id", "type", "location") if name in shown}
        return {**kept, "properties": {"instanceView": instance_view(machine)}}
    if expand:
        shown["properties"]["instanceView"] = instance_view(machine)
    return shown


def _effective_rules(group: Body) -> list[Body]:
    found = []
    for prop in ("securityRules", "defaultSecurityRules"):
        for rule in group["properties"].get(prop) or []:
            inner = rule["properties"]
            row: Body = {"name": f"{prop}/{rule['name']}", "protocol": _protocol(inner)}
            for end in ("source", "destination"):
                ports = _listed(inner, f"{end}PortRange")
                row[f"{end}PortRanges"] = [_range(port) for port in ports]
                row[f"{end}PortRange"] = _range(ports[0]) if ports else ""
                prefixes = _listed(inner, f"{end}AddressPrefix", "es")
                row[f"{end}AddressPrefixes"] = prefixes
                row[f"{end}AddressPrefix"] = prefixes[0] if prefixes else ""
            found.append({**row, **{name: inner.get(name) for name in ("access", "priority", "direction")}})
    return found


def _listed(inner: t.Mapping[str, t.Any], name: str, plural: str = "s") -> list[str]:
    single = inner.get(name)
    return [*(inner.get(name + plural) or []), *([single] if single else [])]


def _protocol(inner: Body) -> str:
    return "All" if str(inner.get("protocol", "*")) == "*" else str(inner["protocol"])


def _range(port: str) -> str:
    if port == "*":
        return "0-65535"
    return port if "-" in port else f"{port}-{port}"
