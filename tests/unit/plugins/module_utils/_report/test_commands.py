# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands name what the evidence names, and leave a placeholder where it does not."""

from __future__ import annotations

import json
import shlex
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Remedy
from ansible_collections.azure_windows.activation.plugins.module_utils._report import commands
from tests.unit.plugins.module_utils._report import az_cli
from tests.unit.plugins.module_utils._report.fleet import ADDRESSES, TABLE, blackhole, fact, facts, tcp

SUBSCRIPTION = TABLE.split("/")[2]


def remedy(action: str | None) -> Remedy:
    return Remedy("network_team", (), action)


def test_a_route_for_each_address_of_the_table_that_the_evidence_names() -> None:
    how = commands.of(remedy("route"), facts(*blackhole()["evidence"]), ["web01", "web02"])
    place = f"--subscription {SUBSCRIPTION} --resource-group rg-net --route-table-name rt-hub"
    assert how.az == tuple(
        f"az network route-table route create {place} --name kms-{address.replace('.', '-')} "
        f"--address-prefix {address}/32 --next-hop-type Internet"
        for address in ADDRESSES
    )
    assert how.ansible == (
        "ansible-playbook azure_windows.activation.remediate -i '<inventory>' --limit web01,web02 "
        """-e '{"remediate_actions": ["route", "activation"]}'"""
    )
    assert how.portal is not None
    assert how.portal.names["table"] == "rt-hub"


def test_a_route_for_the_address_under_another_name_is_changed_and_no_second_one_made() -> None:
    """Source: the answer RouteConflict, "Routes cannot have the same AddressPrefix" (Azure/azure-powershell issues)."""
    way = {"route_table_id": f"{NETWORK}/routeTables/rt-shop", "next_hop_type": "None"}
    theirs = fact("route", {**way, "name": "kms-direct", "prefix": f"{ADDRESS}/32"}, ADDRESS)
    wider = fact("route", {**way, "name": "default", "prefix": "0.0.0.0/0"}, ADDRESS)
    (line,) = az("route", OTHER_PLACE, theirs)
    assert f"--name kms-direct --address-prefix {ADDRESS}/32" in line
    (line,) = az("route", OTHER_PLACE, wider)
    assert f"--name kms-20-118-99-224 --address-prefix {ADDRESS}/32" in line


@pytest.mark.parametrize(
    ("action", "block", "variables"),
    [
        ("host", False, {"remediate_actions": ["host", "activation"]}),
        ("activation", False, {"remediate_actions": ["activation"]}),
        ("service", False, {"remediate_actions": ["service", "reboot", "activation"]}),
        ("firewall", False, {"remediate_actions": ["firewall", "activation"]}),
        (
            "firewall",
            True,
            {"remediate_actions": ["firewall", "activation"], "remediate_disable_blocking_firewall_rules": True},
        ),
    ],
)
def test_the_run_ends_in_activating(action: str, block: bool, variables: dict[str, t.Any]) -> None:
    evidence = facts(fact("firewall_rule", {"name": "rule", "action": "block" if block else "allow"}, "{1}"))
    words = shlex.split(commands.of(remedy(action), evidence, ["web01"]).ansible)
    assert json.loads(words[words.index("-e") + 1]) == variables


NETWORK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
PLACE = fact(
    "azure_place",
    {
        "subnet_id": f"{NETWORK}/virtualNetworks/net/subnets/work",
        "subnet_prefixes": ["10.1.1.0/24", "fd00::/64"],
        "location": "japaneast",
    },
)
OTHER_PLACE = fact(
    "azure_place",
    {
        "subnet_id": f"{NETWORK}/virtualNetworks/net/subnets/shop",
        "subnet_prefixes": ["10.1.2.0/24"],
        "route_table_id": f"{NETWORK}/routeTables/rt-shop",
        "location": "japaneast",
    },
)
ADDRESS = "20.118.99.224"


def rule(**more: t.Any) -> dict[str, t.Any]:
    """What denies in a security group."""
    inner = {"nsg_id": f"{NETWORK}/networkSecurityGroups/name", "priority": 300, "free_priority": 299, **more}
    return fact("nsg", {"verdict": "deny", "platform_rule": "off_default_route", "rule": inner}, ADDRESS)


def hop(policy: str | None = f"{NETWORK}/firewallPolicies/policy", **more: t.Any) -> dict[str, t.Any]:
    """A firewall that does not let the traffic pass."""
    inner = {"type": "network", "policy_id": policy, "inherited": False, **more.pop("rule", {})}
    value = {"kind": "azure_firewall", "id": f"{NETWORK}/azureFirewalls/fw", "verdict": "blocked", "rule": inner}
    return fact("hop", {**value, "own_rules": False, "free_priority": 1000, **more}, ADDRESS)


def az(action: str, *evidence: dict[str, t.Any]) -> tuple[str, ...]:
    """The commands of an action; all of them are complete, and `az` knows them."""
    lines = commands.of(remedy(action), facts(tcp(ADDRESS, "filtered"), *evidence), []).az
    assert not [line for line in lines if "<" in line]
    for line in lines:
        az_cli.check(line)
    return lines


