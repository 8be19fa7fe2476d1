# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a reader makes with the commands that a report prints, `state: absent` of the modules takes away again."""

from __future__ import annotations

import shlex

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import (
    firewall_rule,
    nat_gateway,
    nsg_rule,
    route,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Remedy
from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import NetworkState
from ansible_collections.azure_windows.activation.plugins.module_utils._report import commands
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.module_utils._report.fleet import facts, tcp


def made(action: str) -> list[dict[str, str]]:
    """The options of each command for an action."""
    lines = commands.of(Remedy("network_team", (), action), facts(tcp(b.KMS, "filtered")), []).az
    words = [shlex.split(line) for line in lines]
    return [{name: line[at + 1] for at, name in enumerate(line) if name.startswith("--")} for line in words]


def test_the_rule_of_a_security_group() -> None:
    (rule,) = made("nsg_rule")
    group = b.group({"id": "/rule", "name": rule["--name"], "properties": {"sourceAddressPrefix": "*"}})
    gone = nsg_rule.plan(
        group, nsg_rule.DesiredRule(("*",), (b.KMS,), 1688, present=False), nsg_rule.ObservedGroup(None)
    )
    assert [(write.operation, write.id) for write in gone.writes] == [("delete", "/rule")]


def test_the_routes() -> None:
    (line,) = made("route")
    table = {
        "id": "/table",
        "properties": {"routes": [b.route(line["--address-prefix"], line["--next-hop-type"], name=line["--name"])]},
    }
    gone = route.plan(route.ObservedTable(table=table), route.DesiredRoutes((b.KMS,), present=False))
    assert [(write.operation, write.id) for write in gone.writes] == [("delete", f"/table/routes/{line['--name']}")]


def test_the_rule_of_a_firewall_policy() -> None:
    group, collection = made("firewall_rule")
    assert group["--name"] == collection["--rule-collection-group-name"]
    rule = {"name": collection["--rule-name"], "sourceAddresses": ["10.1.0.0/16"]}
    inner = {"ruleCollections": [{"name": collection["--name"], "rules": [rule]}]}
    policy = f"{b.NETWORK}/firewallPolicies/policy"
    own = {"id": f"{policy}/ruleCollectionGroups/{group['--name']}", "name": group["--name"], "properties": inner}
    goal = firewall_rule.Goal((b.KMS,), (), 1688)
    gone = firewall_rule.plan_policy(
        NetworkState([own]), policy, firewall_rule.DesiredSources((), (), goal, present=False)
    )
    assert [(write.operation, write.id) for write in gone.writes] == [("delete", own["id"])]


def test_the_nat_gateway_and_its_address() -> None:
    address, gateway, subnet = made("nat_gateway")
    gateway_id = f"{b.NETWORK}/natGateways/{gateway['--name']}"
    assert subnet["--nat-gateway"] == gateway["--name"]
    assert nat_gateway.address_id(gateway_id).endswith(f"/{address['--name']}")
    tags = [dict([line["--tags"].split("=")]) for line in (address, gateway)]
    place = {"id": f"{b.NETWORK}/virtualNetworks/n/subnets/s", "properties": {"natGateway": {"id": gateway_id}}}
    observed = nat_gateway.ObservedSubnet(place, {}, None, gateway_id, {"tags": tags[1]}, {"tags": tags[0]})
    operations = [write.operation for write in nat_gateway.without(observed).writes]
    assert operations == ["update", "delete", "delete"]