def test_a_subnet_without_a_table_gets_one_and_then_it_is_associated() -> None:
    made, first, second, associated = az("route", PLACE, OTHER_PLACE)
    place = "--subscription s --resource-group g"
    mark = "--tags created-by=azure_windows.activation"
    assert made == f"az network route-table create {place} --name rt-kms-net-work --location japaneast {mark}"
    assert "--route-table-name rt-shop" in first
    assert "--route-table-name rt-kms-net-work" in second
    assert associated == (
        f"az network vnet subnet update {place} --vnet-name net --name work --route-table rt-kms-net-work"
    )


def test_a_rule_of_a_group_has_a_priority_that_is_free_and_early_enough() -> None:
    (line,) = az("nsg_rule", rule())
    assert "--resource-group g --nsg-name name --name kms-activation --priority 299" in line
    assert az("nsg_rule", {**rule(), "value": {**rule()["value"], "platform_rule": "denied_by_tag"}}) == ()
    assert az("nsg_rule", rule(priority=100, free_priority=None)) == ()
    assert az("nsg_rule", rule(nsg_id=None, layer="admin")) == ()


def test_a_rule_of_a_policy_makes_the_group_only_where_there_is_none() -> None:
    group, filter_rule = az("firewall_rule", hop(), PLACE, OTHER_PLACE)
    assert "--policy-name policy --name kms-activation --priority 1000" in group
    assert "--source-addresses 10.1.1.0/24 10.1.2.0/24 --destination-ports 1688" in filter_rule
    assert az("firewall_rule", hop(own_rules=True), PLACE, OTHER_PLACE) == (filter_rule,)


def test_a_classic_firewall_has_a_command_of_its_own() -> None:
    (line,) = az("firewall_rule", hop(policy=None), PLACE)
    assert "firewall network-rule create --subscription s --resource-group g --firewall-name fw" in line
    assert "--priority 1000 --action Allow" in line


@pytest.mark.parametrize("decides", [{"inherited": True}, {"type": "nat"}])
def test_nothing_is_printed_where_no_rule_of_ours_would_help(decides: dict[str, t.Any]) -> None:
    assert az("firewall_rule", hop(rule=decides), PLACE) == ()
    assert az("firewall_rule", hop(free_priority=None), PLACE) == ()


def test_a_nat_gateway_is_made_once_for_the_subnets_of_a_network() -> None:
    lines = az("nat_gateway", PLACE, OTHER_PLACE)
    assert [line.split(" --", 1)[0] for line in lines] == [
        "az network public-ip create",
        "az network nat gateway create",
        "az network vnet subnet update",
        "az network vnet subnet update",
    ]


@pytest.mark.parametrize(
    "why", [{"moved_by_nat_gateway": ["shop"]}, {"basic_resources": ["shop-ip"]}, {"machines_unread": True}]
)
def test_no_nat_gateway_is_offered_where_the_module_refuses_one(why: dict[str, t.Any]) -> None:
    """Source: https://learn.microsoft.com/azure/nat-gateway/nat-overview (it takes precedence; Basic resources are not compatible)."""
    refused = fact("azure_place", {**PLACE["value"], **why})
    assert commands.of(remedy("nat_gateway"), facts(refused), ["web01"]) == commands.Commands()
    lines = az("nat_gateway", refused, OTHER_PLACE)
    assert lines == az("nat_gateway", OTHER_PLACE) != ()


def test_no_run_of_ansible_is_offered_where_the_module_refuses_the_rule() -> None:
    evidence = facts(hop(rule={"inherited": True}), PLACE)
    assert commands.of(remedy("firewall_rule"), evidence, ["web01"]) == commands.Commands()


def test_a_nat_gateway_without_an_address_gets_one_and_keeps_its_subnet() -> None:
    gateway = "/subscriptions/n/resourceGroups/shared/providers/Microsoft.Network/natGateways/ng"
    made, update = az("nat_gateway", {**PLACE, "value": {**PLACE["value"], "nat_gateway_id": gateway}})
    assert "public-ip create --subscription n --resource-group shared --name ng-ip --sku Standard" in made
    assert update.endswith("--subscription n --resource-group shared --name ng --public-ip-addresses ng-ip")


@pytest.mark.parametrize("action", ["route", "nsg_rule", "firewall_rule", "nat_gateway"])
def test_what_the_evidence_does_not_name_stays_a_placeholder(action: str) -> None:
    evidence = facts(tcp("20.118.99.224", "filtered"))
    lines = commands.of(remedy(action), evidence, []).az
    assert all("'<subscription>'" in line for line in lines)
    assert len(lines) > 0


def test_what_nobody_can_do_for_you_has_no_command() -> None:
    assert commands.of(remedy(None), [], ["web01"]) == commands.Commands()


def test_hostile_names_stay_one_word_of_the_shell() -> None:
    table = TABLE.format("rt$(reboot);'x")
    evidence = facts(fact("route", {"route_table_id": table}, "20.118.99.224"))
    (line,) = commands.of(remedy("route"), evidence, []).az
    assert "rt$(reboot);'x" in shlex.split(line)


@pytest.mark.parametrize(
    "names", [["web 01"], ["web01;reboot"], ["all:!web01"], ["\N{REPLACEMENT CHARACTER}"], ["w"] * 21]
)
def test_no_limit_where_names_are_many_or_no_plain_ones(names: list[str]) -> None:
    assert "--limit" not in commands.of(remedy("host"), [], names).ansible
